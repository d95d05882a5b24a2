//! Whether the database answers: said once when it stops and once when it is back.

use std::sync::atomic::{AtomicBool, Ordering};

/// What is known of the database.
#[derive(Debug, Default)]
pub(super) struct Contact {
    is_lost: AtomicBool,
}

impl Contact {
    /// Notes that the database answered; logged only if it had been lost.
    pub(super) fn found(&self) {
        if self.is_lost.swap(false, Ordering::Relaxed) {
            tracing::info!("the outbox reaches the database again");
        }
    }

    /// Notes that the database did not answer; logged only the first time.
    pub(super) fn lost(&self, error: &sqlx::Error) {
        if !self.is_lost.swap(true, Ordering::Relaxed) {
            tracing::error!(%error, "the outbox does not reach the database; it goes on trying");
        }
    }
}

/// Whether the same statement may succeed later.
pub(super) fn is_passing(error: &sqlx::Error) -> bool {
    match error.as_database_error() {
        Some(refusal) => {
            // Connection, resources, operator, and transactions that lost against another.
            let class = refusal.code().and_then(|code| code.get(..2).map(str::to_owned)).unwrap_or_default();
            matches!(class.as_str(), "08" | "40" | "53" | "55" | "57")
        }
        None => matches!(error, sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut),
    }
}
