//! What the callers were told, deed by deed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::deed::Deed;

/// What a deed came to, as far as its caller knows.
#[derive(Debug, Clone)]
pub(crate) enum Fate {
    /// Acknowledged, with this answer.
    Done(Value),
    /// Refused, with status and code.
    Refused(String),
    /// No answer ever told whether it was done.
    Open,
}

/// One deed and its fate.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) deed: Deed,
    /// What came of it.
    pub(crate) fate: Fate,
    /// How often it was sent.
    pub(crate) turns: u32,
    /// Whether its caller did not know for a while.
    pub(crate) was_unknown: bool,
    /// Two answers to the same key named different things.
    pub(crate) is_contradicted: bool,
}

/// What was done of one kind.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Tally {
    /// Deeds that were acknowledged.
    pub(crate) done: u64,
    /// Deeds that were refused.
    pub(crate) refused: u64,
    /// Deeds whose outcome was unknown for a while.
    pub(crate) unknown: u64,
    /// Deeds whose outcome stayed unknown.
    pub(crate) open: u64,
}

pub(crate) fn tally(entries: &[Entry]) -> BTreeMap<&'static str, Tally> {
    let mut tallies: BTreeMap<&'static str, Tally> = BTreeMap::new();
    for entry in entries {
        let tally = tallies.entry(entry.deed.kind.word()).or_default();
        let counter = match entry.fate {
            Fate::Done(_) => &mut tally.done,
            Fate::Refused(_) => &mut tally.refused,
            Fate::Open => &mut tally.open,
        };
        *counter = counter.saturating_add(1);
        if entry.was_unknown {
            tally.unknown = tally.unknown.saturating_add(1);
        }
    }
    tallies
}

/// How often each refusal was answered.
pub(crate) fn refusals(entries: &[Entry]) -> BTreeMap<&str, u64> {
    let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in entries {
        if let Fate::Refused(code) = &entry.fate {
            let count = counted.entry(code.as_str()).or_default();
            *count = count.saturating_add(1);
        }
    }
    counted
}
