//! Ten times the load that a service can take.
//!
//! First as many callers as a busy gym has, each asking again as soon as it is answered: what is answered well then is
//! the peak. Then callers that ask at their own moments, together ten times the peak; meanwhile two desks check
//! people in.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval_at, sleep},
};

use super::{
    calls::{Call, Caller, Said},
    claim,
    gym::Gym,
    say,
    tally::Tally,
};

/// Arguments of this command.
#[derive(Debug, clap::Args)]
pub(super) struct Asked {
    /// Where the service listens
    #[arg(long)]
    at: SocketAddr,
    /// How long each half takes, in seconds
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Callers in the first half
    #[arg(long, default_value_t = 64)]
    callers: usize,
    /// Callers in the second half
    #[arg(long, default_value_t = 1500)]
    crowd: usize,
    /// How many times the peak is offered
    #[arg(long, default_value_t = 10)]
    times: u64,
}

/// The share of each kind in a hundred calls.
const OVERVIEWS: usize = 30;
const SIGN_INS: usize = 20;
const PAGES: usize = 30;

const WARM_UP: Duration = Duration::from_secs(2);
const BETWEEN: Duration = Duration::from_millis(50);

/// What became of the calls of one half, by kind.
#[derive(Debug, Default)]
struct Half {
    good: Tally,
    turned_away: Tally,
    /// Turned away without a word on when to come back.
    mute: usize,
    failed: Tally,
    sign_ins: usize,
}

impl Half {
    fn count(&mut self, said: &Said, took: Duration, is_sign_in: bool) {
        match said {
            Said::Answer(answer) if answer.is_good() => {
                self.good.count(said, took);
                self.sign_ins = self.sign_ins.saturating_add(usize::from(is_sign_in));
            }
            Said::Answer(answer) if matches!(answer.status, 429 | 503) => {
                self.turned_away.count(said, took);
                self.mute = self.mute.saturating_add(usize::from(!answer.says_when));
            }
            Said::Answer(_) | Said::Unreachable(_) | Said::Lost(_) | Said::Unsent => {
                self.failed.count(said, took);
            }
        }
    }

    fn add(&mut self, other: Self) {
        self.good.add(other.good);
        self.turned_away.add(other.turned_away);
        self.failed.add(other.failed);
        self.mute = self.mute.saturating_add(other.mute);
        self.sign_ins = self.sign_ins.saturating_add(other.sign_ins);
    }

    fn total(&self) -> usize {
        self.good.total().saturating_add(self.turned_away.total()).saturating_add(self.failed.total())
    }

    fn say(&self, name: &str) -> std::io::Result<()> {
        say(&format!("{name}: answered well {} ({} sign-ins)", self.good, self.sign_ins))?;
        say(&format!("{name}: turned away {}", self.turned_away))?;
        if self.failed.total() > 0 {
            say(&format!("{name}: failed {}", self.failed))?;
        }
        Ok(())
    }
}

/// Eighty reads of three weights and twenty sign-ins, scattered. Sign-ins cost the most, so the peak is low enough for
/// this machine to offer ten times as much, on the same cores.
fn call(gym: &Gym, number: usize) -> (Call, bool) {
    match number.wrapping_mul(37).checked_rem(100).unwrap_or(0) {
        kind if kind < SIGN_INS => (Gym::sign_in(number), true),
        kind if kind < SIGN_INS.saturating_add(OVERVIEWS) => (gym.overview(), false),
        kind if kind < SIGN_INS.saturating_add(OVERVIEWS).saturating_add(PAGES) => (gym.page(), false),
        _ => (gym.customer(number), false),
    }
}

pub(super) async fn run(asked: Asked) -> anyhow::Result<bool> {
    let gym = Gym::enter(asked.at).await?;
    half(&gym, asked.at, asked.callers, None, WARM_UP).await?;
    let length = Duration::from_secs(asked.seconds);
    let before = half(&gym, asked.at, asked.callers, None, length).await?;
    before.say("64 callers")?;
    let peak = per_second(before.good.total(), asked.seconds);

    let rate = peak.saturating_mul(asked.times).max(1);
    let crowd = u64::try_from(asked.crowd).unwrap_or(1);
    let pause = Duration::from_micros(crowd.saturating_mul(1_000_000).checked_div(rate).unwrap_or(1).max(1));
    let over = Arc::new(AtomicBool::new(false));
    let mut door = JoinSet::new();
    for number in 0..2 {
        door.spawn(desk(gym.clone(), asked.at, number, Arc::clone(&over)));
    }
    let during = half(&gym, asked.at, asked.crowd, Some(pause), length).await?;
    over.store(true, Ordering::Relaxed);
    let mut desks = Tally::default();
    while let Some(tally) = door.join_next().await {
        desks.add(tally?);
    }
    during.say("the crowd")?;
    say(&format!("the door: {desks}"))?;
    verdict(&asked, peak, &during, &desks)
}

