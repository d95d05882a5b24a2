//! Instants, and days as the gym's calendar counts them.

use std::fmt;

use chrono::{
    DateTime, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeDelta, TimeZone as _, Utc,
};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, schema::Type},
};

use super::{field_errors, localized::from_text, text::ascii_digit};

/// An instant in UTC, whatever the calendar of the gym.
pub type Timestamp = DateTime<Utc>;

field_errors! {
    /// Why text is not a day or a calendar.
    pub enum DateInvalid {
        /// It is not a date of the form `2026-11-20`.
        NotADay => "DATE_INVALID",
            en: "A date is written as 2026-11-20",
            ar: "التاريخ يُكتب بالصيغة \u{2066}2026-11-20\u{2069}",
            display: "a date is written as 2026-11-20";
        /// It is before 1900 or after 2199.
        OutOfRange => "DATE_OUT_OF_RANGE",
            en: "The date is out of range",
            ar: "التاريخ خارج النطاق المسموح",
            display: "the date is out of range";
        /// No time zone has this name.
        UnknownZone => "TIME_ZONE_UNKNOWN",
            en: "No time zone has this name",
            ar: "المنطقة الزمنية غير معروفة",
            display: "no time zone has this name";
    }
}

/// A day between the first of 1900 and the last of 2199.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, sqlx::Type)]
#[serde(into = "NaiveDate")]
#[sqlx(transparent)]
pub struct Day(NaiveDate);

impl Day {
    /// Reads `2026-11-20`; a time behind it is left out, as the day is what was asked for.
    pub fn parse(text: &str) -> Result<Self, DateInvalid> {
        let plain: String = text.trim().chars().map(|char| ascii_digit(char).unwrap_or(char)).collect();
        let day = plain.split(['T', ' ']).next().unwrap_or_default();
        if day.len() != "yyyy-mm-dd".len() || !day.starts_with(|char: char| char.is_ascii_digit()) {
            return Err(DateInvalid::NotADay);
        }
        match NaiveDate::parse_from_str(day, "%Y-%m-%d") {
            Ok(date) => Self::of(date).ok_or(DateInvalid::OutOfRange),
            Err(_why) => Err(DateInvalid::NotADay),
        }
    }

    /// The day of `date`, if it is within bounds.
    pub fn of(date: NaiveDate) -> Option<Self> {
        in_bounds(date).map(Self)
    }

    /// The same day as a plain date, whose type has no bounds.
    pub const fn date(self) -> NaiveDate {
        self.0
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from_text(from, Self::parse)
    }
}

impl From<Day> for NaiveDate {
    fn from(day: Day) -> Self {
        day.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl PartialSchema for Day {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .into()
    }
}

impl ToSchema for Day {}

fn in_bounds(date: NaiveDate) -> Option<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(1900, 1, 1)?;
    let last = NaiveDate::from_ymd_opt(2199, 12, 31)?;
    (first..=last).contains(&date).then_some(date)
}

/// The first moment that [`later`] and [`earlier`] reach, the beginning of the year 1: Postgres and the apps can hold
/// it.
const EARLIEST: Timestamp = match Timestamp::from_timestamp(-62_135_596_800, 0) {
    Some(at) => at,
    None => Timestamp::MIN_UTC,
};
/// The last one: the end of the year 9999, the last of four digits.
const LATEST: Timestamp = match Timestamp::from_timestamp(253_402_300_799, 0) {
    Some(at) => at,
    None => Timestamp::MAX_UTC,
};

/// The moment so much after `at` (before it if `by` is negative), within the years 1 to 9999.
pub fn later(at: Timestamp, by: TimeDelta) -> Timestamp {
    let beyond = if by < TimeDelta::zero() { EARLIEST } else { LATEST };
    at.checked_add_signed(by).unwrap_or(beyond).clamp(EARLIEST, LATEST)
}

/// The moment so much before `at` (after it if `by` is negative), within the years 1 to 9999.
pub fn earlier(at: Timestamp, by: TimeDelta) -> Timestamp {
    let beyond = if by < TimeDelta::zero() { LATEST } else { EARLIEST };
    at.checked_sub_signed(by).unwrap_or(beyond).clamp(EARLIEST, LATEST)
}

