//! The days that the figures of a branch are about.

use chrono::{Datelike, NaiveDate};

use base::vocabulary::{Calendar, Timestamp, dates::days_later};

/// Days of the window in which revenue is shown when nobody asks for another, today included.
pub(super) const WINDOW_DAYS: i64 = 30;

/// Today in the gym's calendar, and the days before it that figures are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The day it is at the gym.
    pub today: NaiveDate,
    /// First of the last thirty days, today included.
    pub since: NaiveDate,
    /// First day of the month.
    pub month: NaiveDate,
    /// The instant at which today began at the gym.
    pub today_began: Timestamp,
    /// The instant at which this month began at the gym.
    pub month_began: Timestamp,
}

impl Window {
    /// The days as they stand at `now`.
    pub fn at(calendar: Calendar, now: Timestamp) -> Self {
        let today = calendar.today(now);
        let since = days_later(today, WINDOW_DAYS.saturating_sub(1).saturating_neg());
        let month = today.with_day(1).unwrap_or(today);
        Self {
            today,
            since,
            month,
            today_began: calendar.day_start(today),
            month_began: calendar.day_start(month),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(at: &str) -> Window {
        Window::at(Calendar::CAIRO, at.parse().unwrap())
    }

    #[test]
    fn thirty_days_end_with_today_in_the_gyms_calendar() {
        let late = window("2026-04-17T21:30:00Z");
        assert_eq!(
            (late.today.to_string(), late.since.to_string()),
            ("2026-04-17".into(), "2026-03-19".into())
        );
        assert_eq!(late.today.signed_duration_since(late.since).num_days(), WINDOW_DAYS - 1);
        let after_midnight = window("2026-04-17T22:30:00Z");
        assert_eq!(after_midnight.today.to_string(), "2026-04-18");
    }

    #[test]
    fn a_month_begins_with_its_first_day_at_the_gym() {
        let window = window("2026-03-31T22:30:00Z");
        assert_eq!(
            (window.today.to_string(), window.month.to_string()),
            ("2026-04-01".into(), "2026-04-01".into())
        );
        assert_eq!(window.month_began.to_rfc3339(), "2026-03-31T22:00:00+00:00");
        assert_eq!(window.month_began, window.today_began);
    }
}
