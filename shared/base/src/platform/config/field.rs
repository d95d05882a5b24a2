//! What a key is called, means, and is worth when nobody sets it.
//!
//! The tables of [`Field`]s are the lowest layer of the configuration *and* the example file, so the two cannot
//! differ. A default is written as it would stand in the environment: it takes the same way in.

use super::ServiceName;

/// One key of a section.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    /// Its name in the file; the environment has it in capitals.
    pub(super) key: &'static str,
    /// One sentence, with the unit where there is one.
    pub(super) about: &'static str,
    staff: &'static str,
    client: &'static str,
    /// A secret is never shown, may come from a file (`…_FILE`) and, if it has a default, has it for development only.
    pub(super) is_secret: bool,
}

impl Field {
    /// A key with one default for all services.
    pub(super) const fn new(key: &'static str, about: &'static str, default: &'static str) -> Self {
        Self { key, about, staff: default, client: default, is_secret: false }
    }

    /// The same key, with another default in client-api.
    pub(super) const fn in_client_api(self, default: &'static str) -> Self {
        Self { client: default, ..self }
    }

    /// The same key, as a secret.
    pub(super) const fn secret(self) -> Self {
        Self { is_secret: true, ..self }
    }

    /// What it is worth in `service` when nobody sets it; empty means nothing.
    pub(super) const fn default_for(&self, service: ServiceName) -> &'static str {
        match service {
            ServiceName::StaffApi | ServiceName::Seeds => self.staff,
            ServiceName::ClientApi => self.client,
        }
    }
}

/// The name of a key in the environment.
pub(super) fn environment_name(section: &str, key: &str) -> String {
    format!("GYM__{}__{}", section.to_uppercase(), key.to_uppercase())
}
