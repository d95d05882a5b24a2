//! Which terms make sense together.

use super::model::{Doors, FreezePolicy, Offer, Service, ServiceKind, ServiceType, Terms};
use base::{
    Fields, Invalid, Text, refusals,
    vocabulary::{BranchId, Change, Line, Money, Note},
};

/// Longest duration: ten years.
const DAYS_MAX: i32 = 3_660;
/// Most coins or sessions of one sale.
const UNITS_MAX: i32 = 100_000;
/// Most freezes of one subscription.
const FREEZES_MAX: i32 = 100;
/// Most frozen days of one subscription: a year.
const FREEZE_DAYS_MAX: i32 = 366;

/// What somebody says about a service; what is absent stays, or has its default in a new one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceEdit {
    /// What it is called.
    pub name: Option<Line>,
    /// What it is, in more words.
    pub description: Change<Note>,
    /// How it is used up.
    pub kind: Option<ServiceKind>,
    /// What it is for.
    pub service_type: Option<ServiceType>,
    /// The price before any discount, in the gym's currency.
    pub price: Option<Money>,
    /// Days that it lasts, the first and the last included; required for a time-based service.
    pub duration_days: Change<i64>,
    /// Coins of one sale; refused for a kind that does not count coins.
    pub coins: Change<i64>,
    /// Sessions of one sale, with or without a trainer; refused for a kind that does not count sessions.
    pub sessions: Change<i64>,
    /// How many freezes one subscription may have.
    pub max_freezes: Option<i64>,
    /// Days over all freezes of one subscription.
    pub max_freeze_days: Option<i64>,
    /// What each freeze costs.
    pub freeze_fee: Option<Money>,
    /// Whether it opens the door.
    pub opens_door: Option<bool>,
    /// Whether it opens the doors of the selling branch only, or of every branch.
    pub doors: Option<Doors>,
    /// The only branch that sells it; cleared for every branch of the gym.
    pub branch: Change<BranchId>,
    /// Whether it is for sale.
    pub is_active: Option<bool>,
}

const COUNTER: Text = Text {
    en: "This kind of service has no such counter",
    ar: "هذا النوع من الخدمات لا يستخدم هذا العداد",
};
const RANGE: Text =
    Text { en: "The number is out of range", ar: "الرقم خارج النطاق المسموح" };
const NEGATIVE: Text =
    Text { en: "The amount must not be negative", ar: "يجب ألا يكون المبلغ سالبًا" };
const HALF: Text = Text {
    en: "Say both how often and how many days it may be frozen, or neither",
    ar: "حدد عدد مرات التجميد وعدد أيامه معًا، أو اتركهما صفرًا",
};

impl ServiceEdit {
    /// The service that is meant, beside `before` if it exists already.
    ///
    /// # Refuses
    /// With every field that is missing, out of range, or not of this kind.
    pub fn over(self, before: Option<&Service>) -> Result<Offer, Invalid> {
        let mut fields = Fields::new();
        let old = before.map(|service| &service.terms);
        let name = self.name.clone().or_else(|| before.and_then(|service| Line::parse(&service.name).ok()));
        let name = fields.present("name", name);
        let old_description = before.and_then(|service| service.description.as_deref());
        let description =
            self.description.clone().over(old_description.and_then(|text| Note::parse(text).ok()));
        let kind = fields.present("kind", self.kind.or(old.map(|terms| terms.kind)));
        let price = fields.present("price", self.price.or(old.map(|terms| terms.price)));
        let freeze = self.freeze(&mut fields, old);
        let Some((name, kind, price)) =
            name.zip(kind).zip(price).map(|((name, kind), price)| (name, kind, price))
        else {
            return fields.build(None);
        };
        fields.ensure("price", !price.is_negative(), "AMOUNT_NEGATIVE", NEGATIVE);
        let duration_days = self.duration(&mut fields, kind, old);
        let units = self.units(&mut fields, kind, old);
        let terms = Terms {
            kind,
            service_type: self
                .service_type
                .or(old.map(|terms| terms.service_type))
                .unwrap_or(usual_type(kind)),
            price,
            duration_days,
            units,
            freeze,
            opens_door: self
                .opens_door
                .or(old.map(|terms| terms.opens_door))
                .unwrap_or(kind != ServiceKind::Training),
            doors: self.doors.or(old.map(|terms| terms.doors)).unwrap_or(Doors::OwnBranch),
        };
        fields.build(Some(Offer { name, description, terms }))
    }

