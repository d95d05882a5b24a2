//! Strangers at some addresses who announce bodies, drip them or keep back their last byte, and come again when they are
//! sent away, while desks check people in.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    calls::connect_from,
    claim,
    gym::Gym,
    say,
    slow::{BEFORE, desks},
};

/// Arguments of this command.
#[derive(Debug, clap::Args)]
pub(super) struct Asked {
    /// Where they connect
    #[arg(long)]
    at: SocketAddr,
    /// Where the desks check people in
    #[arg(long)]
    desk: SocketAddr,
    /// From how many addresses they come
    #[arg(long, default_value_t = 10)]
    addresses: usize,
    /// How many of them drip a body
    #[arg(long, default_value_t = 8600)]
    dripping: usize,
    /// How many of them keep back the end of a large body
    #[arg(long, default_value_t = 2060)]
    bodies: usize,
    /// How long they stay once all have come
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// The slowest that the hundredth check-in may be, in milliseconds
    #[arg(long, default_value_t = 500)]
    check_in_within: u128,
}

/// The pause of somebody who was sent away: about a thousand come again each second.
const AGAIN: Duration = Duration::from_secs(10);
const LARGE: usize = 65_000;

pub(super) async fn run(asked: Asked) -> anyhow::Result<bool> {
    let gym = Gym::enter(asked.desk).await?;
    let places = [asked.desk];
    let before = desks(&gym, &places, Arc::new(AtomicBool::new(false)), Some(BEFORE)).await?;
    say(&format!("check-ins before: {before}"))?;

    let over = Arc::new(AtomicBool::new(false));
    let (gym_of_desks, until) = (gym.clone(), Arc::clone(&over));
    let mut working = JoinSet::new();
    working.spawn(async move { desks(&gym_of_desks, &places, until, None).await });

    let (here, came) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut strangers = JoinSet::new();
    let wanted = asked.dripping.saturating_add(asked.bodies);
    for number in 0..wanted {
        // Both kinds at once, from the first on.
        let is_body = number.checked_rem(wanted.checked_div(asked.bodies.max(1)).unwrap_or(1)) == Some(0);
        let from = source(number.checked_rem(asked.addresses).unwrap_or(0));
        strangers.spawn(stay(from, asked.at, is_body, Arc::clone(&here), Arc::clone(&came)));
        if number.checked_rem(50) == Some(0) {
            sleep(Duration::from_millis(20)).await;
        }
    }
    let mut most = 0;
    for _ in 0..asked.seconds {
        sleep(Duration::from_secs(1)).await;
        most = most.max(here.load(Ordering::Relaxed));
    }
    over.store(true, Ordering::Relaxed);
    let during = match working.join_next().await {
        Some(tally) => tally??,
        None => before,
    };
    strangers.shutdown().await;
    say(&format!("check-ins meanwhile: {during}"))?;
    let came = came.load(Ordering::Relaxed);
    let checked = during.within(99).as_millis();
    let claims = [
        claim(
            came.saturating_mul(100) >= wanted.saturating_mul(95),
            &format!("strangers connected {came} times to {}; {most} were there at once", asked.at),
        )?,
        claim(
            during.failed() == 0 && during.total() > 100,
            &format!("{} of {} check-ins were refused", during.failed(), during.total()),
        )?,
        claim(checked < asked.check_in_within, &format!("99 of 100 check-ins within {checked} ms"))?,
    ];
    Ok(claims.iter().all(|holds| *holds))
}

/// One address of the loopback for each of them.
fn source(number: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 1, u8::try_from(number).unwrap_or(0).saturating_add(1))
}

async fn stay(from: Ipv4Addr, at: SocketAddr, is_body: bool, here: Arc<AtomicUsize>, came: Arc<AtomicUsize>) {
    loop {
        if let Ok(Ok(mut socket)) = timeout(Duration::from_secs(10), connect_from(from, at)).await {
            came.fetch_add(1, Ordering::Relaxed);
            here.fetch_add(1, Ordering::Relaxed);
            drop(hold(&mut socket, is_body).await);
            here.fetch_sub(1, Ordering::Relaxed);
        }
        sleep(AGAIN).await;
    }
}

/// Until the other side has had enough.
async fn hold(socket: &mut TcpStream, is_body: bool) -> std::io::Result<()> {
    let length = if is_body { LARGE } else { 9000 };
    let head = format!(
        "POST /api/attendance HTTP/1.1\r\nhost: gym\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await?;
    if is_body {
        socket.write_all(&vec![b' '; LARGE.saturating_sub(1)]).await?;
    }
    let mut answer = [0; 2048];
    loop {
        match timeout(Duration::from_secs(1), socket.read(&mut answer)).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Err(_elapsed) if is_body => {}
            Err(_elapsed) => socket.write_all(b" ").await?,
        }
    }
}
