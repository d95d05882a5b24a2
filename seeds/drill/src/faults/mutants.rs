//! Builds services that are wrong on purpose, and demands that a fault finds it out.
//!
//! A mutant is a patch: its first line says what is wrong, a line `fault:` which fault must fail, a line `finding:` for what
//! reason, as a regular expression.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, ensure};
use regex::Regex;

use crate::{
    claims::say,
    stack::{Ended, ran},
};

/// Long enough for the first build.
const LIMIT: Duration = Duration::from_hours(4);
const PLANTING: Duration = Duration::from_mins(10);

/// Arguments of this command.
#[derive(Debug, clap::Args)]
pub(crate) struct Asked {
    /// The folder deploy of the tree
    #[arg(long)]
    deploy: PathBuf,
    /// A folder for what is written meanwhile
    #[arg(long)]
    work: PathBuf,
    /// The folder of the copy of the tree and its build, which is kept: most of it never changes
    #[arg(long)]
    build: PathBuf,
    /// Patches, or their names; all of them without any
    mutants: Vec<PathBuf>,
}

pub(crate) fn run(asked: &Asked) -> anyhow::Result<bool> {
    let mut out = io::stdout();
    let patches = patches(asked)?;
    let mut escaped = 0_usize;
    let tree = asked.build.join("tree");
    for patch in &patches {
        let name = patch.file_stem().unwrap_or_default().display().to_string();
        let text = fs::read_to_string(patch).with_context(|| format!("no mutant {}", patch.display()))?;
        let mutant =
            Mutant::parse(&text).with_context(|| format!("{name} does not say fault and finding"))?;
        writeln!(out, "{name}: {}", mutant.sentence)?;
        plant(asked, patch, &tree)?;
        let mut faults = Command::new(tree.join("deploy/faults"));
        faults.env("CARGO_TARGET_DIR", &asked.build).env_remove("GYM_BINARIES");
        let ended =
            ran(faults.args(["--quick", mutant.fault]), &asked.work.join(format!("{name}.log")), LIMIT)?;
        match mutant.judge(&ended)? {
            Verdict::Caught(finding) => say(&format!("caught: {finding}"))?,
            Verdict::Passed => {
                say(&format!("ESCAPED: the fault {} passed", mutant.fault))?;
                escaped = escaped.saturating_add(1);
            }
            Verdict::ForAnotherReason => {
                say(&format!("ESCAPED: the fault {} failed, but not for: {}", mutant.fault, mutant.finding))?;
                for line in ended.last_lines(30).lines() {
                    writeln!(out, "    | {line}")?;
                }
                escaped = escaped.saturating_add(1);
            }
        }
    }
    fs::remove_dir_all(&tree)?;
    writeln!(out, "{} mutants, {escaped} escaped", patches.len())?;
    Ok(escaped == 0)
}

fn patches(asked: &Asked) -> anyhow::Result<Vec<PathBuf>> {
    let folder = asked.deploy.join("lib/faults/mutants");
    if asked.mutants.is_empty() {
        let entries = fs::read_dir(&folder)?;
        let mut all: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
        all.retain(|file| file.extension().is_some_and(|ending| ending == "patch"));
        all.sort_unstable();
        return Ok(all);
    }
    let named = asked
        .mutants
        .iter()
        .map(|one| if one.exists() { one.clone() } else { folder.join(one).with_extension("patch") });
    Ok(named.collect())
}

/// What the head of a patch says.
struct Mutant<'patch> {
    sentence: &'patch str,
    fault: &'patch str,
    finding: &'patch str,
}

enum Verdict {
    Caught(String),
    Passed,
    ForAnotherReason,
}

impl<'patch> Mutant<'patch> {
    fn parse(patch: &'patch str) -> Option<Self> {
        let said = |word: &str| patch.lines().find_map(|line| line.strip_prefix(word));
        Some(Self { sentence: patch.lines().next()?, fault: said("fault: ")?, finding: said("finding: ")? })
    }

    fn judge(&self, ended: &Ended) -> anyhow::Result<Verdict> {
        let reason = Regex::new(&format!("(FINDING|NOT SO:?) {}", self.finding))?;
        if ended.is_good() {
            return Ok(Verdict::Passed);
        }
        let finding = ended.said.lines().find(|line| reason.is_match(line));
        Ok(finding.map_or(Verdict::ForAnotherReason, |line| {
            Verdict::Caught(line.trim_start().chars().take(150).collect())
        }))
    }
}

/// The tree with the patch, in a folder of its own.
fn plant(asked: &Asked, patch: &Path, tree: &Path) -> anyhow::Result<()> {
    let root = asked.deploy.parent().context("deploy without a tree")?;
    if tree.exists() {
        fs::remove_dir_all(tree)?;
    }
    fs::create_dir_all(tree)?;
    let log = asked.work.join("plant.log");
    let archive = asked.work.join("tree.tar");
    let mut pack = Command::new("tar");
    pack.args(["--exclude=./target", "--exclude=./.git", "--exclude=./.data*", "-C"]).arg(root);
    ran(pack.arg("-cf").arg(&archive).arg("."), &log, PLANTING)?.succeeds()?;
    let mut unpack = Command::new("tar");
    // Cargo goes by the time of a file, and the last mutant is younger than the tree.
    ran(unpack.arg("-C").arg(tree).arg("-m").arg("-xf").arg(&archive), &log, PLANTING)?.succeeds()?;
    let mut apply = Command::new("patch");
    apply.arg("-d").arg(tree).args(["-p1", "--quiet", "--no-backup-if-mismatch", "-i"]).arg(patch);
    let applied = ran(&mut apply, &log, PLANTING)?;
    ensure!(applied.is_good(), "{} does not fit the code:\n{}", patch.display(), applied.said);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: &str = "Keys are ignored.\nfault: kills\nfinding: [0-9]* happened (twice|more than once)\n\ndiff --git a b\n";

    fn judge(code: i32, said: &str) -> Verdict {
        let ended = Ended { code: Some(code), is_late: false, said: said.to_owned() };
        Mutant::parse(PATCH).unwrap().judge(&ended).unwrap()
    }

    #[test]
    fn a_mutant_is_caught_only_for_its_reason() {
        assert!(
            matches!(judge(1, "  FINDING 3 happened twice\n"), Verdict::Caught(line) if line == "FINDING 3 happened twice")
        );
        assert!(matches!(judge(1, "  NOT SO: 4 happened more than once\n"), Verdict::Caught(_)));
        assert!(matches!(judge(1, "the stack did not start\n"), Verdict::ForAnotherReason));
        assert!(matches!(judge(0, "  FINDING 3 happened twice\n"), Verdict::Passed));
    }

    #[test]
    fn a_patch_without_a_reason_is_no_mutant() {
        assert!(Mutant::parse("Words.\nfault: kills\n").is_none());
    }
}
