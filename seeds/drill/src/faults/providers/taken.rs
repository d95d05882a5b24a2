//! What the providers took, in the order in which they took it.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::Context as _;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Message {
    channel: String,
    /// What the service calls it; it ends with the id in the outbox.
    key: String,
    text: String,
}

#[derive(Debug)]
pub(super) struct Taken(Vec<Message>);

impl Taken {
    pub(super) fn read(file: &Path) -> anyhow::Result<Self> {
        Self::parse(&fs::read_to_string(file).with_context(|| format!("{}", file.display()))?)
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let messages: Result<Vec<Message>, _> = text.lines().map(serde_json::from_str).collect();
        Ok(Self(messages?))
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// How many by SMS.
    pub(super) fn sms(&self) -> usize {
        self.by_sms().count()
    }

    fn by_sms(&self) -> impl Iterator<Item = &Message> {
        self.0.iter().filter(|message| message.channel == "sms")
    }

    /// One of them is the message with this id in the outbox.
    pub(super) fn has(&self, id: &str) -> bool {
        self.0.iter().any(|message| id_in(&message.key) == Some(id))
    }

    /// The place of the first less urgent SMS among those behind the first `before`, from 1 on.
    pub(super) fn first_less_urgent(&self, before: usize) -> Option<usize> {
        let place = self.by_sms().skip(before).position(|message| message.text.contains("less"))?;
        place.checked_add(1)
    }

    /// How many keys came more than once.
    pub(super) fn twice(&self) -> usize {
        let mut times = BTreeMap::<&str, usize>::new();
        for message in &self.0 {
            let count = times.entry(&message.key).or_default();
            *count = count.saturating_add(1);
        }
        times.values().filter(|count| **count > 1).count()
    }
}

/// The id at the end of `gym-…-17`, or before the host in a mail's `<gym-…-17@gym.example>`.
fn id_in(key: &str) -> Option<&str> {
    let name = key.split(['@', '>']).next()?;
    name.rsplit_once('-').map(|(_, id)| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken() -> Taken {
        let line = |channel: &str, key: &str, text: &str| {
            serde_json::json!({ "channel": channel, "key": key, "to": "x", "text": text }).to_string()
        };
        let lines = [
            line("sms", "gym-1-17", "code"),
            line("mail", "<gym-1-18@gym.example>", "code"),
            line("sms", "gym-1-19", "code"),
            line("sms", "gym-1-119", "less+urgent"),
            line("sms", "gym-1-19", "code"),
        ];
        Taken::parse(&lines.join("\n")).unwrap()
    }

    #[test]
    fn a_message_is_known_by_the_whole_id_at_the_end_of_its_key() {
        assert!(taken().has("17") && taken().has("18") && taken().has("119"));
        assert!(!taken().has("1") && !taken().has("9"));
    }

    #[test]
    fn the_order_counts_sms_alone() {
        assert_eq!(taken().first_less_urgent(1), Some(2));
        assert_eq!(taken().first_less_urgent(3), None);
        assert_eq!((taken().sms(), taken().count(), taken().twice()), (4, 5, 1));
    }
}
