//! Keys that sign no token.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{
    Mode, Section, Setting, development::DEVELOPMENT_ONLY_HASH_KEY, entropy, field::Field, problems::Problems,
};

const HASH_KEY: &str = "GYM__SECRETS__HASH_KEY";
const SHORTEST_BYTES: usize = 32;

/// The key of the hashes that are stored in place of codes and identifiers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// Keys the hashes of one-time codes and identifiers; at least 32 bytes.
    pub hash_key: SecretString,
}

impl Section for Secrets {
    const NAME: &'static str = "secrets";
    const FIELDS: &'static [Field] = &[Field::new(
        "hash_key",
        "Keys the hashes of one-time codes and identifiers; at least 32 bytes (openssl rand -base64 48).",
        DEVELOPMENT_ONLY_HASH_KEY,
    )
    .secret()];

    fn check(&self, at: Setting, problems: &mut Problems) {
        let key = self.hash_key.expose_secret();
        if key.len() < SHORTEST_BYTES {
            problems.add(HASH_KEY, format!("shorter than {SHORTEST_BYTES} bytes"));
        }
        if at.mode == Mode::Production {
            if key == DEVELOPMENT_ONLY_HASH_KEY {
                problems.add(HASH_KEY, "the development key, which production refuses");
            } else if !entropy::looks_drawn(key.as_bytes()) {
                problems
                    .add(HASH_KEY, "not drawn by chance, which production refuses: openssl rand -base64 48");
            }
        }
    }
}
