use proptest::prelude::*;

use super::{super::model::IsForSale, *};
use crate::subscriptions::{Count, Doors};
use base::vocabulary::ServiceId;

const LIST: i64 = 50_000;

fn offer(kind: ServiceKind, days: Option<i32>, units: Option<i32>, limits: SaleLimits) -> Offer {
    Offer {
        service: ServiceId::new(1),
        name: "Monthly Gym".to_owned(),
        service_type: "gym".to_owned(),
        kind,
        price: Money::from_minor(LIST),
        duration_days: days,
        units,
        max_freezes: 0,
        max_freeze_days: 0,
        freeze_fee: Money::ZERO,
        opens_door: true,
        doors: Doors::OwnBranch,
        is_for_sale: IsForSale::Yes,
        limits,
    }
}

fn month(limits: SaleLimits) -> Offer {
    offer(ServiceKind::TimeBased, Some(30), None, limits)
}

fn coins(limits: SaleLimits) -> Offer {
    offer(ServiceKind::Coins, None, Some(100), limits)
}

fn of_days(days: i32) -> Amount {
    Amount { kind: ServiceKind::TimeBased, units: None, days: Some(days) }
}

fn of_coins(units: i32) -> Amount {
    Amount { kind: ServiceKind::Coins, units: Some(units), days: None }
}

fn paid(minor: i64) -> Price {
    Price { amount: Money::from_minor(minor), discount: Money::ZERO }
}

const DESK: Seller<'static> = Seller { is_manager: false, reason: None };
const MANAGER: Seller<'static> = Seller { is_manager: true, reason: None };

