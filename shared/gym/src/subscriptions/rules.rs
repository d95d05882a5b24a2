//! What a subscription is good for on a given day.

use chrono::NaiveDate;

use super::model::{FreezeSpan, Status, StatusInputs};
use base::{refusals, vocabulary::dates::days_later};

impl FreezeSpan {
    /// Whether `day` is one of its days.
    pub fn covers(self, day: NaiveDate) -> bool {
        (self.from..=self.until).contains(&day)
    }

    /// The first day after it.
    pub fn day_after(self) -> NaiveDate {
        days_later(self.until, 1)
    }
}

impl StatusInputs {
    /// The status on `today`. The last day still counts, a freeze that is over is over.
    pub fn status(&self, today: NaiveDate) -> Status {
        if self.stopped_at.is_some() {
            Status::Stopped
        } else if self.freeze.is_some_and(|freeze| freeze.covers(today)) {
            Status::Frozen
        } else if self.ends_on.is_some_and(|last| last < today) || self.remaining == Some(0) {
            Status::Expired
        } else if self.starts_on > today {
            Status::Pending
        } else {
            Status::Active
        }
    }

    /// Days on which it may still be used, today included; none if it does not lapse by date.
    pub fn remaining_days(&self, today: NaiveDate) -> Option<i64> {
        let last = self.ends_on?;
        let first = match self.status(today) {
            Status::Stopped | Status::Expired => return Some(0),
            Status::Frozen => self.freeze.map_or(today, FreezeSpan::day_after),
            Status::Pending => self.starts_on,
            Status::Active => today,
        };
        Some(last.signed_duration_since(first).num_days().saturating_add(1).max(0))
    }
}

refusals! {
    /// There is no such subscription, or it is not within the caller's branches.
    pub struct SubscriptionNotFound => NotFound, "SUBSCRIPTION_NOT_FOUND",
        en: "Subscription not found",
        ar: "الاشتراك غير موجود";
}

refusals! {
    /// The status stands in the way.
    pub enum NotNow {
        /// Somebody at the desk ended it.
        Stopped => Conflict, "SUBSCRIPTION_STOPPED",
            en: "The subscription was stopped",
            ar: "الاشتراك موقوف";
        /// It is frozen today.
        Frozen => Conflict, "SUBSCRIPTION_FROZEN",
            en: "The subscription is frozen",
            ar: "الاشتراك مجمد";
        /// Its last day is over, or nothing is left of it.
        Expired => Conflict, "SUBSCRIPTION_EXPIRED",
            en: "The subscription has ended",
            ar: "انتهى الاشتراك";
        /// It has not begun.
        Pending => Conflict, "SUBSCRIPTION_NOT_STARTED",
            en: "The subscription has not started yet",
            ar: "لم يبدأ الاشتراك بعد";
    }
}

impl NotNow {
    /// What stands in the way, if it is not active.
    pub const fn of(status: Status) -> Result<(), Self> {
        match status {
            Status::Active => Ok(()),
            Status::Stopped => Err(Self::Stopped),
            Status::Frozen => Err(Self::Frozen),
            Status::Expired => Err(Self::Expired),
            Status::Pending => Err(Self::Pending),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(offset: i64) -> NaiveDate {
        let base = NaiveDate::from_ymd_opt(2026, 4, 17).unwrap();
        base.checked_add_signed(chrono::TimeDelta::days(offset)).unwrap()
    }

    fn running(from: i64, until: i64) -> StatusInputs {
        StatusInputs {
            starts_on: day(from),
            ends_on: Some(day(until)),
            freeze: None,
            stopped_at: None,
            remaining: None,
        }
    }

    #[test]
    fn the_first_and_the_last_day_both_count() {
        let held = running(0, 29);
        assert_eq!(held.status(day(-1)), Status::Pending);
        assert_eq!(held.status(day(0)), Status::Active);
        assert_eq!(held.status(day(29)), Status::Active);
        assert_eq!(held.status(day(30)), Status::Expired);
    }

    #[test]
    fn nothing_left_is_expired_however_long_it_would_last() {
        let held = StatusInputs { ends_on: None, remaining: Some(0), ..running(0, 0) };
        assert_eq!(held.status(day(1)), Status::Expired);
        assert_eq!(StatusInputs { remaining: Some(1), ..held }.status(day(5000)), Status::Active);
    }

    #[test]
    fn a_freeze_is_over_without_anybody_ending_it() {
        let held =
            StatusInputs { freeze: Some(FreezeSpan { from: day(2), until: day(4) }), ..running(0, 29) };
        let statuses: Vec<_> = (1..=5).map(|offset| held.status(day(offset))).collect();
        assert_eq!(
            statuses,
            [Status::Active, Status::Frozen, Status::Frozen, Status::Frozen, Status::Active]
        );
    }

    #[test]
    fn a_stop_outweighs_everything() {
        let held = StatusInputs {
            stopped_at: Some(chrono::DateTime::UNIX_EPOCH),
            freeze: Some(FreezeSpan { from: day(0), until: day(9) }),
            ..running(0, 29)
        };
        assert_eq!(held.status(day(3)), Status::Stopped);
    }

    #[test]
    fn the_days_left_include_today_and_leave_out_the_frozen_ones() {
        assert_eq!(running(0, 29).remaining_days(day(0)), Some(30));
        assert_eq!(running(0, 29).remaining_days(day(29)), Some(1));
        assert_eq!(running(0, 29).remaining_days(day(30)), Some(0));
        assert_eq!(running(5, 34).remaining_days(day(0)), Some(30));
        assert_eq!(StatusInputs { ends_on: None, ..running(0, 0) }.remaining_days(day(0)), None);
        let frozen =
            StatusInputs { freeze: Some(FreezeSpan { from: day(10), until: day(16) }), ..running(0, 36) };
        assert_eq!(frozen.remaining_days(day(12)), Some(20));
        assert_eq!(frozen.remaining_days(day(17)), Some(20));
    }
}
