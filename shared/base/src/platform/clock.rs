//! The clock, read once per request and handed on as an argument.

use chrono::Utc;

use crate::vocabulary::Timestamp;

/// Tells the time; tests have a clock that stands still.
pub trait Clock: Send + Sync {
    /// The present instant, in UTC; a request reads it once.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine. Nothing else asks the operating system for the time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where time comes from")]
    fn now(&self) -> Timestamp {
        Utc::now()
    }
}

#[cfg(any(test, feature = "testing"))]
pub use turned::TestClock;

#[cfg(any(test, feature = "testing"))]
mod turned {
    use std::sync::{Arc, Mutex, PoisonError};

    use chrono::{DateTime, TimeDelta};

    use super::{Clock, Timestamp};
    use crate::vocabulary::dates::later;

    /// A clock that stands still until it is turned; clones show the same time.
    #[derive(Debug, Clone)]
    pub struct TestClock(Arc<Mutex<Timestamp>>);

    impl Default for TestClock {
        /// Friday 2026-04-17, 23:30 in Cairo: UTC is hours behind, and the next Friday has no midnight.
        fn default() -> Self {
            Self::at(DateTime::from_timestamp(1_776_461_400, 0).unwrap_or_default())
        }
    }

    impl TestClock {
        /// A clock that stands at `now`.
        pub fn at(now: Timestamp) -> Self {
            Self(Arc::new(Mutex::new(now)))
        }

        /// Turns the clock to `now`.
        pub fn set(&self, now: Timestamp) {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
        }

        /// Turns the clock forward, or back if `by` is negative.
        pub fn advance(&self, by: TimeDelta) {
            let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            *now = later(*now, by);
        }
    }

    impl Clock for TestClock {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike as _, TimeDelta, Weekday};

    use super::*;
    use crate::vocabulary::Calendar;

    #[test]
    fn the_test_clock_stands_on_a_late_friday_before_a_day_without_midnight() {
        let clock = TestClock::default();
        let wall = Calendar::CAIRO.local(clock.now());
        assert_eq!((wall.to_string().as_str(), wall.weekday()), ("2026-04-17 23:30:00", Weekday::Fri));
        clock.clone().advance(TimeDelta::days(7));
        assert_eq!(Calendar::CAIRO.local(clock.now()).to_string(), "2026-04-25 00:30:00");
    }

    #[test]
    fn the_system_clock_runs() {
        let first = SystemClock.now();
        assert!(SystemClock.now() >= first);
    }
}
