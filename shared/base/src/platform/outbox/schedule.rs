//! What follows an attempt. Pure: the worker asks, and does it.

use chrono::TimeDelta;

use super::{Failed, Retry, State};
use crate::vocabulary::{Timestamp, dates::later};

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The attempt has done the job.
    Done,
    /// The attempt failed, for now or for good.
    Failed(Failed),
    /// Its time had run out, so it was not tried.
    TooLate,
    /// It was tried often enough, so it was not tried.
    TooOften,
}

/// What the row of the job is to say next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// That it is done, and why unless all went well.
    Finish(State, Option<String>),
    /// That it is to be tried again.
    Postpone(Timestamp, String),
}

/// Which attempt it was.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tried {
    /// The row of the job; it also decides by how much the pause is shortened.
    pub(super) id: i64,
    /// The number of the attempt, from 1.
    pub(super) attempt: i32,
    /// When the job is of no use any more.
    pub(super) expires_at: Option<Timestamp>,
}

/// What follows an attempt that ended at `now`.
pub(super) fn follow(outcome: Outcome, tried: Tried, retry: Retry, now: Timestamp) -> Next {
    match outcome {
        Outcome::Done => Next::Finish(State::Done, None),
        Outcome::TooLate => Next::Finish(State::Expired, None),
        Outcome::TooOften => Next::Finish(State::Dead, Some("tried too often".to_owned())),
        Outcome::Failed(Failed::NeedNot) => Next::Finish(State::Withheld, None),
        Outcome::Failed(Failed::ForGood(reason)) => Next::Finish(State::Dead, Some(reason)),
        Outcome::Failed(Failed::ForNow(reason)) => {
            let pause = pause_after(tried.attempt, tried.id, retry);
            let run_at = later(now, pause);
            if tried.expires_at.is_some_and(|end| run_at >= end) {
                Next::Finish(State::Expired, Some(reason))
            } else if tried.attempt >= retry.attempts {
                Next::Finish(State::Dead, Some(reason))
            } else {
                Next::Postpone(run_at, reason)
            }
        }
    }
}

/// Whether a job is past its time.
pub(super) fn is_too_late(expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    expires_at.is_some_and(|end| now >= end)
}

/// Doubles with each attempt up to a cap, less up to half, so that jobs that failed together do not come back together.
fn pause_after(attempt: i32, id: i64, retry: Retry) -> TimeDelta {
    let doublings = u32::try_from(attempt.saturating_sub(1)).unwrap_or(0).min(20);
    let first = retry.first_pause.num_milliseconds();
    let full = first.saturating_mul(1_i64.checked_shl(doublings).unwrap_or(i64::MAX));
    let full = full.min(retry.longest_pause.num_milliseconds());
    let kept = 500_i64.saturating_add(scatter(id, attempt));
    TimeDelta::milliseconds(full.saturating_mul(kept) / 1000)
}

/// A number from 0 to 500 that looks random but is the same for the same attempt.
fn scatter(id: i64, attempt: i32) -> i64 {
    let mixed = (id ^ i64::from(attempt).rotate_left(32)).wrapping_mul(0x5851_F42D_4C95_7F2D);
    let mixed = (mixed ^ mixed.rotate_right(29)).wrapping_mul(0x2545_F491_4F6C_DD1D);
    mixed.rotate_right(32).rem_euclid(501)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    fn now() -> Timestamp {
        DateTime::from_timestamp(1_776_461_400, 0).unwrap()
    }

    const RETRY: Retry = Retry::PROVIDER;

    fn fails(attempt: i32, expires_at: Option<Timestamp>) -> Next {
        let outcome = Outcome::Failed(Failed::ForNow("smtp 450".to_owned()));
        follow(outcome, Tried { id: 1, attempt, expires_at }, RETRY, now())
    }

    const FIRST: Tried = Tried { id: 1, attempt: 1, expires_at: None };

    #[test]
    fn what_was_done_is_done() {
        assert_eq!(follow(Outcome::Done, FIRST, RETRY, now()), Next::Finish(State::Done, None));
    }

    #[test]
    fn what_no_provider_will_take_is_dead_at_once() {
        let outcome = Outcome::Failed(Failed::ForGood("smtp 450".to_owned()));
        let next = follow(outcome, FIRST, RETRY, now());
        assert_eq!(next, Next::Finish(State::Dead, Some("smtp 450".to_owned())));
    }

    #[test]
    fn what_would_be_too_late_next_time_is_expired_now() {
        let soon = now() + TimeDelta::milliseconds(999);
        assert_eq!(fails(1, Some(soon)), Next::Finish(State::Expired, Some("smtp 450".to_owned())));
        let later = now() + TimeDelta::seconds(3);
        assert!(matches!(fails(1, Some(later)), Next::Postpone(..)));
    }

    #[test]
    fn the_last_attempt_is_the_last() {
        assert!(matches!(fails(RETRY.attempts - 1, None), Next::Postpone(..)));
        assert!(matches!(fails(RETRY.attempts, None), Next::Finish(State::Dead, _)));
    }

    #[test]
    fn a_job_is_too_late_at_the_very_instant() {
        assert!(is_too_late(Some(now()), now()));
        assert!(!is_too_late(Some(now() + TimeDelta::milliseconds(1)), now()) && !is_too_late(None, now()));
    }

    #[test]
    fn jobs_that_failed_together_come_back_apart() {
        let pauses: std::collections::BTreeSet<_> = (1..=100).map(|id| pause_after(5, id, RETRY)).collect();
        assert!(pauses.len() > 80, "{}", pauses.len());
    }

    proptest! {
        #[test]
        fn a_pause_lies_between_half_and_all_of_its_step(id in any::<i64>(), attempt in -1..i32::MAX) {
            let step = TimeDelta::seconds(2_i64 << attempt.saturating_sub(1).clamp(0, 20)).min(RETRY.longest_pause);
            let pause = pause_after(attempt, id, RETRY);
            prop_assert!(pause >= step.checked_div(2).unwrap() && pause <= step, "{pause} of {step}");
        }
    }
}
