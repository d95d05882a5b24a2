//! The time a question is about, as people and apps write it.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use base::{
    Text,
    vocabulary::{Calendar, Timestamp, dates::Day},
};

const NOT_A_TIME: (&str, Text) = (
    "TIME_INVALID",
    Text {
        en: "A time is written as 2026-11-20T18:00 or 18:00",
        ar: "الوقت يكتب بالصيغة \u{2066}2026-11-20T18:00\u{2069} أو \u{2066}18:00\u{2069}",
    },
);

/// Reads `2026-11-20T18:00` with or without a zone, a day (its first minute), or a time of today. The result is in
/// the gym's local time.
///
/// # Refuses
/// Anything else, and years before 1900 or after 2199.
pub fn parse_moment(
    text: &str,
    calendar: Calendar,
    now: Timestamp,
) -> Result<NaiveDateTime, (&'static str, Text)> {
    let text = text.trim();
    let today = calendar.today(now);
    let moment = time(text)
        .map(|time| today.and_time(time))
        .or_else(|| naive(text))
        .or_else(|| zoned(text).map(|at| calendar.local(at)))
        .ok_or(NOT_A_TIME)?;
    Day::of(moment.date()).map(|_| moment).ok_or(NOT_A_TIME)
}

fn time(text: &str) -> Option<NaiveTime> {
    ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok())
}

fn naive(text: &str) -> Option<NaiveDateTime> {
    let text = text.replacen(' ', "T", 1);
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok())
        .or_else(|| NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN)))
}

/// An unescaped plus in a query arrives as a space.
fn zoned(text: &str) -> Option<Timestamp> {
    let text = text.replace(' ', "+");
    chrono::DateTime::parse_from_rfc3339(&text).ok().map(|at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<String> {
        let now = Timestamp::from_timestamp(1_776_000_000, 0).unwrap();
        parse_moment(text, Calendar::CAIRO, now).ok().map(|at| at.to_string())
    }

    #[test]
    fn a_moment_is_the_time_on_the_wall() {
        let six = Some("2026-11-20 18:00:00".to_owned());
        for text in [
            "2026-11-20T18:00",
            "2026-11-20 18:00",
            "2026-11-20T18:00:00",
            "2026-11-20T18:00:00.000",
            "2026-11-20T16:00:00Z",
            "2026-11-20T18:00:00+02:00",
            "2026-11-20T18:00:00 02:00",
        ] {
            assert_eq!(read(text), six, "{text}");
        }
        assert_eq!(read("2026-11-20"), Some("2026-11-20 00:00:00".to_owned()));
        assert_eq!(read("18:00"), Some("2026-04-12 18:00:00".to_owned()));
    }

    #[test]
    fn anything_else_is_no_moment() {
        for text in
            ["", "soon", "25:00", "2026-13-01", "20/11/2026", "1776000000", "99999-01-01T00:00", "0001-01-01"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _read = read(&text);
        }
    }
}
