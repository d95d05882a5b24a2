//! Strangers who want everything there is: every connection and every byte, by way of the proxy and straight at a service;
//! the rate of the address that a desk shares with them; and every turn at a password. With the limits of production.

use std::{thread, time::Duration};

use super::ground::Ground;

/// Between two of them, for the machine to close what they left open.
const CALM: Duration = Duration::from_secs(5);

pub(super) fn run(ground: &mut Ground) -> anyhow::Result<bool> {
    ground.start_fresh()?;
    let [staff, proxy] =
        [ground.stack.ports.staff, ground.stack.ports.proxy].map(|port| format!("127.0.0.1:{port}"));
    let seconds = ground.times(30, 15).to_string();
    let mut holds = true;
    for at in [&proxy, &staff] {
        holds &= ground.crowd(200, &["siege", "--at", at, "--desk", &proxy, "--seconds", &seconds])?;
        thread::sleep(CALM);
    }
    holds &= ground.crowd(200, &["noise", "--at", &proxy, "--seconds", &seconds])?;
    Ok(holds)
}
