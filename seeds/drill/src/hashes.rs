//! How many passwords this machine checks a second when nothing else is to be done.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use anyhow::{anyhow, ensure};
use base::{
    Error,
    access::{Password, Passwords},
};
use tokio::task::JoinSet;

/// How long to measure.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Asked {
    /// Seconds, up to a minute
    #[arg(long, default_value = "5", value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
}

/// Checks one password over and over on all cores, with the parameters of the services; prints the rate.
pub(crate) async fn run(asked: Asked) -> anyhow::Result<bool> {
    let cores = std::thread::available_parallelism()?.get();
    let passwords = Passwords::new(cores).map_err(|error| told(&error))?;
    let hash =
        passwords.hash(Password::typed("a password of the gym")).await.map_err(|error| told(&error))?;
    let began = Instant::now();
    let time = Duration::from_secs(asked.seconds);
    let mut workers = JoinSet::new();
    for _ in 0..cores {
        let (passwords, hash) = (passwords.clone(), hash.clone());
        workers.spawn(async move {
            let mut checked: u128 = 0;
            while began.elapsed() < time {
                let is_right = passwords
                    .verify(Password::typed("a password of the gym"), Some(hash.clone()))
                    .await
                    .map_err(|error| told(&error))?;
                ensure!(is_right, "the right password was refused");
                checked = checked.saturating_add(1);
            }
            Ok(checked)
        });
    }
    let mut checked: u128 = 0;
    while let Some(worker) = workers.join_next().await {
        checked = checked.saturating_add(worker??);
    }
    let rate = checked.saturating_mul(1000).checked_div(began.elapsed().as_millis()).unwrap_or(0);
    writeln!(io::stdout(), "{rate}")?;
    Ok(true)
}

fn told(error: &Error) -> anyhow::Error {
    anyhow!("no hash: {error:?}")
}
