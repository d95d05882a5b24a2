//! Desks that write without pause, remember every answer, and at the end compare all answers with the database.
//!
//! Every write has a key of its own, which also begins the id of every request that carries it, so that the audit log
//! tells how often it happened. A write is acknowledged, refused or unknown. Unknown ones are sent again with the same
//! key, half of them at once and half at the end; one in ten is sent twice at the same moment. When all are resolved,
//! what the callers were told must be exactly what is kept.

mod books;
mod deed;
mod desk;
mod line;
mod proof;

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use seeds::demo::{DOCUMENTED, STAFF_PASSWORD};
use serde_json::json;
use sqlx::PgPool;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use self::{
    books::{Entry, Fate, refusals, tally},
    deed::Kind,
    desk::{Desk, Shelf, number_in, prefix},
    line::{Line, Meter},
    proof::{Findings, Learnt, compare},
};

/// Arguments of this command.
#[derive(Debug, clap::Args)]
pub(crate) struct Asked {
    /// Address of staff-api
    #[arg(long)]
    staff: String,
    /// Address of client-api
    #[arg(long)]
    client: String,
    /// File with the address of the database, as its owner
    #[arg(long)]
    database: PathBuf,
    /// Decides what is done
    #[arg(long)]
    seed: u64,
    /// Desks that write at once
    #[arg(long, default_value_t = 28)]
    desks: usize,
    /// Work until this file is there
    #[arg(long)]
    until: PathBuf,
    /// But never longer than so many seconds
    #[arg(long, default_value_t = 1800)]
    at_most: u64,
    /// Everything must be answered, within so many milliseconds, and never with 500
    #[arg(long)]
    answered_within: Option<u64>,
    /// Connections must have been cut
    #[arg(long)]
    cut: bool,
}

/// Logins and what their gym sells.
const LOGINS: [(&str, Shelf); 7] = {
    const NILE: Shelf = Shelf { monthly: 1, coins: 4 };
    const DELTA: Shelf = Shelf { monthly: 10, coins: 11 };
    [
        ("reception1", NILE),
        ("reception2", NILE),
        ("reception3", NILE),
        ("reception_b", DELTA),
        ("manager1", NILE),
        ("manager2", NILE),
        ("manager3", NILE),
    ]
};

/// Subscriptions that all desks of a branch take from.
const HOT: u32 = 3;

pub(crate) async fn run(asked: Asked) -> anyhow::Result<bool> {
    let url = fs::read_to_string(&asked.database).context("the address of the database")?;
    let meter = Arc::new(Meter::default());
    let (mut desks, mut entries) = staff(&asked, &meter).await?;
    desks.extend(members(&asked, &meter, asked.desks).await?);
    say(&format!("seed {}: {} callers at work", asked.seed, desks.len()))?;

    let stop = Arc::new(AtomicBool::new(false));
    let mut work: JoinSet<Vec<Entry>> = JoinSet::new();
    for desk in desks {
        work.spawn(desk.work(Arc::clone(&stop)));
    }
    let began = Instant::now();
    while !asked.until.exists() && began.elapsed() < Duration::from_secs(asked.at_most) {
        sleep(Duration::from_millis(100)).await;
    }
    stop.store(true, Ordering::Relaxed);
    while let Some(done) = work.join_next().await {
        entries.extend(done.context("a caller broke down")?);
    }

    let pool = PgPool::connect(url.trim()).await.context("the database at the end")?;
    let mut findings = Findings::default();
    let learnt = compare(&pool, &prefix(asked.seed), &entries, &mut findings).await?;
    judge(&asked, &meter, &mut findings);
    report(&meter, &entries, &learnt, began.elapsed())?;
    let lines = findings.lines();
    for line in &lines {
        say(&format!("FINDING {line}"))?;
    }
    if lines.is_empty() {
        say("nothing is missing, nothing is half done, nothing happened twice")?;
    }
    Ok(lines.is_empty())
}

/// Signs the desks in and sells what they will take from together; the entries are those sales.
async fn staff(asked: &Asked, meter: &Arc<Meter>) -> anyhow::Result<(Vec<Desk>, Vec<Entry>)> {
    let mut lines = Vec::new();
    let mut entries = Vec::new();
    for (number, (login, shelf)) in (90..).zip(LOGINS) {
        let body = json!({ "username": login, "password": STAFF_PASSWORD });
        let address = format!("10.9.0.{number}");
        let line =
            Line::sign_in(&asked.staff, "/api/auth/login", &body, address, meter).await.context(login)?;
        let mut desk = Desk::staff(number, asked.seed, line.clone(), shelf, Vec::new());
        let mut hot = Vec::new();
        for _ in 0..HOT {
            hot.push(sell(&mut desk, shelf, number, hot.len()).await.context(login)?);
        }
        entries.extend(desk.work(Arc::new(AtomicBool::new(true))).await);
        lines.push((line, shelf, hot));
    }
    let mut desks = Vec::new();
    for (number, (line, shelf, hot)) in (0..asked.desks).zip(lines.iter().cycle()) {
        let line = line.another(format!("10.9.1.{number}"))?;
        desks.push(Desk::staff(number, asked.seed, line, *shelf, hot.clone()));
    }
    Ok((desks, entries))
}

