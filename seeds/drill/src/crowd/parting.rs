//! A service is told to stop while it is busy: it finishes what it began, and no caller can keep it from stopping.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use anyhow::ensure;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use super::{
    calls::{Caller, Said},
    claim,
    gym::Gym,
    say,
    tally::Tally,
};
use crate::stack::{is_running, signal as send};

/// Arguments of this command.
#[derive(Debug, clap::Args)]
pub(super) struct Asked {
    /// Where the service listens
    #[arg(long)]
    at: SocketAddr,
    /// The number of its process
    #[arg(long)]
    process: u32,
    /// Within which it must be gone, in seconds
    #[arg(long, default_value_t = 20)]
    gone_within: u64,
}

const CALLERS: usize = 32;
const BEFORE: Duration = Duration::from_secs(2);
/// How long after the signal the late body is complete.
const LATE: Duration = Duration::from_secs(4);
const LIMIT: Duration = Duration::from_secs(40);

/// When the signal was given.
type Signal = Arc<OnceLock<Instant>>;

#[derive(Debug, Default)]
struct Seen {
    tally: Tally,
    /// Begun before the signal, answered after it.
    spanning: usize,
    /// Begun after the signal, and answered.
    later: usize,
}

pub(super) async fn run(asked: Asked) -> anyhow::Result<bool> {
    let gym = Gym::enter(asked.at).await?;
    let signal: Signal = Arc::default();
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        callers.spawn(ask_until_gone(gym.clone(), asked.at, number, Arc::clone(&signal)));
    }
    let mut rude = JoinSet::new();
    for words in [
        "",
        "GET /api/customers HTTP/1.1\r\nhost: g",
        "POST /api/attendance HTTP/1.1\r\nhost: gym\r\ncontent-length: 9000\r\n\r\n{",
    ] {
        for _ in 0..5 {
            rude.spawn(stay(asked.at, words));
        }
    }
    sleep(BEFORE).await;
    let mut late = JoinSet::new();
    late.spawn(finish_late(gym.clone(), asked.at));
    sleep(Duration::from_millis(300)).await;

    let told = Instant::now();
    ensure!(signal.set(told).is_ok(), "told twice");
    ensure!(send("TERM", &[asked.process]), "there is no process {}", asked.process);
    while is_running(asked.process) && told.elapsed() < LIMIT {
        sleep(Duration::from_millis(50)).await;
    }
    let took = told.elapsed();
    let mut seen = Seen::default();
    while let Some(one) = callers.join_next().await {
        let one = one?;
        seen.tally.add(one.tally);
        seen.spanning = seen.spanning.saturating_add(one.spanning);
        seen.later = seen.later.saturating_add(one.later);
    }
    let late = match timeout(LIMIT, late.join_next()).await {
        Ok(Some(answered)) => answered??,
        Ok(None) | Err(_) => false,
    };
    rude.shutdown().await;
    say(&seen.tally.to_string())?;
    let claims = [
        claim(seen.spanning > 0, &format!("{} calls were in flight at the signal", seen.spanning))?,
        claim(
            seen.tally.failed() == 0,
            &format!("{} calls failed; {} came after the signal", seen.tally.failed(), seen.later),
        )?,
        claim(late, "a body that was complete four seconds after the signal was answered")?,
        claim(
            took < Duration::from_secs(asked.gone_within),
            &format!(
                "it ended after {} ms, with fifteen connections silent, half open or dripping",
                took.as_millis()
            ),
        )?,
    ];
    Ok(claims.iter().all(|holds| *holds))
}

/// Until nobody listens any more; before the signal that is a failure too.
async fn ask_until_gone(gym: Gym, at: SocketAddr, number: usize, signal: Signal) -> Seen {
    let mut caller = Caller::numbered(at, number);
    let mut seen = Seen::default();
    let began = Instant::now();
    for round in 0_usize.. {
        let nth = round.saturating_mul(CALLERS).saturating_add(number);
        let call = match nth.checked_rem(4) {
            Some(0) => gym.check_in(nth),
            Some(1) => gym.edit(nth, format!("parting-{nth}")),
            Some(2) => gym.overview(),
            _ => gym.page(),
        };
        let told_before = signal.get().is_some();
        let sent = Instant::now();
        let said = caller.ask(&call).await;
        let is_told = signal.get().is_some();
        if (is_told && matches!(said, Said::Unreachable(_))) || began.elapsed() > LIMIT {
            break;
        }
        seen.tally.count(&said, sent.elapsed());
        seen.spanning = seen.spanning.saturating_add(usize::from(is_told && !told_before));
        seen.later = seen.later.saturating_add(usize::from(told_before));
    }
    seen
}

/// Says `words`, then a byte a second if it said anything, and never ends.
async fn stay(at: SocketAddr, words: &'static str) -> std::io::Result<()> {
    let mut socket = TcpStream::connect(at).await?;
    socket.write_all(words.as_bytes()).await?;
    loop {
        sleep(Duration::from_secs(1)).await;
        if !words.is_empty() {
            socket.write_all(b" ").await?;
        }
    }
}

/// A request whose head is there before the signal and whose last byte is not.
async fn finish_late(gym: Gym, at: SocketAddr) -> anyhow::Result<bool> {
    let body = json!({ "username": "reception1", "password": "demo-gym-2026" }).to_string();
    let (early, last) = body.split_at(body.len().saturating_sub(1));
    let head = format!(
        "POST /api/auth/login HTTP/1.1\r\nhost: gym\r\nauthorization: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        gym.desk,
        body.len()
    );
    let mut socket = TcpStream::connect(at).await?;
    socket.write_all(head.as_bytes()).await?;
    socket.write_all(early.as_bytes()).await?;
    sleep(LATE).await;
    socket.write_all(last.as_bytes()).await?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await?;
    Ok(answer.starts_with(b"HTTP/1.1 200"))
}
