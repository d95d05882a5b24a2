//! The days that a report is about. All of them are days of the gym's calendar, and both ends belong to them.

use chrono::{Datelike, NaiveDate, Weekday};

use crate::gyms::WeekStart;
use base::vocabulary::{
    Calendar, Day, DayRangeInvalid, Timestamp,
    dates::{add_months, days_later},
    read_days, words,
};

/// Days that a report is about when nobody names any, today included: those of the dashboards.
const DEFAULT_DAYS: i64 = 30;
/// Weeks of a trend by weeks, the one that is under way included: about a quarter.
const TREND_WEEKS: i64 = 12;
/// Months of a trend by months, the one that is under way included: a year.
const TREND_MONTHS: i32 = 12;

/// Days one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayRange {
    /// First day.
    pub from: NaiveDate,
    /// Last day, never before the first.
    pub to: NaiveDate,
}

impl DayRange {
    /// One day alone.
    pub const fn day(day: NaiveDate) -> Self {
        Self { from: day, to: day }
    }

    /// The last thirty days, `today` included.
    pub fn until(today: NaiveDate) -> Self {
        Self::ending(today, DEFAULT_DAYS)
    }

    /// So many days, of which `last` is the last.
    pub fn ending(last: NaiveDate, days: i64) -> Self {
        Self { from: days_later(last, days.saturating_sub(1).saturating_neg()), to: last }
    }

    /// So many days, of which `first` is the first.
    pub fn beginning(first: NaiveDate, days: i64) -> Self {
        Self { from: first, to: days_later(first, days.saturating_sub(1)) }
    }

    /// The month in which `day` lies.
    pub fn month_of(day: NaiveDate) -> Self {
        let from = first_of_month(day);
        let next = add_months(from, 1).unwrap_or(from);
        Self { from, to: days_later(next, -1).max(from) }
    }

    /// The week in which `day` lies, seven days.
    pub fn week_of(day: NaiveDate, begins: WeekStart) -> Self {
        Self::beginning(first_of_week(day, begins), 7)
    }

    /// How many days there are.
    pub fn length(self) -> i64 {
        self.to.signed_duration_since(self.from).num_days().saturating_add(1)
    }

    /// How many of the days have begun by `today`.
    pub fn begun(self, today: NaiveDate) -> i64 {
        if today < self.from { 0 } else { Self { to: self.to.min(today), ..self }.length() }
    }

    /// Each of the days.
    pub fn days(self) -> impl Iterator<Item = NaiveDate> {
        (0..self.length()).map(move |more| days_later(self.from, more))
    }

    /// The instants from the first one of the first day to the first one that no longer belongs to the last.
    pub(super) fn instants(self, calendar: Calendar) -> (Timestamp, Timestamp) {
        (calendar.day_start(self.from), calendar.day_end(self.to))
    }
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

fn first_of_week(day: NaiveDate, begins: WeekStart) -> NaiveDate {
    let first = match begins {
        WeekStart::Saturday => Weekday::Sat,
        WeekStart::Sunday => Weekday::Sun,
        WeekStart::Monday => Weekday::Mon,
    };
    days_later(day, i64::from(day.weekday().days_since(first)).saturating_neg())
}

/// The days that somebody asks about; what is not named follows from today.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AskedDays {
    /// First day.
    pub from: Option<Day>,
    /// Last day.
    pub to: Option<Day>,
}

impl AskedDays {
    /// All days of the month in which `day` lies.
    pub fn month_of(day: Day) -> Self {
        let month = DayRange::month_of(day.date());
        Self { from: Day::of(month.from), to: Day::of(month.to) }
    }

    /// The days that are meant: up to today (to the first day, if that is still to come) where no last one is named, thirty
    /// where no first one is.
    ///
    /// # Refuses
    /// A range that ends before it begins, and one of more than 400 days.
    pub fn range(self, today: NaiveDate) -> Result<DayRange, DayRangeInvalid> {
        let (from, to) = read_days((self.from, self.to), today)?;
        Ok(DayRange { from, to })
    }
}

words! {
    /// How long one point of a trend is.
    pub enum TrendPeriod {
        /// A day.
        Daily = "daily" | "day",
        /// A week, which begins on the day that the gym says.
        Weekly = "weekly" | "week",
        /// A month.
        Monthly = "monthly" | "month",
    }
}

impl TrendPeriod {
    /// The days that a trend shows on `today`: thirty days, twelve weeks or twelve months, the last of them under way.
    pub fn window(self, today: NaiveDate, begins: WeekStart) -> DayRange {
        let from = match self {
            Self::Daily => DayRange::until(today).from,
            Self::Weekly => {
                let weeks = TREND_WEEKS.saturating_sub(1).saturating_mul(7);
                days_later(first_of_week(today, begins), weeks.saturating_neg())
            }
            Self::Monthly => {
                let month = first_of_month(today);
                add_months(month, TREND_MONTHS.saturating_sub(1).saturating_neg()).unwrap_or(month)
            }
        };
        DayRange { from, to: today }
    }

    /// The days of the point that begins on `from`.
    fn point(self, from: NaiveDate, begins: WeekStart) -> DayRange {
        match self {
            Self::Daily => DayRange::day(from),
            Self::Weekly => DayRange { from, to: DayRange::week_of(from, begins).to },
            Self::Monthly => DayRange { from, to: DayRange::month_of(from).to },
        }
    }

