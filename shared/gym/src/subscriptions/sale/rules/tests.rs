use proptest::prelude::*;

use super::*;
use crate::{
    gyms::SaleLimits,
    payments::Method,
    subscriptions::{Count, Doors, FreezeSpan, Freezing, StatusInputs},
};
use base::vocabulary::{BranchId, CustomerId, GymId, ServiceId, SubscriptionId};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn asked() -> Asked {
    Asked {
        amount: None,
        discount: None,
        method: Method::Cash,
        coins: None,
        sessions: None,
        term: None,
        notes: None,
        reason: None,
    }
}

fn months(number: i64) -> Asked {
    Asked { term: Some(SoldTerm::Months(Count::parse(number).unwrap())), ..asked() }
}

fn order(kind: Option<ServiceKind>, asked: Asked) -> Order {
    Order {
        customer: CustomerId::new(1),
        service: ServiceId::new(1),
        branch: None,
        kind,
        starts_on: None,
        trainer: None,
        asked,
    }
}

fn offer(kind: ServiceKind, duration_days: Option<i32>, units: Option<i32>) -> Offer {
    Offer {
        service: ServiceId::new(1),
        name: "Monthly Gym".to_owned(),
        service_type: "gym".to_owned(),
        kind,
        price: Money::from_minor(50_000),
        duration_days,
        units,
        max_freezes: 2,
        max_freeze_days: 15,
        freeze_fee: Money::ZERO,
        opens_door: true,
        doors: Doors::OwnBranch,
        is_for_sale: IsForSale::Yes,
        limits: SaleLimits::default(),
    }
}

