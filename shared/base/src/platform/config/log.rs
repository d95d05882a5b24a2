//! What is logged, and how.

use serde::Deserialize;

use super::{Mode, Section, Setting, field::Field, problems::Problems};

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// What is logged, and in which form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// A level, and exceptions to it: `info,sqlx=warn`.
    pub level: String,
    /// The form of each line of the log.
    pub format: LogFormat,
}

/// The shape of a line of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line, for programs that collect logs.
    Json,
    /// Plain text, for people who read along.
    Text,
}

impl Section for Log {
    const NAME: &'static str = "log";
    const FIELDS: &'static [Field] = &[
        Field::new(
            "level",
            "off, error, warn, info, debug or trace, and exceptions by module: info,sqlx=warn.",
            "info",
        ),
        Field::new("format", "json or text.", "json"),
    ];

    fn check(&self, at: Setting, problems: &mut Problems) {
        for part in self.level.split(',').map(str::trim) {
            let level = part.rsplit_once('=').map_or(part, |(_, level)| level);
            if !LEVELS.contains(&level) {
                problems.add("GYM__LOG__LEVEL", format!("{part:?} is not a level or module=level"));
            }
            // Libraries print whole requests at this level, with the codes and passwords in them.
            if level == "trace" && at.mode == Mode::Production {
                problems.add("GYM__LOG__LEVEL", "trace would log messages, which production refuses");
            }
        }
    }
}