    /// The points of `window` one after the other, without a gap; the first and the last may be cut off by its ends.
    pub(super) fn points(self, window: DayRange, begins: WeekStart) -> Vec<DayRange> {
        let mut points = Vec::new();
        let mut from = window.from;
        while from <= window.to {
            let point = self.point(from, begins);
            let point = DayRange { to: point.to.min(window.to), ..point };
            points.push(point);
            from = days_later(point.to, 1);
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        Day::parse(text).unwrap().date()
    }
    fn asked(from: Option<&str>, to: Option<&str>) -> Result<(String, String), DayRangeInvalid> {
        let parse = |text: &str| Day::parse(text).unwrap();
        let asked = AskedDays { from: from.map(parse), to: to.map(parse) };
        asked.range(day("2026-04-17")).map(|range| (range.from.to_string(), range.to.to_string()))
    }
    fn days(from: &str, to: &str) -> DayRange {
        DayRange { from: day(from), to: day(to) }
    }

    #[test]
    fn without_days_the_last_thirty_are_meant() {
        let of = |from: &str, to: &str| Ok((from.to_owned(), to.to_owned()));
        assert_eq!(asked(None, None), of("2026-03-19", "2026-04-17"));
        assert_eq!(asked(Some("2026-04-01"), None), of("2026-04-01", "2026-04-17"));
        assert_eq!(asked(Some("2026-05-01"), None), of("2026-05-01", "2026-05-01"));
        assert_eq!(asked(None, Some("2026-01-30")), of("2026-01-01", "2026-01-30"));
        assert_eq!(asked(Some("2026-04-17"), Some("2026-04-17")), of("2026-04-17", "2026-04-17"));
    }

    #[test]
    fn a_report_ends_after_it_begins_and_has_at_most_four_hundred_days() {
        assert_eq!(asked(Some("2026-04-18"), Some("2026-04-17")), Err(DayRangeInvalid::Reversed));
        assert!(asked(Some("2025-03-14"), Some("2026-04-17")).is_ok());
        assert_eq!(asked(Some("2025-03-13"), Some("2026-04-17")), Err(DayRangeInvalid::TooLong));
        assert_eq!(asked(Some("1900-01-01"), None), Err(DayRangeInvalid::TooLong));
        assert_eq!(asked(Some("1900-01-01"), Some("2199-12-31")), Err(DayRangeInvalid::TooLong));
    }

    #[test]
    fn a_month_that_is_named_is_meant_whole() {
        let month = AskedDays::month_of(Day::parse("2026-02-11").unwrap());
        assert_eq!(month.range(day("2026-04-17")), Ok(days("2026-02-01", "2026-02-28")));
    }

    #[test]
    fn a_week_begins_on_the_day_that_the_gym_says() {
        let week = |begins| DayRange::week_of(day("2026-04-17"), begins);
        assert_eq!(week(WeekStart::Saturday), days("2026-04-11", "2026-04-17"));
        assert_eq!(week(WeekStart::Sunday), days("2026-04-12", "2026-04-18"));
        assert_eq!(week(WeekStart::Monday), days("2026-04-13", "2026-04-19"));
        assert_eq!(DayRange::week_of(day("2026-04-18"), WeekStart::Saturday).from, day("2026-04-18"));
    }

    #[test]
    fn a_month_has_all_its_days_and_counts_those_that_have_begun() {
        let month = DayRange::month_of(day("2024-02-29"));
        assert_eq!((month, month.length()), (days("2024-02-01", "2024-02-29"), 29));
        assert_eq!(month.begun(day("2024-01-31")), 0);
        assert_eq!(month.begun(day("2024-02-01")), 1);
        assert_eq!(month.begun(day("2024-03-09")), 29);
        assert_eq!(DayRange::month_of(day("2199-12-31")).from, day("2199-12-01"));
    }

    #[test]
    fn a_trend_has_thirty_days_twelve_weeks_or_twelve_months() {
        let today = day("2026-04-17");
        let points = |period: TrendPeriod| {
            period.points(period.window(today, WeekStart::Saturday), WeekStart::Saturday)
        };
        let daily = points(TrendPeriod::Daily);
        assert_eq!((daily.len(), daily[0]), (30, days("2026-03-19", "2026-03-19")));
        let weekly = points(TrendPeriod::Weekly);
        assert_eq!((weekly.len(), weekly[0]), (12, days("2026-01-24", "2026-01-30")));
        assert_eq!(weekly[11], days("2026-04-11", "2026-04-17"));
        let monthly = points(TrendPeriod::Monthly);
        assert_eq!((monthly.len(), monthly[0]), (12, days("2025-05-01", "2025-05-31")));
        assert_eq!(monthly[11], days("2026-04-01", "2026-04-17"));
    }

    #[test]
    fn a_day_of_the_gym_is_as_long_as_its_clock_says() {
        let (began, ended) = DayRange::day(day("2026-04-24")).instants(Calendar::CAIRO);
        assert_eq!(ended.signed_duration_since(began).num_hours(), 23);
    }

    proptest! {
        #[test]
        fn the_points_of_a_trend_cover_each_day_once(offset in 0_i64..100_000, period in 0..3_usize, week in 0..3_usize) {
            let today = days_later(day("1901-06-01"), offset);
            let (period, begins) = (TrendPeriod::ALL[period], WeekStart::ALL[week]);
            let window = period.window(today, begins);
            let covered: Vec<_> = period.points(window, begins).into_iter().flat_map(DayRange::days).collect();
            prop_assert_eq!(covered, window.days().collect::<Vec<_>>());
        }
    }
}
