//! How long the audit log keeps what was refused, and what strangers did.

use std::time::Duration;

use serde::Deserialize;

use super::{Section, Setting, field::Field, parse, problems::Problems};

/// How long the audit log keeps what was refused, and what strangers did. What was done in a gym stays for good.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// How long what strangers did or were refused is kept.
    #[serde(rename = "strangers_days", deserialize_with = "parse::days")]
    pub strangers: Duration,
    /// How long what those who were signed in were refused is kept.
    #[serde(rename = "signed_in_days", deserialize_with = "parse::days")]
    pub signed_in: Duration,
}

impl Section for Audit {
    const NAME: &'static str = "audit";
    const FIELDS: &'static [Field] = &[
        Field::new(
            "strangers_days",
            "How long the audit log keeps failed sign-ins, wrong codes, lock-outs and who asked for a code, in days.",
            "30",
        ),
        Field::new(
            "signed_in_days",
            "How long the audit log keeps what somebody who was signed in was not allowed, in days.",
            "365",
        ),
    ];

    fn check(&self, _: Setting, _: &mut Problems) {}
}
