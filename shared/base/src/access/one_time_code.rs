//! Codes and temporary passwords: drawn from a cryptographic generator, codes stored only as keyed hashes.

use std::net::IpAddr;

use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::platform::{idempotency::keyed, limits::network};

/// Six digits that were sent to somebody; never logged.
#[derive(Debug, Clone)]
pub struct OneTimeCode(SecretString);

impl OneTimeCode {
    /// Draws a random code from 100000 to 999999, so that every code has six digits.
    pub fn draw() -> Self {
        Self(SecretString::from(rand::rng().random_range(100_000..=999_999).to_string()))
    }

    /// A code as typed: Arabic digits are understood, and whatever is no digit is left out. Never refused: a text
    /// that is no code matches nothing.
    pub fn typed(text: &str) -> Self {
        Self(SecretString::from(crate::vocabulary::phone::digits_of(text)))
    }

    /// The digits, for the message that carries them.
    pub fn digits(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Hashes codes and identifiers with the installation's key.
#[derive(Clone)]
pub struct Codes {
    key: [u8; 32],
}

impl std::fmt::Debug for Codes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Codes(…)")
    }
}

impl Codes {
    /// Derives its key from the installation's hash key.
    pub fn new(hash_key: &[u8]) -> Self {
        Self { key: keyed(hash_key, &[b"one-time codes"]) }
    }

    /// What is stored in place of an identifier.
    pub fn hash_identifier(&self, canonical: &str) -> [u8; 32] {
        keyed(&self.key, &[b"identifier", canonical.as_bytes()])
    }

    /// What is stored in place of the address that asks for a code of the identifier; of IPv6 it is the /64.
    pub fn hash_address(&self, identifier: &[u8; 32], address: IpAddr) -> [u8; 32] {
        keyed(&self.key, &[b"address", identifier, network(address).as_bytes()])
    }

    /// What is stored in place of a code: bound to its identifier and purpose.
    pub fn hash_code(&self, identifier: &[u8; 32], purpose: &str, code: &OneTimeCode) -> [u8; 32] {
        keyed(&self.key, &[b"code", identifier, purpose.as_bytes(), code.digits().as_bytes()])
    }

    /// What is stored in place of a refresh token.
    pub fn hash_refresh(&self, token: &str) -> [u8; 32] {
        keyed(&self.key, &[b"refresh", token.as_bytes()])
    }

    /// Compares two hashes in constant time, so that the time does not tell how much of a guess is right.
    pub fn is_same(left: &[u8], right: &[u8]) -> bool {
        left.ct_eq(right).into()
    }
}

/// A first-login password: two letters, two digits, two letters, as `RX04AF`.
///
/// The one secret that is kept in clear, for those who onboard members, until the first change or for 72 hours.
#[derive(Debug, Clone)]
pub struct TemporaryPassword(SecretString);

/// How long a temporary password is shown and accepted.
pub const TEMPORARY_HOURS: i64 = 72;

impl TemporaryPassword {
    /// Draws one of some 46 million passwords at random.
    pub fn draw() -> Self {
        let mut rng = rand::rng();
        let mut text = String::with_capacity(6);
        for is_letter in [true, true, false, false, true, true] {
            let range = if is_letter { 'A'..='Z' } else { '0'..='9' };
            text.push(rng.random_range(range));
        }
        Self(SecretString::from(text))
    }

    /// A password that was read from the database.
    pub fn kept(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// The six characters in clear: to be hashed, stored, and shown to those who onboard the person.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_password_is_two_letters_two_digits_two_letters() {
        for _ in 0..200 {
            let text = TemporaryPassword::draw();
            let shape: String =
                text.expose().chars().map(|c| if c.is_ascii_digit() { '9' } else { 'A' }).collect();
            assert_eq!(shape, "AA99AA");
            assert!(text.expose().chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase()));
        }
    }

    #[test]
    fn a_code_has_six_digits_and_is_not_shown_by_debug() {
        let code = OneTimeCode::draw();
        assert_eq!(code.digits().len(), 6);
        assert!(!format!("{code:?}").contains(code.digits()));
    }

    #[test]
    fn a_code_fits_only_its_identifier_and_purpose() {
        let codes = Codes::new(b"0123456789abcdef0123456789abcdef");
        let one = codes.hash_identifier("+201001234567");
        let other = codes.hash_identifier("+201001234568");
        let code = OneTimeCode::typed("123456");
        let stored = codes.hash_code(&one, "activation", &code);
        assert!(Codes::is_same(
            &stored,
            &codes.hash_code(&one, "activation", &OneTimeCode::typed(" ١٢٣٤٥٦ "))
        ));
        assert!(!Codes::is_same(&stored, &codes.hash_code(&other, "activation", &code)));
        assert!(!Codes::is_same(&stored, &codes.hash_code(&one, "password_reset", &code)));
    }
}
