//! Breaks a gym on purpose, each time on data of its own, and counts what was lost; see `deploy/faults`.
//!
//! A new fault is a file with one function beside these, and a line in [`Name`]. Starting and stopping is the shell's;
//! callers, desks and lines are other parts of the drill, as processes of their own.

mod clients;
mod copies;
mod database;
mod ground;
mod kills;
mod ledger;
mod memory;
mod mutants;
mod overload;
mod providers;
mod rolling;
mod strangers;
mod term;
mod timing;

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    time::Instant,
};

use clap::ValueEnum;

use self::ground::{Broken, Ground};
use crate::stack::Stack;

pub(crate) use self::mutants::{Asked as Mutants, run as try_mutants};

/// Arguments of this command.
#[derive(Debug, clap::Args)]
pub(crate) struct Asked {
    #[command(flatten)]
    stack: Stack,
    /// A tenth of the repetitions
    #[arg(long)]
    quick: bool,
    /// Repeats the deeds and the pauses of a run; another one each time without it
    #[arg(long)]
    seed: Option<u64>,
    /// Which, in this order
    #[arg(required = true)]
    faults: Vec<Name>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Name {
    Kills,
    Database,
    Clients,
    Strangers,
    Overload,
    Term,
    Rolling,
    Copies,
    Providers,
    Memory,
    Timing,
}

impl Name {
    /// True when the fault holds; what does not hold may also be an error that was said already.
    fn run(self, ground: &mut Ground) -> anyhow::Result<bool> {
        match self {
            Self::Kills => kills::run(ground),
            Self::Database => database::run(ground),
            Self::Clients => clients::run(ground),
            Self::Strangers => strangers::run(ground),
            Self::Overload => overload::run(ground),
            Self::Term => term::run(ground),
            Self::Rolling => rolling::run(ground),
            Self::Copies => copies::run(ground),
            Self::Providers => providers::run(ground),
            Self::Memory => memory::run(ground),
            Self::Timing => timing::run(ground),
        }
    }
}

/// Goes on after a failed one, and ends with a table.
pub(crate) fn run(asked: &Asked) -> anyhow::Result<bool> {
    let mut out = io::stdout();
    let (mut passed, mut failed, mut table) = (0_usize, 0_usize, String::new());
    for fault in &asked.faults {
        let name = fault.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        writeln!(out, "\n== {name}")?;
        let began = Instant::now();
        let mut ground = Ground::new(asked.stack.clone(), asked.quick, asked.seed);
        let found = fault.run(&mut ground);
        if let Err(error) = &found
            && !error.is::<Broken>()
        {
            writeln!(out, "  {error:#}")?;
        }
        let holds = found.is_ok_and(|holds| holds);
        passed = passed.saturating_add(usize::from(holds));
        failed = failed.saturating_add(usize::from(!holds));
        let said = if holds { "passed" } else { "FAILED" };
        writeln!(table, "{name:<10} {said}  {:4} s", began.elapsed().as_secs())?;
    }
    writeln!(out, "\n{table}\n{passed} passed, {failed} failed")?;
    Ok(failed == 0)
}
