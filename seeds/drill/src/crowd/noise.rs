//! Somebody in the gym's Wi-Fi who calls without pause and without a token, behind the address of a desk; then junk
//! sign-ins from some addresses, while people sign in at others.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep},
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
    /// Where everybody calls
    #[arg(long)]
    at: SocketAddr,
    /// Calls a second without a token, from the desk's own address
    #[arg(long, default_value_t = 600)]
    calls: u32,
    /// Junk sign-ins under way at once
    #[arg(long, default_value_t = 140)]
    sign_ins: usize,
    /// How long either goes on
    #[arg(long, default_value_t = 20)]
    seconds: u64,
}

const WIFI: Ipv4Addr = Ipv4Addr::new(127, 0, 1, 1);
/// Over how many connections the noise comes.
const CONNECTIONS: u32 = 20;
/// From how many addresses junk comes.
const JUNK_ADDRESSES: usize = 10;
const BETWEEN: Duration = Duration::from_millis(100);

pub(super) async fn run(asked: Asked) -> anyhow::Result<bool> {
    let gym = Gym::enter(asked.at).await?;
    let wifi = behind_one_address(&gym, &asked).await?;
    let sign_ins = among_junk(&asked).await?;
    Ok(wifi && sign_ins)
}

async fn behind_one_address(gym: &Gym, asked: &Asked) -> anyhow::Result<bool> {
    let over = Arc::new(AtomicBool::new(false));
    let mut phones = JoinSet::new();
    for _ in 0..CONNECTIONS {
        phones.spawn(call_on(asked.at, asked.calls, Arc::clone(&over)));
    }
    // What the address may do at once after a pause is used up first.
    sleep(Duration::from_secs(3)).await;
    let mut desk = Caller::at_address(asked.at, WIFI);
    let mut checked = Tally::default();
    let began = Instant::now();
    while began.elapsed().as_secs() < asked.seconds {
        let sent = Instant::now();
        let said = desk.ask(&gym.check_in(checked.total())).await;
        checked.count(&said, sent.elapsed());
        sleep(BETWEEN).await;
    }
    over.store(true, Ordering::Relaxed);
    let mut noisy = Tally::default();
    while let Some(tally) = phones.join_next().await {
        noisy.add(tally?);
    }
    say(&format!("the noise: {noisy}"))?;
    say(&format!("check-ins behind the same address: {checked}"))?;
    let made = u64::try_from(noisy.total()).unwrap_or(0).checked_div(asked.seconds.saturating_add(3));
    let (made, slowest) = (made.unwrap_or(0), checked.within(99).as_millis());
    let is_loud = claim(
        made.saturating_mul(10) >= u64::from(asked.calls).saturating_mul(9),
        &format!("{made} calls a second came without a token from the address of the desk"),
    )?;
    let is_served = claim(
        checked.failed() == 0 && checked.total() > 20,
        &format!("{} of {} check-ins were refused", checked.failed(), checked.total()),
    )?;
    Ok(claim(slowest < 500, &format!("99 of 100 check-ins within {slowest} ms"))? && is_loud && is_served)
}

/// A part of the noise.
async fn call_on(at: SocketAddr, calls: u32, over: Arc<AtomicBool>) -> Tally {
    let pause = Duration::from_secs(1).saturating_mul(CONNECTIONS).checked_div(calls.max(1));
    let mut clock = interval(pause.unwrap_or(BETWEEN).max(Duration::from_millis(1)));
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut caller = Caller::at_address(at, WIFI);
    let mut tally = Tally::default();
    while !over.load(Ordering::Relaxed) {
        clock.tick().await;
        let sent = Instant::now();
        let said = caller.ask(&Call::get("/api/customers?limit=20")).await;
        tally.count(&said, sent.elapsed());
    }
    tally
}

async fn among_junk(asked: &Asked) -> anyhow::Result<bool> {
    let over = Arc::new(AtomicBool::new(false));
    let mut junk = JoinSet::new();
    for number in 0..asked.sign_ins {
        junk.spawn(try_passwords(asked.at, number, Arc::clone(&over)));
    }
    sleep(Duration::from_secs(1)).await;
    let mut honest = Tally::default();
    let began = Instant::now();
    while began.elapsed().as_secs() < asked.seconds {
        let number = honest.total();
        let mut caller = Caller::at_address(asked.at, address(3, number.checked_rem(100).unwrap_or(0)));
        let sent = Instant::now();
        let said = caller.ask(&Gym::sign_in(number)).await;
        honest.count(&said, sent.elapsed());
        sleep(BETWEEN).await;
    }
    over.store(true, Ordering::Relaxed);
    let mut tried = Tally::default();
    while let Some(tally) = junk.join_next().await {
        tried.add(tally?);
    }
    say(&format!("junk: {tried}"))?;
    say(&format!("sign-ins of people: {honest}"))?;
    let slowest = honest.within(99).as_millis();
    let is_served = claim(
        honest.failed() == 0 && honest.total() > 10,
        &format!("{} of {} sign-ins were refused", honest.failed(), honest.total()),
    )?;
    Ok(claim(slowest < 3000, &format!("99 of 100 sign-ins within {slowest} ms"))? && is_served)
}

/// Passwords of people whom nobody knows, one after the other.
async fn try_passwords(at: SocketAddr, number: usize, over: Arc<AtomicBool>) -> Tally {
    let mut caller = Caller::at_address(at, address(2, number.checked_rem(JUNK_ADDRESSES).unwrap_or(0)));
    let mut tally = Tally::default();
    while !over.load(Ordering::Relaxed) {
        let name = format!("nobody{number}x{}", tally.total());
        let call = Call::post("/api/auth/login", &json!({ "username": name, "password": "not-a-password" }));
        let sent = Instant::now();
        let said = caller.ask(&call).await;
        tally.count(&said, sent.elapsed());
        // Who was sent away at once comes again a little later.
        if !matches!(said, Said::Answer(answer) if answer.status == 401) {
            sleep(BETWEEN).await;
        }
    }
    tally
}

/// One of the addresses of a group.
fn address(group: u8, number: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, group, u8::try_from(number).unwrap_or(0).saturating_add(1))
}
