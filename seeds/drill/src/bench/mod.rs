//! Measures a release build on the large gym, which `deploy/bench` has filled and started.
//!
//! Postgres, the services, the proxy and the callers share the machine, so a figure counts beside another one of the same
//! run. Everything is counted in whole microseconds and thousandths.

mod callers;
mod figures;
mod lists;
mod machine;
mod plans;
mod scripts;
mod size;
mod speed;
mod start;
mod statements;
mod wrk;

use std::{
    io::{self, Write as _},
    process::Command,
    time::Duration,
};

use clap::ValueEnum;

use self::callers::Callers;
use crate::stack::Stack;

/// Arguments of this command.
#[derive(Debug, clap::Args)]
pub(crate) struct Asked {
    #[command(flatten)]
    stack: Stack,
    /// Seconds for each figure of speed
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Write the plans to deploy/plans.txt
    #[arg(long)]
    keep_plans: bool,
    /// What is measured
    #[arg(required = true)]
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Part {
    Start,
    Speed,
    Lists,
    Size,
}

pub(crate) fn run(asked: Asked) -> anyhow::Result<bool> {
    let mut bench = Bench { stack: asked.stack, seconds: asked.seconds, callers: None, missed: 0 };
    machine::describe(&bench)?;
    for part in asked.parts {
        let name = part.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        say(&format!("\n== {name}"))?;
        match part {
            Part::Start => start::measure(&mut bench)?,
            Part::Speed => speed::measure(&mut bench)?,
            Part::Lists => lists::measure(&mut bench, asked.keep_plans)?,
            Part::Size => size::measure(&bench)?,
        }
    }
    if bench.missed > 0 {
        writeln!(io::stderr(), "bench: {} targets were missed", bench.missed)?;
    }
    Ok(bench.missed == 0)
}

/// One line on standard output.
fn say(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

/// The large gym in service.
struct Bench {
    stack: Stack,
    /// For each figure of speed.
    seconds: u64,
    callers: Option<Callers>,
    missed: usize,
}

impl Bench {
    /// Those who call; they sign in the first time.
    fn callers(&mut self) -> anyhow::Result<Callers> {
        if let Some(callers) = &self.callers {
            return Ok(callers.clone());
        }
        let callers = Callers::enter(&self.stack)?;
        self.callers = Some(callers.clone());
        Ok(callers)
    }

    fn sql(&self, statement: &str) -> anyhow::Result<String> {
        self.stack.psql("gym")?.ask(statement)
    }

    fn restart(&self, service: &str) -> anyhow::Result<()> {
        self.stack.tell("stop_process", [service, "TERM", "20"])?;
        self.stack.tell("start_service", [service])?;
        let port = self.stack.internal(service).to_string();
        self.stack.tell("wait_until_ready", [service, &port, "/ready"])?;
        Ok(())
    }

    /// pgbench as the owner of the schema, without the services.
    fn pgbench(&self) -> anyhow::Result<Command> {
        let owner = self.stack.psql_as("gym", "gym_migrator", "migrator")?;
        let mut pgbench = owner.program("pgbench");
        pgbench.args(["-n", "-M", "prepared"]);
        Ok(pgbench)
    }

    /// Longer than a measurement of `seconds` may take.
    const fn limit(seconds: u64) -> Duration {
        Duration::from_secs(seconds.saturating_add(60))
    }
}
