//! A gym that deploy/ keeps: where it lies, where it listens, what it says of itself.
//!
//! Starting and stopping is left to the shell: `deploy/up`, `deploy/down`, and for single parts `deploy/lib/control`.

mod command;
mod ports;
mod process;
mod psql;

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};

pub(crate) use self::{
    command::{Ended, Running, in_background, ran, shown},
    ports::{Ports, free_port, is_busy, status},
    process::{is_running, milliseconds_since_start, postgres_processes, resident_mib, signal},
    psql::Psql,
};

/// The longest that a part may take to start or to stop.
const CONTROL: Duration = Duration::from_mins(5);

/// A gym that runs, or will.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Stack {
    /// The folder deploy of the tree
    #[arg(long)]
    pub(crate) deploy: PathBuf,
    /// Everything that is kept, as `GYM_DATA`
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// A folder for what is written meanwhile
    #[arg(long)]
    pub(crate) work: PathBuf,
    #[command(flatten)]
    pub(crate) ports: Ports,
    /// Settings of the services beyond those of deploy, each NAME=VALUE
    #[arg(skip)]
    settings: Vec<(String, String)>,
}

impl Stack {
    pub(crate) fn new(deploy: &Path, data: PathBuf, work: &Path, ports: Ports) -> Self {
        Self { deploy: deploy.to_owned(), data, work: work.to_owned(), ports, settings: Vec::new() }
    }

    /// Whatever is started from here on has this setting too.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.settings.push((name.to_owned(), value.into()));
    }

    /// A command that knows the settings of this gym.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("GYM_DATA", &self.data);
        for (name, port) in self.ports.settings() {
            command.env(name, port.to_string());
        }
        for (name, value) in &self.settings {
            command.env(name, value);
        }
        command
    }

    /// A script of deploy/, as up or backup.
    pub(crate) fn script(&self, name: &str) -> Command {
        self.command(self.deploy.join(name))
    }

    /// A function of deploy/lib, or of deploy/lib/control, as a command.
    pub(crate) fn control(&self, function: &str) -> Command {
        let mut command = self.command(self.deploy.join("lib/control"));
        if let Ok(programs) = programs() {
            command.env("GYM_BINARIES", programs);
        }
        command.arg(function);
        command
    }

    /// Runs such a function to its end; what it said is in the error when that was not a good one.
    pub(crate) fn tell<const N: usize>(&self, function: &str, words: [&str; N]) -> anyhow::Result<String> {
        let ended = ran(self.control(function).args(words), &self.log("control"), CONTROL)?;
        ensure!(ended.is_good(), "{function} {}: {}", words.join(" "), ended.last_lines(15));
        Ok(ended.said)
    }

    /// A file below the folder for what is written meanwhile.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.work.join(format!("{name}.log"))
    }

    /// The number of the process that deploy started under this name.
    pub(crate) fn process(&self, name: &str) -> anyhow::Result<u32> {
        let number = self.last_process(name)?;
        ensure!(is_running(number), "{name} does not run");
        Ok(number)
    }

    /// The same, whether it still runs or not.
    pub(crate) fn last_process(&self, name: &str) -> anyhow::Result<u32> {
        let file = self.data.join("run").join(format!("{name}.pid"));
        let text = std::fs::read_to_string(&file).with_context(|| format!("{name} was never started"))?;
        Ok(text.lines().next().unwrap_or_default().parse()?)
    }

    /// Where the database lies; as root perhaps not below the data.
    pub(crate) fn cluster(&self) -> PathBuf {
        match std::fs::read_to_string(self.data.join("cluster")) {
            Ok(place) if !place.trim().is_empty() => PathBuf::from(place.trim()),
            Ok(_) | Err(_) => self.data.join("pg"),
        }
    }

    /// The number of the postmaster.
    pub(crate) fn postmaster(&self) -> anyhow::Result<u32> {
        let file = self.cluster().join("postmaster.pid");
        let text = std::fs::read_to_string(file).context("no Postgres runs")?;
        Ok(text.lines().next().unwrap_or_default().trim().parse()?)
    }

    /// One of the secrets, by the name of its file.
    pub(crate) fn secret(&self, name: &str) -> anyhow::Result<String> {
        let text = std::fs::read_to_string(self.data.join("secrets").join(name))
            .with_context(|| format!("the secret {name}"))?;
        Ok(text.trim().to_owned())
    }

    /// Questions to the database, as its superuser.
    pub(crate) fn psql(&self, database: &str) -> anyhow::Result<Psql> {
        self.psql_as(database, "postgres", "postgres")
    }

    /// The same as another user, whose password is that secret.
    pub(crate) fn psql_as(&self, database: &str, user: &str, secret: &str) -> anyhow::Result<Psql> {
        Ok(Psql::new(self.ports.postgres, database, user, &self.secret(secret)?))
    }

    /// Do both services answer `path` on their internal ports with `wanted`?
    pub(crate) fn both_say(&self, path: &str, wanted: u16) -> bool {
        let answers = |port| status(port, path) == Some(wanted);
        answers(self.ports.staff_internal) && answers(self.ports.client_internal)
    }

    /// The internal port of `service`.
    pub(crate) fn internal(&self, service: &str) -> u16 {
        if service == "staff-api" { self.ports.staff_internal } else { self.ports.client_internal }
    }

    /// The address that callers use.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.proxy)
    }
}

/// The folder with the programs of the gym, which were built with this one.
pub(crate) fn programs() -> anyhow::Result<PathBuf> {
    let here = std::env::current_exe()?;
    Ok(here.parent().context("a program without a folder")?.to_owned())
}

/// Looks every tenth of a second; true as soon as `holds` is, false when it never was within `limit`.
pub(crate) fn within(limit: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let began = Instant::now();
    loop {
        if holds() {
            return true;
        }
        if began.elapsed() >= limit {
            return false;
        }
        sleep(Duration::from_millis(100));
    }
}