fn held(kind: ServiceKind, starts_on: NaiveDate, ends_on: Option<NaiveDate>, remaining: Option<i32>) -> Held {
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
        kind,
        price: Money::from_minor(50_000),
        duration_days: Some(30),
        opens_door: true,
        doors: Doors::OwnBranch,
        standing: StatusInputs { starts_on, ends_on, freeze: None, stopped_at: None, remaining },
        total: remaining,
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

const TODAY: &str = "2026-01-31";

#[test]
fn thirty_days_are_thirty_days_with_the_first_and_the_last() {
    let terms =
        terms(&offer(ServiceKind::TimeBased, Some(30), None), &order(None, asked()), day(TODAY)).unwrap();
    assert_eq!((terms.span.starts_on, terms.span.ends_on), (day(TODAY), Some(day("2026-03-01"))));
    assert_eq!(terms.span.duration_days, Some(30));
}

#[test]
fn a_month_from_the_last_of_january_ends_before_the_last_of_february() {
    let terms =
        terms(&offer(ServiceKind::TimeBased, Some(30), None), &order(None, months(1)), day(TODAY)).unwrap();
    assert_eq!(terms.span.ends_on, Some(day("2026-02-27")));
}

#[test]
fn what_the_desk_typed_outweighs_the_service() {
    let typed =
        Asked { coins: Some(Count::parse(50).unwrap()), amount: Some(Money::from_minor(1)), ..asked() };
    let terms = terms(&offer(ServiceKind::Coins, None, Some(20)), &order(None, typed), day(TODAY)).unwrap();
    assert_eq!((terms.granted, terms.price.amount), (Some(50), Money::from_minor(1)));
}

#[test]
fn a_service_sold_in_another_way_lends_neither_length_nor_counter() {
    let plan = offer(ServiceKind::TimeBased, Some(30), None);
    let coins = Asked { coins: Some(Count::parse(10).unwrap()), ..asked() };
    let sold = terms(&plan, &order(Some(ServiceKind::Coins), coins), day(TODAY)).unwrap();
    assert_eq!((sold.span.ends_on, sold.granted), (None, Some(10)));
    let pack = offer(ServiceKind::Coins, None, Some(20));
    let refused = terms(&pack, &order(Some(ServiceKind::Sessions), asked()), day(TODAY));
    assert_eq!(refused, Err(SaleRefused::SessionsMissing));
    let refused = terms(&pack, &order(Some(ServiceKind::TimeBased), asked()), day(TODAY));
    assert_eq!(refused, Err(SaleRefused::DurationMissing));
}

#[test]
fn training_keeps_its_kind_when_an_older_caller_says_sessions_and_opens_no_door_it_did_not() {
    let training = offer(ServiceKind::Training, None, Some(10));
    let sold = terms(&training, &order(Some(ServiceKind::Sessions), asked()), day(TODAY)).unwrap();
    assert_eq!((sold.kind, sold.opens_door), (ServiceKind::Training, true));
    let plan = offer(ServiceKind::TimeBased, Some(30), None);
    let sessions = Asked { sessions: Some(Count::parse(5).unwrap()), ..asked() };
    let sold = terms(&plan, &order(Some(ServiceKind::Training), sessions), day(TODAY)).unwrap();
    assert!(!sold.opens_door);
}

#[test]
fn a_discount_may_be_everything_but_not_more() {
    let ask = |amount: i64, discount: i64| Asked {
        amount: Some(Money::from_minor(amount)),
        discount: Some(Money::from_minor(discount)),
        ..asked()
    };
    let list = Money::from_minor(500);
    assert_eq!(price(&asked(), list), Ok(Price { amount: list, discount: Money::ZERO }));
    assert_eq!(price(&ask(100, 100), list).map(|price| price.amount), Ok(Money::ZERO));
    assert_eq!(price(&ask(100, 101), list), Err(SaleRefused::DiscountTooLarge));
    assert_eq!(price(&ask(-1, 0), list), Err(SaleRefused::NegativeAmount));
    assert_eq!(price(&ask(100, -1), list), Err(SaleRefused::NegativeDiscount));
}

#[test]
fn a_subscription_begins_within_a_year_from_today() {
    let plan = offer(ServiceKind::TimeBased, Some(30), None);
    let from = |starts_on: &str| {
        let order = Order { starts_on: Some(day(starts_on)), ..order(None, asked()) };
        terms(&plan, &order, day(TODAY)).map(|terms| terms.span.starts_on)
    };
    assert_eq!(from(TODAY), Ok(day(TODAY)));
    assert_eq!(from("2027-02-01"), Ok(day("2027-02-01")));
    assert_eq!(from("2027-02-02"), Err(SaleRefused::StartTooFar));
    assert_eq!(from("2026-01-30"), Err(SaleRefused::StartInThePast));
}

#[test]
fn what_has_ended_begins_anew_and_what_has_not_goes_on() {
    let last = |ends_on: &str| held(ServiceKind::TimeBased, day("2026-01-01"), Some(day(ends_on)), None);
    let going = renewal(&last(TODAY), &asked(), None, day(TODAY)).unwrap();
    assert_eq!(going, Renewed::Longer { ends_on: Some(day("2026-03-02")), granted: None });
    let over = renewal(&last("2026-01-30"), &asked(), None, day(TODAY)).unwrap();
    let Renewed::Anew { span, .. } = over else { unreachable!("{over:?}") };
    assert_eq!((span.starts_on, span.ends_on), (day(TODAY), Some(day("2026-03-01"))));
}

#[test]
fn an_empty_counter_begins_anew_even_before_its_last_day() {
    let empty = held(ServiceKind::Sessions, day("2026-01-01"), Some(day("2026-06-01")), Some(0));
    let renewed = renewal(&empty, &asked(), Some(20), day(TODAY)).unwrap();
    assert!(matches!(renewed, Renewed::Anew { granted: Some(20), .. }));
    let one = held(ServiceKind::Sessions, day("2026-01-01"), Some(day("2026-06-01")), Some(1));
    let renewed = renewal(&one, &asked(), Some(20), day(TODAY)).unwrap();
    assert_eq!(renewed, Renewed::Longer { ends_on: Some(day("2026-07-01")), granted: Some(20) });
}

#[test]
fn nothing_is_granted_beyond_what_can_be_counted() {
    let mut full = held(ServiceKind::Coins, day("2026-01-01"), None, Some(1));
    full.total = Some(UNITS_MOST - 20);
    assert!(matches!(renewal(&full, &asked(), Some(20), day(TODAY)), Ok(Renewed::Longer { .. })));
    assert_eq!(renewal(&full, &asked(), Some(21), day(TODAY)), Err(SaleRefused::TooManyUnits));
    full.total = Some(i32::MAX);
    assert_eq!(renewal(&full, &asked(), Some(1), day(TODAY)), Err(SaleRefused::TooManyUnits));
    full.standing.remaining = Some(0);
    assert!(matches!(renewal(&full, &asked(), Some(1), day(TODAY)), Ok(Renewed::Anew { .. })));
}

proptest! {
    #[test]
    fn months_one_after_the_other_leave_no_day_out(start in 0_i64..20_000, number in 1_i64..=24) {
        let today = add_days(day("2000-01-01"), start).unwrap();
        let plan = offer(ServiceKind::TimeBased, Some(30), None);
        let sold = terms(&plan, &order(None, months(number)), today).unwrap();
        let mut next = held(ServiceKind::TimeBased, today, sold.span.ends_on, None);
        next.duration_days = sold.span.duration_days;
        let Renewed::Longer { ends_on, .. } = renewal(&next, &asked(), None, today).unwrap() else {
            return Err(TestCaseError::fail("it has not ended"));
        };
        let added = ends_on.unwrap().signed_duration_since(sold.span.ends_on.unwrap()).num_days();
        prop_assert_eq!(Some(added), sold.span.duration_days.map(i64::from));
    }

    #[test]
    fn a_renewal_never_takes_anything_away(left in 0_i64..400, frozen in 0_i64..30, number in 1_i64..=12) {
        let today = day(TODAY);
        let mut before = held(ServiceKind::TimeBased, day("2025-01-01"), add_days(today, left), None);
        if frozen > 0 {
            before.standing.freeze = Some(FreezeSpan { from: today, until: add_days(today, frozen).unwrap() });
        }
        let Renewed::Longer { ends_on, .. } = renewal(&before, &months(number), None, today).unwrap() else {
            return Err(TestCaseError::fail("it has not ended"));
        };
        let added = ends_on.unwrap().signed_duration_since(before.standing.ends_on.unwrap()).num_days();
        prop_assert!(added >= number.saturating_mul(28), "{}", added);
    }
}
