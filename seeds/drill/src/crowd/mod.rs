//! Many callers at once: slow ones, far too many, those who stay connected while a service stops, ever new strangers.
//!
//! They share the machine with what they call, so a call costs as little as it can: connections are kept, requests
//! are made before the clock starts, answers are read and dropped.

mod calls;
mod flood;
mod gym;
mod noise;
mod parting;
mod providers;
mod siege;
mod slow;
mod steady;
mod strangers;
mod tally;
mod timing;

use clap::{Args, Subcommand};

use crate::claims::{claim, say};

/// Arguments of this command.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Connections that say nothing, or a byte a second, while desks check people in
    Slow(slow::Asked),
    /// Ten times the load that a service can take
    Flood(flood::Asked),
    /// Reads and writes at a steady rate, none of which may fail
    Steady(steady::Asked),
    /// A service is told to stop while it is busy
    Parting(parting::Asked),
    /// A mail and an SMS provider that behave as a file says
    Providers(providers::Asked),
    /// Identifiers and addresses that nobody has seen before
    Strangers(strangers::Asked),
    /// Whether the time of an answer tells who has an account
    Timing(timing::Asked),
    /// Strangers at some addresses who take every connection and every byte they can get
    Siege(siege::Asked),
    /// Somebody who calls without pause behind the address of a desk, and junk sign-ins
    Noise(noise::Asked),
}

pub(crate) async fn run(asked: Asked) -> anyhow::Result<bool> {
    match asked.what {
        What::Slow(asked) => slow::run(asked).await,
        What::Flood(asked) => flood::run(asked).await,
        What::Steady(asked) => steady::run(asked).await,
        What::Parting(asked) => parting::run(asked).await,
        What::Providers(asked) => providers::run(asked).await,
        What::Strangers(asked) => strangers::run(asked).await,
        What::Timing(asked) => timing::run(asked).await,
        What::Siege(asked) => siege::run(asked).await,
        What::Noise(asked) => noise::run(asked).await,
    }
}
