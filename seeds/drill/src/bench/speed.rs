//! What a case costs in bare statements, through the service, and through the proxy.

use std::{fs, process::Command, thread::sleep, time::Duration};

use anyhow::Context as _;

use super::{
    Bench,
    callers::Callers,
    figures::{Figures, Rate, Share, WARM_UP, pgbench_rate},
    say,
    scripts::{Holders, Scripts, of_case},
    wrk::Request,
};
use crate::stack::{programs, ran, resident_mib};

/// Turns of each figure: all ways there and back, twice, so that a machine that becomes slower or faster meanwhile changes
/// all alike.
const TURNS: u64 = 4;
/// Seconds of a turn at least: pgbench does not tell the rate of its last second.
const SHORTEST: u64 = 2;
/// The share of the direct rate that is to be reached through the proxy.
const PROXY_TARGET: Share = Share(80);
/// The most memory of a service, in MB.
const MEMORY_TARGET: u64 = 150;

/// A request, and how it compares with its statements alone.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) request: Request<'static>,
    /// The share of the bare rate that is to be reached at 16 connections, direct.
    target: Share,
    pub(super) asks: Asks,
}

/// Whom the bare statements are about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asks {
    /// The customers of the requests that were written down.
    TheSame,
    /// Any customer of the gym.
    AnyCustomer,
    /// Somebody whom the door lets in; what finding them costs is taken off.
    SomeHolder,
}

const fn case(name: &'static str, path: &'static str, caller: &'static str, target: u64) -> Case {
    Case { name, request: Request::get(path, caller), target: Share(target), asks: Asks::TheSame }
}

const CASES: [Case; 8] = [
    Case { asks: Asks::AnyCustomer, ..case("customer", "/api/customers/{id}", "desk", 25) },
    case("page", "/api/customers?branch_id={branch}&limit=20", "desk", 25),
    case("name", "/api/customers/search?q={first}%20{last}&limit=20", "owner", 40),
    case("phone", "/api/customers/search?q={part}&limit=20", "owner", 40),
    Case {
        name: "check-in",
        request: Request {
            method: "POST",
            body: r#"{"customer_id":{id},"action":"check_in_only"}"#,
            walks: true,
            ..Request::get("/api/attendance", "desk")
        },
        target: Share(40),
        asks: Asks::SomeHolder,
    },
    case("profile", "/api/clients/profile", "member", 25),
    case("qr", "/api/clients/qr", "member", 25),
    case("overview", "/api/dashboards/overview", "owner", 50),
];

/// Costs one password hash; everything else must not show beside it.
const LOGIN: Request<'static> = Request {
    method: "POST",
    body: r#"{"username":"reception_l{desk}","password":"demo-gym-2026"}"#,
    ..Request::get("/api/auth/login", "nobody")
};
const LOGIN_TARGET: Share = Share(90);

pub(super) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let callers = bench.callers()?;
    let holders = Holders::note(bench, callers.gym)?;
    say(&format!(
        "{:<9} {:>6} {:>4} | {:>8} | {:>8} {:>5} {:>8} {:>8} {:>6} | {:>8} {:>5} {:>8} {:>8}",
        "case",
        "conns",
        "sql",
        "bare/s",
        "direct/s",
        "share",
        "p50ms",
        "p99ms",
        "failed",
        "proxy/s",
        "share",
        "p50ms",
        "p99ms"
    ))?;
    for case in &CASES {
        let scripts = of_case(bench, &callers, case, &holders)?;
        for connections in [16, 64] {
            let turns = Turns { bench, callers: &callers, request: &case.request, connections };
            let line = turns.line(case, &scripts, &holders)?;
            say(&line.text())?;
            // On cores that others use as well: once more counts instead.
            let line = if line.is_missed() {
                let again = turns.line(case, &scripts, &holders)?;
                say(&again.text())?;
                again
            } else {
                line
            };
            bench.missed = bench.missed.saturating_add(usize::from(line.is_missed()));
        }
    }
    Holders::forget(bench)?;
    measure_login(bench, &callers)?;
    measure_memory(bench)
}

