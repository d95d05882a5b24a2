//! What the faults share: a fresh stack, callers, claims, copies of the services.

use std::{fs, path::Path, process::Command, time::Duration};

use anyhow::{Context as _, ensure};

use crate::{
    claims::{claim, say},
    stack::{Psql, Running, Stack, in_background, programs, ran, shown},
};

/// A claim that does not hold, which was said; the fault ends with it.
#[derive(Debug, thiserror::Error)]
#[error("a claim does not hold")]
pub(super) struct Broken;

/// A claim; what does not hold ends the fault.
pub(super) fn holds(is_so: bool, text: &str) -> anyhow::Result<()> {
    ensure!(claim(is_so, text)?, Broken);
    Ok(())
}

/// How long the stack may take to stand.
const START: Duration = Duration::from_mins(5);

/// A gym to break.
pub(super) struct Ground {
    pub(super) stack: Stack,
    is_quick: bool,
    /// Decides what is done, and when.
    pub(super) seed: u64,
    /// Copies of services beside those of the stack.
    copies: Vec<String>,
}

impl Ground {
    pub(super) fn new(stack: Stack, is_quick: bool, seed: Option<u64>) -> Self {
        let seed = seed.unwrap_or_else(|| rand::random_range(100_000..1_000_000));
        Self { stack, is_quick, seed, copies: Vec::new() }
    }

    /// How often, or how long: in full, or quick.
    pub(super) const fn times(&self, full: u64, quick: u64) -> u64 {
        if self.is_quick { quick } else { full }
    }

    /// A stack as deploy/up makes it, on data of its own.
    pub(super) fn start_fresh(&self) -> anyhow::Result<()> {
        let ended = ran(&mut self.stack.control("start_fresh"), &self.stack.log("up"), START)?;
        ensure!(ended.is_good(), "the stack did not start:\n{}", ended.last_lines(30));
        Ok(())
    }

    /// The callers here all come from the loopback, where a gym's come from many places.
    pub(super) fn allow_many_callers(&mut self) {
        self.stack.set("GYM__LIMITS__ADDRESS_REQUESTS_PER_SECOND", "100000");
        self.stack.set("GYM__LIMITS__ADDRESS_BURST", "100000");
        self.stack.set("GYM__LIMITS__ADDRESS_SIGN_INS_PER_MINUTE", "1000000");
        self.stack.set("GYM__LIMITS__ADDRESS_SIGN_IN_BURST", "1000000");
    }

    pub(super) fn gym(&self) -> anyhow::Result<Psql> {
        self.stack.psql("gym")
    }

    /// Another part of the drill.
    pub(super) fn drill<'word>(
        &self,
        words: impl IntoIterator<Item = &'word str>,
    ) -> anyhow::Result<Command> {
        let mut drill = self.stack.command(programs()?.join("drill"));
        drill.args(words);
        Ok(drill)
    }

    /// Callers, for no longer than `seconds`, with what they say; true when all is well with them.
    pub(super) fn crowd(&self, seconds: u64, words: &[&str]) -> anyhow::Result<bool> {
        let mut crowd = self.drill(["crowd"].iter().chain(words).copied())?;
        let ended = shown(&mut crowd, Duration::from_secs(seconds))?;
        if ended.is_late {
            say(&format!("NOT SO the callers end within {seconds} s"))?;
        }
        Ok(ended.is_good())
    }

    /// Callers who go on meanwhile; what they say goes to a log of that name.
    pub(super) fn crowd_meanwhile(&self, name: &str, words: &[&str]) -> anyhow::Result<Running> {
        let mut crowd = self.drill(["crowd"].iter().chain(words).copied())?;
        in_background(&mut crowd, &self.stack.log(name))
    }

    /// Waits until the part of the stack answers `/ready`.
    pub(super) fn wait_until_ready(&self, name: &str, port: u16) -> anyhow::Result<()> {
        self.stack.tell("wait_until_ready", [name, &port.to_string(), "/ready"])?;
        Ok(())
    }

    /// One more copy of `service`, with these settings more; it is killed at the end of the fault.
    pub(super) fn start_copy(
        &mut self,
        service: &str,
        name: &str,
        (port, internal): (u16, u16),
        settings: &[String],
    ) -> anyhow::Result<()> {
        self.copies.push(name.to_owned());
        let listen = [
            format!("GYM__HTTP__LISTEN=127.0.0.1:{port}"),
            format!("GYM__HTTP__INTERNAL_LISTEN=127.0.0.1:{internal}"),
        ];
        let mut start = self.stack.control("start_copy");
        start.args([service, name]).args(listen).args(settings);
        ran(&mut start, &self.stack.log("copy"), START)?.succeeds()
    }

    pub(super) fn stop_copies(&mut self) -> anyhow::Result<()> {
        for name in std::mem::take(&mut self.copies) {
            self.stack.tell("stop_process", [name.as_str(), "KILL", "5"])?;
        }
        Ok(())
    }

    /// The end of the log of a part.
    pub(super) fn last_words(&self, name: &str) -> anyhow::Result<()> {
        let log = self.stack.data.join("log").join(format!("{name}.log"));
        let text = fs::read_to_string(&log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        say(&format!("the last lines of {}:", log.display()))?;
        for line in lines.iter().skip(lines.len().saturating_sub(20)) {
            say(&format!("| {line}"))?;
        }
        Ok(())
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        // The stack itself goes with the next one, or with the end of the shell that made its folder.
        drop(self.stop_copies());
    }
}

/// The number behind `before` in the first line of `said` that has it.
pub(super) fn number_between(said: &str, before: &str, after: &str) -> anyhow::Result<u64> {
    let found = said.lines().find_map(|line| {
        let (_, rest) = line.split_once(before)?;
        let (number, _) = rest.split_once(after).unwrap_or((rest, ""));
        number.trim().parse().ok()
    });
    found.with_context(|| format!("{before}… is not said in:\n{said}"))
}

/// How many lines a file has; none when it is not there.
pub(super) fn lines_in(file: &Path) -> usize {
    fs::read_to_string(file).map_or(0, |text| text.lines().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_from_what_callers_say() {
        let said = "  160 calls, 158 good, 2 status 503; p50 4 ms, p99 17 ms, longest 20 ms\n  edits acknowledged: 31\n";
        assert_eq!(number_between(said, "p99 ", " ms").unwrap(), 17);
        assert_eq!(number_between(said, "calls, ", " good").unwrap(), 158);
        assert_eq!(number_between(said, "edits acknowledged: ", "\n").unwrap(), 31);
        assert!(number_between(said, "p98 ", " ms").is_err());
    }
}
