//! Every list, search and figure with one caller, and how Postgres really found its rows.

use std::{collections::BTreeSet, fs, thread::sleep, time::Duration};

use super::{
    Bench,
    callers::Callers,
    figures::{Figures, Micros},
    plans::{Scan, read_whole, scans},
    say,
    statements::LogMark,
    wrk::Request,
};

/// The slowest that the hundredth answer may be.
const TARGET: Micros = Micros(50_000);
/// The same of a report, which adds up what all branches did within many days.
const TARGET_OF_REPORTS: Micros = Micros(300_000);
/// The same of a file, which has all rows and not a page of them.
const TARGET_OF_FILES: Micros = Micros(2_000_000);
/// Where reports are, and what is put together from several of them.
const REPORTS: [&str; 5] =
    ["/api/reports/", "/api/finance/", "/api/dashboards/", "/api/alerts", "/performance"];
/// Seconds for each list, at most.
const LONGEST: u64 = 3;
/// How often a list is asked that was too slow: whoever else is on the machine makes a call slower now and then, and never
/// faster.
const TIMES: usize = 3;

pub(super) fn measure(bench: &mut Bench, keeps_plans: bool) -> anyhow::Result<()> {
    let callers = bench.callers()?;
    let table = fs::read_to_string(bench.stack.deploy.join("lib/bench/lists.tsv"))?;
    let lists: Vec<(&str, &str)> = listed(&table).collect();
    say(&format!("{:<8} {:<72} {:>8} {:>8}", "who", "path", "p50ms", "p99ms"))?;
    for (who, path) in &lists {
        let best = best_of_some(bench, &callers, who, path)?;
        say(&format!(
            "{who:<8} {path:<72} {:>8} {:>8} {}",
            best.figures.p50,
            best.figures.p99,
            best.verdict()
        ))?;
        bench.missed = bench.missed.saturating_add(usize::from(best.is_missed()));
    }

    say("and the plans")?;
    explain(bench, "0")?;
    let (mut plans, mut bad) = (String::new(), Vec::new());
    for (who, path) in &lists {
        let mark = LogMark::now(&bench.stack)?;
        ask(bench, &callers, who, path, 1)?;
        sleep(Duration::from_millis(300));
        let scans = scans(&mark.since()?);
        bad.extend(
            read_whole(&scans).iter().map(|table| format!("{who} {path}: {table} is read from end to end")),
        );
        plans.push_str(&page(who, path, &scans));
    }
    explain(bench, "-1")?;
    if keeps_plans {
        fs::write(bench.stack.deploy.join("plans.txt"), plans)?;
        say("wrote deploy/plans.txt")?;
    }
    for line in &bad {
        say(line)?;
    }
    if bad.is_empty() {
        say("no table that grows is read from end to end")?;
    }
    bench.missed = bench.missed.saturating_add(bad.len());
    Ok(())
}

/// Who asks and for what, a line each, but for the lines with words on them.
fn listed(table: &str) -> impl Iterator<Item = (&str, &str)> {
    table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'))
}

/// What plans.txt says of a list: each step once, in the order of the alphabet.
fn page(who: &str, path: &str, scans: &[Scan]) -> String {
    let names: BTreeSet<&str> = scans.iter().map(|scan| scan.name.as_str()).collect();
    let names: String = names.into_iter().flat_map(|name| [name, "\n"]).collect();
    format!("== {who} {path}\n{names}\n")
}

/// The plan of every statement goes to the log, as it went, from 0 on; none with -1.
fn explain(bench: &Bench, from: &str) -> anyhow::Result<()> {
    for role in ["gym_staff", "gym_client"] {
        bench.sql(&format!("alter role {role} set auto_explain.log_min_duration = {from}"))?;
        bench.sql(&format!("alter role {role} set auto_explain.log_analyze = on"))?;
        bench.sql(&format!("alter role {role} set auto_explain.log_timing = off"))?;
    }
    // Read by new connections.
    bench.restart("staff-api")?;
    bench.restart("client-api")
}

