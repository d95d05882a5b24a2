//! Looks at the live set-up of a service, and says of each thing how it stands and what to do.
//!
//! It sends nothing and changes nothing: it connects, asks, and goes. Only where files are kept it leaves one for a moment.

mod database;
mod files;
mod providers;
mod surroundings;

use std::fmt;

use super::{clock::Clock, config::Config};

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// As it should be.
    Well,
    /// It works; whoever runs it should know.
    Doubtful,
    /// The gym cannot be served, or is not safe.
    Wrong,
}

/// What was looked at, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about, in a word or two.
    pub about: &'static str,
    /// How it stands.
    pub standing: Standing,
    /// What was found; never a secret.
    pub found: String,
    /// What to do about it; empty where all is well.
    pub remedy: &'static str,
}

impl Finding {
    fn well(about: &'static str, found: impl Into<String>) -> Self {
        Self { about, standing: Standing::Well, found: found.into(), remedy: "" }
    }

    fn doubtful(about: &'static str, found: impl Into<String>, remedy: &'static str) -> Self {
        Self { about, standing: Standing::Doubtful, found: found.into(), remedy }
    }

    fn wrong(about: &'static str, found: impl Into<String>, remedy: &'static str) -> Self {
        Self { about, standing: Standing::Wrong, found: found.into(), remedy }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.standing {
            Standing::Well => "ok   ",
            Standing::Doubtful => "note ",
            Standing::Wrong => "WRONG",
        };
        write!(f, "{mark}  {:<12}  {}", self.about, self.found)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "\n{:<21}{}", "", self.remedy) }
    }
}

/// Everything that was looked at for the service that `config` is for, the database first.
pub async fn examine(config: &Config, clock: &dyn Clock) -> Vec<Finding> {
    let mut findings = database::examine(config, clock).await;
    findings.extend(providers::examine(config).await);
    findings.extend(files::examine(config, clock).await);
    findings.extend(surroundings::examine(config));
    findings
}
