//! The worker that does what waits in the outbox.

use std::time::Duration;

use serde::Deserialize;

use super::{Section, ServiceName, Setting, field::Field, parse, problems::Problems};

/// The worker that does what waits in the outbox: sends messages, and what else is done later.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbox {
    /// Whether this process does jobs.
    #[serde(rename = "worker")]
    pub has_worker: bool,
    /// Longest sleep between two looks at the table; an urgent job, such as a code, wakes the worker sooner.
    #[serde(rename = "poll_milliseconds", deserialize_with = "parse::milliseconds")]
    pub poll: Duration,
    /// Most jobs of a lane under way at once.
    #[serde(deserialize_with = "parse::count")]
    pub batch: u32,
}

impl Section for Outbox {
    const NAME: &'static str = "outbox";
    const FIELDS: &'static [Field] = &[
        Field::new(
            "worker",
            "Whether this process does jobs, such as sending messages; never in client-api.",
            "true",
        )
        .in_client_api("false"),
        Field::new(
            "poll_milliseconds",
            "Longest sleep between two looks at the outbox, in milliseconds.",
            "500",
        ),
        Field::new(
            "batch",
            "Most jobs of a lane (mail, SMS, other work) under way at once, up to 500.",
            "20",
        ),
    ];

    fn check(&self, at: Setting, problems: &mut Problems) {
        if self.has_worker && at.service == ServiceName::ClientApi {
            problems.add(
                "GYM__OUTBOX__WORKER",
                "client-api's database user may write jobs down but not read them",
            );
        }
        if self.batch > 500 {
            problems.add("GYM__OUTBOX__BATCH", "more than 500");
        }
    }
}
