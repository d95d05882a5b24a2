//! Signing keys, checked when they are read.

use std::{fmt, str::FromStr};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde::{Deserialize, Deserializer, de::Error as _};

/// Base64 of the standard alphabet, with or without padding; [`decode`] turns the URL alphabet into it first.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Length of an Ed25519 key in PKCS#8 v1, in bytes: a head of 16 and the seed of 32.
const PKCS8_V1_LENGTH: usize = 48;
/// How many of these bytes are the head, the same in every key.
const PKCS8_HEAD: usize = 16;

/// An Ed25519 private key that is known to be well formed.
#[derive(Clone)]
pub struct SigningKey {
    pkcs8: std::sync::Arc<SecretBox<Vec<u8>>>,
    public: PublicKey,
}

impl SigningKey {
    /// The key as a PKCS#8 v1 document, which is what the token library takes.
    pub fn pkcs8_der(&self) -> &[u8] {
        self.pkcs8.expose_secret()
    }

    /// The bytes that somebody drew, of which all the rest follows.
    pub(super) fn seed(&self) -> &[u8] {
        self.pkcs8_der().get(PKCS8_HEAD..).unwrap_or_default()
    }

    /// The same document as base64, for whoever reads keys from text.
    pub fn to_secret(&self) -> SecretString {
        SecretString::from(BASE64.encode(self.pkcs8_der()))
    }

    /// The public half of the key, which is no secret.
    pub fn public(&self) -> PublicKey {
        self.public
    }
}

impl FromStr for SigningKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let body: String = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("-----"))
            .collect::<Vec<_>>()
            .concat();
        let der = decode(&body)?;
        if der.len() != PKCS8_V1_LENGTH {
            return Err(KeyError::NotPkcs8V1);
        }
        let pair =
            Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map_err(|_rejected| KeyError::NotPkcs8V1)?;
        let public = PublicKey::from_slice(pair.public_key().as_ref())?;
        Ok(Self { pkcs8: std::sync::Arc::new(SecretBox::new(Box::new(der))), public })
    }
}

impl<'de> Deserialize<'de> for SigningKey {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("public", &self.public).finish_non_exhaustive()
    }
}

/// The public half of an Ed25519 key: 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// The 32 bytes of the key, without any encoding.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn from_slice(bytes: &[u8]) -> Result<Self, KeyError> {
        bytes.try_into().map(Self).map_err(|_wrong_length| KeyError::NotRaw32)
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::from_slice(&decode(text)?)
    }
}

/// Base64 of the raw key, as the settings `*_accepted_keys` take it.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode(self.0))
    }
}

/// Why a key is not one; never quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is not base64.
    #[error("not base64 or PEM")]
    NotBase64,
    /// The private key has another form.
    #[error("not an Ed25519 private key in PKCS#8 v1 (make one with: openssl genpkey -algorithm ed25519)")]
    NotPkcs8V1,
    /// The public key has another length.
    #[error("not the base64 of a raw Ed25519 public key (32 bytes)")]
    NotRaw32,
}

fn decode(text: &str) -> Result<Vec<u8>, KeyError> {
    let standard: String = text
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    BASE64.decode(standard).map_err(|_excerpt| KeyError::NotBase64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::config::development;

    const PEM_HEAD: &str = "-----BEGIN PRIVATE KEY-----";

    #[test]
    fn a_key_reads_the_same_as_pem_as_base64_and_as_url_base64() {
        let plain = development::DEVELOPMENT_ONLY_STAFF_KEY;
        let pem = format!("{PEM_HEAD}\n{plain}\n-----END PRIVATE KEY-----\n");
        let url = plain.replace('+', "-").replace('/', "_");
        let keys: Vec<SigningKey> = [plain, &pem, &url].iter().map(|text| text.parse().unwrap()).collect();
        assert!(keys.iter().all(|key| key.public() == keys[0].public() && key.pkcs8_der().len() == 48));
    }

    #[test]
    fn other_forms_are_refused_without_being_quoted() {
        let pair = Ed25519KeyPair::generate().unwrap();
        let version_2 = BASE64.encode(pair.to_pkcs8().unwrap().as_ref());
        assert_eq!(version_2.parse::<SigningKey>().unwrap_err(), KeyError::NotPkcs8V1);
        assert_eq!(BASE64.encode([7; 48]).parse::<SigningKey>().unwrap_err(), KeyError::NotPkcs8V1);
        assert_eq!("sécret".parse::<SigningKey>().unwrap_err(), KeyError::NotBase64);
        assert_eq!(BASE64.encode([7; 31]).parse::<PublicKey>().unwrap_err(), KeyError::NotRaw32);
    }

    #[test]
    fn keys_are_written_as_they_are_read() {
        let key: SigningKey = development::DEVELOPMENT_ONLY_STAFF_KEY.parse().unwrap();
        assert_eq!(key.to_secret().expose_secret(), development::DEVELOPMENT_ONLY_STAFF_KEY);
        assert_eq!(key.public().to_string().parse::<PublicKey>().unwrap(), key.public());
    }

    #[test]
    fn a_private_key_does_not_show_itself() {
        let key: SigningKey = development::DEVELOPMENT_ONLY_STAFF_KEY.parse().unwrap();
        let shown = format!("{key:?}");
        assert!(shown.starts_with("SigningKey { public: PublicKey(") && shown.ends_with(".. }"), "{shown}");
    }
}
