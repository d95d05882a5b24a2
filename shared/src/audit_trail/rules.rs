//! Which part of the log is meant.

use std::borrow::Cow;

use crate::{
    error::{Refusal, RefusalKind, Text},
    vocabulary::{AuditId, Calendar, Day, Language, Line, Timestamp},
};

/// What somebody looks for; all of it must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// What was done.
    pub action: Option<Line>,
    /// By whom.
    pub actor: Option<i64>,
    /// To what kind of thing.
    pub subject_kind: Option<Line>,
    /// To which.
    pub subject: Option<i64>,
    /// First day, in the gym's calendar.
    pub from: Option<Day>,
    /// Last day, in the gym's calendar.
    pub to: Option<Day>,
    /// Only what is older than this line.
    pub before: Option<AuditId>,
}

/// From one moment to just before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moments {
    /// The first moment.
    pub from: Timestamp,
    /// The first moment after.
    pub until: Timestamp,
}

/// Why a range of days is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RangeRefused {
    /// Its last day is before its first.
    #[error("the range ends before it begins")]
    Reversed,
}

impl Refusal for RangeRefused {
    fn kind(&self) -> RefusalKind {
        match self {
            Self::Reversed => RefusalKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Reversed => "DATE_RANGE_REVERSED",
        }
    }

    fn say(&self, language: Language) -> Cow<'static, str> {
        match self {
            Self::Reversed => Text {
                en: "date_to must not be before date_from",
                ar: "يجب ألا يسبق تاريخ النهاية تاريخ البداية",
            }
            .say(language)
            .into(),
        }
    }
}

impl Filter {
    /// The moments that the days are made of; all time for no days.
    pub fn moments(&self, calendar: Calendar) -> Result<Moments, RangeRefused> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && to < from
        {
            return Err(RangeRefused::Reversed);
        }
        Ok(Moments {
            from: self.from.map_or(Timestamp::UNIX_EPOCH, |day| calendar.day_start(day.date())),
            until: self.to.map_or(end_of_time(), |day| calendar.day_end(day.date())),
        })
    }
}

/// After anything that was ever done, and within what Postgres can compare.
fn end_of_time() -> Timestamp {
    Timestamp::from_timestamp(32_503_680_000, 0).unwrap_or(Timestamp::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: Option<&str>, to: Option<&str>) -> Result<(String, String), RangeRefused> {
        let day = |text: &str| Day::parse(text).unwrap();
        let filter = Filter { from: from.map(day), to: to.map(day), ..Filter::default() };
        filter.moments(Calendar::CAIRO).map(|it| (it.from.to_rfc3339(), it.until.to_rfc3339()))
    }

    #[test]
    fn both_days_belong_to_the_range() {
        let one_day = days(Some("2026-04-17"), Some("2026-04-17"));
        assert_eq!(one_day, Ok(("2026-04-16T22:00:00+00:00".into(), "2026-04-17T22:00:00+00:00".into())));
    }

    #[test]
    fn no_days_are_all_time() {
        assert_eq!(
            days(None, None),
            Ok(("1970-01-01T00:00:00+00:00".into(), "3000-01-01T00:00:00+00:00".into()))
        );
    }

    #[test]
    fn a_range_does_not_end_before_it_begins() {
        assert_eq!(days(Some("2026-04-18"), Some("2026-04-17")), Err(RangeRefused::Reversed));
    }
}