fn verdict(asked: &Asked, peak: u64, during: &Half, desks: &Tally) -> anyhow::Result<bool> {
    let good = per_second(during.good.total(), asked.seconds);
    let offered = per_second(during.total(), asked.seconds);
    let turned = during.turned_away.within(99).as_millis();
    let checked = desks.within(99).as_millis();
    let enough = asked.times.saturating_mul(8).checked_div(10).unwrap_or(1);
    let claims = [
        claim(
            offered >= peak.saturating_mul(enough),
            &format!("{offered} calls a second were made; the peak is {peak}"),
        )?,
        claim(
            good.saturating_mul(10) > peak.saturating_mul(8),
            &format!("{good} a second were answered well"),
        )?,
        claim(
            during.turned_away.total() > 0 && turned < 1000,
            &format!("99 of 100 refusals within {turned} ms"),
        )?,
        claim(during.mute == 0, &format!("{} refusals do not say when to come back", during.mute))?,
        claim(during.failed.total() == 0, &format!("{} calls got neither", during.failed.total()))?,
        claim(
            desks.failed() == 0 && desks.total() > 20 && checked < 500,
            &format!("99 of 100 check-ins within {checked} ms, {} failed", desks.failed()),
        )?,
    ];
    Ok(claims.iter().all(|holds| *holds))
}

fn per_second(count: usize, seconds: u64) -> u64 {
    u64::try_from(count).unwrap_or(0).checked_div(seconds).unwrap_or(0)
}

/// `callers` for `length`; each asks after every `pause`, or at once when it was answered.
async fn half(
    gym: &Gym,
    at: SocketAddr,
    callers: usize,
    pause: Option<Duration>,
    length: Duration,
) -> anyhow::Result<Half> {
    let began = Instant::now();
    let mut crowd = JoinSet::new();
    for number in 0..callers {
        crowd.spawn(ask_on(gym.clone(), at, number, callers, pause, began, length));
    }
    let mut half = Half::default();
    while let Some(one) = crowd.join_next().await {
        half.add(one?);
    }
    Ok(half)
}

#[expect(clippy::too_many_arguments, reason = "one place starts it")]
async fn ask_on(
    gym: Gym,
    at: SocketAddr,
    number: usize,
    callers: usize,
    pause: Option<Duration>,
    began: Instant,
    length: Duration,
) -> Half {
    let mut half = Half::default();
    let mut caller = Caller::numbered(at, number);
    let share = u32::try_from(number).unwrap_or(0);
    let offset =
        pause.unwrap_or_default().saturating_mul(share).checked_div(u32::try_from(callers).unwrap_or(1));
    let first = began.checked_add(offset.unwrap_or_default()).unwrap_or(began);
    let mut clock = interval_at(first, pause.unwrap_or(Duration::from_secs(1)));
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut nth = number;
    loop {
        if pause.is_some() {
            clock.tick().await;
        }
        if began.elapsed() >= length {
            return half;
        }
        let (call, is_sign_in) = call(&gym, nth);
        nth = nth.saturating_add(callers);
        let sent = Instant::now();
        let said = caller.ask(&call).await;
        half.count(&said, sent.elapsed(), is_sign_in);
    }
}

async fn desk(gym: Gym, at: SocketAddr, number: usize, over: Arc<AtomicBool>) -> Tally {
    let mut caller = Caller::numbered(at, number.saturating_add(1_000_000));
    let mut tally = Tally::default();
    while !over.load(Ordering::Relaxed) {
        let sent = Instant::now();
        let said = caller.ask(&gym.check_in(tally.total().saturating_mul(2).saturating_add(number))).await;
        tally.count(&said, sent.elapsed());
        sleep(BETWEEN).await;
    }
    tally
}
