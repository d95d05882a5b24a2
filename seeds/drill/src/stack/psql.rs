//! Questions to a database through psql, which is there wherever deploy/ runs and knows every statement.

use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
};

use anyhow::{Context as _, bail};

/// A way to a database on the loopback.
#[derive(Debug, Clone)]
pub(crate) struct Psql {
    port: u16,
    database: String,
    user: String,
    password: String,
}

impl Psql {
    pub(crate) fn new(port: u16, database: &str, user: &str, password: &str) -> Self {
        let [database, user, password] = [database, user, password].map(str::to_owned);
        Self { port, database, user, password }
    }

    /// psql, or another program of Postgres that takes the same options.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut program = Command::new(name);
        program.env("PGPASSWORD", &self.password).args(["-h", "127.0.0.1", "-U", &self.user]);
        program.arg("-p").arg(self.port.to_string());
        program
    }

    /// psql in the form that programs read: no headers, no blanks, the columns apart by tabs.
    pub(crate) fn session(&self) -> Command {
        let mut psql = self.program("psql");
        psql.args(["-X", "-qAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", &self.database]);
        psql
    }

    /// The answer to `statement`, without the end of its last line.
    pub(crate) fn ask(&self, statement: &str) -> anyhow::Result<String> {
        answer(&self.session().args(["-c", statement]).output().context("psql")?, statement)
    }

    /// The answer to a statement that gives one number.
    pub(crate) fn number(&self, statement: &str) -> anyhow::Result<u64> {
        let text = self.ask(statement)?;
        text.parse().with_context(|| format!("{statement}: {text:?} is no number"))
    }

    /// The answer to a whole script, which may hold psql's own orders.
    pub(crate) fn feed(&self, script: &str) -> anyhow::Result<String> {
        let mut child =
            self.session().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        child.stdin.take().context("no way in")?.write_all(script.as_bytes())?;
        answer(&child.wait_with_output()?, script)
    }
}

fn answer(output: &Output, asked: &str) -> anyhow::Result<String> {
    if !output.status.success() {
        bail!("{asked}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned())
}
