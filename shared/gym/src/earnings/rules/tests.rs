#![expect(clippy::arithmetic_side_effects, reason = "small numbers; one that overflows fails its test")]

use proptest::prelude::*;

use super::*;

fn day(offset: i64) -> NaiveDate {
    days_later(NaiveDate::from_ymd_opt(2026, 4, 1).unwrap(), offset)
}

fn money(minor: i64) -> Money {
    Money::from_minor(minor)
}

/// Thirty days from day 0 for 300.00.
fn month() -> Life {
    Life {
        is_counted: false,
        lots: vec![Lot { price: money(30_000), days: Some(30), units: None }],
        starts_on: day(0),
        ends_on: Some(day(29)),
        stopped_on: None,
        frozen_days: 0,
        units_gone: 0,
        units_taken_back: 0,
        paid: money(30_000),
    }
}

/// Ten sessions for 1,000.00 until day 59.
fn pack() -> Life {
    Life {
        is_counted: true,
        lots: vec![Lot { price: money(100_000), days: Some(60), units: Some(10) }],
        ends_on: Some(day(59)),
        paid: money(100_000),
        ..month()
    }
}

/// Earned, forfeited and unearned, in the smallest unit.
fn told(life: &Life, until: i64) -> (i64, i64, i64) {
    let told = delivered(life, day(until));
    assert!(told.is_known);
    (told.earned.minor(), told.forfeited.minor(), told.unearned.minor())
}

#[test]
fn time_is_delivered_by_the_day_from_the_first_to_the_last() {
    assert_eq!(told(&month(), -1), (0, 0, 30_000));
    assert_eq!(told(&month(), 0), (1_000, 0, 29_000));
    assert_eq!(told(&month(), 28), (29_000, 0, 1_000));
    assert_eq!(told(&month(), 29), (30_000, 0, 0));
    assert_eq!(told(&month(), 400), (30_000, 0, 0));
}

#[test]
fn what_does_not_divide_is_left_for_the_last_day() {
    let odd = Life {
        lots: vec![Lot { price: money(100), days: Some(30), units: None }],
        paid: money(100),
        ..month()
    };
    assert_eq!(told(&odd, 0), (3, 0, 97));
    assert_eq!(told(&odd, 28), (96, 0, 4));
    assert_eq!(told(&odd, 29), (100, 0, 0));
}

#[test]
fn frozen_days_are_not_delivered() {
    // Frozen on days 5 to 14, so that it ends ten days later.
    let frozen = |frozen_days| Life { frozen_days, ends_on: Some(day(39)), ..month() };
    assert_eq!(told(&frozen(0), 4), (5_000, 0, 25_000));
    assert_eq!(told(&frozen(5), 9), (5_000, 0, 25_000));
    assert_eq!(told(&frozen(10), 14), (5_000, 0, 25_000));
    assert_eq!(told(&frozen(10), 15), (6_000, 0, 24_000));
    assert_eq!(told(&frozen(10), 39), (30_000, 0, 0));
}

#[test]
fn a_stop_ends_it_and_what_is_left_is_forfeited() {
    let stopped = Life { stopped_on: Some(day(9)), ..month() };
    assert_eq!(told(&stopped, 8), (9_000, 0, 21_000));
    assert_eq!(told(&stopped, 9), (10_000, 20_000, 0));
    let before_it_began = Life { stopped_on: Some(day(-3)), ..month() };
    assert_eq!(told(&before_it_began, 100), (0, 30_000, 0));
}

#[test]
fn days_of_a_renewal_before_the_end_follow_at_their_own_price() {
    let mut renewed = month();
    renewed.lots.push(Lot { price: money(6_000), days: Some(30), units: None });
    renewed.ends_on = Some(day(59));
    renewed.paid = money(36_000);
    assert_eq!(told(&renewed, 14), (15_000, 0, 21_000));
    assert_eq!(told(&renewed, 29), (30_000, 0, 6_000));
    assert_eq!(told(&renewed, 30), (30_200, 0, 5_800));
    assert_eq!(told(&renewed, 59), (36_000, 0, 0));
}

#[test]
fn what_is_counted_is_delivered_by_use_and_the_rest_lapses() {
    let used = |units_gone| Life { units_gone, ..pack() };
    assert_eq!(told(&used(0), 58), (0, 0, 100_000));
    assert_eq!(told(&used(3), 58), (30_000, 0, 70_000));
    assert_eq!(told(&used(10), 5), (100_000, 0, 0));
    assert_eq!(told(&used(3), 59), (30_000, 70_000, 0));
    let for_ever = Life { ends_on: None, ..used(3) };
    assert_eq!(told(&for_ever, 4_000), (30_000, 0, 70_000));
}

