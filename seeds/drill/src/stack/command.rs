//! Commands with a time limit, whose words are kept.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};

/// How often a command is asked whether it is over.
const LOOK: Duration = Duration::from_millis(20);

/// How a command ended, and what it said on both ways.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    /// None when a signal ended it.
    pub(crate) code: Option<i32>,
    /// It was still at work when its time was over.
    pub(crate) is_late: bool,
    pub(crate) said: String,
}

impl Ended {
    pub(crate) fn is_good(&self) -> bool {
        self.code == Some(0)
    }

    /// The last lines of what it said.
    pub(crate) fn last_lines(&self, count: usize) -> String {
        last_lines(&self.said, count)
    }

    /// It ended well, and one of its lines begins with `words`.
    pub(crate) fn says(&self, words: &str) -> anyhow::Result<()> {
        ensure!(self.is_good(), "it failed:\n{}", self.said);
        ensure!(self.said.lines().any(|line| line.starts_with(words)), "it said:\n{}", self.said);
        Ok(())
    }

    /// It ended badly, and said one of `words`.
    pub(crate) fn refuses(&self, words: &[&str]) -> anyhow::Result<()> {
        ensure!(!self.is_good(), "it was accepted:\n{}", self.said);
        ensure!(words.iter().any(|words| self.said.contains(words)), "it said:\n{}", self.said);
        Ok(())
    }

    /// An error with what it said, unless it ended well.
    pub(crate) fn succeeds(&self) -> anyhow::Result<()> {
        ensure!(self.is_good(), "it failed:\n{}", self.said);
        Ok(())
    }
}

/// The last `count` lines of `text`.
fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(count)..).unwrap_or_default().join("\n")
}

/// A command at work; it is killed when nobody wants it any more.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    log: PathBuf,
}

/// Starts it, with all that it says going to `log`.
pub(crate) fn in_background(command: &mut Command, log: &Path) -> anyhow::Result<Running> {
    let file = File::create(log).with_context(|| format!("{}", log.display()))?;
    let child = command
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .spawn()
        .with_context(|| format!("{}", command.get_program().display()))?;
    Ok(Running { child, log: log.to_owned() })
}

/// Runs it to its end, for no longer than `limit`.
pub(crate) fn ran(command: &mut Command, log: &Path, limit: Duration) -> anyhow::Result<Ended> {
    in_background(command, log)?.ended(limit)
}

/// The same for a command whose words go straight to whoever is watching; none are kept.
pub(crate) fn shown(command: &mut Command, limit: Duration) -> anyhow::Result<Ended> {
    let child = command.stdin(Stdio::null()).spawn();
    let child = child.with_context(|| format!("{}", command.get_program().display()))?;
    Running { child, log: PathBuf::from("/dev/null") }.ended(limit)
}

impl Running {
    pub(crate) fn number(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn is_over(&mut self) -> anyhow::Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// What it said until now.
    pub(crate) fn said(&self) -> anyhow::Result<String> {
        Ok(String::from_utf8_lossy(&fs::read(&self.log)?).into_owned())
    }

    /// Waits for its end; it is killed when `limit` is over.
    pub(crate) fn ended(&mut self, limit: Duration) -> anyhow::Result<Ended> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Ended { code: status.code(), is_late: false, said: self.said()? });
            }
            if began.elapsed() >= limit {
                self.child.kill()?;
                self.child.wait()?;
                return Ok(Ended { code: None, is_late: true, said: self.said()? });
            }
            sleep(LOOK);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only where it is over already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(code: i32, said: &str) -> Ended {
        Ended { code: Some(code), is_late: false, said: said.to_owned() }
    }

    #[test]
    fn a_refusal_needs_a_bad_end_and_its_words() {
        assert!(ended(1, "up: the port is taken\n").refuses(&["is free", "is taken"]).is_ok());
        assert!(ended(1, "up: something else\n").refuses(&["is taken"]).is_err());
        assert!(ended(0, "up: the port is taken\n").refuses(&["is taken"]).is_err());
    }

    #[test]
    fn words_are_said_at_the_beginning_of_a_line_by_who_ends_well() {
        assert!(ended(0, "first\nrestored it\n").says("restored ").is_ok());
        assert!(ended(0, "not restored it\n").says("restored ").is_err());
        assert!(ended(1, "restored it\n").says("restored ").is_err());
    }

    #[test]
    fn the_last_lines_are_all_where_there_are_fewer() {
        assert_eq!(last_lines("a\nb\nc\n", 2), "b\nc");
        assert_eq!(last_lines("a\n", 2), "a");
    }
}
