//! The days that a list or a report is about.

use chrono::NaiveDate;

use super::{Day, dates::days_later, field_errors};

/// Days when nobody says which, today included.
const DAYS_DEFAULT: i64 = 30;
/// Most days at once: a year, and the month before it to compare with.
const DAYS_MOST: i64 = 400;

field_errors! {
    /// Why nothing is read for a range of days.
    pub enum DayRangeInvalid {
        /// The last day is before the first.
        Reversed => "DATE_RANGE_REVERSED",
            en: "The last day must not be before the first",
            ar: "يجب ألا يسبق تاريخ النهاية تاريخ البداية";
        /// There are more than four hundred days.
        TooLong => "DATE_RANGE_TOO_LONG",
            en: "Please choose at most 400 days",
            ar: "يرجى اختيار 400 يوم على الأكثر";
    }
}

impl DayRangeInvalid {
    /// The parameter that is wrong, as the query spells it.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Reversed | Self::TooLong => "date_to",
        }
    }
}

/// First and last day of a range, both included, in the gym's calendar. What is not named follows from the other, and from
/// today: thirty days until the last, a last day of today.
pub fn read_days(
    (from, to): (Option<Day>, Option<Day>),
    today: NaiveDate,
) -> Result<(NaiveDate, NaiveDate), DayRangeInvalid> {
    let (from, to) = (from.map(Day::date), to.map(Day::date));
    let to = to.unwrap_or_else(|| from.map_or(today, |from| today.max(from)));
    let from = from.unwrap_or_else(|| days_later(to, 1_i64.saturating_sub(DAYS_DEFAULT)));
    if to < from {
        return Err(DayRangeInvalid::Reversed);
    }
    if to.signed_duration_since(from).num_days() >= DAYS_MOST {
        return Err(DayRangeInvalid::TooLong);
    }
    Ok((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_are_the_last_thirty_unless_somebody_says_which() {
        let day = |text: &str| Day::parse(text).unwrap();
        let date = |text: &str| day(text).date();
        let today = date("2026-04-30");
        assert_eq!(read_days((None, None), today), Ok((date("2026-04-01"), today)));
        let until = Some(day("2026-03-30"));
        assert_eq!(read_days((None, until), today), Ok((date("2026-03-01"), date("2026-03-30"))));
        assert_eq!(read_days((Some(day("2026-04-29")), None), today), Ok((date("2026-04-29"), today)));
        let ahead = Some(day("2026-06-01"));
        assert_eq!(read_days((ahead, None), today), Ok((date("2026-06-01"), date("2026-06-01"))));
        assert_eq!(read_days((ahead, until), today), Err(DayRangeInvalid::Reversed));
    }

    #[test]
    fn there_are_at_most_four_hundred() {
        let day = |text: &str| Some(Day::parse(text).unwrap());
        let today = day("2026-04-30").unwrap().date();
        assert!(read_days((day("2026-01-01"), day("2027-02-04")), today).is_ok());
        assert_eq!(read_days((day("2026-01-01"), day("2027-02-05")), today), Err(DayRangeInvalid::TooLong));
    }
}
