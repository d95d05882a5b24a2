//! The command line of both services, and the order in which a service starts and stops.
//!
//! Exit codes: 0 done, 1 could not do it, 2 the configuration or the command line is wrong.

use std::{
    error::Error as StdError,
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use axum::Router;
use clap::{ArgMatches, Command};
use futures_util::future::BoxFuture;
use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

use super::{
    App,
    document::Document,
    health,
    layers::Roomy,
    lifecycle,
    operator::{self, AddOperator, OperatorWanted},
};
use base::{
    Error,
    platform::{
        clock::{Clock, SystemClock},
        config::{self, Config, ConfigProblems, DatabaseAlone, ServiceName},
        connect,
        db::Db,
        doctor::{self, Standing},
        files::Files,
        migrations,
        outbox::Jobs,
    },
};

/// How long threads may take to end.
const GOODBYE: Duration = Duration::from_secs(1);

const SERVE: &str = "serve";
const MIGRATE: &str = "migrate";
const CHECK: &str = "check";
const EXAMPLE: &str = "config-example";
const HEALTH: &str = "health";
const DOCTOR: &str = "doctor";
const VERIFY: &str = "verify";
const BOOKS: &str = "books";

/// Sweeps until the token says stop; the configuration says how long refusals are kept.
pub type Housekeeping =
    fn(Db, Files, config::Audit, Arc<dyn Clock>, CancellationToken) -> BoxFuture<'static, ()>;

/// What was walked, in a line, and a line for each thing that is broken.
pub type VerifyBooks = fn(Db) -> BoxFuture<'static, Result<(String, Vec<String>), Error>>;

/// What one service does differently from the other.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// The service that is run; some commands and defaults follow from it.
    pub service: ServiceName,
    /// What it is for, in a sentence.
    pub about: &'static str,
    /// Paths that are asked for at the entrance of the gym: some places are kept for them when the service is full.
    pub door_paths: &'static [&'static str],
    /// Paths that take larger bodies than others.
    pub roomy: &'static [Roomy],
    /// Its routes, and the OpenAPI document of them.
    pub router: fn(App) -> (Router, Document),
    /// Path of the page that shows the document.
    pub docs_path: &'static str,
    /// What its worker does; every feature that has jobs is in it.
    pub jobs: fn() -> Jobs,
    /// What its worker does beside: deletes what has run out, until it is told to stop.
    pub housekeeping: Housekeeping,
    /// Walks the books of every gym and says where they break, where that is this service's business.
    pub verify_books: Option<VerifyBooks>,
    /// Adds an operator of the platform, where that is this service's business.
    pub add_operator: Option<AddOperator>,
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("the configuration is not sound:\n{0}")]
    Config(ConfigProblems),
    #[error("the runtime does not start")]
    Runtime(#[source] io::Error),
    #[error("the service does not start")]
    Start(#[from] lifecycle::StartError),
    #[error("the database cannot be reached")]
    Database(#[from] sqlx::Error),
    #[error("the schema was not brought up to date: {}", chain(.0))]
    Migration(Error),
    #[error("no operator was added: {}", operator::said(.0))]
    Operator(Error),
    #[error("the password cannot be read")]
    Password(#[from] operator::NoPassword),
    #[error("the command line asks for nothing")]
    Unasked,
    #[error("{0} of these keep the gym from being served safely")]
    Unwell(usize),
    #[error("the books cannot be read: {}", chain(.0))]
    Books(Error),
    #[error("{0} of these break the books")]
    Broken(usize),
    #[error("not ready")]
    NotReady(#[from] health::NotReady),
    #[error("nobody reads what is written")]
    Output(#[from] io::Error),
}

impl From<ConfigProblems> for Failed {
    fn from(problems: ConfigProblems) -> Self {
        Self::Config(problems)
    }
}

/// Runs `program` as the command line asks; the whole of a service's `main`.
pub fn main(program: &Program) -> ExitCode {
    let asked = match command_line(program).try_get_matches() {
        Ok(asked) => asked,
        Err(wrong) => {
            let is_said = wrong.print().is_ok();
            return if is_said && !wrong.use_stderr() { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    match run(program, &asked) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => report(program.service, asked.subcommand_name(), &failed),
    }
}

fn command_line(program: &Program) -> Command {
    let name: &'static str = match program.service {
        ServiceName::StaffApi => "staff-api",
        ServiceName::ClientApi => "client-api",
        ServiceName::Seeds => "seeds",
    };
    let mut command = Command::new(name)
        .version(env!("CARGO_PKG_VERSION"))
        .about(program.about)
        .subcommand(Command::new(SERVE).about("Serve until told to stop; what happens without a command"))
        .subcommand(Command::new(CHECK).about("Say everything that is wrong with the configuration"))
        .subcommand(Command::new(EXAMPLE).about("Print a configuration file with every key and its default"))
        .subcommand(
            Command::new(DOCTOR)
                .about("Look at the live set-up: database, providers, proxies; say what to do"),
        )
        .subcommand(Command::new(HEALTH).about("Ask the running service whether it is ready"));
    if program.add_operator.is_some() {
        command = command.subcommand(operator::command_line());
    }
    if program.verify_books.is_some() {
        let books = Command::new(BOOKS).about(
            "Walk receipts, transfers and sums of every gym; say where they break, and fail if they do",
        );
        let verify = Command::new(VERIFY).about("Compute again what is kept");
        command = command.subcommand(verify.subcommand_required(true).subcommand(books));
    }
    if program.service == ServiceName::StaffApi {
        command = command.subcommand(Command::new(MIGRATE).about("Bring the database's schema up to date"));
    }
    command
}

fn run(program: &Program, asked: &ArgMatches) -> Result<(), Failed> {
    match asked.subcommand_name() {
        Some(EXAMPLE) => Ok(io::stdout().write_all(config::example_file().as_bytes())?),
        Some(CHECK) => {
            Config::load_from_process(program.service)?;
            Ok(writeln!(io::stdout(), "the configuration is sound")?)
        }
        Some(HEALTH) => {
            let config = Config::load_from_process(program.service)?;
            Ok(to_the_end(health::ask(config.http.internal_listen))??)
        }
        Some(DOCTOR) => examine(&Config::load_from_process(program.service)?),
        Some(MIGRATE) => migrate(&DatabaseAlone::load_for_migration(program.service)?),
        Some(operator::OPERATOR) => add_operator(program, asked),
        Some(VERIFY) => verify_books(program),
        Some(_) | None => {
            let config = Config::load_from_process(program.service)?;
            Ok(to_the_end(lifecycle::keep(program, config))??)
        }
    }
}

/// A password that is still being hashed on a thread of its own is not waited for.
fn to_the_end<T>(work: impl Future<Output = T>) -> Result<T, Failed> {
    let runtime = Builder::new_multi_thread().enable_all().build().map_err(Failed::Runtime)?;
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(GOODBYE);
    Ok(done)
}

/// Every finding, and a failure if one of them is wrong.
fn examine(config: &Config) -> Result<(), Failed> {
    let findings = to_the_end(doctor::examine(config, &SystemClock))?;
    let mut output = io::stdout();
    for finding in &findings {
        writeln!(output, "{finding}")?;
    }
    let wrong = findings.iter().filter(|finding| finding.standing == Standing::Wrong).count();
    if wrong == 0 { Ok(()) } else { Err(Failed::Unwell(wrong)) }
}

fn migrate(alone: &DatabaseAlone) -> Result<(), Failed> {
    let url = alone.database.migrate_url(alone.mode)?;
    to_the_end(async {
        let pool = connect::open_for_migration(alone.service, url).await?;
        let done = migrations::migrate(&pool).await;
        pool.close().await;
        done.map_err(Failed::Migration)
    })??;
    Ok(writeln!(io::stdout(), "the schema is up to date")?)
}

fn add_operator(program: &Program, asked: &ArgMatches) -> Result<(), Failed> {
    let (Some(add), Some(asked)) = (program.add_operator, operator::asked(asked)) else {
        return Err(Failed::Unasked);
    };
    let alone = DatabaseAlone::load_for_command(program.service)?;
    let wanted = OperatorWanted::read(asked)?;
    let name = wanted.username.clone();
    to_the_end(async {
        let db = connect::open_alone(&alone)?;
        let done = add(db.clone(), wanted, SystemClock.now()).await;
        db.close();
        done.map_err(Failed::Operator)
    })??;
    Ok(writeln!(io::stdout(), "{name} runs the platform now and may sign in")?)
}

fn verify_books(program: &Program) -> Result<(), Failed> {
    let verify = program.verify_books.ok_or(Failed::Unasked)?;
    let alone = DatabaseAlone::load_for_command(program.service)?;
    let (walked, broken) = to_the_end(async {
        let db = connect::open_alone(&alone)?;
        let done = verify(db.clone()).await;
        db.close();
        done.map_err(Failed::Books)
    })??;
    let mut output = io::stdout();
    for line in &broken {
        writeln!(output, "{line}")?;
    }
    writeln!(output, "{walked}")?;
    if broken.is_empty() { Ok(()) } else { Err(Failed::Broken(broken.len())) }
}

/// Whoever started us may read neither the log nor its format: this goes to standard error in plain words.
fn report(service: ServiceName, asked: Option<&str>, failed: &Failed) -> ExitCode {
    let mut text = format!("{service}: {failed}");
    let mut next = failed.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    let is_said = writeln!(io::stderr(), "{text}").is_ok();
    let is_misconfigured = matches!(failed, Failed::Config(_)) && asked != Some(CHECK);
    if is_said && is_misconfigured { ExitCode::from(2) } else { ExitCode::FAILURE }
}

fn chain(error: &Error) -> String {
    match error {
        Error::Refused(refusal) => refusal.to_string(),
        Error::Fault(fault) => fault.chain(),
    }
}
