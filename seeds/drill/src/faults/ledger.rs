//! The desks that write without pause while something is broken, and at the end compare what they were told with what
//! is kept.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::bail;

use super::ground::Ground;
use crate::{
    claims::say,
    stack::{Running, in_background, programs, ran, within},
};

/// Until all desks have signed in.
const START: Duration = Duration::from_secs(20);
/// Longer than all receipts take to be computed again.
const VERIFY: Duration = Duration::from_mins(10);
/// Longer than the desks work, and compare.
const END: Duration = Duration::from_mins(40);

pub(super) struct Ledger {
    work: Running,
    /// They work until this file is there.
    enough: PathBuf,
}

impl Ledger {
    pub(super) fn start(ground: &Ground, options: &[&str]) -> anyhow::Result<Self> {
        let stack = &ground.stack;
        let enough = stack.work.join("enough");
        if enough.exists() {
            fs::remove_file(&enough)?;
        }
        let mut ledger = ground.drill(["ledger"])?;
        ledger.arg("--staff").arg(format!("http://127.0.0.1:{}", stack.ports.staff));
        ledger.arg("--client").arg(format!("http://127.0.0.1:{}", stack.ports.client));
        ledger.arg("--database").arg(stack.data.join("secrets/migrator_url"));
        ledger.arg("--seed").arg(ground.seed.to_string()).arg("--until").arg(&enough).args(options);
        let mut work = in_background(&mut ledger, &stack.log("ledger"))?;
        let mut is_over = false;
        let is_at_work = within(START, || {
            is_over = work.is_over().unwrap_or(true);
            is_over || work.said().is_ok_and(|said| said.contains("callers at work"))
        });
        if is_over || !is_at_work {
            bail!("the desks do not work:\n{}", work.said()?);
        }
        Ok(Self { work, enough })
    }

    /// Whether the desks still work.
    pub(super) fn is_at_work(&mut self) -> anyhow::Result<bool> {
        Ok(!self.work.is_over()?)
    }

    /// Ends the work and says what the comparison showed; true when nothing was lost.
    pub(super) fn finish(mut self, ground: &Ground) -> anyhow::Result<bool> {
        fs::write(&self.enough, "")?;
        let ended = self.work.ended(END)?;
        for line in ended.said.lines() {
            say(line)?;
        }
        if ended.said.contains("FINDING answered 500") {
            for line in causes(ground)? {
                say(&format!("| {line}"))?;
            }
        }
        Ok(ended.is_good() && books_are_whole(ground)?)
    }
}

/// Whether receipts, transfers, sums and closings fit each other, as `staff-api verify books` finds.
fn books_are_whole(ground: &Ground) -> anyhow::Result<bool> {
    let mut verify = ground.stack.command(programs()?.join("staff-api"));
    let secrets = ground.stack.data.join("secrets");
    verify.args(["verify", "books"]);
    for (name, file) in [
        ("GYM__DATABASE__URL_FILE", "staff_url"),
        ("GYM__SECRETS__HASH_KEY_FILE", "hash_key"),
        ("GYM__TOKENS__STAFF_KEY_FILE", "staff_key"),
    ] {
        verify.env(name, secrets.join(file));
    }
    let ended = ran(&mut verify, &ground.stack.log("verify-books"), VERIFY)?;
    for line in ended.said.lines() {
        say(line)?;
    }
    Ok(ended.is_good())
}

/// What the services had to say of a 500: some lines.
fn causes(ground: &Ground) -> anyhow::Result<Vec<String>> {
    let mut lines = Vec::new();
    for name in ["staff-api", "client-api"] {
        let log = fs::read_to_string(ground.stack.data.join("log").join(format!("{name}.log")))?;
        lines.extend(log.lines().filter(|line| line.contains(r#""message":"fault""#)).map(str::to_owned));
    }
    lines.truncate(5);
    Ok(lines)
}
