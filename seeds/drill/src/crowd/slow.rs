//! Connections that say nothing, or a byte a second, while desks check people in.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, bail};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep, timeout},
};

use super::{
    calls::{Call, Caller, Said, connect_from},
    claim,
    gym::Gym,
    say,
    tally::Tally,
};

/// Arguments of this command.
#[derive(Debug, clap::Args)]
pub(super) struct Asked {
    /// Where the slow ones connect; several times for several places
    #[arg(long, required = true)]
    at: Vec<SocketAddr>,
    /// Where bodies wait that come slowly: one of those places
    #[arg(long)]
    keeps_bodies: SocketAddr,
    /// The internal port of the service that they are for
    #[arg(long)]
    internal: u16,
    /// Where the desks check people in; several times for several places
    #[arg(long, required = true)]
    desk: Vec<SocketAddr>,
    /// Slow connections at each place
    #[arg(long, default_value_t = 2000)]
    connections: usize,
    /// Within which all of them must be gone, in seconds
    #[arg(long, default_value_t = 60)]
    gone_within: u64,
    /// The slowest that the hundredth check-in may be, in milliseconds
    #[arg(long, default_value_t = 500)]
    check_in_within: u128,
}

/// The slow ones come from many addresses, each with so many connections.
const OF_AN_ADDRESS: usize = 40;
/// The most connections that a proxy has to a service for everything else that is asked meanwhile.
const OF_THE_PROXY: usize = 200;

/// How long the desks work before anybody comes.
pub(super) const BEFORE: Duration = Duration::from_secs(3);
/// A desk's pause between two people.
const BETWEEN: Duration = Duration::from_millis(50);

#[derive(Debug, Clone, Copy)]
enum Manner {
    Silent,
    Head,
    Body,
}

impl Manner {
    const ALL: [Self; 3] = [Self::Silent, Self::Head, Self::Body];

    const fn first_words(self) -> &'static [u8] {
        match self {
            Self::Silent => b"",
            Self::Head => b"POST /api/attendance HTTP/1.1\r\nhost: gym\r\nx-slow: ",
            Self::Body => {
                b"POST /api/attendance HTTP/1.1\r\nhost: gym\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n{"
            }
        }
    }
}

pub(super) async fn run(asked: Asked) -> anyhow::Result<bool> {
    let first = asked.desk.first().copied().unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0)));
    let gym = Gym::enter(first).await?;
    let before = desks(&gym, &asked.desk, Arc::new(AtomicBool::new(false)), Some(BEFORE)).await?;
    say(&format!("check-ins before: {before}"))?;

    let here = Arc::new(AtomicUsize::new(0));
    let over = Arc::new(AtomicBool::new(false));
    let mut working = JoinSet::new();
    let (gym_of_desks, places, until) = (gym.clone(), asked.desk.clone(), Arc::clone(&over));
    working.spawn(async move { desks(&gym_of_desks, &places, until, None).await });

    let began = Instant::now();
    // Bodies that the proxy keeps may stay.
    let (mut slow, mut kept) = (JoinSet::new(), JoinSet::new());
    for number in 0..asked.connections {
        for at in &asked.at {
            let manner =
                Manner::ALL.get(number.checked_rem(3).unwrap_or(0)).copied().unwrap_or(Manner::Silent);
            let waiting = dawdle(source(number), *at, manner, Arc::clone(&here));
            let may_stay = *at == asked.keeps_bodies && matches!(manner, Manner::Body);
            if may_stay {
                kept.spawn(waiting)
            } else {
                slow.spawn(waiting)
            };
        }
        // A listener's queue holds some hundreds.
        if number.checked_rem(50) == Some(0) {
            sleep(Duration::from_millis(20)).await;
        }
    }
    let opened = began.elapsed();
    sleep(Duration::from_secs(4)).await;
    let wanted = asked.connections.saturating_mul(asked.at.len());
    let peak = here.load(Ordering::Relaxed);
    let seats = seats_taken(asked.internal).await?;
    let limit = Duration::from_secs(asked.gone_within.saturating_add(15));
    let mut ends = Ends::default();
    while let Ok(Some(end)) = timeout(limit.saturating_sub(began.elapsed()), slow.join_next()).await {
        ends.count(&end?);
    }
    let left = slow.len();
    let stayed = kept.len();
    kept.shutdown().await;
    over.store(true, Ordering::Relaxed);
    let mut during = Tally::default();
    while let Some(tally) = working.join_next().await {
        during.add(tally??);
    }
    say(&format!("check-ins meanwhile: {during}"))?;
    say(&format!("opened within {} ms; gone after: {ends}", opened.as_millis()))?;
    let found = Found { during, peak, wanted, seats, left, stayed, ends };
    verdict(&asked, &found)
}

struct Found {
    during: Tally,
    peak: usize,
    wanted: usize,
    /// Seats of the service while all were there.
    seats: usize,
    left: usize,
    /// Bodies that were still coming, to the proxy, at the end.
    stayed: usize,
    ends: Ends,
}

