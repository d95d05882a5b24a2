//! How sessions are remembered.

use std::time::Duration;

use serde::Deserialize;

use super::{Section, Setting, field::Field, problems::Problems};

/// A session that was ended is refused by every copy of the services within a second; a longer memory would break
/// that.
const LONGEST_CACHE: Duration = Duration::from_millis(900);

/// How long a session is used without asking the database again.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sessions {
    #[serde(rename = "cache_milliseconds")]
    cache_milliseconds: u64,
}

impl Sessions {
    /// How long a session's state may be remembered without asking again; zero asks each time.
    pub fn cache(&self) -> Duration {
        Duration::from_millis(self.cache_milliseconds)
    }
}

impl Section for Sessions {
    const NAME: &'static str = "sessions";
    const FIELDS: &'static [Field] = &[Field::new(
        "cache_milliseconds",
        "How long a session's state is remembered without asking again, in milliseconds, at most 900; 0 asks always.",
        "500",
    )];

    fn check(&self, _: Setting, problems: &mut Problems) {
        if self.cache() > LONGEST_CACHE {
            problems.add(
                "GYM__SESSIONS__CACHE_MILLISECONDS",
                "longer than 900: ended sessions would outlive a second",
            );
        }
    }
}
