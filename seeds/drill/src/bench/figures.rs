//! Rates, times and shares, in whole thousandths: what wrk and pgbench print, and what is made of it.

use std::fmt;

/// How often a second, in thousandths.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rate(u64);

/// A time in microseconds.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Micros(pub(super) u64);

/// A part of a whole, in hundredths.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Share(pub(super) u64);

/// A decimal number in thousandths, cut off behind the third place.
pub(super) fn thousandths(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part: String = part.chars().chain("000".chars()).take(3).collect();
    whole.parse::<u64>().ok()?.checked_mul(1000)?.checked_add(part.parse().ok()?)
}

impl Rate {
    pub(super) fn parse(text: &str) -> Option<Self> {
        thousandths(text).map(Self)
    }

    /// What is left of a second for the one of two steps of which `self` holds so many together and `other` so many alone.
    pub(super) fn without(self, other: Self) -> Option<Self> {
        let product = u128::from(self.0).checked_mul(u128::from(other.0))?;
        let rate = product.checked_div(u128::from(other.0.checked_sub(self.0)?))?;
        u64::try_from(rate).ok().filter(|rate| *rate > 0).map(Self)
    }

    /// The share that this rate is of `whole`, rounded; none of nothing.
    pub(super) fn of(self, whole: Self) -> Share {
        let half = whole.0 / 2;
        let share = self.0.saturating_mul(100).saturating_add(half).checked_div(whole.0);
        Share(share.unwrap_or_default())
    }
}

fn mean(values: impl ExactSizeIterator<Item = u64>) -> Option<u64> {
    let count = u64::try_from(values.len()).ok()?;
    values.fold(0_u64, u64::saturating_add).checked_div(count)
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&(self.0.saturating_add(500) / 1000).to_string())
    }
}

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{:03}", self.0 / 1000, self.0 % 1000))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{:02}", self.0 / 100, self.0 % 100))
    }
}

/// What one run of callers gave.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) rate: Rate,
    pub(super) p50: Micros,
    pub(super) p99: Micros,
    /// Answers that were no good ones, and calls without an answer.
    pub(super) failed: u64,
}

impl Figures {
    /// From the line that caller.lua prints at the end: a rate, two times in milliseconds, a count.
    pub(super) fn parse(said: &str) -> Option<Self> {
        let line = said.lines().find_map(|line| line.strip_prefix("figures "))?;
        let mut fields = line.split_whitespace();
        let rate = Rate::parse(fields.next()?)?;
        let p50 = Micros(thousandths(fields.next()?)?);
        let p99 = Micros(thousandths(fields.next()?)?);
        Some(Self { rate, p50, p99, failed: fields.next()?.parse().ok()? })
    }

    /// A run of which only the rate is known.
    pub(super) fn rate(rate: Rate) -> Self {
        Self { rate, ..Self::default() }
    }

    /// Several runs as one: the mean of the rates and of the middles, the worst of the hundredths, all failures.
    pub(super) fn together(runs: &[Self]) -> Option<Self> {
        Some(Self {
            rate: Rate(mean(runs.iter().map(|run| run.rate.0))?),
            p50: Micros(mean(runs.iter().map(|run| run.p50.0))?),
            p99: runs.iter().map(|run| run.p99).max()?,
            failed: runs.iter().map(|run| run.failed).fold(0, u64::saturating_add),
        })
    }
}

/// Seconds in which new connections read the catalog and make their plans.
pub(super) const WARM_UP: u64 = 2;

/// The mean rate that pgbench tells each second, from the third second on.
pub(super) fn pgbench_rate(said: &str) -> Option<Rate> {
    let rates = said.lines().filter_map(|line| {
        let mut fields = line.strip_prefix("progress: ")?.split_whitespace();
        let second = thousandths(fields.next()?)?;
        let rate = thousandths(fields.nth(1)?)?;
        (second > WARM_UP.saturating_mul(1000).saturating_add(500)).then_some(rate)
    });
    mean(rates.collect::<Vec<_>>().into_iter()).map(Rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_to_the_third_place() {
        let read = ["12", "12.5", "0.0589", "7.", "x", "1.x"].map(thousandths);
        assert_eq!(read, [Some(12_000), Some(12_500), Some(58), Some(7000), None, None]);
    }

    #[test]
    fn the_figures_are_found_among_what_wrk_prints() {
        let said = "Running 1s test\nRequests/sec: 9\n\nfigures 8900.4 5.012 12.5 3\n";
        let wanted = Figures { rate: Rate(8_900_400), p50: Micros(5012), p99: Micros(12_500), failed: 3 };
        assert_eq!(Figures::parse(said), Some(wanted));
        assert_eq!(Figures::parse("figures 1 2 3"), None);
    }

    #[test]
    fn runs_become_one_with_the_worst_of_the_hundredths() {
        let run =
            |rate, p50, p99, failed| Figures { rate: Rate(rate), p50: Micros(p50), p99: Micros(p99), failed };
        let both = Figures::together(&[run(1000, 10, 90, 1), run(3000, 20, 50, 2)]);
        assert_eq!(both, Some(run(2000, 15, 90, 3)));
        assert_eq!(Figures::together(&[]), None);
    }

    #[test]
    fn the_first_seconds_of_pgbench_do_not_count() {
        let said = "progress: 1.0 s, 10.0 tps, lat 1 ms\nprogress: 2.0 s, 20.0 tps, lat 1 ms\n\
            progress: 3.0 s, 300.5 tps, lat 1 ms\nprogress: 4.0 s, 100.5 tps, lat 1 ms\n";
        assert_eq!(pgbench_rate(said), Some(Rate(200_500)));
        assert_eq!(pgbench_rate("progress: 1.0 s, 10.0 tps\n"), None);
    }

    #[test]
    fn what_finding_somebody_costs_is_taken_off() {
        // 1000 together and 4000 for the finding alone: 1 ms, of which a quarter is the finding.
        assert_eq!(Rate(1_000_000).without(Rate(4_000_000)), Some(Rate(1_333_333)));
        assert_eq!(Rate(1000).without(Rate(1000)), None);
        assert_eq!(Rate(2000).without(Rate(1000)), None);
        assert_eq!(Rate(0).without(Rate(1000)), None);
    }

    #[test]
    fn a_share_is_rounded_to_hundredths() {
        assert_eq!(Rate(2830).of(Rate(8900)), Share(32));
        assert_eq!(Rate(1).of(Rate(0)), Share(0));
        assert_eq!(
            format!("{:>5}|{:>8}|{:>6}", Share(105), Rate(1_499_500), Micros(5012)),
            " 1.05|    1500| 5.012"
        );
    }
}
