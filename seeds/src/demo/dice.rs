//! Dice that always fall the same way.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// A repeatable source of choices.
#[derive(Debug)]
pub(super) struct Dice(StdRng);

impl Dice {
    /// Dice for one topic; topics do not disturb each other.
    pub(super) fn new(topic: u64) -> Self {
        Self(StdRng::seed_from_u64(0x6779_6d00_u64.wrapping_add(topic)))
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high)
    }

    /// True `percent` times of a hundred.
    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    /// One of `choices`; the type's default when there is none.
    pub(super) fn pick<T: Copy + Default>(&mut self, choices: &[T]) -> T {
        let last = i64::try_from(choices.len()).unwrap_or(1).saturating_sub(1).max(0);
        let index = usize::try_from(self.between(0, last)).unwrap_or(0);
        choices.get(index).copied().unwrap_or_default()
    }

    /// A first-login password: two letters, two digits, two letters.
    pub(super) fn temporary_password(&mut self) -> String {
        [true, true, false, false, true, true]
            .into_iter()
            .map(
                |is_letter| {
                    if is_letter { self.0.random_range('A'..='Z') } else { self.0.random_range('0'..='9') }
                },
            )
            .collect()
    }
}
