//! What deploy/ decides, counts and compares: the checks of its scripts (`deploy/test`), the faults (`deploy/faults`) with
//! the callers who keep the books meanwhile, the figures (`deploy/bench`). Starting and stopping is left to the shell.
//!
//! Exit codes: 0 all is well, 1 something is not, 2 the command line is wrong.

mod bench;
mod checks;
mod claims;
mod crowd;
mod faults;
mod hashes;
mod ledger;
mod relay;
mod stack;
mod sums;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

/// Looks at a gym on a loopback address, or calls it for a bounded time, and says what became of it.
#[derive(Debug, Parser)]
#[command(name = "drill", version, arg_required_else_help = true)]
struct Asked {
    #[command(subcommand)]
    what: What,
}

/// Who calls, or what is looked at.
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
    /// The callers of the large gym, whose answers are timed
    Bench(bench::Asked),
    /// All of the above, while a gym is broken on purpose
    Faults(faults::Asked),
    /// Nobody: builds services that are wrong on purpose, which the faults must find out
    Mutants(faults::Mutants),
    /// Nobody: looks at what deploy/ starts, and at what it refuses
    Check(checks::Asked),
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
        What::Bench(asked) => bench::run(asked),
        What::Faults(asked) => faults::run(&asked),
        What::Mutants(asked) => faults::try_mutants(&asked),
        What::Check(asked) => checks::run(&asked),
    }
}
