//! What is claimed, and whether it holds: a line each.

use std::io::{self, Write as _};

/// One line on standard output.
pub(crate) fn say(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "  {line}")
}

/// A claim, with what was found; says it and returns whether it holds.
pub(crate) fn claim(holds: bool, text: &str) -> io::Result<bool> {
    say(&format!("{} {text}", if holds { "ok    " } else { "NOT SO" }))?;
    Ok(holds)
}

/// How many lines of what was found instead are shown.
const SHOWN: usize = 15;

/// Many claims, of which only those that do not hold are worth a line.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    held: usize,
    failed: usize,
}

impl Claims {
    /// Counts a claim; where it does not hold, `found` is what was found instead.
    pub(crate) fn add(&mut self, text: &str, found: anyhow::Result<()>) -> io::Result<()> {
        let Err(found) = found else {
            self.held = self.held.saturating_add(1);
            return Ok(());
        };
        self.failed = self.failed.saturating_add(1);
        let mut out = io::stdout().lock();
        writeln!(out, "    not so: {text}")?;
        let found = format!("{found:#}");
        let lines: Vec<&str> = found.lines().collect();
        for line in lines.iter().skip(lines.len().saturating_sub(SHOWN)) {
            writeln!(out, "      | {line}")?;
        }
        Ok(())
    }

    /// The same for what is plain true or false.
    pub(crate) fn holds(&mut self, text: &str, is_so: bool) -> io::Result<()> {
        self.holds_in(text, is_so, "it is not")
    }

    /// The same for what is read in `found`.
    pub(crate) fn holds_in(&mut self, text: &str, is_so: bool, found: &str) -> io::Result<()> {
        self.add(text, if is_so { Ok(()) } else { Err(anyhow::anyhow!("{found}")) })
    }

    pub(crate) fn all_hold(&self) -> bool {
        self.failed == 0
    }

    /// The last line; true when all held.
    pub(crate) fn verdict(&self) -> io::Result<bool> {
        writeln!(io::stdout(), "    {} claims hold, {} do not", self.held, self.failed)?;
        Ok(self.all_hold())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_claim_that_does_not_hold_is_enough() {
        let mut claims = Claims::default();
        claims.holds("it is day", true).unwrap();
        assert!(claims.all_hold());
        claims.holds("it is night", false).unwrap();
        claims.holds("it is day", true).unwrap();
        assert!(!claims.all_hold());
        assert_eq!((claims.held, claims.failed), (2, 1));
    }
}
