//! Which part of the log is meant.

use base::{
    refusals,
    vocabulary::{AuditFlag, AuditId, Calendar, Day, Line, Timestamp},
};

/// What somebody looks for; all of it must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only this deed, e.g. `branches.switch`.
    pub action: Option<Line>,
    /// Only what this staff user or customer did; an id means one person among both.
    pub actor: Option<i64>,
    /// Only what was done to this thing, or to any thing of this kind.
    pub subject: Option<Subject>,
    /// Only what an owner should look at for this reason.
    pub flag: Option<AuditFlag>,
    /// First day, in the gym's calendar.
    pub from: Option<Day>,
    /// Last day, in the gym's calendar.
    pub to: Option<Day>,
    /// Only what is older than this line.
    pub before: Option<AuditId>,
}

/// What something was done to. An id alone says nothing: those of different kinds of things are the same numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Anything of this kind, e.g. `customer`.
    AnyOf(Line),
    /// One thing, named by its kind and its id.
    One {
        /// What kind of thing it is, e.g. `customer`.
        kind: Line,
        /// The id, which is unique only within the kind.
        id: i64,
    },
}

impl Subject {
    /// What kind of thing is meant, e.g. `customer`.
    pub const fn kind(&self) -> &Line {
        match self {
            Self::AnyOf(kind) | Self::One { kind, .. } => kind,
        }
    }

    /// The id of the one thing; none for any of its kind.
    pub const fn id(&self) -> Option<i64> {
        match self {
            Self::AnyOf(_) => None,
            Self::One { id, .. } => Some(*id),
        }
    }
}

/// The part of the log between two moments that comes after a place in it, reading backwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first moment that belongs to the range.
    pub from: Timestamp,
    /// The first moment that no longer belongs to it.
    pub until: Timestamp,
    /// Only what is older than this.
    pub before: LogPosition,
}

/// The position of a row in the log: newest first, and by id within one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogPosition {
    /// When the request arrived.
    pub at: Timestamp,
    /// The id of the row.
    pub id: AuditId,
}

refusals! {
    /// Why a range of days is not read.
    pub enum RangeRefused {
        /// Its last day is before its first.
        Reversed => Invalid of "date_to", "DATE_RANGE_REVERSED",
            en: "The last day must not be before the first",
            ar: "يجب ألا يسبق تاريخ النهاية تاريخ البداية";
    }
}

impl AuditFilter {
    /// The range that the days make, read on from `before`; all time for no days.
    pub fn range(&self, calendar: Calendar, before: Option<LogPosition>) -> Result<Range, RangeRefused> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && to < from
        {
            return Err(RangeRefused::Reversed);
        }
        let until = self.to.map_or(end_of_time(), |day| calendar.day_end(day.date()));
        Ok(Range {
            from: self.from.map_or(Timestamp::UNIX_EPOCH, |day| calendar.day_start(day.date())),
            until,
            // Ids begin at 1, so this position leaves out nothing that is before `until`.
            before: before.unwrap_or(LogPosition { at: until, id: AuditId::new(0) }),
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
        let filter = AuditFilter { from: from.map(day), to: to.map(day), ..AuditFilter::default() };
        filter.range(Calendar::CAIRO, None).map(|it| (it.from.to_rfc3339(), it.until.to_rfc3339()))
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
    fn reading_on_starts_where_it_stopped() {
        let place = LogPosition { at: Timestamp::UNIX_EPOCH, id: AuditId::new(7) };
        assert_eq!(
            AuditFilter::default().range(Calendar::CAIRO, Some(place)).map(|range| range.before),
            Ok(place)
        );
        let all = AuditFilter::default().range(Calendar::CAIRO, None).unwrap();
        assert_eq!(all.before.at, all.until);
    }

    #[test]
    fn a_range_does_not_end_before_it_begins() {
        assert_eq!(days(Some("2026-04-18"), Some("2026-04-17")), Err(RangeRefused::Reversed));
    }
}