    fn duration(&self, fields: &mut Fields, kind: ServiceKind, old: Option<&Terms>) -> Option<i32> {
        let days = match self.duration_days {
            Change::Keep => old.and_then(|terms| terms.duration_days),
            Change::Clear => None,
            Change::Set(days) => within(fields, "duration_days", days, 1, DAYS_MAX),
        };
        // A duration that was sent and is out of range is a problem already; it is not reported as missing too.
        if kind == ServiceKind::TimeBased && !matches!(self.duration_days, Change::Set(_)) {
            fields.present("duration_days", days);
        }
        days
    }

    /// The counter of the kind. One of another kind must not be set; one left over from a former kind is dropped.
    fn units(&self, fields: &mut Fields, kind: ServiceKind, old: Option<&Terms>) -> Option<i32> {
        // Two pairs for every kind, as arrays have one length; a pair with `Keep` sets nothing.
        let (own, field, foreign) = match kind {
            ServiceKind::Coins => {
                (self.coins, "coins", [("sessions", self.sessions), ("coins", Change::Keep)])
            }
            ServiceKind::Sessions | ServiceKind::Training => {
                (self.sessions, "sessions", [("coins", self.coins), ("sessions", Change::Keep)])
            }
            ServiceKind::TimeBased => {
                (Change::Clear, "coins", [("coins", self.coins), ("sessions", self.sessions)])
            }
        };
        for (name, change) in foreign {
            let is_set = matches!(change, Change::Set(units) if units != 0);
            fields.ensure(name, !is_set, "COUNTER_NOT_OF_KIND", COUNTER);
        }
        if kind == ServiceKind::TimeBased {
            return None;
        }
        let unit = |kind: ServiceKind| kind == ServiceKind::Coins;
        let same_unit =
            old.filter(|terms| terms.kind != ServiceKind::TimeBased && unit(terms.kind) == unit(kind));
        match own {
            Change::Set(units) => within(fields, field, units, 1, UNITS_MAX),
            Change::Clear => fields.present(field, None),
            Change::Keep => fields.present(field, same_unit.and_then(|terms| terms.units)),
        }
    }

    fn freeze(&self, fields: &mut Fields, old: Option<&Terms>) -> FreezePolicy {
        let old = old.map_or(FreezePolicy { times: 0, days: 0, fee: Money::ZERO }, |terms| terms.freeze);
        let mut number = |field, sent: Option<i64>, before: i32, most: i32| {
            sent.map_or(Some(before), |sent| within(fields, field, sent, 0, most)).unwrap_or(before)
        };
        let policy = FreezePolicy {
            times: number("max_freezes", self.max_freezes, old.times, FREEZES_MAX),
            days: number("max_freeze_days", self.max_freeze_days, old.days, FREEZE_DAYS_MAX),
            fee: self.freeze_fee.unwrap_or(old.fee),
        };
        fields.ensure(
            "max_freeze_days",
            (policy.times == 0) == (policy.days == 0),
            "FREEZE_POLICY_HALF",
            HALF,
        );
        fields.ensure("freeze_fee", !policy.fee.is_negative(), "AMOUNT_NEGATIVE", NEGATIVE);
        policy
    }
}

/// What a service of this kind is usually for.
const fn usual_type(kind: ServiceKind) -> ServiceType {
    match kind {
        ServiceKind::Coins => ServiceType::Bundle,
        ServiceKind::TimeBased | ServiceKind::Sessions => ServiceType::Gym,
        ServiceKind::Training => ServiceType::PersonalTraining,
    }
}

fn within(fields: &mut Fields, field: &'static str, number: i64, least: i32, most: i32) -> Option<i32> {
    let fits = i32::try_from(number).ok().filter(|number| (least..=most).contains(number));
    fields.ensure(field, fits.is_some(), "NUMBER_OUT_OF_RANGE", RANGE);
    fits
}

