//! Whether the time of an answer tells who has an account: each question is asked about somebody who has one and about
//! somebody who has none, in turns, and the two lots of times are compared.
//!
//! The figure is the chance that an answer about the former took longer than one about the latter (the area under the ROC
//! curve): 0.5 tells nothing, 1 everything.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, ensure};
use serde_json::json;
use tokio::time::Instant;

use super::{
    calls::{Call, Caller, Said, address},
    claim,
};

/// Arguments of this command.
#[derive(Debug, clap::Args)]
pub(super) struct Asked {
    /// Where staff-api listens
    #[arg(long)]
    staff: SocketAddr,
    /// Where client-api listens
    #[arg(long)]
    clients: SocketAddr,
    /// How often each question is asked about each
    #[arg(long, default_value_t = 1_000)]
    samples: usize,
}

/// The least and the most that the chance may be.
const TELLS_NOTHING: std::ops::RangeInclusive<f64> = 0.47..=0.53;

/// A question, and the two about whom it is asked.
struct Pair {
    name: &'static str,
    at: SocketAddr,
    /// The call about number `n` of those who have an account, or of those who have none.
    call: fn(usize, bool) -> Call,
}

/// The phone number `n` of those who have an account in one gym; in `seeds/drill/src/faults/timing.rs` they are made.
fn phone(n: usize, is_known: bool) -> String {
    format!("{}{n:07}", if is_known { "0100" } else { "0101" })
}

/// The same, of those whom two gyms know.
fn phone_in_two_gyms(n: usize, is_known: bool) -> String {
    format!("{}{n:07}", if is_known { "0102" } else { "0101" })
}

fn staff_name(n: usize, is_known: bool) -> String {
    let place = n.checked_rem(8).unwrap_or(0);
    if is_known { format!("timed{place}") } else { format!("nobody{place}") }
}

fn password(identifier: &str) -> Call {
    Call::post("/api/clients/auth/login", &json!({ "phone": identifier, "password": "not known here" }))
}

fn code(path: &str, identifier: &str) -> Call {
    Call::post(path, &json!({ "identifier": identifier }))
}

/// Those about the same people stand in an order in which what one leaves behind is the same for both.
fn pairs(asked: &Asked) -> [Pair; 6] {
    let pair = |name, call| Pair { name, at: asked.clients, call };
    [
        Pair {
            name: "a staff user signs in",
            at: asked.staff,
            call: |n, is_known| {
                let body = json!({ "username": staff_name(n, is_known), "password": "not known here" });
                Call::post("/api/auth/login", &body)
            },
        },
        pair("a member signs in", |n, is_known| password(&phone(n, is_known))),
        pair("a member of two gyms signs in", |n, is_known| password(&phone_in_two_gyms(n, is_known))),
        pair("a code is asked for", |n, is_known| {
            code("/api/clients/request-activation", &phone(n, is_known))
        }),
        pair("a password was forgotten", |n, is_known| {
            code("/api/clients/auth/forgot-password", &phone(n, is_known))
        }),
        pair("a code is guessed", |n, is_known| {
            let body = json!({ "identifier": phone(n, is_known), "activation_code": "000000" });
            Call::post("/api/clients/verify-activation", &body)
        }),
    ]
}

pub(super) async fn run(asked: Asked) -> anyhow::Result<bool> {
    let mut holds = true;
    for pair in pairs(&asked) {
        let (known, unknown) = times(&pair, asked.samples).await?;
        let chance = chance_of_longer(&known, &unknown);
        let text = format!("{}: {chance:.3} tells nothing about who has an account", pair.name);
        holds &= claim(TELLS_NOTHING.contains(&chance), &text)?;
    }
    Ok(holds)
}

/// How long the answers took, about those who have an account and about those who have none. Who comes first changes from
/// one to the next, and every call comes from an address of its own.
async fn times(pair: &Pair, samples: usize) -> anyhow::Result<(Vec<Duration>, Vec<Duration>)> {
    let mut caller = Caller::new(pair.at, "");
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for n in 0..samples {
        let first = rand::random::<bool>();
        for is_known in [first, !first] {
            caller.move_to(address(rand::random_range(0..16_000_000)));
            let call = (pair.call)(n, is_known);
            let sent = Instant::now();
            let said = caller.ask(&call).await;
            let took = sent.elapsed();
            let Said::Answer(answer) = said else {
                return Err(anyhow::anyhow!("{said:?}")).context(pair.name);
            };
            ensure!(matches!(answer.status, 200 | 401), "{}: status {}", pair.name, answer.status);
            if is_known { known.push(took) } else { unknown.push(took) }
        }
    }
    Ok((known, unknown))
}

/// The chance that one of the first took longer than one of the second; ties count half.
fn chance_of_longer(first: &[Duration], second: &[Duration]) -> f64 {
    let mut second = second.to_vec();
    second.sort_unstable();
    let halves: usize = first
        .iter()
        .map(|took| {
            let below = second.partition_point(|other| other < took);
            let upto = second.partition_point(|other| other <= took);
            below.saturating_add(upto)
        })
        .sum();
    let all = first.len().saturating_mul(second.len()).saturating_mul(2).max(1);
    share(halves, all)
}

#[expect(clippy::float_arithmetic, reason = "a share for people to read")]
fn share(part: usize, whole: usize) -> f64 {
    let exact = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    exact(part) / exact(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(times: &[u64]) -> Vec<Duration> {
        times.iter().map(|time| Duration::from_millis(*time)).collect()
    }

    #[test]
    fn the_same_times_tell_nothing_and_longer_ones_everything() {
        let chance = |first: &[u64], second: &[u64]| {
            format!("{:.3}", chance_of_longer(&millis(first), &millis(second)))
        };
        assert_eq!(chance(&[1, 2, 3], &[1, 2, 3]), "0.500");
        assert_eq!(chance(&[4, 5], &[1, 2, 3]), "1.000");
        assert_eq!(chance(&[1], &[0, 2]), "0.500");
        assert_eq!(chance(&[2, 2], &[2, 3]), "0.250");
    }
}