fn refused(offer: &Offer, amount: Amount, minor: i64, seller: &Seller<'_>) -> Option<&'static str> {
    Concession::of(offer, amount, paid(minor), seller).err().map(SaleRefused::code)
}

#[test]
fn more_than_the_service_holds_costs_as_many_times_its_price() {
    let full = |offer: &Offer, amount| full_price(offer, amount).minor();
    let none = SaleLimits::default();
    for (sold, costs) in [(1, LIST), (99, LIST), (100, LIST), (250, 125_000), (100_000, 50_000_000)] {
        assert_eq!(full(&coins(none), of_coins(sold)), costs, "{sold}");
    }
    for (sold, costs) in [(15, LIST), (30, LIST), (31, 51_666), (60, 100_000)] {
        assert_eq!(full(&month(none), of_days(sold)), costs, "{sold}");
    }
    // Another way than its own has no measure.
    assert_eq!(full(&month(none), of_coins(5_000)), LIST);
    assert_eq!(full(&coins(none), of_days(3_000)), LIST);
}

#[test]
fn no_calendar_month_is_longer_than_the_month_of_a_service() {
    let months = |number| days(Some(SoldTerm::Months(Count::parse(number).unwrap())), None);
    let none = SaleLimits::default();
    assert_eq!(full_price(&month(none), of_days(months(1).unwrap())).minor(), LIST);
    let year = full_price(&month(none), of_days(months(12).unwrap()));
    assert!((11 * LIST..=12 * LIST).contains(&year.minor()), "{year:?}");
    assert_eq!(days(Some(SoldTerm::Days(Count::parse(45).unwrap())), Some(30)), Some(45));
    assert_eq!(days(None, Some(30)), Some(30));
}

#[test]
fn without_a_limit_everything_is_sold_and_what_is_below_its_price_is_flagged() {
    let none = SaleLimits::default();
    for (minor, flag) in [
        (LIST, None),
        (LIST + 1, None),
        (LIST - 1, Some(AuditFlag::BelowPrice)),
        (0, Some(AuditFlag::BelowPrice)),
    ] {
        let concession = Concession::of(&month(none), of_days(30), paid(minor), &DESK).unwrap();
        assert_eq!(concession.flag(), flag, "{minor}");
        assert_eq!(concession.told().is_null(), flag.is_none());
    }
    let cheap = Concession::of(&coins(none), of_coins(100_000), paid(LIST), &DESK).unwrap();
    assert_eq!((cheap.flag(), &cheap.told()["percent_off"]), (Some(AuditFlag::BelowPrice), &json!(99)));
}

#[test]
fn a_desk_takes_off_as_much_as_the_gym_lets_it() {
    let limits = SaleLimits { percent_off: Some(20), ..SaleLimits::default() };
    assert_eq!(refused(&month(limits), of_days(30), 40_000, &DESK), None);
    assert_eq!(refused(&month(limits), of_days(30), 39_999, &DESK), Some("DISCOUNT_NEEDS_MANAGER"));
    assert_eq!(refused(&month(limits), of_days(60), LIST, &DESK), Some("DISCOUNT_NEEDS_MANAGER"));
    let nothing = SaleLimits { percent_off: Some(0), ..limits };
    assert_eq!(refused(&month(nothing), of_days(30), LIST, &DESK), None);
    assert_eq!(refused(&month(nothing), of_days(30), LIST - 1, &DESK), Some("DISCOUNT_NEEDS_MANAGER"));
    // What costs nothing is sold for nothing.
    let free = Offer { price: Money::ZERO, ..month(nothing) };
    assert_eq!(refused(&free, of_days(3_000), 0, &DESK), None);
}

#[test]
fn a_desk_sells_as_much_at_once_as_the_gym_lets_it() {
    let limits = SaleLimits { percent_off: None, units_times: Some(2), days_times: Some(12) };
    let dear = 100_000_000;
    assert_eq!(refused(&coins(limits), of_coins(200), dear, &DESK), None);
    assert_eq!(refused(&coins(limits), of_coins(201), dear, &DESK), Some("UNITS_NEED_MANAGER"));
    assert_eq!(refused(&month(limits), of_days(360), dear, &DESK), None);
    assert_eq!(refused(&month(limits), of_days(361), dear, &DESK), Some("DAYS_NEED_MANAGER"));
    // What the service does not have has no measure.
    assert_eq!(refused(&month(limits), of_coins(1), dear, &DESK), Some("UNITS_NEED_MANAGER"));
    assert_eq!(refused(&coins(limits), of_days(1), dear, &DESK), Some("DAYS_NEED_MANAGER"));
    // Coins that lapse are fewer, not more, where those of the service do not.
    let lapsing = Amount { days: Some(3_000), ..of_coins(100) };
    assert_eq!(refused(&coins(limits), lapsing, dear, &DESK), None);
    let month_of_coins = offer(ServiceKind::Coins, Some(30), Some(100), limits);
    assert_eq!(refused(&month_of_coins, lapsing, dear, &DESK), Some("DAYS_NEED_MANAGER"));
}

#[test]
fn a_manager_goes_beyond_and_says_why() {
    let limits = SaleLimits { percent_off: Some(20), units_times: Some(1), days_times: Some(1) };
    let reason = Line::parse("Her brother trains here").unwrap();
    let because = Seller { reason: Some(&reason), ..MANAGER };
    for (offer, amount, minor) in [
        (month(limits), of_days(30), 0),
        (month(limits), of_days(31), 60_000),
        (coins(limits), of_coins(101), 60_000),
    ] {
        assert_eq!(refused(&offer, amount, minor, &MANAGER), Some("SALE_REASON_REQUIRED"));
        assert!(refused(&offer, amount, minor, &Seller { is_manager: false, ..because.clone() }).is_some());
        let concession = Concession::of(&offer, amount, paid(minor), &because).unwrap();
        assert_eq!(concession.told()["reason"], json!("Her brother trains here"));
    }
    // Within the limits nobody has to say anything.
    assert_eq!(refused(&month(limits), of_days(30), 40_000, &MANAGER), None);
}

proptest! {
    #[test]
    fn what_is_given_away_is_never_negative_and_a_limit_never_lets_more_pass(
        minor in 0_i64..=2 * LIST,
        units in 1_i32..=100_000,
        percent in 0_i32..=100,
    ) {
        let free = Concession::of(&coins(SaleLimits::default()), of_coins(units), paid(minor), &DESK).unwrap();
        prop_assert!(!free.off.is_negative() && free.off <= free.full_price);
        let limits = SaleLimits { percent_off: Some(percent), ..SaleLimits::default() };
        let passes = Concession::of(&coins(limits), of_coins(units), paid(minor), &DESK).is_ok();
        let full = free.full_price;
        let off = i128::from(free.off.minor()).saturating_mul(100);
        let most = i128::from(full.minor()).saturating_mul(percent.into());
        prop_assert_eq!(passes, off <= most, "{} of {:?}", minor, full);
    }
}