#[test]
fn units_that_are_taken_back_are_forfeited_and_units_that_are_given_back_are_owed_again() {
    let taken_back = Life { units_gone: 5, units_taken_back: 2, ..pack() };
    assert_eq!(told(&taken_back, 10), (30_000, 20_000, 50_000));
    let more_than_granted = Life { units_gone: -2, ..pack() };
    assert_eq!(told(&more_than_granted, 10), (0, 0, 100_000));
}

#[test]
fn units_of_a_renewal_are_used_after_those_of_the_sale() {
    let mut renewed = Life { units_gone: 12, ..pack() };
    renewed.lots.push(Lot { price: money(50_000), days: Some(30), units: Some(10) });
    renewed.paid = money(150_000);
    assert_eq!(told(&renewed, 10), (110_000, 0, 40_000));
}

#[test]
fn money_of_a_later_day_is_not_earned_before_that_day() {
    // Sold after its day was closed: the money belongs to the next month.
    let late = Life { paid: Money::ZERO, ..month() };
    assert_eq!(told(&late, 3), (0, 0, 0));
    assert_eq!(told(&Life { stopped_on: Some(day(2)), ..late }, 3), (0, 0, 0));
}

#[test]
fn what_was_sold_and_is_not_known_is_owed_until_the_end() {
    let unknown = Life { lots: vec![Lot { price: money(30_000), days: Some(0), units: None }], ..month() };
    let told = delivered(&unknown, day(10));
    assert_eq!((told.unearned, told.is_known), (money(30_000), false));
    let over = delivered(&unknown, day(29));
    assert_eq!((over.forfeited, over.unearned, over.is_known), (money(30_000), Money::ZERO, false));
    let free = Life {
        lots: vec![Lot { price: Money::ZERO, days: Some(0), units: None }],
        paid: Money::ZERO,
        ..month()
    };
    assert!(delivered(&free, day(10)).is_known);
}

#[test]
fn months_are_closed_one_after_the_other_and_once_they_are_over() {
    let month = |text: &str| Month::parse(text).unwrap();
    let april = month("2026-04");
    let today = day(31);
    assert_eq!(may_close(april, Some(april), today), Ok(()));
    assert_eq!(may_close(april, Some(april), april.last()), Err(MonthRefused::NotOver));
    assert_eq!(may_close(april, None, today), Err(MonthRefused::NothingToClose));
    assert_eq!(may_close(april, None, april.last()), Err(MonthRefused::NotOver));
    assert_eq!(may_close(april, Some(month("2026-05")), today), Err(MonthRefused::AlreadyClosed));
    assert_eq!(
        may_close(month("2026-05"), Some(april), day(62)),
        Err(MonthRefused::EarlierOpen { month: april })
    );
    assert_eq!(begun(None, today), Ok(today));
    assert_eq!(begun(Day::of(day(32)), today), Err(UnearnedRefused::ToCome));
}

/// What can happen to a subscription on one of its days.
#[derive(Debug, Clone, Copy)]
enum Event {
    Freeze(i64),
    Unfreeze,
    Renew { price: i64, size: i64 },
    Use(i64),
    GiveBack(i64),
    TakeBack(i64),
    Stop,
    Wait(i64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        (1_i64..20).prop_map(Event::Freeze),
        Just(Event::Unfreeze),
        (0_i64..100_000, 1_i64..90).prop_map(|(price, size)| Event::Renew { price, size }),
        (1_i64..5).prop_map(Event::Use),
        (1_i64..3).prop_map(Event::GiveBack),
        (1_i64..4).prop_map(Event::TakeBack),
        Just(Event::Stop),
        (1_i64..40).prop_map(Event::Wait),
        (1_i64..40).prop_map(Event::Wait),
        (1_i64..40).prop_map(Event::Wait),
    ];
    proptest::collection::vec(event, 0..40)
}

/// A subscription as the desk would keep it, day by day.
struct Desk {
    life: Life,
    today: i64,
    freezes: Vec<(i64, i64)>,
    granted: i64,
    price: i64,
}

impl Desk {
    fn is_over(&self) -> bool {
        self.life.stopped_on.is_some() || self.life.ends_on.is_some_and(|end| end < day(self.today))
    }

    fn last_freeze(&self) -> Option<(i64, i64)> {
        self.freezes.last().copied()
    }