fn ask(bench: &Bench, callers: &Callers, who: &str, path: &str, seconds: u64) -> anyhow::Result<Figures> {
    let request = Request::get(path, who);
    bench.called(&request, callers, request.port(&bench.stack.ports), 1, seconds)
}

/// The best of the runs of a list.
#[derive(Debug, Clone, Copy)]
struct Best {
    target: Micros,
    figures: Figures,
    runs: usize,
    /// Calls that failed, over all runs.
    failed: u64,
}

impl Best {
    fn of(path: &str) -> Self {
        let is_report = REPORTS.iter().any(|part| path.contains(part)) && !path.contains("/overview");
        let is_file = path.contains("format=") || path.contains("/export");
        let target = match (is_file, is_report) {
            (true, _) => TARGET_OF_FILES,
            (false, true) => TARGET_OF_REPORTS,
            (false, false) => TARGET,
        };
        Self { target, figures: Figures::default(), runs: 0, failed: 0 }
    }

    fn add(self, again: Figures) -> Self {
        let is_better = self.runs == 0 || again.p99 < self.figures.p99;
        Self {
            figures: if is_better { again } else { self.figures },
            runs: self.runs.saturating_add(1),
            failed: self.failed.saturating_add(again.failed),
            ..self
        }
    }

    fn is_too_slow(&self) -> bool {
        self.figures.p99 > self.target
    }

    fn is_missed(&self) -> bool {
        self.is_too_slow() || self.failed > 0
    }

    fn verdict(&self) -> String {
        match self {
            Self { failed: 1.., .. } => format!("MISSED: {} requests failed", self.failed),
            _ if self.is_too_slow() => format!("MISSED (best of {})", self.runs),
            Self { runs: 0 | 1, .. } => String::new(),
            Self { .. } => format!("best of {}", self.runs),
        }
    }
}

fn best_of_some(bench: &Bench, callers: &Callers, who: &str, path: &str) -> anyhow::Result<Best> {
    let seconds = bench.seconds.min(LONGEST);
    let mut best = Best::of(path);
    while best.runs == 0 || (best.is_too_slow() && best.runs < TIMES) {
        best = best.add(ask(bench, callers, who, path, seconds)?);
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(p50: u64, p99: u64, failed: u64) -> Figures {
        Figures { p50: Micros(p50), p99: Micros(p99), failed, ..Figures::default() }
    }

    #[test]
    fn the_best_of_some_runs_counts_and_every_failure() {
        let first = Best::of("/api/customers").add(run(1000, 60_000, 0));
        assert_eq!(first.verdict(), "MISSED (best of 1)");
        let better = first.add(run(2000, 50_000, 0));
        assert_eq!((better.figures.p50, better.verdict().as_str()), (Micros(2000), "best of 2"));
        let worse = better.add(run(1, 70_000, 0));
        assert_eq!((worse.figures.p99, worse.is_missed()), (Micros(50_000), false));
        assert_eq!(better.add(run(1, 1, 2)).verdict(), "MISSED: 2 requests failed");
        assert_eq!(Best::of("/api/customers").add(run(1, 1, 0)).verdict(), "");
    }

    #[test]
    fn a_report_may_take_longer_than_a_list() {
        let of = |path| Best::of(path).add(run(1, 300_000, 0)).is_missed();
        assert!(!of("/api/reports/revenue?branch_id=1") && !of("/api/branches/{branch}/performance"));
        assert!(of("/api/dashboards/overview") && of("/api/customers"));
        assert!(Best::of("/api/alerts").add(run(1, 300_001, 0)).is_missed());
    }

    #[test]
    fn words_in_the_table_are_no_lists() {
        let table = "# Who asks\ndesk\t/api/customers\n\nowner\t/api/x?a=b\n";
        assert_eq!(listed(table).collect::<Vec<_>>(), [("desk", "/api/customers"), ("owner", "/api/x?a=b")]);
    }
}
