//! What is refused before anything is touched.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use super::{
    file::{Parts, flipped, sealed_anew},
    gyms::{Gyms, tally},
};
use crate::claims::Claims;

pub(super) fn refused(gyms: &Gyms, file: &Path, claims: &mut Claims) -> anyhow::Result<()> {
    let whole = fs::read(file)?;
    let size = whole.len();
    let second = &gyms.second;
    let try_it = |bytes: &[u8], words: &[&str]| -> anyhow::Result<()> {
        gyms.restore(second, &[], &spoilt(gyms, bytes)?)?.refuses(words)
    };
    for place in [size / 10, size / 2, size.saturating_sub(40)] {
        let found = try_it(&flipped(whole.clone(), place), &["is damaged"]);
        claims.add(&format!("one bit changed at {place} of {size} is refused"), found)?;
    }
    for length in [0, 100, size / 2, size.saturating_sub(1)] {
        let cut = whole.get(..length).unwrap_or_default();
        let found = try_it(cut, &["is cut off", "is damaged"]);
        claims.add(&format!("cut off after {length} of {size} bytes it is refused"), found)?;
    }
    let changed = sealed_anew(flipped(whole, size / 2));
    let found = try_it(&changed, &["is not the one that the manifest names"]);
    claims.add("a change under a new checksum is refused", found)?;
    let parts = Parts::of(file, &gyms.key, &gyms.work)?;
    parts.never_seal_the_manifest()?;
    let found = try_it(&parts.together()?, &["another key, or changed"]);
    claims.add("a manifest that nobody sealed is refused", found)?;
    drop(parts);

    let other = gyms.work.join("other key");
    gyms.make_key(&other)?;
    let wrong = gyms.with_key(gyms.restoring(second, &[], file), &other)?;
    claims.add("the wrong key is refused", wrong.refuses(&["does not open with the key"]))?;
    let without = gyms.with_key(gyms.restoring(second, &[], file), &gyms.work.join("nowhere"))?;
    claims.add("without a key it is refused", without.refuses(&["there is no key"]))?;
    let absent = gyms.restore(second, &[], &gyms.work.join("nothing"))?;
    claims.add("a file that is not there is refused", absent.refuses(&["there is no backup"]))?;
    claims.holds("none of this touched the second gym", !second.data.exists())?;

    let before = tally(&gyms.first, "gym")?;
    let full = gyms.restore(&gyms.first, &[], file)?;
    let words = ["is not empty; nothing was restored"];
    claims.add("a database that is not empty is refused", full.refuses(&words))?;
    claims.holds("and is as it was", tally(&gyms.first, "gym")? == before)?;
    Ok(())
}

/// A file that only its owner reads, as a backup is.
pub(super) fn spoilt(gyms: &Gyms, bytes: &[u8]) -> anyhow::Result<PathBuf> {
    let file = gyms.work.join("spoilt.backup");
    fs::write(&file, bytes)?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
    Ok(file)
}
