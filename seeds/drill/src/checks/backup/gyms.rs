//! The two gyms of the check: one that is backed up, one that a backup is restored into.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::{super::Place, file};
use crate::stack::{Ended, Ports, Psql, Stack, ran};

pub(super) const LIMIT: Duration = Duration::from_mins(2);
const UP: Duration = Duration::from_mins(20);

pub(super) struct Gyms {
    pub(super) first: Stack,
    pub(super) second: Stack,
    pub(super) work: PathBuf,
    pub(super) backups: PathBuf,
    pub(super) key: PathBuf,
}

impl Gyms {
    pub(super) fn beside(place: &Place) -> anyhow::Result<Self> {
        let work = place.work().to_owned();
        let first = Ports::from(16200)?;
        let second = Ports::from(first.postgres.saturating_add(1))?;
        let key = work.join("key");
        let gym = |name: &str, ports| {
            let mut stack = Stack::new(&place.deploy, work.join(format!("{name} gym")), &work, ports);
            stack.set("GYM_BACKUP_KEY_FILE", key.display().to_string());
            stack
        };
        let (first, second) = (gym("first", first), gym("second", second));
        Ok(Self { first, second, backups: work.join("back ups"), key, work })
    }

    fn run(&self, command: &mut Command) -> anyhow::Result<Ended> {
        ran(command, &self.work.join("command.log"), LIMIT)
    }

    pub(super) fn make_key(&self, file: &Path) -> anyhow::Result<()> {
        self.run(self.first.script("make-key").arg("random").arg(file))?.succeeds()
    }

    pub(super) fn up(&self, gym: &Stack) -> anyhow::Result<Ended> {
        ran(gym.script("up").args(["--native", "--detach"]), &self.work.join("up.log"), UP)
    }

    pub(super) fn down(&self, gym: &Stack) -> anyhow::Result<()> {
        self.run(&mut gym.script("down"))?.succeeds()
    }

    /// A backup of the first gym.
    pub(super) fn backup(&self, options: &[&str]) -> Command {
        let mut backup = self.first.script("backup");
        backup.arg("--to").arg(&self.backups).args(options);
        backup
    }

    pub(super) fn back_up(&self, options: &[&str]) -> anyhow::Result<Ended> {
        self.run(&mut self.backup(options))
    }

    /// A restore into `gym`; what it keeps for a moment goes where it can be looked for.
    pub(super) fn restoring(&self, gym: &Stack, options: &[&str], file: &Path) -> Command {
        let mut restore = gym.script("restore");
        restore.env("TMPDIR", &self.work).args(options).arg(file);
        restore
    }

    pub(super) fn restore(&self, gym: &Stack, options: &[&str], file: &Path) -> anyhow::Result<Ended> {
        self.run(&mut self.restoring(gym, options, file))
    }

    pub(super) fn with_key(&self, mut command: Command, key: &Path) -> anyhow::Result<Ended> {
        self.run(command.env("GYM_BACKUP_KEY_FILE", key))
    }

    /// No part of a backup lies in the folder of the backups.
    pub(super) fn nothing_half(&self) -> anyhow::Result<bool> {
        let mut names = file::names(&self.backups)?.into_iter();
        Ok(names.all(|name| file::is_backup(&name) || name.starts_with("lock")))
    }

    /// A new database, owned as the gym's; returns the file with its URL.
    pub(super) fn new_database(&self, gym: &Stack, name: &str) -> anyhow::Result<String> {
        gym.psql("postgres")?.ask(&format!("create database {name} owner gym_migrator"))?;
        let url = gym.secret("migrator_url")?;
        let url = url.strip_suffix("/gym").context("another URL than that of the gym")?;
        let file = self.work.join("url");
        fs::write(&file, format!("{url}/{name}"))?;
        Ok(file.display().to_string())
    }

    fn post(&self, gym: &Stack, path: &str, token: &str, body: &str) -> anyhow::Result<String> {
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--max-time", "20", "-H", "content-type: application/json", "-d", body, "-H"]);
        curl.arg(format!("authorization: Bearer {token}")).arg(format!("{}{path}", gym.url()));
        Ok(self.run(&mut curl)?.said)
    }

    /// The token of a desk.
    pub(super) fn sign_in(&self, gym: &Stack) -> anyhow::Result<String> {
        let body = r#"{"username":"reception1","password":"demo-gym-2026"}"#;
        let said = self.post(gym, "/api/auth/login", "", body)?;
        let answer: Value = serde_json::from_str(&said).with_context(|| said.clone())?;
        let token = answer.pointer("/data/access_token").and_then(Value::as_str);
        Ok(token.with_context(|| said.clone())?.to_owned())
    }

    pub(super) fn checks_in(&self, gym: &Stack, token: &str) -> anyhow::Result<()> {
        let body = r#"{"customer_id":1,"action":"check_in_only"}"#;
        let said = self.post(gym, "/api/attendance", token, body)?;
        let answer: Value = serde_json::from_str(&said).with_context(|| said.clone())?;
        ensure!(answer.get("success") == Some(&Value::Bool(true)), "{said}");
        Ok(())
    }
}

/// The lines that are equal exactly when two gyms hold the same.
pub(super) fn tally(gym: &Stack, database: &str) -> anyhow::Result<String> {
    let script = fs::read_to_string(gym.deploy.join("postgres/tally.sql"))?;
    gym.psql(database)?.feed(&format!("begin;\n{script}"))
}

/// How often the first customer came in.
pub(super) fn entries(gym: &Stack) -> anyhow::Result<u64> {
    gym.psql("gym")?.number("select count(*) from entries where customer_id = 1 and is_admitted")
}

/// No session of a backup or a restore is left.
pub(super) fn nobody_else(psql: &Psql, database: &str) -> bool {
    let others = psql.number(&format!(
        "select count(*) from pg_stat_activity where datname = '{database}'
         and application_name in ('psql', 'pg_dump') and pid <> pg_backend_pid()"
    ));
    others.is_ok_and(|others| others == 0)
}