/// An address of the loopback for some of them.
fn source(number: usize) -> Ipv4Addr {
    let group = number.checked_div(OF_AN_ADDRESS).unwrap_or(0);
    Ipv4Addr::new(127, 0, 1, u8::try_from(group.checked_rem(250).unwrap_or(0)).unwrap_or(0).saturating_add(1))
}

/// How many connections the service has at the port of its API.
async fn seats_taken(internal: u16) -> anyhow::Result<usize> {
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, internal));
    let Said::Answer(answer) = Caller::new(at, "").ask(&Call::get("/metrics")).await else {
        bail!("the service says no figures")
    };
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let line = text.lines().find_map(|line| line.strip_prefix("http_connections{listener=\"api\"} "));
    Ok(line.context("it does not count its connections")?.trim().parse()?)
}

fn verdict(asked: &Asked, found: &Found) -> anyhow::Result<bool> {
    let Found { during, peak, wanted, seats, left, stayed, ends } = found;
    let most = during.within(99).as_millis();
    let longest = ends.longest().as_secs();
    let straight = asked.connections.saturating_mul(asked.at.len().saturating_sub(1));
    let claims = [
        claim(
            peak.saturating_mul(100) >= wanted.saturating_mul(95),
            &format!("{peak} of {wanted} slow connections were there at once"),
        )?,
        claim(during.failed() == 0 && during.total() > 100, "every check-in was answered well")?,
        claim(most < asked.check_in_within, &format!("99 of 100 check-ins within {most} ms"))?,
        claim(
            *seats <= straight.saturating_add(OF_THE_PROXY),
            &format!("{seats} seats of the service were taken, where {straight} had come straight to it"),
        )?,
        claim(
            *left == 0 && longest <= asked.gone_within && ends.unborn == 0,
            &format!(
                "{left} slow connections are left; the last went after {longest} s; {} found no seat",
                ends.unborn
            ),
        )?,
        claim(*stayed > 0, &format!("{stayed} bodies still came to the proxy, where they harm nobody"))?,
    ];
    Ok(claims.iter().all(|holds| *holds))
}

/// How a slow connection ended.
struct End {
    manner: Manner,
    /// None if it was never there.
    after: Option<Duration>,
}

#[derive(Debug, Default)]
struct Ends {
    silent: Duration,
    head: Duration,
    body: Duration,
    unborn: usize,
}

impl Ends {
    fn count(&mut self, end: &End) {
        let Some(after) = end.after else {
            self.unborn = self.unborn.saturating_add(1);
            return;
        };
        let longest = match end.manner {
            Manner::Silent => &mut self.silent,
            Manner::Head => &mut self.head,
            Manner::Body => &mut self.body,
        };
        *longest = after.max(*longest);
    }

    fn longest(&self) -> Duration {
        self.silent.max(self.head).max(self.body)
    }
}

impl std::fmt::Display for Ends {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (silent, head, body) = (self.silent.as_secs(), self.head.as_secs(), self.body.as_secs());
        write!(f, "silent {silent} s, dripping heads {head} s, dripping bodies {body} s")
    }
}

async fn dawdle(from: Ipv4Addr, at: SocketAddr, manner: Manner, here: Arc<AtomicUsize>) -> End {
    let began = Instant::now();
    let Ok(Ok(mut socket)) = timeout(Duration::from_secs(10), connect_from(from, at)).await else {
        return End { manner, after: None };
    };
    here.fetch_add(1, Ordering::Relaxed);
    drop(drip(&mut socket, manner).await);
    here.fetch_sub(1, Ordering::Relaxed);
    End { manner, after: Some(began.elapsed()) }
}

/// Until the other side closes, whatever it says before.
async fn drip(socket: &mut TcpStream, manner: Manner) -> std::io::Result<()> {
    socket.write_all(manner.first_words()).await?;
    let mut second = interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ignored = [0; 2048];
    loop {
        tokio::select! {
            read = socket.read(&mut ignored) => if read? == 0 { return Ok(()) },
            _ = second.tick(), if !matches!(manner, Manner::Silent) => socket.write_all(b" ").await?,
        }
    }
}

/// Two desks at each place, until `over` or for `limit`.
pub(super) async fn desks(
    gym: &Gym,
    places: &[SocketAddr],
    over: Arc<AtomicBool>,
    limit: Option<Duration>,
) -> anyhow::Result<Tally> {
    let began = Instant::now();
    let mut desks = JoinSet::new();
    for number in 0..places.len().saturating_mul(2) {
        let Some(at) = places.get(number.checked_rem(places.len()).unwrap_or(0)).copied() else { continue };
        let (gym, over) = (gym.clone(), Arc::clone(&over));
        desks.spawn(async move {
            let mut caller = Caller::numbered(at, number);
            let mut tally = Tally::default();
            while !over.load(Ordering::Relaxed) && limit.is_none_or(|limit| began.elapsed() < limit) {
                let call = gym.check_in(tally.total().saturating_mul(8).saturating_add(number));
                let sent = Instant::now();
                let said = caller.ask(&call).await;
                tally.count(&said, sent.elapsed());
                sleep(BETWEEN).await;
            }
            tally
        });
    }
    let mut all = Tally::default();
    while let Some(tally) = desks.join_next().await {
        all.add(tally?);
    }
    Ok(all)
}
