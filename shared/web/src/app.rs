//! What a handler can reach.

use std::{sync::Arc, time::Duration};

use base::{
    Error,
    access::{Codes, Doorkeeper, Keyring, Lifetimes, Passwords, Refusals},
    platform::{
        db::Db,
        files::Files,
        limits::Limits,
        limits_memory::{AddressLimit, Rate},
        sheets::Seats,
        workshop::Workshop,
    },
};

/// What a handler can reach, in either door; cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// The pools of connections to Postgres; handlers hand them on to actions.
    pub db: Db,
    /// Verifies tokens and looks up their sessions.
    pub doorkeeper: Doorkeeper,
    /// Hashes and checks passwords, as many at once as there are cores.
    pub passwords: Passwords,
    /// Draws papers and takes pictures apart, as many at once as there are cores.
    pub workshop: Workshop,
    /// Keeps the files that people send; nowhere, where a service takes none.
    pub files: Files,
    /// Hashes one-time codes, refresh tokens, and the identifiers they were sent to.
    pub codes: Codes,
    /// Counts attempts against the limits that protect accounts, in Postgres.
    pub limits: Limits,
    /// How long tokens and the codes shown at the door are valid.
    pub lifetimes: Lifetimes,
    /// Counts requests of an address without a token, in memory: each of them may cost a password hash or a message.
    pub strangers: Arc<AddressLimit>,
    /// Notes in the audit log what was refused.
    pub refusals: Arc<Refusals>,
    /// Who receives a file at this moment.
    pub seats: Seats,
}

impl App {
    /// Puts the parts together; `remember` is how long a session may be used without asking again, `strangers` how
    /// often an address may ask for what needs no token.
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
            workshop: Workshop::new(cores),
            files: Files::nowhere(),
            codes: Codes::new(hash_key),
            limits: Limits::new(hash_key),
            lifetimes,
            strangers: Arc::new(AddressLimit::new(strangers)),
            refusals: Arc::new(Refusals::new(hash_key)),
            seats: Seats::default(),
        })
    }
}
