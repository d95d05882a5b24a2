//! Random choices from a fixed seed: the same ones in every run.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// A repeatable source of choices.
#[derive(Debug)]
pub(crate) struct Dice(StdRng);

impl Dice {
    /// Dice for one topic; topics do not disturb each other.
    pub(crate) fn new(topic: u64) -> Self {
        Self(StdRng::seed_from_u64(0x6779_6d00_u64.wrapping_add(topic)))
    }

    /// A number from `low` to `high`, both included; `low` if there is none.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high.max(low))
    }

    /// As [`Dice::between`], for counters.
    pub(crate) fn count(&mut self, low: i32, high: i32) -> i32 {
        self.0.random_range(low..=high.max(low))
    }

    /// True `percent` times of a hundred.
    pub(crate) fn chance(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    /// One of `choices`; the type's default when there is none.
    pub(crate) fn pick<T: Copy + Default>(&mut self, choices: &[T]) -> T {
        let index = self.0.random_range(0..choices.len().max(1));
        choices.get(index).copied().unwrap_or_default()
    }

    /// A first-login password: two letters, two digits, two letters.
    pub(crate) fn temporary_password(&mut self) -> String {
        let mut letters = |from: char, to: char| [(); 2].map(|()| self.0.random_range(from..=to));
        [letters('A', 'Z'), letters('0', '9'), letters('A', 'Z')].as_flattened().iter().collect()
    }
}
