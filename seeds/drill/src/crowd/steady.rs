//! Reads and writes at a steady rate, through the proxy; every call that is not answered well counts.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval_at},
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
    /// Where the proxy listens
    #[arg(long)]
    at: SocketAddr,
    /// Calls a second
    #[arg(long, default_value_t = 200)]
    rate: u32,
    /// Longest time, in seconds
    #[arg(long)]
    seconds: u64,
    /// Ends earlier once this file exists
    #[arg(long)]
    until: Option<PathBuf>,
    /// What the keys of this run begin with
    #[arg(long, default_value = "steady")]
    mark: String,
    /// Only asks for codes, for the identifiers in this file, one a line
    #[arg(long)]
    codes_for: Option<PathBuf>,
}

/// What is asked for.
#[derive(Debug, Clone)]
enum Plan {
    /// What desks and members ask for on a day.
    Day(Gym),
    /// Requests for codes, for these identifiers only.
    Codes(Vec<String>),
}

/// Callers; each asks at its own moments, so that one that waits holds up no other.
const CALLERS: u32 = 50;

pub(super) async fn run(asked: Asked) -> anyhow::Result<bool> {
    let asked = Arc::new(asked);
    let plan = match &asked.codes_for {
        Some(file) => Plan::Codes(std::fs::read_to_string(file)?.lines().map(str::to_owned).collect()),
        None => Plan::Day(Gym::enter(asked.at).await?),
    };
    let began = Instant::now();
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let work = keep_asking(Arc::clone(&asked), plan.clone(), number, began);
        callers.spawn(work);
    }
    let (mut tally, mut edits) = (Tally::default(), 0_usize);
    while let Some(caller) = callers.join_next().await {
        let (one, edited) = caller?;
        tally.add(one);
        edits = edits.saturating_add(edited);
    }
    let seconds = began.elapsed().as_secs().min(asked.seconds).max(1);
    say(&tally.to_string())?;
    say(&format!("edits acknowledged: {edits}"))?;
    let rate = u64::try_from(tally.total()).unwrap_or(0).checked_div(seconds).unwrap_or(0);
    let is_loaded = claim(
        rate.saturating_mul(10) >= u64::from(asked.rate).saturating_mul(9),
        &format!("{rate} calls a second were made of {} that were asked for", asked.rate),
    )?;
    Ok(claim(tally.failed() == 0, &format!("{} calls failed", tally.failed()))? && is_loaded)
}

async fn keep_asking(asked: Arc<Asked>, plan: Plan, number: u32, began: Instant) -> (Tally, usize) {
    let pause = Duration::from_secs(1).saturating_mul(CALLERS).checked_div(asked.rate).unwrap_or_default();
    let offset = pause.saturating_mul(number).checked_div(CALLERS).unwrap_or_default();
    let mut clock =
        interval_at(began.checked_add(offset).unwrap_or(began), pause.max(Duration::from_millis(1)));
    clock.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let number = usize::try_from(number).unwrap_or(0);
    let mut caller = Caller::numbered(asked.at, number);
    let (mut tally, mut edits) = (Tally::default(), 0_usize);
    for round in 0_usize.. {
        clock.tick().await;
        if began.elapsed().as_secs() >= asked.seconds
            || asked.until.as_ref().is_some_and(|file| file.exists())
        {
            break;
        }
        let nth = round.saturating_mul(50).saturating_add(number);
        let is_edit = nth.checked_rem(5) == Some(3);
        let call = match &plan {
            Plan::Codes(identifiers) => Gym::code_for(identifiers, nth),
            Plan::Day(gym) => call(gym, &asked.mark, nth),
        };
        let sent = Instant::now();
        let said = caller.ask(&call).await;
        if let (Said::Answer(answer), true, Plan::Day(_)) = (&said, is_edit, &plan)
            && answer.is_good()
        {
            edits = edits.saturating_add(1);
        }
        tally.count(&said, sent.elapsed());
    }
    (tally, edits)
}

/// Two reads for three writes: a proxy may repeat the first, and must never repeat the others.
fn call(gym: &Gym, mark: &str, nth: usize) -> Call {
    match nth.checked_rem(5) {
        Some(0) => gym.customer(nth),
        Some(1) => gym.page(),
        Some(2) => gym.check_in(nth),
        Some(3) => gym.edit(nth, format!("{mark}-{nth}")),
        _ => Gym::code_for_stranger(nth),
    }
}