/// The day so many days later (earlier if negative), or the first or last one that chrono knows, some 262,000 years
/// away.
///
/// For what is reckoned from days that were checked before; [`add_days`] is for numbers that somebody typed.
pub fn days_later(date: NaiveDate, days: i64) -> NaiveDate {
    moved(date, days).unwrap_or(if days < 0 { NaiveDate::MIN } else { NaiveDate::MAX })
}

/// The day so many days later (earlier if negative), unless it leaves the bounds of [`Day`].
pub fn add_days(date: NaiveDate, days: i64) -> Option<NaiveDate> {
    moved(date, days).and_then(in_bounds)
}

fn moved(date: NaiveDate, days: i64) -> Option<NaiveDate> {
    let step = Days::new(days.unsigned_abs());
    if days < 0 { date.checked_sub_days(step) } else { date.checked_add_days(step) }
}

/// The same day so many months later (earlier if negative), or the last of a month that is too
/// short for it, unless it leaves the bounds of [`Day`].
pub fn add_months(date: NaiveDate, months: i32) -> Option<NaiveDate> {
    let step = Months::new(months.unsigned_abs());
    let moved = if months < 0 { date.checked_sub_months(step) } else { date.checked_add_months(step) };
    moved.and_then(in_bounds)
}

/// Completed years of somebody born on `birth`, or nothing if that is still to come.
pub fn age_on(birth: NaiveDate, today: NaiveDate) -> Option<i32> {
    today.years_since(birth).and_then(|years| i32::try_from(years).ok())
}

/// How a gym counts days: the civil calendar of its time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar(Tz);

impl Default for Calendar {
    fn default() -> Self {
        Self::CAIRO
    }
}

impl Calendar {
    /// The calendar of Egypt, the default of a gym; its summer time begins at midnight.
    pub const CAIRO: Self = Self(Tz::Africa__Cairo);

    /// The calendar of a zone of the tz database, such as `Africa/Cairo`.
    pub fn parse(name: &str) -> Result<Self, DateInvalid> {
        match name.trim().parse() {
            Ok(zone) => Ok(Self(zone)),
            Err(_why) => Err(DateInvalid::UnknownZone),
        }
    }

    /// The zone's name in the tz database.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Date and time at `now` as a clock in the gym shows them.
    pub fn local(self, now: Timestamp) -> NaiveDateTime {
        // By hand: the conversion of chrono panics near the first and the last instant that it knows.
        let offset = self.0.offset_from_utc_datetime(&now.naive_utc()).fix();
        let seconds = TimeDelta::seconds(i64::from(offset.local_minus_utc()));
        now.naive_utc().checked_add_signed(seconds).unwrap_or_else(|| now.naive_utc())
    }

    /// The gym's date at `now`.
    pub fn today(self, now: Timestamp) -> NaiveDate {
        self.local(now).date()
    }

    /// The first instant of the day.
    ///
    /// Where the clock skips midnight it is the first instant after the gap; where midnight comes
    /// twice, the first of the two.
    pub fn day_start(self, date: NaiveDate) -> Timestamp {
        let midnight = date.and_time(NaiveTime::MIN);
        match self.0.from_local_datetime(&midnight).earliest() {
            Some(start) => start.with_timezone(&Utc),
            None => self.first_instant_from(midnight),
        }
    }

    /// The first instant after the day; the days cover all time without overlap.
    pub fn day_end(self, date: NaiveDate) -> Timestamp {
        date.succ_opt().map_or(Timestamp::MAX_UTC, |next| self.day_start(next))
    }

