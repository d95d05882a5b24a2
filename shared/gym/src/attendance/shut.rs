//! The refusal that follows a recorded denial.

use std::borrow::Cow;

use serde_json::Value;

use super::{
    denial::Denial,
    model::{CheckInAttempt, CheckInOutcome},
};
use base::{Error, Refusal, RefusalKind, vocabulary::Language};

/// The door stayed shut; the attempt is on record.
#[derive(Debug, thiserror::Error)]
#[error("denied: {}", .denial.code())]
struct Shut {
    denial: Denial,
    shown: Value,
}

impl Refusal for Shut {
    fn kind(&self) -> RefusalKind {
        RefusalKind::Forbidden
    }

    fn code(&self) -> &'static str {
        self.denial.code()
    }

    fn say(&self, language: Language) -> Cow<'static, str> {
        self.denial.say(language)
    }

    fn data(&self) -> Option<&Value> {
        Some(&self.shown)
    }
}

impl CheckInAttempt {
    /// The attempt, if it was let in; else the refusal, with the record as `show` tells it.
    pub fn admitted(self, show: impl FnOnce(&Self) -> Value) -> Result<Self, Error> {
        let denial = match &self.outcome {
            CheckInOutcome::Admitted { .. } => None,
            CheckInOutcome::Denied(reasons) => Some(reasons.first()),
        };
        match denial {
            None => Ok(self),
            Some(denial) => Err(Shut { denial, shown: show(&self) }.into()),
        }
    }
}
