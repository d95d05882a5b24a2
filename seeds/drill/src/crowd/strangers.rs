//! Requests with identifiers and addresses that nobody has seen before, and the memory that the services take for them.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use serde_json::json;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use super::{
    calls::{Call, Caller, address},
    claim,
    gym::Gym,
    say,
    tally::Tally,
};
use crate::stack::resident_mib;

/// Arguments of this command.
#[derive(Debug, clap::Args)]
pub(super) struct Asked {
    /// Where staff-api listens
    #[arg(long)]
    staff: SocketAddr,
    /// Where client-api listens
    #[arg(long)]
    clients: SocketAddr,
    /// The processes whose memory is watched
    #[arg(long, required = true)]
    process: Vec<u32>,
    /// How many strangers
    #[arg(long, default_value_t = 1_000_000)]
    strangers: usize,
    /// The most that a process may hold, in MiB
    #[arg(long, default_value_t = 150)]
    most: u64,
    /// The most that it may grow in the second half, in MiB
    #[arg(long, default_value_t = 8)]
    growth: u64,
}

const CALLERS: usize = 24;
/// Of so many strangers one tries a password, which costs its hash.
const PASSWORDS: usize = 200;
/// Looks at memory during the run.
const LOOKS: usize = 40;

pub(super) async fn run(asked: Asked) -> anyhow::Result<bool> {
    let asked = Arc::new(asked);
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        callers.spawn(come(Arc::clone(&asked), Arc::clone(&next)));
    }
    let mut looks: Vec<Vec<u64>> = asked.process.iter().map(|_| Vec::new()).collect();
    let step = asked.strangers.checked_div(LOOKS).unwrap_or(1).max(1);
    let mut due = step;
    while next.load(Ordering::Relaxed) < asked.strangers {
        if next.load(Ordering::Relaxed) >= due {
            due = due.saturating_add(step);
            for (process, seen) in asked.process.iter().zip(&mut looks) {
                seen.push(resident_mib(*process)?);
            }
        }
        sleep(Duration::from_millis(50)).await;
    }
    let mut tally = Tally::default();
    while let Some(one) = callers.join_next().await {
        tally.add(one?);
    }
    say(&format!("{} in {} s", tally, began.elapsed().as_secs()))?;
    verdict(&asked, &tally, &looks)
}

fn verdict(asked: &Asked, tally: &Tally, looks: &[Vec<u64>]) -> anyhow::Result<bool> {
    let mut holds = claim(
        tally.good.saturating_mul(100) >= asked.strangers.saturating_mul(98),
        &format!("{} of {} strangers were answered as everybody is", tally.good, asked.strangers),
    )?;
    for (process, seen) in asked.process.iter().zip(looks) {
        say(&format!("process {process}, MiB: {seen:?}"))?;
        let (first, second) = seen.split_at(seen.len() / 2);
        let (first, second) = (first.iter().max().copied(), second.iter().max().copied());
        let (first, second) = first.zip(second).context("too few strangers to look at memory")?;
        holds &= claim(second < asked.most, &format!("process {process} holds {second} MiB at most"))?;
        holds &= claim(
            second <= first.saturating_add(asked.growth),
            &format!("process {process} held {first} MiB at most in the first half, {second} in the second"),
        )?;
    }
    Ok(holds)
}

/// Each from an address of its own, with a name of its own; most ask for a code, some try to sign in.
async fn come(asked: Arc<Asked>, next: Arc<AtomicUsize>) -> Tally {
    let mut tally = Tally::default();
    let (mut staff, mut clients) = (Caller::new(asked.staff, ""), Caller::new(asked.clients, ""));
    loop {
        let nth = next.fetch_add(1, Ordering::Relaxed);
        if nth >= asked.strangers {
            return tally;
        }
        let sent = Instant::now();
        let said = if nth.checked_rem(PASSWORDS) == Some(0) {
            staff.move_to(address(nth));
            let body = json!({ "username": format!("stranger{nth}"), "password": "not known here" });
            staff.ask(&Call::post("/api/auth/login", &body)).await
        } else {
            clients.move_to(address(nth));
            clients.ask(&Gym::code_for_stranger(nth)).await
        };
        tally.count(&said, sent.elapsed());
    }
}
