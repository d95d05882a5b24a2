//! The file of a backup, and what somebody could do to it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, ensure};

use crate::{stack::ran, sums::sha256};

/// The last line of the file is this, then the SHA-256 of all before it.
const SEAL: &str = "gym-backup sha256 ";
const SEAL_BYTES: usize = 83;
const LIMIT: Duration = Duration::from_mins(1);

/// One bit of the byte at `place` is another.
pub(super) fn flipped(mut bytes: Vec<u8>, place: usize) -> Vec<u8> {
    if let Some(byte) = bytes.get_mut(place) {
        *byte ^= 1;
    }
    bytes
}

/// As somebody would leave it who changes a backup on purpose but has not the key.
pub(super) fn sealed_anew(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len().saturating_sub(SEAL_BYTES));
    let seal = format!("{SEAL}{}\n", sha256(&bytes));
    bytes.extend(seal.into_bytes());
    bytes
}

/// The names of what lies in a folder.
pub(super) fn names(folder: &Path) -> anyhow::Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{}", folder.display()))?;
    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

pub(super) fn is_backup(name: &str) -> bool {
    name.starts_with("gym-") && name.strip_suffix(".backup").is_some()
}

/// How many backups lie in a folder.
pub(super) fn count(folder: &Path) -> anyhow::Result<usize> {
    Ok(names(folder)?.iter().filter(|name| is_backup(name)).count())
}

/// The newest backup of a folder; their names are in the order of time.
pub(super) fn newest(folder: &Path) -> anyhow::Result<PathBuf> {
    let newest = names(folder)?.into_iter().filter(|name| is_backup(name)).max();
    Ok(folder.join(newest.context("there is no backup")?))
}

/// The parts of a backup in a folder of their own, to be changed and put together again.
pub(super) struct Parts {
    folder: PathBuf,
    /// gpg's; its path must be short, because its agent opens a socket there.
    gpg: PathBuf,
    key: PathBuf,
}

impl Parts {
    pub(super) fn of(file: &Path, key: &Path, work: &Path) -> anyhow::Result<Self> {
        let folder = work.join("parts");
        let gpg = PathBuf::from(format!("/tmp/gym-drill.{}", std::process::id()));
        for folder in [&folder, &gpg] {
            fs::create_dir_all(folder)?;
        }
        let parts = Self { folder, gpg, key: key.to_owned() };
        parts.tar("-xf", file, &[])?;
        Ok(parts)
    }

    fn tar(&self, order: &str, file: &Path, names: &[&str]) -> anyhow::Result<()> {
        let mut tar = Command::new("tar");
        tar.arg("-C").arg(&self.folder).arg(order).arg(file).args(names);
        ran(&mut tar, &self.folder.with_extension("log"), LIMIT)?.succeeds()
    }

    /// All of it as one file, sealed by whoever has not the key.
    pub(super) fn together(&self) -> anyhow::Result<Vec<u8>> {
        let whole = self.folder.with_extension("tar");
        let mut names = vec!["manifest", "database", "files", "secrets"];
        names.retain(|name| self.folder.join(name).exists());
        self.tar("-cf", &whole, &names)?;
        let mut bytes = fs::read(&whole)?;
        bytes.extend([0; SEAL_BYTES]);
        Ok(sealed_anew(bytes))
    }

    fn gpg(&self, order: &[&str], from: &[u8]) -> anyhow::Result<Vec<u8>> {
        let [input, output] = ["in", "out"].map(|name| self.gpg.join(name));
        fs::write(&input, from)?;
        let mut gpg = Command::new("gpg");
        gpg.arg("--homedir").arg(&self.gpg).args(["--no-options", "--batch", "--yes", "--quiet", "--no-tty"]);
        gpg.args(["--no-symkey-cache", "--pinentry-mode", "loopback", "--passphrase-file"]).arg(&self.key);
        gpg.arg("--output").arg(&output).args(order).arg(&input);
        ran(&mut gpg, &self.folder.with_extension("log"), LIMIT)?.succeeds()?;
        Ok(fs::read(&output)?)
    }

    /// The manifest is one that nobody sealed.
    pub(super) fn never_seal_the_manifest(&self) -> anyhow::Result<()> {
        fs::write(self.folder.join("manifest"), self.gpg(&["--store"], b"gym-backup\t1\n")?)?;
        Ok(())
    }

    /// The manifest counts one payment less, under the seal of the key.
    pub(super) fn count_one_payment_less(&self) -> anyhow::Result<()> {
        let file = self.folder.join("manifest");
        let manifest = String::from_utf8(self.gpg(&["--decrypt"], &fs::read(&file)?)?)?;
        let other = one_payment_less(&manifest);
        ensure!(other != manifest, "the manifest counts no payments:\n{manifest}");
        let order = ["--cipher-algo", "AES256", "--compress-algo", "none", "--symmetric"];
        fs::write(&file, self.gpg(&order, other.as_bytes())?)?;
        Ok(())
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        let mut agent = Command::new("gpgconf");
        agent.arg("--homedir").arg(&self.gpg).args(["--kill", "gpg-agent"]);
        // What stays behind lies in folders that go with the work.
        drop(agent.output());
        drop(fs::remove_dir_all(&self.gpg));
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// The line of the payments has the number of rows in its third field.
fn one_payment_less(manifest: &str) -> String {
    let lines = manifest.lines().map(|line| {
        let counted = line.strip_prefix("table\tpayments\t").and_then(|rest| rest.split_once('\t'));
        match counted.and_then(|(rows, rest)| Some((rows.parse::<u64>().ok()?.checked_sub(1)?, rest))) {
            Some((rows, rest)) => format!("table\tpayments\t{rows}\t{rest}\n"),
            None => format!("{line}\n"),
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flipped_bit_comes_back_when_it_is_flipped_again() {
        let bytes = vec![1, 2, 3];
        let spoilt = flipped(bytes.clone(), 1);
        assert_eq!(spoilt, [1, 3, 3]);
        assert_eq!(flipped(spoilt, 1), bytes);
    }

    #[test]
    fn a_new_seal_fits_what_is_before_it() {
        let sealed = sealed_anew([b"abc".as_slice(), &[0; SEAL_BYTES]].concat());
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(String::from_utf8(sealed).unwrap(), format!("abc{SEAL}{abc}\n"));
        assert_eq!(SEAL.len() + 64 + 1, SEAL_BYTES);
    }

    #[test]
    fn only_the_payments_are_counted_less() {
        let manifest = "table\tpayments\t7\t99\nsum\tpayments.amount_minor\t5\n";
        assert_eq!(one_payment_less(manifest), "table\tpayments\t6\t99\nsum\tpayments.amount_minor\t5\n");
        assert_eq!(one_payment_less("table\tpayments\t0\t0\n"), "table\tpayments\t0\t0\n");
    }

    #[test]
    fn a_lock_and_a_part_are_no_backups() {
        assert!(is_backup("gym-20261128T010101Z.backup"));
        assert!(!is_backup("lock"));
        assert!(!is_backup(".gym-backup.abc"));
    }
}