refusals! {
    /// Why nothing was done to a service.
    pub enum ServiceRefused {
        /// There is none with this id, or it is not sold where they are.
        NotFound => NotFound, "SERVICE_NOT_FOUND",
            en: "Service not found",
            ar: "الخدمة غير موجودة";
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::*;
    use base::{
        FieldProblem, Refusal,
        vocabulary::{GymId, ServiceId},
    };

    fn of_kind(kind: ServiceKind) -> ServiceEdit {
        ServiceEdit {
            name: Some(Line::parse("Something").unwrap()),
            kind: Some(kind),
            price: Some(Money::from_minor(50_000)),
            duration_days: Change::Set(30),
            coins: if kind == ServiceKind::Coins { Change::Set(20) } else { Change::Keep },
            sessions: if matches!(kind, ServiceKind::Sessions | ServiceKind::Training) {
                Change::Set(10)
            } else {
                Change::Keep
            },
            ..ServiceEdit::default()
        }
    }

    fn sold(offer: Offer) -> Service {
        Service {
            id: ServiceId::new(1),
            gym: GymId::new(1),
            branch: None,
            name: offer.name.into(),
            description: offer.description.map(Into::into),
            terms: offer.terms,
            is_active: true,
        }
    }

    fn of_field(problem: &FieldProblem) -> (&'static str, &'static str) {
        match problem.field {
            Cow::Borrowed(field) => (field, problem.code),
            Cow::Owned(_) => panic!("a field of the rules"),
        }
    }

    fn problems(edit: ServiceEdit, before: Option<&Service>) -> Vec<(&'static str, &'static str)> {
        match edit.over(before) {
            Ok(_) => Vec::new(),
            Err(invalid) => invalid.fields().iter().map(of_field).collect(),
        }
    }

    #[test]
    fn each_kind_has_its_own_counter_and_no_other() {
        for (kind, units) in [
            (ServiceKind::Coins, Some(20)),
            (ServiceKind::TimeBased, None),
            (ServiceKind::Sessions, Some(10)),
            (ServiceKind::Training, Some(10)),
        ] {
            assert_eq!(of_kind(kind).over(None).unwrap().terms.units, units, "{kind}");
        }
        let with = |kind, coins, sessions| problems(ServiceEdit { coins, sessions, ..of_kind(kind) }, None);
        let other = "COUNTER_NOT_OF_KIND";
        assert_eq!(
            with(ServiceKind::TimeBased, Change::Set(1), Change::Set(1)),
            [("coins", other), ("sessions", other)]
        );
        assert_eq!(with(ServiceKind::Coins, Change::Set(1), Change::Set(1)), [("sessions", other)]);
        assert_eq!(with(ServiceKind::Training, Change::Set(1), Change::Set(1)), [("coins", other)]);
        assert_eq!(with(ServiceKind::Training, Change::Set(0), Change::Set(1)), []);
        assert_eq!(with(ServiceKind::Coins, Change::Clear, Change::Clear), [("coins", "MISSING_FIELDS")]);
        assert_eq!(with(ServiceKind::Sessions, Change::Keep, Change::Keep), [("sessions", "MISSING_FIELDS")]);
        assert_eq!(
            with(ServiceKind::Sessions, Change::Keep, Change::Set(0)),
            [("sessions", "NUMBER_OUT_OF_RANGE")]
        );
    }

    #[test]
    fn only_time_must_last() {
        for kind in ServiceKind::ALL.iter().copied() {
            for duration_days in [Change::Keep, Change::Clear] {
                let found = problems(ServiceEdit { duration_days, ..of_kind(kind) }, None);
                assert_eq!(found.is_empty(), kind != ServiceKind::TimeBased, "{kind}");
            }
        }
        let far = ServiceEdit { duration_days: Change::Set(3_661), ..of_kind(ServiceKind::TimeBased) };
        assert_eq!(problems(far, None), [("duration_days", "NUMBER_OUT_OF_RANGE")]);
    }

    #[test]
    fn every_problem_is_told_at_once() {
        assert_eq!(
            problems(ServiceEdit::default(), None),
            [("name", "MISSING_FIELDS"), ("kind", "MISSING_FIELDS"), ("price", "MISSING_FIELDS")]
        );
        let edit = ServiceEdit {
            price: Some(Money::from_minor(-1)),
            max_freezes: Some(101),
            freeze_fee: Some(Money::from_minor(-1)),
            ..of_kind(ServiceKind::TimeBased)
        };
        assert_eq!(
            problems(edit, None),
            [
                ("max_freezes", "NUMBER_OUT_OF_RANGE"),
                ("freeze_fee", "AMOUNT_NEGATIVE"),
                ("price", "AMOUNT_NEGATIVE")
            ]
        );
    }

    #[test]
    fn a_freeze_policy_is_whole_or_absent() {
        let with = |times, days| {
            problems(
                ServiceEdit {
                    max_freezes: Some(times),
                    max_freeze_days: Some(days),
                    ..of_kind(ServiceKind::TimeBased)
                },
                None,
            )
        };
        assert_eq!(with(2, 15), []);
        assert_eq!(with(0, 0), []);
        assert_eq!(with(2, 0), [("max_freeze_days", "FREEZE_POLICY_HALF")]);
        assert_eq!(with(0, 15), [("max_freeze_days", "FREEZE_POLICY_HALF")]);
    }

    #[test]
    fn training_does_not_open_the_door_unless_somebody_says_so() {
        assert!(!of_kind(ServiceKind::Training).over(None).unwrap().terms.opens_door);
        assert!(of_kind(ServiceKind::Coins).over(None).unwrap().terms.opens_door);
        let open = ServiceEdit { opens_door: Some(true), ..of_kind(ServiceKind::Training) };
        assert!(open.over(None).unwrap().terms.opens_door);
    }

    #[test]
    fn what_is_not_sent_stays() {
        let before = sold(of_kind(ServiceKind::Sessions).over(None).unwrap());
        let after = ServiceEdit { price: Some(Money::from_minor(1)), ..ServiceEdit::default() }
            .over(Some(&before))
            .unwrap();
        let same = Terms { price: Money::from_minor(1), ..before.terms.clone() };
        assert_eq!((after.terms, after.name.as_str()), (same, before.name.as_str()));
    }

    #[test]
    fn a_change_of_kind_asks_for_its_counter_and_drops_the_old_one() {
        let before = sold(of_kind(ServiceKind::Coins).over(None).unwrap());
        let to = |kind| ServiceEdit { kind: Some(kind), ..ServiceEdit::default() };
        assert_eq!(problems(to(ServiceKind::Sessions), Some(&before)), [("sessions", "MISSING_FIELDS")]);
        assert_eq!(to(ServiceKind::TimeBased).over(Some(&before)).unwrap().terms.units, None);
        let sessions = sold(of_kind(ServiceKind::Sessions).over(None).unwrap());
        assert_eq!(to(ServiceKind::Training).over(Some(&sessions)).unwrap().terms.units, Some(10));
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_what_the_table_accepts(
            kind in 0_usize..4, days in proptest::option::of(-1_i64..4_000), coins in proptest::option::of(-1_i64..100_002),
            sessions in proptest::option::of(-1_i64..100_002), times in -1_i64..102, freeze_days in -1_i64..368,
            price in -1_i64..3,
        ) {
            let set = |number: Option<i64>| number.map_or(Change::Keep, Change::Set);
            let edit = ServiceEdit {
                kind: Some(ServiceKind::ALL[kind]),
                price: Some(Money::from_minor(price)),
                duration_days: set(days),
                coins: set(coins),
                sessions: set(sessions),
                max_freezes: Some(times),
                max_freeze_days: Some(freeze_days),
                ..of_kind(ServiceKind::ALL[kind])
            };
            if let Ok(offer) = edit.over(None) {
                let terms = offer.terms;
                prop_assert_eq!(terms.units.is_some(), terms.kind != ServiceKind::TimeBased);
                prop_assert!(terms.units.is_none_or(|units| (1..=100_000).contains(&units)));
                prop_assert!(terms.duration_days.is_none_or(|days| (1..=3_660).contains(&days)));
                prop_assert!(terms.kind != ServiceKind::TimeBased || terms.duration_days.is_some());
                prop_assert!((0..=100).contains(&terms.freeze.times) && (0..=366).contains(&terms.freeze.days));
                prop_assert!(!terms.price.is_negative());
            }
        }
    }
}
