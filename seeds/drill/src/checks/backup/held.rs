//! A table that nobody else can read for a while, so that what reads it has to wait.

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
    process::{Child, Stdio},
};

use anyhow::{Context as _, ensure};

use super::soon;
use crate::stack::Psql;

pub(super) struct HeldTable {
    session: Child,
    psql: Psql,
    table: &'static str,
}

impl HeldTable {
    pub(super) fn hold(psql: &Psql, table: &'static str, work: &Path) -> anyhow::Result<Self> {
        let answers = work.join("held");
        let file = File::create(&answers)?;
        let mut command = psql.session();
        command.stdin(Stdio::piped()).stdout(file.try_clone()?).stderr(file);
        let mut session = command.spawn().context("psql")?;
        let orders = session.stdin.as_mut().context("no way in")?;
        writeln!(orders, "begin; lock table {table} in access exclusive mode;\n\\echo held")?;
        orders.flush()?;
        let is_held = soon(|| fs::read_to_string(&answers).is_ok_and(|said| said.contains("held")));
        ensure!(is_held, "{table} cannot be held: {}", fs::read_to_string(&answers)?);
        Ok(Self { session, psql: psql.clone(), table })
    }

    /// Somebody comes who wants to read it.
    pub(super) fn is_waited_for(&self) -> bool {
        let waiting = format!(
            "select count(*) from pg_locks where not granted and relation = '{}'::regclass",
            self.table
        );
        soon(|| self.psql.number(&waiting).is_ok_and(|count| count > 0))
    }

    pub(super) fn let_go(mut self) -> anyhow::Result<()> {
        drop(self.session.stdin.take());
        self.session.wait()?;
        Ok(())
    }
}

impl Drop for HeldTable {
    fn drop(&mut self) {
        // Fails only where it is over already.
        drop(self.session.kill());
        drop(self.session.wait());
    }
}
