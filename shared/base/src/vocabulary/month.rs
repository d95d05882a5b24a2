//! A month of the gym's calendar.

use std::fmt;

use chrono::{Datelike as _, NaiveDate};
use serde::{Serialize, Serializer};

use super::{
    Day,
    dates::{add_months, days_later},
    field_errors,
};

field_errors! {
    /// Why text is not a month.
    pub enum MonthInvalid {
        /// It is not a month of the form `2026-11`, between 1900 and 2199.
        NotAMonth => "MONTH_INVALID",
            en: "A month is written as 2026-11",
            ar: "الشهر يُكتب بالصيغة \u{2066}2026-11\u{2069}",
            display: "a month is written as 2026-11";
    }
}

/// A month between January 1900 and December 2199.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month {
    first: NaiveDate,
}

impl Month {
    /// Reads `2026-11`.
    pub fn parse(text: &str) -> Result<Self, MonthInvalid> {
        let day = Day::parse(&format!("{}-01", text.trim()));
        day.map(|day| Self::of(day.date())).map_err(|_why| MonthInvalid::NotAMonth)
    }

    /// The month of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self { first: day.with_day(1).unwrap_or(day) }
    }

    /// Its first day.
    pub const fn first(self) -> NaiveDate {
        self.first
    }

    /// Its last day.
    pub fn last(self) -> NaiveDate {
        add_months(self.first, 1).map_or(self.first, |next| days_later(next, -1))
    }

    /// The month after it; the last one of all has none.
    pub fn next(self) -> Option<Self> {
        add_months(self.first, 1).map(Self::of)
    }
}

/// Written as it is read, e.g. `2026-11`.
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.format("%Y-%m").fmt(f)
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_a_first_a_last_and_a_next() {
        let month = Month::parse(" ٢٠٢٨-02 ").unwrap();
        assert_eq!(
            (month.first().to_string(), month.last().to_string()),
            ("2028-02-01".to_owned(), "2028-02-29".to_owned())
        );
        assert_eq!(
            (month.to_string(), month.next().unwrap().to_string()),
            ("2028-02".to_owned(), "2028-03".to_owned())
        );
        assert_eq!(Month::of(month.last()), month);
        let end = Month::parse("2199-12").unwrap();
        assert_eq!(end.next(), None);
        assert_eq!(serde_json::to_string(&end).unwrap(), "\"2199-12\"");
    }

    #[test]
    fn whatever_else_is_written_is_no_month() {
        for text in [
            "",
            "2026",
            "2026-13",
            "2026-1",
            "2026-11-20",
            "11-2026",
            "1899-12",
            "2200-01",
            "+026-01",
            "2026-11T",
        ] {
            assert_eq!(Month::parse(text), Err(MonthInvalid::NotAMonth), "{text}");
        }
    }
}
