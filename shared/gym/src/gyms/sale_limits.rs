//! How far a desk may go by itself when it sells: what an owner may set, and what a new gym is advised to.

use serde_json::{Value, json};

use base::{
    Fields, Text,
    vocabulary::{Change, field_errors},
};

/// One limit of what a desk may give away by itself. Beyond it a manager sells, and says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaleLimit {
    /// Percent that is taken off the price of what is sold.
    PercentOff,
    /// Coins or sessions of one sale, as times those of the service.
    UnitsTimes,
    /// Days of one sale, as times those of the service.
    DaysTimes,
}

impl SaleLimit {
    /// Every limit, in the order in which an owner reads them.
    pub const ALL: [Self; 3] = [Self::PercentOff, Self::UnitsTimes, Self::DaysTimes];

    /// The word that the table and the apps use.
    pub const fn key(self) -> &'static str {
        match self {
            Self::PercentOff => "max_percent_off",
            Self::UnitsTimes => "max_units_times",
            Self::DaysTimes => "max_days_times",
        }
    }

    /// The least and the most that an owner may set; the schema has the same.
    pub const fn bounds(self) -> (i32, i32) {
        match self {
            Self::PercentOff => (0, 100),
            Self::UnitsTimes | Self::DaysTimes => (1, 1000),
        }
    }

    /// What setting up a gym proposes. Until an owner decides there is no limit, because a desk is used to type what
    /// it likes.
    pub const fn proposed(self) -> Option<i32> {
        match self {
            Self::PercentOff => Some(20),
            Self::UnitsTimes | Self::DaysTimes => None,
        }
    }

    /// What the owner reads beside the number.
    pub const fn label(self) -> Text {
        match self {
            Self::PercentOff => Text {
                en: "Most percent that the desk may take off",
                ar: "أقصى نسبة خصم مئوية يمنحها الاستقبال",
            },
            Self::UnitsTimes => Text {
                en: "Most coins or sessions in one sale, as times those of the service",
                ar: "أقصى عدد عملات أو حصص في عملية بيع واحدة، بعدد مرات ما في الخدمة",
            },
            Self::DaysTimes => Text {
                en: "Most days in one sale, as times those of the service",
                ar: "أقصى عدد أيام في عملية بيع واحدة، بعدد مرات أيام الخدمة",
            },
        }
    }

    /// Reads a number that an owner sets.
    pub fn parse(self, number: i64) -> Result<i32, SaleLimitInvalid> {
        let (least, most) = self.bounds();
        match i32::try_from(number) {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            Ok(_) | Err(_) => Err(SaleLimitInvalid::OutOfRange { least, most }),
        }
    }
}

field_errors! {
    /// Why a limit is not set.
    pub enum SaleLimitInvalid {
        /// It is below the least or above the most.
        OutOfRange {
            /// The least that is taken.
            least: i32,
            /// The most that is taken.
            most: i32,
        } => "SALE_LIMIT_OUT_OF_RANGE",
            en: "must be a whole number from {least} to {most}",
            ar: "يجب أن يكون رقما صحيحا من {least} إلى {most}";
    }
}

/// What a desk of one gym may give away by itself; none is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SaleLimits {
    /// Most percent off, 0 to 100.
    pub percent_off: Option<i32>,
    /// Most coins or sessions of one sale, as times those of the service.
    pub units_times: Option<i32>,
    /// Most days of one sale, as times those of the service.
    pub days_times: Option<i32>,
}

impl SaleLimits {
    /// What is set for this limit.
    pub const fn of(&self, limit: SaleLimit) -> Option<i32> {
        match limit {
            SaleLimit::PercentOff => self.percent_off,
            SaleLimit::UnitsTimes => self.units_times,
            SaleLimit::DaysTimes => self.days_times,
        }
    }
}

/// What an owner says about the limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SaleLimitsEdit {
    /// Another percentage, or none any more.
    pub percent_off: Change<i32>,
    /// Other times, or none any more.
    pub units_times: Change<i32>,
    /// Other times, or none any more.
    pub days_times: Change<i32>,
}

impl SaleLimitsEdit {
    /// Reads what `sent` says of each limit; numbers that are not taken are noted under the key of the limit.
    pub fn read(fields: &mut Fields, sent: impl Fn(SaleLimit) -> Change<i64>) -> Self {
        let mut read = |limit: SaleLimit| match sent(limit) {
            Change::Keep => Change::Keep,
            Change::Clear => Change::Clear,
            Change::Set(number) => {
                fields.check(limit.key(), limit.parse(number)).map_or(Change::Keep, Change::Set)
            }
        };
        Self {
            percent_off: read(SaleLimit::PercentOff),
            units_times: read(SaleLimit::UnitsTimes),
            days_times: read(SaleLimit::DaysTimes),
        }
    }

    /// Whether anything is to change.
    pub const fn is_one(&self) -> bool {
        self.percent_off.is_one() || self.units_times.is_one() || self.days_times.is_one()
    }

    /// The limits after this edit of `before`.
    pub fn over(self, before: SaleLimits) -> SaleLimits {
        SaleLimits {
            percent_off: self.percent_off.over(before.percent_off),
            units_times: self.units_times.over(before.units_times),
            days_times: self.days_times.over(before.days_times),
        }
    }
}

/// As the audit log keeps them.
pub(super) fn told(limits: SaleLimits) -> Value {
    SaleLimit::ALL.into_iter().map(|limit| (limit.key().to_owned(), json!(limits.of(limit)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::Refusal as _;

    #[test]
    fn what_is_proposed_may_be_set_and_the_bounds_too() {
        for limit in SaleLimit::ALL {
            let (least, most) = limit.bounds();
            for number in [least, most, limit.proposed().unwrap_or(least)] {
                assert_eq!(limit.parse(i64::from(number)), Ok(number));
            }
            for odd in [i64::from(least) - 1, i64::from(most) + 1, i64::MIN, i64::MAX] {
                assert!(limit.parse(odd).is_err(), "{odd}");
            }
        }
    }

    #[test]
    fn what_is_absent_stays_and_null_takes_a_limit_away() {
        let before = SaleLimits { percent_off: Some(20), units_times: Some(2), days_times: None };
        let sent = |limit| match limit {
            SaleLimit::PercentOff => Change::Clear,
            SaleLimit::UnitsTimes => Change::Keep,
            SaleLimit::DaysTimes => Change::Set(3),
        };
        let mut fields = Fields::new();
        let after = SaleLimitsEdit::read(&mut fields, sent).over(before);
        assert_eq!(after, SaleLimits { percent_off: None, units_times: Some(2), days_times: Some(3) });
        assert_eq!(fields.done(), Ok(()));
    }

    #[test]
    fn every_number_that_is_not_taken_is_named() {
        let mut fields = Fields::new();
        let edit = SaleLimitsEdit::read(&mut fields, |_| Change::Set(-1));
        assert!(!edit.is_one());
        let invalid = fields.done().unwrap_err();
        let named: Vec<_> = invalid.fields().iter().map(|problem| problem.field.clone()).collect();
        assert_eq!(named, SaleLimit::ALL.map(SaleLimit::key));
    }
}
