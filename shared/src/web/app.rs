//! What a handler can reach.

use std::{sync::Arc, time::Duration};

use crate::{
    access::{Codes, Doorkeeper, Keyring, Lifetimes, Passwords},
    accounts::Entrance,
    error::Error,
    platform::{
        db::Db,
        limits::Limits,
        limits_memory::{AddressLimit, Rate},
    },
};

/// What a handler can reach, in either door; cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// Tokens and sessions.
    pub doorkeeper: Doorkeeper,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Hashes codes and identifiers.
    pub codes: Codes,
    /// Counts what protects accounts.
    pub limits: Limits,
    /// How long things live.
    pub lifetimes: Lifetimes,
    /// Counts what an address asks for without a token: each may cost a password hash or a message.
    pub strangers: Arc<AddressLimit>,
}

impl App {
    /// Puts the parts together; `remember` is how long a session may be used without asking again, `strangers` how often
    /// an address may ask for what needs no token.
    pub fn new(
        db: Db,
        keys: Keyring,
        hash_key: &[u8],
        remember: Duration,
        lifetimes: Lifetimes,
        strangers: Rate,
    ) -> Result<Self, Error> {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get);
        Ok(Self {
            doorkeeper: Doorkeeper::new(db.clone(), Arc::new(keys), remember),
            db,
            passwords: Passwords::new(cores)?,
            codes: Codes::new(hash_key),
            limits: Limits::new(hash_key),
            lifetimes,
            strangers: Arc::new(AddressLimit::new(strangers)),
        })
    }

    /// What signing in to staff-api needs.
    pub fn staff_entrance(&self) -> Entrance<'_> {
        Entrance {
            db: &self.db,
            limits: &self.limits,
            passwords: &self.passwords,
            doorkeeper: &self.doorkeeper,
            lifetime: self.lifetimes.staff_access,
        }
    }
}
