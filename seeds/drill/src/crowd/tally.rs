//! What became of many calls.

use std::{collections::BTreeMap, fmt, time::Duration};

use super::calls::Said;

/// Answers by status, how long they took, and the first words of what went wrong.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) good: usize,
    pub(super) bad: BTreeMap<String, usize>,
    times: Vec<Duration>,
}

impl Tally {
    /// Counts `said`, which took `took`.
    pub(super) fn count(&mut self, said: &Said, took: Duration) {
        self.times.push(took);
        match said {
            Said::Answer(answer) if answer.is_good() => self.good = self.good.saturating_add(1),
            Said::Answer(answer) if answer.status == 503 => self.note("status 503".to_owned()),
            Said::Answer(answer) => self.note(format!("status {} {}", answer.status, answer.code())),
            Said::Unreachable(why) => self.note(format!("unreachable: {why}")),
            Said::Unsent => self.note("unsent".to_owned()),
            Said::Lost(why) => self.note(format!("lost: {why}")),
        }
    }

    fn note(&mut self, what: String) {
        let count = self.bad.entry(what).or_default();
        *count = count.saturating_add(1);
    }

    /// Adds what another caller counted.
    pub(super) fn add(&mut self, other: Self) {
        self.good = self.good.saturating_add(other.good);
        self.times.extend(other.times);
        for (what, count) in other.bad {
            let sum = self.bad.entry(what).or_default();
            *sum = sum.saturating_add(count);
        }
    }

    /// How many were not good.
    pub(super) fn failed(&self) -> usize {
        self.bad.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// How many there were.
    pub(super) fn total(&self) -> usize {
        self.times.len()
    }

    /// The time within which `percent` of a hundred were over.
    pub(super) fn within(&self, percent: usize) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        let last = times.len().saturating_sub(1);
        let place = times.len().saturating_mul(percent).checked_div(100).unwrap_or(0).min(last);
        times.get(place).copied().unwrap_or_default()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (half, most, all) = (self.within(50), self.within(99), self.within(100));
        write!(f, "{} calls, {} good", self.total(), self.good)?;
        for (what, count) in &self.bad {
            write!(f, ", {count} {what}")?;
        }
        write!(
            f,
            "; p50 {} ms, p99 {} ms, longest {} ms",
            half.as_millis(),
            most.as_millis(),
            all.as_millis()
        )
    }
}
