//! The restore: into an empty cluster, by a URL, all or nothing.

use std::fs;

use super::{
    Changing,
    damaged::spoilt,
    file::{Parts, names, newest},
    gyms::{self, Gyms, entries, nobody_else, tally},
    held::HeldTable,
    soon,
};
use crate::{
    claims::Claims,
    stack::{in_background, signal},
};

/// Work goes on where it stopped.
///
/// Hands back what was in the gym when it was backed up.
pub(super) fn into_an_empty_cluster(gyms: &Gyms, token: &str, claims: &mut Claims) -> anyhow::Result<String> {
    let (first, second) = (&gyms.first, &gyms.second);
    let expected = entries(first)?;
    gyms.back_up(&["--secrets", "--keep", "2"])?.succeeds()?;
    let file = newest(&gyms.backups)?;
    let before = tally(first, "gym")?;
    let staff_key = first.secret("staff_key")?;
    gyms.down(first)?;

    let restored = gyms.restore(second, &["--secrets"], &file)?;
    claims.add("it is restored into an empty cluster", restored.says("restored "))?;
    claims.holds("with the keys", second.secret("staff_key")? == staff_key)?;
    claims.add("the restored gym starts", gyms.up(second)?.succeeds())?;
    let after = tally(second, "gym")?;
    claims.holds("it has every row and sum", after == before)?;
    claims.holds("money was counted", counts_money(&after))?;
    claims.add("who was signed in still is", gyms.checks_in(second, token))?;
    claims.add("reception signs in on it", gyms.sign_in(second).map(drop))?;
    claims.holds("the check-in is in it", entries(second)? > expected)?;
    let again = gyms.restore(second, &[], &file)?;
    claims.add("a second restore is refused", again.refuses(&["is not empty"]))?;
    Ok(before)
}

/// The tally has a sum of the payments, and it is above zero.
fn counts_money(tally: &str) -> bool {
    let mut sums = tally.lines().filter_map(|line| line.strip_prefix("sum\tpayments.amount_minor\t"));
    sums.any(|sum| sum.parse::<u64>().is_ok_and(|sum| sum > 0))
}

/// All or nothing, into a database beside the gym's; `before` is what was in the gym when it was backed up.
pub(super) fn by_a_url(gyms: &Gyms, before: &str, claims: &mut Claims) -> anyhow::Result<()> {
    let second = &gyms.second;
    let file = newest(&gyms.backups)?;
    let url = gyms.new_database(second, "elsewhere")?;
    let psql = second.psql("elsewhere")?;
    let is_empty = || -> anyhow::Result<bool> {
        let things = "select count(*) from pg_class where relnamespace = 'public'::regnamespace";
        Ok(psql.number(things)? == 0)
    };
    let by_url = ["--database-url-file", url.as_str()];

    let parts = Parts::of(&file, &gyms.key, &gyms.work)?;
    parts.count_one_payment_less()?;
    let other = gyms.restore(second, &by_url, &spoilt(gyms, &parts.together()?)?)?;
    drop(parts);
    let text = "a manifest with another count is refused at the end";
    let words = "what went in is not what the manifest (<) counted; nothing was restored";
    claims.add(text, other.refuses(&[words]))?;
    claims.holds("and nothing is in the database", is_empty()?)?;

    let held = HeldTable::hold(&psql, "pg_trigger", &gyms.work)?;
    let mut restore =
        in_background(&mut gyms.restoring(second, &by_url, &file), &gyms.work.join("killed.log"))?;
    claims.holds("a restore is half-way when it is killed", held.is_waited_for())?;
    signal("KILL", &[restore.number()]);
    claims.holds("it ends without success", !restore.ended(gyms::LIMIT)?.is_good())?;
    held.let_go()?;
    claims.holds("its session ends", soon(|| nobody_else(&psql, "elsewhere")))?;
    claims.holds("and nothing is in the database", is_empty()?)?;

    let others = gyms.work.join("others");
    fs::create_dir(&others)?;
    gyms.make_key(&others.join("hash_key"))?;
    let [option, place] = by_url;
    let mut restore = gyms.restoring(second, &["--secrets", option, place], &file);
    restore.env("GYM_SECRETS", &others);
    let kept = gyms.with_key(restore, &gyms.key)?;
    let text = "other keys in the folder of the secrets are not overwritten";
    claims.add(text, kept.refuses(&["holds another secret"]))?;

    let restored = gyms.restore(second, &by_url, &file)?;
    claims.add("then it is restored by its URL", restored.says("restored "))?;
    claims.holds("with every row and sum", tally(second, "elsewhere")? == before)?;
    let left = names(&gyms.work)?;
    let is_clean = !left.iter().any(|name| name.starts_with(".gym-backup."));
    claims.holds("what the killed one left is gone", is_clean)?;
    let backup = gyms.back_up(&by_url)?;
    claims.add("and backed up by its URL", backup.says("backed up "))?;
    let key = gyms.key.display().to_string();
    let no_url = gyms.back_up(&["--database-url-file", &key])?;
    claims.add("a file without a URL is refused", no_url.refuses(&["does not hold a URL"]))?;
    Ok(())
}

pub(super) fn the_changing_gym(gyms: &Gyms, changing: &Changing, claims: &mut Claims) -> anyhow::Result<()> {
    let second = &gyms.second;
    let url = gyms.new_database(second, "changing")?;
    let restored = gyms.restore(second, &["--database-url-file", &url], &changing.copy)?;
    claims.add("the backup of the changing gym is restored", restored.says("restored "))?;
    let is_before = tally(second, "changing")? == changing.before;
    claims.holds("as it was at one moment, before the change", is_before)?;
    Ok(())
}
