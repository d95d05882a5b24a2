//! Plays the callers of a gym while something is broken on purpose, and keeps the books; see `deploy/faults`.
//!
//! Exit codes: 0 nothing was lost, 1 something was, 2 the command line is wrong.

mod crowd;
mod hashes;
mod ledger;
mod relay;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

/// Calls a running gym on a loopback address, for a bounded time, and says what became of each call.
#[derive(Debug, Parser)]
#[command(name = "drill", version, arg_required_else_help = true)]
struct Asked {
    #[command(subcommand)]
    what: What,
}

/// Who calls.
#[derive(Debug, Subcommand)]
enum What {
    /// Desks that write without pause and remember every answer
    Ledger(ledger::Asked),
    /// Nobody: checks passwords on all cores, as many as this machine can, and prints how many a second
    Hashes(hashes::Asked),
    /// Many callers, some of them slow, silent, or far too many
    Crowd(crowd::Asked),
    /// A slow or silent line to Postgres
    Relay(relay::Asked),
}

fn main() -> ExitCode {
    let asked = match Asked::try_parse() {
        Ok(asked) => asked,
        Err(wrong) => {
            let is_said = wrong.print().is_ok();
            return if is_said && !wrong.use_stderr() { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    match run(asked.what) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let is_said = writeln!(io::stderr(), "drill: {error:#}").is_ok();
            if is_said { ExitCode::FAILURE } else { ExitCode::from(2) }
        }
    }
}

fn run(what: What) -> anyhow::Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    match what {
        What::Ledger(asked) => runtime.block_on(ledger::run(asked)),
        What::Crowd(asked) => runtime.block_on(crowd::run(asked)),
        What::Hashes(asked) => runtime.block_on(hashes::run(asked)),
        What::Relay(asked) => runtime.block_on(relay::run(asked)),
    }
}