fn measure_memory(bench: &mut Bench) -> anyhow::Result<()> {
    let memory = |name| resident_mib(bench.stack.process(name)?);
    let (staff, client) = (memory("staff-api")?, memory("client-api")?);
    say(&format!(
        "memory under load: staff-api {staff} MB, client-api {client} MB (target {MEMORY_TARGET})"
    ))?;
    bench.missed = bench.missed.saturating_add(usize::from(staff.max(client) > MEMORY_TARGET));
    Ok(())
}

fn measure_login(bench: &mut Bench, callers: &Callers) -> anyhow::Result<()> {
    let turns = Turns { bench, callers, request: &LOGIN, connections: 16 };
    let [bare, direct] = turns
        .taken([&|seconds| turns.hashes(seconds).map(Figures::rate), &|seconds| turns.direct(seconds)])?;
    let share = direct.rate.of(bare.rate);
    let verdict = judged(share, LOGIN_TARGET);
    say(&format!(
        "{:<9} {:>6} {:>4} | {:>8} | {:>8} {share:>5} {:>8} {:>8} {:>6} | target {LOGIN_TARGET}: {verdict}",
        "login", 16, "-", bare.rate, direct.rate, direct.p50, direct.p99, direct.failed
    ))?;
    bench.missed = bench.missed.saturating_add(usize::from(verdict != "ok" || direct.failed > 0));
    Ok(())
}

fn judged(share: Share, target: Share) -> &'static str {
    if share >= target { "ok" } else { "MISSED" }
}

/// One way of asking, for so many seconds.
type Way<'way> = &'way dyn Fn(u64) -> anyhow::Result<Figures>;

struct Turns<'bench> {
    bench: &'bench Bench,
    callers: &'bench Callers,
    request: &'bench Request<'static>,
    connections: u32,
}

impl Turns<'_> {
    fn line(&self, case: &Case, scripts: &Scripts, holders: &Holders) -> anyhow::Result<Line> {
        let [bare, direct, proxied] = self.taken([
            &|seconds| Ok(Figures::rate(self.bare(case, scripts, holders, seconds)?)),
            &|seconds| self.direct(seconds),
            &|seconds| self.at(self.bench.stack.ports.proxy, seconds),
        ])?;
        let target = (self.connections == 16).then_some(case.target);
        let (name, connections, statements) = (case.name, self.connections, scripts.statements);
        Ok(Line { name, connections, statements, target, bare: bare.rate, direct, proxied })
    }

    /// The figures of each way, in quarters.
    fn taken<const N: usize>(&self, ways: [Way<'_>; N]) -> anyhow::Result<[Figures; N]> {
        let seconds = self.bench.seconds.div_ceil(TURNS).max(SHORTEST);
        let mut runs = [(); N].map(|()| Vec::new());
        for turn in 0..TURNS {
            let mut order: Vec<_> = ways.iter().zip(&mut runs).collect();
            if turn % 2 == 1 {
                order.reverse();
            }
            for (way, runs) in order {
                sleep(Duration::from_millis(500));
                runs.push(way(seconds)?);
            }
        }
        Ok(runs.map(|runs| Figures::together(&runs).unwrap_or_default()))
    }

    fn direct(&self, seconds: u64) -> anyhow::Result<Figures> {
        self.at(self.request.port(&self.bench.stack.ports), seconds)
    }

    fn at(&self, port: u16, seconds: u64) -> anyhow::Result<Figures> {
        self.bench.called(self.request, self.callers, port, self.connections, seconds)
    }

    /// What a second holds without the services.
    fn bare(&self, case: &Case, scripts: &Scripts, holders: &Holders, seconds: u64) -> anyhow::Result<Rate> {
        let whole = self.pgbench(scripts, seconds)?;
        if !matches!(case.asks, Asks::SomeHolder) {
            return Ok(whole);
        }
        let file = self.bench.stack.work.join("somebody.sql");
        fs::write(&file, holders.somebody())?;
        let finding = self.pgbench(&Scripts { files: vec![file], statements: 1 }, seconds)?;
        whole.without(finding).context("finding somebody takes longer than finding and writing")
    }

    fn pgbench(&self, scripts: &Scripts, seconds: u64) -> anyhow::Result<Rate> {
        let seconds = seconds.saturating_add(WARM_UP);
        let mut pgbench = self.bench.pgbench()?;
        pgbench.args(["-j", "2", "-P", "1", "-c", &self.connections.to_string(), "-T", &seconds.to_string()]);
        for file in &scripts.files {
            pgbench.arg("-f").arg(file);
        }
        let ended = ran(pgbench.arg("gym"), &self.bench.stack.log("pgbench"), Bench::limit(seconds))?;
        ended.succeeds()?;
        pgbench_rate(&ended.said).with_context(|| ended.last_lines(4))
    }

    /// Passwords checked a second with all cores, without a service.
    fn hashes(&self, seconds: u64) -> anyhow::Result<Rate> {
        let mut hashes = Command::new(programs()?.join("drill"));
        hashes.args(["hashes", "--seconds", &seconds.to_string()]);
        let ended = ran(&mut hashes, &self.bench.stack.log("hashes"), Bench::limit(seconds))?;
        Rate::parse(ended.said.trim()).with_context(|| ended.said.clone())
    }
}

