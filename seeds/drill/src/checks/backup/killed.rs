//! A backup that is killed half-way, and what the next one makes of it; how many are kept.

use std::{os::unix::process::CommandExt as _, path::Path};

use super::{
    READ_LATE, file,
    gyms::{self, Gyms, nobody_else},
    held::HeldTable,
    soon,
};
use crate::{
    claims::Claims,
    stack::{in_background, signal},
};

pub(super) fn half_way(gyms: &Gyms, first: &Path, claims: &mut Claims) -> anyhow::Result<()> {
    let psql = gyms.first.psql("gym")?;
    let had = file::count(&gyms.backups)?;
    for name in ["KILL", "TERM"] {
        let held = HeldTable::hold(&psql, READ_LATE, &gyms.work)?;
        let mut backup = in_background(gyms.backup(&[]).process_group(0), &gyms.work.join("killed.log"))?;
        let text = format!("a backup is half-way when it gets {name}");
        claims.holds(&text, held.is_waited_for())?;
        let names = file::names(&gyms.backups)?;
        claims.holds("its parts are there", names.iter().any(|name| name.starts_with(".gym-backup.")))?;
        signal(name, &[backup.number()]);
        let ended = backup.ended(gyms::LIMIT)?;
        claims.holds("it ends without success", !ended.is_good() && !ended.is_late)?;
        held.let_go()?;
        claims.holds("no session of it waits on", soon(|| nobody_else(&psql, "gym")))?;
        claims.holds("no file appeared", file::count(&gyms.backups)? == had)?;
    }
    claims.add("the next one works", gyms.back_up(&["--keep", "2"])?.succeeds())?;
    claims.holds("and takes away what was left", gyms.nothing_half()?)?;
    gyms.back_up(&["--keep", "2"])?.succeeds()?;
    claims.holds("two are kept of three", file::count(&gyms.backups)? == 2)?;
    claims.holds("the oldest is gone", !first.exists())?;
    let none = gyms.back_up(&["--keep", "0"])?;
    claims.add("to keep none is refused", none.refuses(&["is not a number from 1 on"]))?;
    let plain = file::newest(&gyms.backups)?;
    let refused = gyms.restore(&gyms.first, &["--secrets"], &plain)?;
    claims.add("a backup without secrets says so", refused.refuses(&["has no secrets in it"]))?;
    Ok(())
}
