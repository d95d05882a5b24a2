//! A running gym is backed up while it changes, restored into an empty cluster, counted, and worked in; and what backup
//! and restore refuse.

mod damaged;
mod file;
mod gyms;
mod held;
mod killed;
mod restored;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::ensure;

use self::{
    file::newest,
    gyms::{Gyms, tally},
    held::HeldTable,
};
use super::Place;
use crate::{
    claims::Claims,
    stack::{in_background, within},
};

/// A table that the dump reads after the tally counted everything.
const READ_LATE: &str = "spent_qr_tokens";

pub(super) fn run(place: &Place) -> anyhow::Result<bool> {
    let gyms = Gyms::beside(place)?;
    let mut claims = Claims::default();
    gyms.make_key(&gyms.key)?;
    let nothing = gyms.back_up(&[])?;
    claims.add("without a gym there is nothing to back up", nothing.refuses(&["there is no gym in"]))?;
    claims.add("a gym is started", gyms.up(&gyms.first)?.succeeds())?;
    if claims.all_hold() {
        let token = gyms.sign_in(&gyms.first);
        claims.holds("reception signs in", token.is_ok())?;
        let changing = while_it_changes(&gyms, &mut claims)?;
        damaged::refused(&gyms, &changing.file, &mut claims)?;
        killed::half_way(&gyms, &changing.file, &mut claims)?;
        let before = restored::into_an_empty_cluster(&gyms, &token.unwrap_or_default(), &mut claims)?;
        restored::by_a_url(&gyms, &before, &mut claims)?;
        restored::the_changing_gym(&gyms, &changing, &mut claims)?;
    }
    Ok(claims.verdict()?)
}

/// The backup that was made while the gym changed.
struct Changing {
    file: PathBuf,
    /// A copy, because the rotation takes the file away.
    copy: PathBuf,
    /// What was in the gym before the change.
    before: String,
}

/// The dump waits at one table while a row goes into another, which was counted before and is dumped after.
fn while_it_changes(gyms: &Gyms, claims: &mut Claims) -> anyhow::Result<Changing> {
    let gym = &gyms.first;
    let missing = gyms.with_key(gyms.backup(&[]), &gyms.work.join("nowhere"))?;
    claims.add("a missing key is refused", missing.refuses(&["there is no key in"]))?;
    let short = gyms.work.join("short");
    fs::write(&short, "short\n")?;
    let refused = gyms.with_key(gyms.backup(&[]), &short)?;
    claims.add("a short key is refused", refused.refuses(&["shorter than 32"]))?;

    let before = tally(gym, "gym")?;
    let held = HeldTable::hold(&gym.psql("gym")?, READ_LATE, &gyms.work)?;
    let mut backup = in_background(&mut gyms.backup(&["--secrets"]), &gyms.work.join("backup.log"))?;
    claims.holds("the backup waits in the middle", held.is_waited_for())?;
    let change = gym.psql("gym")?.ask("insert into limit_counters values ('drill', '\\x00', now(), 1)");
    claims.add("the gym changes meanwhile", change.map(drop))?;
    held.let_go()?;
    let ended = backup.ended(gyms::LIMIT)?;
    claims.add("a running gym is backed up", ended.succeeds())?;
    let after = tally(gym, "gym")?;
    claims.holds("and had changed", after != before)?;

    let file = newest(&gyms.backups)?;
    let copy = gyms.work.join("changing.backup");
    fs::copy(&file, &copy)?;
    let line = format!("backed up {}", file.display());
    claims.holds("it says where to", ended.said.lines().any(|said| said == line))?;
    claims.add("the file is closed to others", closed_to_others(&gyms.backups))?;
    claims.holds("nothing else is left", gyms.nothing_half()?)?;
    claims.add("no name of a member can be read in it", nothing_to_read(&file))?;
    claims.add("it is whole", gyms.restore(gym, &["--check"], &file)?.says("whole "))?;
    Ok(Changing { file, copy, before })
}

fn closed_to_others(folder: &Path) -> anyhow::Result<()> {
    let mut paths = vec![folder.to_owned()];
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    for path in paths {
        let mode = fs::metadata(&path)?.permissions().mode();
        ensure!(mode.trailing_zeros() >= 6, "{}: {mode:o}", path.display());
    }
    Ok(())
}

fn nothing_to_read(file: &Path) -> anyhow::Result<()> {
    let text = String::from_utf8_lossy(&fs::read(file)?).to_lowercase();
    for word in ["ahmed", "create table", "reception1"] {
        ensure!(!text.contains(word), "{word} can be read in it");
    }
    Ok(())
}

/// Waits for what takes half a minute at most.
fn soon(holds: impl FnMut() -> bool) -> bool {
    within(std::time::Duration::from_secs(30), holds)
}
