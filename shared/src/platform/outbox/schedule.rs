//! What follows an attempt. Pure: the worker asks, and does it.

use chrono::TimeDelta;

use super::State;
use crate::{
    platform::delivery::{Hope, Undelivered},
    vocabulary::Timestamp,
};

const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(2);
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(15);
/// With the pauses above, about eight hours: long enough for a provider's bad night.
pub(super) const MOST_ATTEMPTS: i32 = 40;

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A provider took it.
    Taken,
    /// No provider took it.
    Failed(Undelivered),
    /// Its time had run out, so it was not tried.
    TooLate,
    /// It was tried often enough, so it was not tried.
    TooOften,
}

/// What is to be noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// That it is done, and why unless all went well.
    Finish(State, Option<String>),
    /// That it is to be tried again.
    Postpone(Timestamp, String),
}

/// What follows attempt number `attempt` on message `id`.
pub(super) fn follow(
    outcome: Outcome,
    id: i64,
    attempt: i32,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Next {
    match outcome {
        Outcome::Taken => Next::Finish(State::Sent, None),
        Outcome::TooLate => Next::Finish(State::Expired, None),
        Outcome::TooOften => Next::Finish(State::Dead, Some("tried too often".to_owned())),
        Outcome::Failed(Undelivered { hope: Hope::Lost, reason }) => Next::Finish(State::Dead, Some(reason)),
        Outcome::Failed(Undelivered { hope: Hope::Left, reason }) => {
            let run_at = now.checked_add_signed(pause_after(attempt, id)).unwrap_or(now);
            if expires_at.is_some_and(|end| run_at >= end) {
                Next::Finish(State::Expired, Some(reason))
            } else if attempt >= MOST_ATTEMPTS {
                Next::Finish(State::Dead, Some(reason))
            } else {
                Next::Postpone(run_at, reason)
            }
        }
    }
}

/// Whether a message is past its time.
pub(super) fn is_too_late(expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    expires_at.is_some_and(|end| now >= end)
}

/// Doubles with each attempt up to a cap, less up to half, so that messages that failed together do not come back
/// together.
fn pause_after(attempt: i32, id: i64) -> TimeDelta {
    let doublings = u32::try_from(attempt.saturating_sub(1)).unwrap_or(0).min(20);
    let full =
        FIRST_PAUSE.num_milliseconds().saturating_mul(1_i64.checked_shl(doublings).unwrap_or(i64::MAX));
    let full = full.min(LONGEST_PAUSE.num_milliseconds());
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

    fn failed(hope: Hope) -> Outcome {
        Outcome::Failed(Undelivered { hope, reason: "smtp 450".to_owned() })
    }

    #[test]
    fn what_was_taken_is_sent() {
        assert_eq!(follow(Outcome::Taken, 1, 1, None, now()), Next::Finish(State::Sent, None));
    }

    #[test]
    fn what_no_provider_will_take_is_dead_at_once() {
        let next = follow(failed(Hope::Lost), 1, 1, None, now());
        assert_eq!(next, Next::Finish(State::Dead, Some("smtp 450".to_owned())));
    }

    #[test]
    fn what_would_be_too_late_next_time_is_expired_now() {
        let soon = now() + TimeDelta::milliseconds(999);
        let next = follow(failed(Hope::Left), 1, 1, Some(soon), now());
        assert_eq!(next, Next::Finish(State::Expired, Some("smtp 450".to_owned())));
        let later = now() + TimeDelta::seconds(3);
        assert!(matches!(follow(failed(Hope::Left), 1, 1, Some(later), now()), Next::Postpone(..)));
    }

    #[test]
    fn the_last_attempt_is_the_last() {
        assert!(matches!(follow(failed(Hope::Left), 1, MOST_ATTEMPTS - 1, None, now()), Next::Postpone(..)));
        assert!(matches!(
            follow(failed(Hope::Left), 1, MOST_ATTEMPTS, None, now()),
            Next::Finish(State::Dead, _)
        ));
    }

    #[test]
    fn a_message_is_too_late_at_the_very_instant() {
        assert!(is_too_late(Some(now()), now()));
        assert!(!is_too_late(Some(now() + TimeDelta::milliseconds(1)), now()) && !is_too_late(None, now()));
    }

    #[test]
    fn messages_that_failed_together_come_back_apart() {
        let pauses: std::collections::BTreeSet<_> = (1..=100).map(|id| pause_after(5, id)).collect();
        assert!(pauses.len() > 80, "{}", pauses.len());
    }

    proptest! {
        #[test]
        fn a_pause_lies_between_half_and_all_of_its_step(id in any::<i64>(), attempt in -1..i32::MAX) {
            let step = TimeDelta::seconds(2_i64 << attempt.saturating_sub(1).clamp(0, 20)).min(LONGEST_PAUSE);
            let pause = pause_after(attempt, id);
            prop_assert!(pause >= step.checked_div(2).unwrap() && pause <= step, "{pause} of {step}");
        }
    }
}