    /// Finds the end of a gap by halving: within it the wall clock only jumps forward.
    fn first_instant_from(self, wall: NaiveDateTime) -> Timestamp {
        // More than the largest offset of any zone, so that the answer lies between the two.
        let reach = TimeDelta::hours(36).num_seconds();
        let middle = wall.and_utc().timestamp();
        let (mut before, mut after) = (middle.saturating_sub(reach), middle.saturating_add(reach));
        while after.saturating_sub(before) > 1 {
            let half = before.midpoint(after);
            let reached =
                Timestamp::from_timestamp(half, 0).map_or(half > 0, |instant| self.local(instant) >= wall);
            if reached { after = half } else { before = half }
        }
        Timestamp::from_timestamp(after, 0).unwrap_or(Timestamp::MAX_UTC)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        Day::parse(text).unwrap().date()
    }
    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }
    fn hours(calendar: Calendar, date: &str) -> i64 {
        calendar.day_end(day(date)).signed_duration_since(calendar.day_start(day(date))).num_hours()
    }

    #[test]
    fn the_day_changes_at_midnight_on_the_wall() {
        let cairo = Calendar::CAIRO;
        assert_eq!(cairo.today(at("2026-11-20T21:59:59Z")), day("2026-11-20"));
        assert_eq!(cairo.today(at("2026-11-20T22:00:00Z")), day("2026-11-21"));
        assert_eq!(cairo.local(at("2026-11-20T22:30:00Z")).to_string(), "2026-11-21 00:30:00");
        assert_eq!(cairo.day_start(day("2026-11-20")), at("2026-11-19T22:00:00Z"));
    }

    #[test]
    fn a_day_without_midnight_begins_after_the_gap() {
        let cairo = Calendar::CAIRO;
        assert_eq!(cairo.day_start(day("2026-04-24")), at("2026-04-23T22:00:00Z"));
        assert_eq!(cairo.local(cairo.day_start(day("2026-04-24"))).to_string(), "2026-04-24 01:00:00");
        assert_eq!(hours(cairo, "2026-04-23"), 24);
        assert_eq!(hours(cairo, "2026-04-24"), 23);
    }

    #[test]
    fn a_day_whose_last_hour_comes_twice_is_longer() {
        assert_eq!(hours(Calendar::CAIRO, "2026-10-29"), 25);
        assert_eq!(hours(Calendar::parse("America/Havana").unwrap(), "2026-11-01"), 25);
        assert_eq!(hours(Calendar::parse("Europe/London").unwrap(), "2026-03-29"), 23);
    }

    #[test]
    fn a_day_that_a_zone_left_out_is_empty() {
        assert_eq!(hours(Calendar::parse("Pacific/Apia").unwrap(), "2011-12-30"), 0);
    }

    #[test]
    fn a_calendar_has_a_known_name() {
        assert_eq!(Calendar::parse("Africa/Cairo"), Ok(Calendar::CAIRO));
        for name in ["", "Cairo", "Africa/Nowhere", "+02:00", "\0"] {
            assert_eq!(Calendar::parse(name), Err(DateInvalid::UnknownZone), "{name:?}");
        }
    }

    #[test]
    fn a_day_is_written_year_first() {
        for text in
            ["2026-11-20", " 2026-11-20 ", "2026-11-20T10:00:00.000Z", "2026-11-20 10:00", "٢٠٢٦-١١-٢٠"]
        {
            assert_eq!(Day::parse(text).map(|day| day.to_string()), Ok("2026-11-20".to_owned()), "{text}");
        }
        for text in [
            "",
            "2026",
            "20-11-2026",
            "2026-13-01",
            "2026-02-30",
            "2026-1-01 ",
            "+2026-1-01",
            "-026-01-01",
            "2026/11/20",
            "20261-1-01",
        ] {
            assert_eq!(Day::parse(text), Err(DateInvalid::NotADay), "{text}");
        }
        for text in ["1899-12-31", "2200-01-01", "0000-01-01", "9999-12-31"] {
            assert_eq!(Day::parse(text), Err(DateInvalid::OutOfRange), "{text}");
        }
        assert_eq!(serde_json::to_string(&Day::parse("1900-01-01").unwrap()).unwrap(), "\"1900-01-01\"");
    }

    #[test]
    fn a_month_later_is_never_in_the_month_after_next() {
        assert_eq!(add_months(day("2026-01-31"), 1), Some(day("2026-02-28")));
        assert_eq!(add_months(day("2024-03-31"), -1), Some(day("2024-02-29")));
        assert_eq!(add_months(day("2026-01-31"), i32::MAX), None);
        assert_eq!(add_months(day("2026-01-31"), i32::MIN), None);
        assert_eq!(add_days(day("2026-01-31"), i64::MIN), None);
        assert_eq!(add_days(day("2026-01-31"), 1), Some(day("2026-02-01")));
        assert_eq!(add_days(day("2199-12-31"), 1), None);
    }

    #[test]
    fn a_birthday_counts_on_the_day() {
        assert_eq!(age_on(day("2000-11-20"), day("2026-11-19")), Some(25));
        assert_eq!(age_on(day("2000-11-20"), day("2026-11-20")), Some(26));
        assert_eq!(age_on(day("2026-11-21"), day("2026-11-20")), None);
    }

    #[test]
    fn the_ends_of_time_do_not_break_the_calendar() {
        for date in [NaiveDate::MIN, NaiveDate::MAX] {
            assert!(Calendar::CAIRO.day_start(date) <= Calendar::CAIRO.day_end(date));
        }
        Calendar::CAIRO.today(Timestamp::MAX_UTC);
        Calendar::CAIRO.today(Timestamp::MIN_UTC);
    }

    #[test]
    fn sums_of_times_stay_within_four_digits_of_a_year() {
        let now = at("2026-11-20T21:59:59Z");
        assert_eq!(later(now, TimeDelta::minutes(10)), at("2026-11-20T22:09:59Z"));
        assert_eq!(earlier(now, TimeDelta::days(1)), at("2026-11-19T21:59:59Z"));
        for sum in [
            later(now, TimeDelta::MAX),
            earlier(now, TimeDelta::MIN),
            later(Timestamp::MAX_UTC, TimeDelta::zero()),
        ] {
            assert_eq!(sum, at("9999-12-31T23:59:59Z"));
        }
        for sum in [
            earlier(now, TimeDelta::MAX),
            later(now, TimeDelta::MIN),
            later(Timestamp::MIN_UTC, TimeDelta::zero()),
        ] {
            assert_eq!(sum, at("0001-01-01T00:00:00Z"));
        }
    }

    #[test]
    fn sums_of_days_end_with_the_calendar() {
        assert_eq!(days_later(day("2026-02-28"), 1), day("2026-03-01"));
        assert_eq!(days_later(day("2026-03-01"), -1), day("2026-02-28"));
        assert_eq!(days_later(day("2026-03-01"), i64::MAX), NaiveDate::MAX);
        assert_eq!(days_later(day("2026-03-01"), i64::MIN), NaiveDate::MIN);
    }

    proptest! {
        #[test]
        fn the_days_cover_all_time_without_overlap(offset in 0_i64..109_000, zone in 0..chrono_tz::TZ_VARIANTS.len()) {
            let calendar = Calendar(chrono_tz::TZ_VARIANTS[zone]);
            let date = add_days(day("1900-01-01"), offset).unwrap();
            prop_assert!(calendar.day_start(date) <= calendar.day_end(date));
            prop_assert_eq!(calendar.day_end(date), calendar.day_start(date.succ_opt().unwrap()));
        }

        #[test]
        fn in_cairo_every_instant_is_within_its_day(seconds in -2_180_000_000_i64..7_200_000_000) {
            let now = Timestamp::from_timestamp(seconds, 0).unwrap();
            let today = Calendar::CAIRO.today(now);
            prop_assert!(Calendar::CAIRO.day_start(today) <= now && now < Calendar::CAIRO.day_end(today));
        }

        #[test]
        fn months_there_and_back_do_not_gain_days(offset in 1000_i64..100_000, months in 0..1200_i32) {
            let date = add_days(day("1900-01-01"), offset).unwrap();
            if let Some(later) = add_months(date, months) {
                prop_assert!(add_months(later, months.wrapping_neg()).unwrap() <= date);
            }
        }
    }
}
