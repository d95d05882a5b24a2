//! Why there is no connection: where it would lead, and what came back; never a password.

use std::{
    error::Error as _,
    fmt, io,
    sync::{Mutex, PoisonError},
};

use sqlx::{Error, postgres::PgConnectOptions};

/// Where a connection leads, as it may be logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    address: String,
    database: String,
    user: String,
}

impl Destination {
    /// Where `options` lead.
    pub fn of(options: &PgConnectOptions) -> Self {
        let address = options.get_socket().map_or_else(
            || format!("{}:{}", options.get_host(), options.get_port()),
            |socket| socket.display().to_string(),
        );
        let user = options.get_username().to_owned();
        // Postgres takes the name of the user where no database is named.
        let database = options.get_database().unwrap_or(&user).to_owned();
        Self { address, database, user }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Postgres at {} (database {}, user {})", self.address, self.database, self.user)
    }
}

/// There is no connection to a Postgres.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{to}: {why}")]
pub struct NoConnection {
    to: Destination,
    why: String,
}

impl NoConnection {
    /// `why` no connection `to` somewhere came about.
    pub fn new(to: Destination, why: impl Into<String>) -> Self {
        Self { to, why: why.into() }
    }

    /// As the error that stores and the worker know: the database could not be had, and may be had later.
    pub(crate) fn into_error(self, kind: io::ErrorKind) -> Error {
        Error::Io(io::Error::new(kind, self))
    }
}

/// What came back in place of a connection, in words.
#[expect(clippy::wildcard_enum_match_arm, reason = "sqlx::Error is non-exhaustive")]
pub(crate) fn in_words(error: &Error) -> String {
    match error {
        // Postgres says it best: the password does not fit, there is no such database, no place is left.
        Error::Database(refusal) => match refusal.code() {
            Some(code) => format!("{} ({code})", refusal.message()),
            None => refusal.message().to_owned(),
        },
        Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            "connection refused, nobody listens there".to_owned()
        }
        Error::Io(error) => error.to_string(),
        Error::Configuration(error) => error.to_string(),
        other => other.source().map_or_else(|| other.to_string(), |cause| format!("{other}: {cause}")),
    }
}

/// What became of the newest attempt to connect.
#[derive(Debug, Default)]
pub(super) struct Attempts(Mutex<Option<String>>);

impl Attempts {
    /// Why the newest attempt led to no connection; none if it did, or if there was none.
    pub(super) fn failure(&self) -> Option<String> {
        self.lock().clone()
    }

    /// An attempt that counts as unanswered until it ends, also if whoever waits for it is cut off.
    pub(super) fn begin(&self) -> Attempt<'_> {
        Attempt { of: self, end: Some("no answer in time".to_owned()) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An attempt to connect, until it is dropped.
pub(super) struct Attempt<'a> {
    of: &'a Attempts,
    end: Option<String>,
}

impl Attempt<'_> {
    /// How it ended.
    pub(super) fn ended(mut self, failure: Option<&Error>) {
        self.end = failure.map(in_words);
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        *self.of.lock() = self.end.take();
    }
}
