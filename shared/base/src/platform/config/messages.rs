//! The file that takes messages in place of people.

use std::path::PathBuf;

use serde::Deserialize;

use super::{Section, Setting, field::Field, problems::Problems};

/// The file that takes messages in place of people, for development and tests.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Messages {
    /// The file of the `file` transports: one JSON object per line.
    pub file: PathBuf,
}

impl Section for Messages {
    const NAME: &'static str = "messages";
    const FIELDS: &'static [Field] = &[Field::new(
        "file",
        "File that the file transports append to, one JSON object per message.",
        ".data/messages.jsonl",
    )];

    fn check(&self, _: Setting, problems: &mut Problems) {
        if self.file.file_name().is_none() {
            problems.add("GYM__MESSAGES__FILE", "not the name of a file");
        }
    }
}
