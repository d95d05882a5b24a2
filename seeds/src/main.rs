//! The command that fills a database with a believable gym.
//!
//! Exit codes: 0 done or already there, 1 could not do it, 2 the configuration or the command line is wrong.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use base::platform::{
    clock::{Clock as _, SystemClock},
    config::{Config, ConfigProblems, ServiceName},
    connect,
};
use clap::{Parser, Subcommand};
use seeds::{
    demo::{self, Seeded},
    scale::{self, Factor, Progress, Scaled},
};

/// Fills a database whose schema is up to date with a believable gym; for development only.
#[derive(Debug, Parser)]
#[command(name = "seeds", version, arg_required_else_help = true)]
struct Asked {
    #[command(subcommand)]
    what: What,
}

/// What is to be written.
#[derive(Debug, Clone, Copy, Subcommand)]
enum What {
    /// Write the demo gym, unless there is a gym already
    Demo,
    /// Write the large gym beside what is there: 50 branches, 200,000 customers, two years; services wait meanwhile
    #[command(long_flag = "scale")]
    Scale {
        /// A share of the full size, such as 0.01
        #[arg(long, default_value = "1", value_parser = Factor::parse)]
        factor: Factor,
    },
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("the configuration is not sound:\n{0}")]
    Config(#[from] ConfigProblems),
    #[error("GYM__MODE is production: made-up people with known passwords do not belong there")]
    Production,
    #[error("{0:#}")]
    Work(#[from] anyhow::Error),
}

fn main() -> ExitCode {
    let asked = match Asked::try_parse() {
        Ok(asked) => asked,
        Err(wrong) => {
            let is_said = wrong.print().is_ok();
            return if is_said && !wrong.use_stderr() { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    let done = run(asked.what)
        .and_then(|said| writeln!(io::stdout(), "{said}").map_err(|error| anyhow::Error::new(error).into()));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            let is_said = writeln!(io::stderr(), "seeds: {failed}").is_ok();
            let is_misconfigured = is_said && matches!(failed, Failed::Config(_) | Failed::Production);
            ExitCode::from(if is_misconfigured { 2 } else { 1 })
        }
    }
}

fn run(what: What) -> Result<String, Failed> {
    let config = Config::load_from_process(ServiceName::Seeds)?;
    if !config.is_demo_allowed() {
        return Err(Failed::Production);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| anyhow::Error::new(error).context("the runtime does not start"))?;
    runtime.block_on(write(&config, what))
}

async fn write(config: &Config, what: What) -> Result<String, Failed> {
    let url = config.database.migrate_url(config.mode)?;
    let pool = connect::open_for_migration(config.service, url)
        .await
        .map_err(|error| anyhow::Error::new(error).context("the database cannot be reached"))?;
    let said = match what {
        What::Demo => said_of_demo(demo::demo(&pool, SystemClock.now()).await?),
        What::Scale { factor } => {
            said_of_scale(scale::scale(&pool, SystemClock.now(), factor, &Progress::on_stderr()).await?)
        }
    };
    pool.close().await;
    Ok(said)
}

fn said_of_demo(seeded: Seeded) -> String {
    match seeded {
        Seeded::Now { customers } => format!(
            "the demo gym stands, with {customers} customers; every staff user signs in with {}",
            demo::STAFF_PASSWORD
        ),
        Seeded::Before => "already there: the database has a gym, nothing was changed".to_owned(),
    }
}

fn said_of_scale(scaled: Scaled) -> String {
    match scaled {
        Scaled::Now { customers, subscriptions, entries, payments } => format!(
            "the large gym stands: {customers} customers, {subscriptions} subscriptions, {entries} entries, \
             {payments} payments; {} and reception_l01 to reception_l50 sign in with {}",
            scale::OWNER,
            demo::STAFF_PASSWORD
        ),
        Scaled::Before => "already there: the database has the large gym, nothing was changed".to_owned(),
    }
}
