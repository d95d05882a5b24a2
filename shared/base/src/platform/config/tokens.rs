//! Signing keys, and how long what they sign is good for.

use std::time::Duration;

use serde::Deserialize;

use super::{
    Mode, Section, ServiceName, Setting,
    development::{DEVELOPMENT_ONLY_CLIENT_KEY, DEVELOPMENT_ONLY_STAFF_KEY},
    entropy,
    field::Field,
    keys::{PublicKey, SigningKey},
    parse,
    problems::Problems,
};

const STAFF_KEY: &str = "GYM__TOKENS__STAFF_KEY";
const CLIENT_KEY: &str = "GYM__TOKENS__CLIENT_KEY";

/// Signing keys, and how long what they sign is good for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// Signs staff tokens; client-api never has it.
    #[serde(deserialize_with = "parse::optional")]
    pub staff_key: Option<SigningKey>,
    /// Signs members' tokens and the codes that they show at the door; both services have it.
    pub client_key: SigningKey,
    /// Former staff keys whose tokens are still good.
    #[serde(deserialize_with = "parse::list")]
    pub staff_accepted_keys: Vec<PublicKey>,
    /// Former members' keys whose tokens are still good.
    #[serde(deserialize_with = "parse::list")]
    pub client_accepted_keys: Vec<PublicKey>,
    /// Life of a staff token.
    #[serde(rename = "staff_access_minutes", deserialize_with = "parse::minutes")]
    pub staff_access: Duration,
    /// Life of a member's token.
    #[serde(rename = "client_access_minutes", deserialize_with = "parse::minutes")]
    pub client_access: Duration,
    /// Life of a member's refresh token.
    #[serde(rename = "client_refresh_days", deserialize_with = "parse::days")]
    pub client_refresh: Duration,
    /// Life of the code a member shows at the door.
    #[serde(rename = "qr_token_seconds", deserialize_with = "parse::seconds")]
    pub qr_token: Duration,
}

impl Section for Tokens {
    const NAME: &'static str = "tokens";
    const FIELDS: &'static [Field] = &[
        Field::new(
            "staff_key",
            "Ed25519 private key that signs staff tokens, PKCS#8 as PEM or base64; not read by client-api.",
            DEVELOPMENT_ONLY_STAFF_KEY,
        )
        .in_client_api("")
        .secret(),
        Field::new(
            "client_key",
            "Ed25519 private key that signs members' tokens, PKCS#8 as PEM or base64.",
            DEVELOPMENT_ONLY_CLIENT_KEY,
        )
        .secret(),
        Field::new(
            "staff_accepted_keys",
            "Former staff public keys still accepted, each as openssl pkey -pubout -outform DER | tail -c 32 | base64 gives it.",
            "",
        ),
        Field::new(
            "client_accepted_keys",
            "Former members' public keys still accepted, written likewise.",
            "",
        ),
        Field::new("staff_access_minutes", "Life of a staff token, in minutes.", "720"),
        Field::new("client_access_minutes", "Life of a member's token, in minutes.", "1440"),
        Field::new("client_refresh_days", "Life of a member's refresh token, in days.", "30"),
        Field::new("qr_token_seconds", "Life of the code a member shows at the door, in seconds.", "60"),
    ];

    fn check(&self, at: Setting, problems: &mut Problems) {
        if self.staff_key.is_none() && at.service != ServiceName::ClientApi {
            problems.add(STAFF_KEY, "missing");
        }
        if self.staff_key.as_ref().is_some_and(|staff| staff.public() == self.client_key.public()) {
            problems.add(STAFF_KEY, "the same as GYM__TOKENS__CLIENT_KEY; the two audiences need their own");
        }
        if at.mode == Mode::Production {
            let keys = [(STAFF_KEY, self.staff_key.as_ref()), (CLIENT_KEY, Some(&self.client_key))];
            for (name, key) in keys {
                if key.is_some_and(|key| is_known(&key.public())) {
                    problems.add(name, "the development key, which production refuses");
                } else if key.is_some_and(|key| !entropy::looks_drawn(key.seed())) {
                    problems.add(name, "not drawn by chance, which production refuses: openssl genpkey");
                }
            }
            let former = [("STAFF", &self.staff_accepted_keys), ("CLIENT", &self.client_accepted_keys)];
            for (audience, keys) in former {
                if keys.iter().any(is_known) {
                    problems.add(
                        format!("GYM__TOKENS__{audience}_ACCEPTED_KEYS"),
                        "holds a development key, which production refuses",
                    );
                }
            }
        }
    }
}

/// Whether the private half is public knowledge.
fn is_known(key: &PublicKey) -> bool {
    [DEVELOPMENT_ONLY_STAFF_KEY, DEVELOPMENT_ONLY_CLIENT_KEY]
        .iter()
        .filter_map(|text| text.parse::<SigningKey>().ok())
        .any(|known| known.public() == *key)
}