async fn sell(desk: &mut Desk, shelf: Shelf, number: usize, nth: usize) -> anyhow::Result<i64> {
    let phone = format!("{}{number:02}{nth:05}", desk::PHONES);
    let Fate::Done(registered) = desk.carry_out(Kind::Register { phone }).await else {
        anyhow::bail!("nobody can be registered");
    };
    let customer = number_in(&registered, "id").context("a customer without id")?;
    let sale = Kind::Sell { customer, service: shelf.coins, units: Some(300), price: 100_000 };
    let Fate::Done(sold) = desk.carry_out(sale).await else { anyhow::bail!("nothing can be sold") };
    number_in(&sold, "subscription_id").context("a sale without subscription")
}

/// Members whose first-login password is known.
async fn members(asked: &Asked, meter: &Arc<Meter>, first: usize) -> anyhow::Result<Vec<Desk>> {
    let mut desks = Vec::new();
    let known = DOCUMENTED.iter().filter_map(|person| Some((person, person.temporary_password?)));
    for (number, (person, password)) in (first..).zip(known) {
        let body = json!({ "identifier": person.phone, "password": password });
        let address = format!("10.9.2.{number}");
        let line = Line::sign_in(&asked.client, "/api/clients/auth/login", &body, address, meter).await;
        desks.push(Desk::member(number, asked.seed, line.context(person.name)?, person.id));
    }
    Ok(desks)
}

/// A death in the middle of fewer requests shows little.
const IN_FLIGHT: u64 = 20;

/// What the requests themselves showed.
fn judge(asked: &Asked, meter: &Meter, findings: &mut Findings) {
    let cut = Meter::read(&meter.cut);
    if asked.cut {
        let (times, least, middle) = meter.bursts();
        if middle < IN_FLIGHT {
            findings.add(
                "too few requests were cut, so nothing was shown",
                format!("{times} times, {middle} in flight (median; least {least})"),
            );
        }
    }
    let mut refuse = |what, count: u64| {
        if count > 0 {
            findings.add(what, count.to_string());
        }
    };
    refuse("answered 500", Meter::read(&meter.broken));
    refuse("503 without Retry-After", Meter::read(&meter.without_hint));
    if let Some(limit) = asked.answered_within {
        refuse("not answered", cut.saturating_add(Meter::read(&meter.not_sent)));
        let slowest = Meter::read(&meter.slowest);
        if slowest > limit {
            findings.add("answered too late", format!("{slowest} ms"));
        }
        if Meter::read(&meter.not_now) == 0 {
            findings.add("no request was answered 503, so nothing was shown", "0 of them");
        }
    }
}

fn report(meter: &Meter, entries: &[Entry], learnt: &Learnt, took: Duration) -> anyhow::Result<()> {
    say(&format!("{:<10} {:>8} {:>8} {:>8} {:>6}", "", "done", "refused", "unknown", "open"))?;
    for (word, tally) in tally(entries) {
        let (done, refused, unknown, open) = (tally.done, tally.refused, tally.unknown, tally.open);
        say(&format!("{word:<10} {done:>8} {refused:>8} {unknown:>8} {open:>6}"))?;
    }
    for (code, count) in refusals(entries) {
        say(&format!("  refused {code}: {count}"))?;
    }
    let read = Meter::read;
    say(&format!(
        "{} s, {} requests: {} cut, {} found nobody, {} answered 503, {} answered 500; slowest answer {} ms",
        took.as_secs(),
        read(&meter.sent),
        read(&meter.cut),
        read(&meter.not_sent),
        read(&meter.not_now),
        read(&meter.broken),
        read(&meter.slowest),
    ))?;
    let (times, least, middle) = meter.bursts();
    say(&format!(
        "{times} times connections broke, with {middle} requests in flight (median; least {least})"
    ))?;
    say(&format!(
        "of the unknown {} had happened; {} subscriptions and {} audit rows compared",
        learnt.had_happened, learnt.subscriptions, learnt.audit_rows
    ))?;
    Ok(())
}

fn say(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}
