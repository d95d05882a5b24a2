//! Keys for tests.

use secrecy::SecretString;

use crate::access::Keyring;

/// Keys the hashes of test installations.
pub const HASH_KEY: &[u8] = b"a hash key that only tests ever use";

const STAFF: &str = "MC4CAQAwBQYDK2VwBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB";
const CLIENT: &str = "MC4CAQAwBQYDK2VwBCIEIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC";

/// What staff-api knows: both keys.
///
/// # Panics
/// Never: the keys are fixed.
#[expect(clippy::expect_used, reason = "test keys are valid")]
pub fn staff_keyring() -> Keyring {
    install_crypto();
    Keyring::new(Some(&SecretString::from(STAFF)), &[], &SecretString::from(CLIENT), &[]).expect("test keys")
}

/// What client-api knows: the client key only.
///
/// # Panics
/// Never: the key is fixed.
#[expect(clippy::expect_used, reason = "test keys are valid")]
pub fn client_keyring() -> Keyring {
    install_crypto();
    Keyring::new(None, &[], &SecretString::from(CLIENT), &[]).expect("test keys")
}

fn install_crypto() {
    // A second call in the same test process finds the provider in place.
    if jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default().is_err() {
        tracing::trace!("the provider was there");
    }
}
