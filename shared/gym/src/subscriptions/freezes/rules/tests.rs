use proptest::prelude::*;

use super::*;
use crate::subscriptions::{Count, Doors, Freezing, ServiceKind, StatusInputs};
use base::vocabulary::{BranchId, CustomerId, GymId, Money, ServiceId, SubscriptionId};

fn day(offset: i64) -> NaiveDate {
    add_days(NaiveDate::from_ymd_opt(2026, 4, 17).unwrap(), offset).unwrap()
}

fn days(number: i64) -> FreezeDays {
    Count::parse(number).unwrap()
}

/// Thirty days from day 0, with two freezes of fifteen days in all.
fn held() -> Held {
    Held {
        id: SubscriptionId::new(1),
        gym: GymId::new(1),
        branch: BranchId::new(1),
        branch_name: "Dragon Club".to_owned(),
        customer: CustomerId::new(1),
        customer_name: "Mona Adel".to_owned(),
        customer_phone: None,
        service: ServiceId::new(1),
        service_name: "Monthly Gym".to_owned(),
        service_type: "gym".to_owned(),
        kind: ServiceKind::TimeBased,
        price: Money::from_minor(50_000),
        duration_days: Some(30),
        opens_door: true,
        doors: Doors::OwnBranch,
        standing: StatusInputs {
            starts_on: day(0),
            ends_on: Some(day(29)),
            freeze: None,
            stopped_at: None,
            remaining: None,
        },
        total: None,
        freezing: Freezing { max_freezes: 2, max_days: 15, fee: Money::ZERO, used: 0, days_used: 0 },
        trainer: None,
        trainer_name: None,
        stop_reason: None,
        renews: None,
        sold_by: None,
        seller_name: None,
        created_at: chrono::DateTime::UNIX_EPOCH,
    }
}

fn after(mut held: Held, rested: Rested) -> Held {
    held.standing.freeze = rested.freeze;
    held.standing.ends_on = rested.ends_on;
    held.freezing.used = rested.freezes_used;
    held.freezing.days_used = rested.freeze_days_used;
    held
}

#[test]
fn a_freeze_covers_today_and_the_end_moves_by_as_many_days() {
    let rested = freeze(&held(), days(7), day(3)).unwrap();
    assert_eq!(rested.freeze, Some(FreezeSpan { from: day(3), until: day(9) }));
    assert_eq!((rested.ends_on, rested.freezes_used, rested.freeze_days_used), (Some(day(36)), 1, 7));
}

#[test]
fn the_last_day_can_still_be_frozen() {
    assert_eq!(freeze(&held(), days(1), day(29)).map(|rested| rested.ends_on), Ok(Some(day(30))));
    assert_eq!(freeze(&held(), days(1), day(30)), Err(RestRefused::NotNow(NotNow::Expired)));
}

#[test]
fn a_freeze_that_is_still_to_begin_since_the_gym_moved_west_is_the_only_one() {
    let frozen = after(held(), freeze(&held(), days(7), day(3)).unwrap());
    assert_eq!(frozen.status(day(2)), Status::Active);
    assert_eq!(freeze(&frozen, days(1), day(2)), Err(RestRefused::AlreadyFrozen));
    assert_eq!(unfreeze(&frozen, day(2)), Err(RestRefused::NotFrozen));
}

#[test]
fn the_policy_counts_freezes_and_days() {
    let mut used = held();
    used.freezing.days_used = 10;
    assert_eq!(freeze(&used, days(6), day(0)), Err(RestRefused::TooManyDays { left: 5 }));
    used.freezing.used = 2;
    assert_eq!(freeze(&used, days(1), day(0)), Err(RestRefused::NoFreezesLeft));
    used.freezing.max_freezes = 0;
    assert_eq!(freeze(&used, days(1), day(0)), Err(RestRefused::FreezingNotIncluded));
}

#[test]
fn what_does_not_lapse_by_date_freezes_without_an_end_to_move() {
    let mut coins = held();
    (coins.kind, coins.standing.ends_on, coins.standing.remaining) = (ServiceKind::Coins, None, Some(4));
    let frozen = after(coins.clone(), freeze(&coins, days(5), day(0)).unwrap());
    assert_eq!((frozen.status(day(4)), frozen.status(day(5))), (Status::Frozen, Status::Active));
    assert_eq!(unfreeze(&frozen, day(2)).unwrap().ends_on, None);
}

#[test]
fn only_what_rests_wakes() {
    assert_eq!(unfreeze(&held(), day(0)), Err(RestRefused::NotFrozen));
    let over = after(held(), freeze(&held(), days(3), day(0)).unwrap());
    assert_eq!(unfreeze(&over, day(3)), Err(RestRefused::NotFrozen));
    let mut stopped = over;
    stopped.standing.stopped_at = Some(chrono::DateTime::UNIX_EPOCH);
    assert_eq!(unfreeze(&stopped, day(1)), Err(RestRefused::NotNow(NotNow::Stopped)));
    assert_eq!(stop(&stopped, day(1)), Err(RestRefused::AlreadyStopped));
}

proptest! {
    #[test]
    fn the_days_that_can_be_used_stay_the_same(begin in 0_i64..=29, asked in 1_i64..=15, slept in 0_i64..15) {
        let before = held();
        let usable = before.standing.remaining_days(day(begin)).unwrap();
        let frozen = after(before, freeze(&held(), days(asked), day(begin)).unwrap());
        prop_assert_eq!(frozen.standing.remaining_days(day(begin)), Some(usable));
        if slept < asked {
            let wake = day(begin.saturating_add(slept));
            let woken = after(frozen.clone(), unfreeze(&frozen, wake).unwrap());
            prop_assert_eq!(woken.status(wake), Status::Active);
            prop_assert_eq!(woken.standing.remaining_days(wake), Some(usable));
            prop_assert_eq!(i64::from(woken.freezing.days_used), slept);
            prop_assert_eq!(woken.freezing.used, i32::from(slept > 0));
        }
    }
}