    fn happens(&mut self, event: Event) {
        if let Event::Wait(days) = event {
            self.today += days;
            return;
        }
        if self.is_over() {
            return;
        }
        let shift = |end: &mut Option<NaiveDate>, days: i64| *end = end.map(|end| days_later(end, days));
        let is_frozen = self.last_freeze().is_some_and(|(_, until)| until >= self.today);
        let left = self.granted - self.life.units_gone;
        match event {
            Event::Freeze(days) if !is_frozen && self.today >= 0 => {
                self.freezes.push((self.today, self.today + days - 1));
                shift(&mut self.life.ends_on, days);
            }
            Event::Unfreeze if is_frozen => {
                let (from, until) = self.freezes.pop().unwrap();
                shift(&mut self.life.ends_on, self.today - 1 - until);
                if from < self.today {
                    self.freezes.push((from, self.today - 1));
                }
            }
            Event::Renew { price, size } => {
                let (days, units) = if self.life.is_counted { (30, size) } else { (size, 0) };
                self.life.lots.push(Lot { price: money(price), days: Some(days), units: Some(units) });
                shift(&mut self.life.ends_on, days);
                self.granted += units;
                self.price += price;
            }
            Event::Use(units) if left >= units && !is_frozen => self.life.units_gone += units,
            Event::GiveBack(units) if self.life.units_gone - self.life.units_taken_back >= units => {
                self.life.units_gone -= units;
            }
            Event::TakeBack(units) if left >= units => {
                self.life.units_gone += units;
                self.life.units_taken_back += units;
            }
            Event::Stop => self.life.stopped_on = Some(day(self.today)),
            Event::Freeze(_)
            | Event::Unfreeze
            | Event::Use(_)
            | Event::GiveBack(_)
            | Event::TakeBack(_)
            | Event::Wait(_) => {}
        }
    }

    /// As it is at the end of today.
    fn life(&self) -> Life {
        let last = self.life.stopped_on.map_or(day(self.today), |stop| stop.min(day(self.today)));
        let frozen = |(from, until): &(i64, i64)| (*from..=*until).filter(|at| day(*at) <= last).count();
        let frozen_days = self.freezes.iter().map(|freeze| i64::try_from(frozen(freeze)).unwrap()).sum();
        Life { frozen_days, paid: money(self.price), ..self.life.clone() }
    }
}

proptest! {
    #[test]
    fn whatever_happens_to_it_a_life_adds_up_to_its_price(
        is_counted in any::<bool>(),
        lapses in any::<bool>(),
        price in 0_i64..500_000,
        size in 1_i64..120,
        starts_in in -5_i64..10,
        events in events(),
    ) {
        let lapses = lapses || !is_counted;
        let mut desk = Desk {
            life: Life {
                is_counted,
                lots: vec![Lot { price: money(price), days: lapses.then_some(if is_counted { 45 } else { size }), units: is_counted.then_some(size) }],
                starts_on: day(starts_in.max(0)),
                ends_on: lapses.then(|| day(starts_in.max(0) + if is_counted { 45 } else { size } - 1)),
                paid: Money::ZERO,
                ..month()
            },
            today: 0,
            freezes: Vec::new(),
            granted: if is_counted { size } else { 0 },
            price,
        };
        let mut before = (0, 0);
        for event in events {
            // A day that is frozen before it is over was not delivered after all, and a renewal on the last day keeps what
            // would have lapsed that evening.
            let undone = matches!(event, Event::GiveBack(_) | Event::Freeze(_) | Event::Renew { .. });
            // Nobody freezes what has not begun.
            if matches!(event, Event::Freeze(_)) && day(desk.today) < desk.life.starts_on { continue; }
            desk.happens(event);
            let told = delivered(&desk.life(), day(desk.today));
            let (earned, forfeited, unearned) = (told.earned.minor(), told.forfeited.minor(), told.unearned.minor());
            prop_assert!(told.is_known);
            prop_assert_eq!(earned + forfeited + unearned, desk.price);
            prop_assert!(earned >= 0 && forfeited >= 0 && unearned >= 0);
            if !undone {
                prop_assert!(earned >= before.0 && earned + forfeited >= before.0 + before.1, "{:?} then {:?}", before, told);
            }
            before = (earned, forfeited);
        }
        // Whoever has not used up a pass that never lapses is still owed the rest; everything else comes to its end.
        desk.today += 20_000;
        let told = delivered(&desk.life(), day(desk.today));
        prop_assert_eq!(told.earned.minor() + told.forfeited.minor() + told.unearned.minor(), desk.price);
        if lapses || desk.life.stopped_on.is_some() || desk.granted == desk.life.units_gone {
            prop_assert_eq!(told.unearned, Money::ZERO);
        }
    }
}