/// A line of the table.
struct Line {
    name: &'static str,
    connections: u32,
    statements: usize,
    target: Option<Share>,
    bare: Rate,
    direct: Figures,
    proxied: Figures,
}

impl Line {
    fn failed(&self) -> u64 {
        self.direct.failed.saturating_add(self.proxied.failed)
    }

    fn verdict(&self) -> String {
        let mut verdict = String::new();
        if let Some(target) = self.target {
            let (direct, proxied) = (self.direct.rate.of(self.bare), self.proxied.rate.of(self.direct.rate));
            verdict = format!(
                " target {target}: {}, proxy {PROXY_TARGET}: {}",
                judged(direct, target),
                judged(proxied, PROXY_TARGET)
            );
        }
        if self.failed() > 0 {
            verdict.push_str(", MISSED: failed");
        }
        verdict
    }

    fn is_missed(&self) -> bool {
        self.verdict().contains("MISSED")
    }

    fn text(&self) -> String {
        let Self { name, connections, statements, bare, direct, proxied, .. } = self;
        format!(
            "{name:<9} {connections:>6} {statements:>4} | {bare:>8} | {:>8} {:>5} {:>8} {:>8} {:>6} | {:>8} {:>5} {:>8} {:>8}{}",
            direct.rate,
            direct.rate.of(*bare),
            direct.p50,
            direct.p99,
            self.failed(),
            proxied.rate,
            proxied.rate.of(direct.rate),
            proxied.p50,
            proxied.p99,
            self.verdict()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(connections: u32, direct: &str, proxied: &str) -> Line {
        let read = |said: &str| Figures::parse(&format!("figures {said}")).unwrap();
        let target = (connections == 16).then_some(Share(40));
        let bare = Rate::parse("1000").unwrap();
        Line {
            name: "page",
            connections,
            statements: 3,
            target,
            bare,
            direct: read(direct),
            proxied: read(proxied),
        }
    }

    #[test]
    fn a_case_is_judged_by_its_share_of_the_bare_rate() {
        let good = line(16, "400 5 9 0", "320 6 10 0");
        assert_eq!(good.verdict(), " target 0.40: ok, proxy 0.80: ok");
        assert!(!good.is_missed());
        assert!(line(16, "390 5 9 0", "390 6 10 0").is_missed());
        assert!(line(16, "500 5 9 0", "300 6 10 0").is_missed());
    }

    #[test]
    fn beyond_sixteen_connections_only_failures_count() {
        assert!(!line(64, "10 5 9 0", "1 6 10 0").is_missed());
        assert_eq!(line(64, "10 5 9 0", "1 6 10 2").verdict(), ", MISSED: failed");
    }

    #[test]
    fn a_line_stands_below_the_heads_of_the_table() {
        assert_eq!(
            line(16, "400 5.5 9 0", "320 6 10 1").text(),
            "page          16    3 |     1000 |      400  0.40    5.500    9.000      1 |      320  0.80    6.000   10.000 target 0.40: ok, proxy 0.80: ok, MISSED: failed"
        );
    }
}
