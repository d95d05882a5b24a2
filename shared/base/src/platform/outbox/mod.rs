//! Jobs, written in the transaction of what causes them and done by a [`Worker`] afterwards: mail and text messages,
//! and whatever else must not keep a request waiting.
//!
//! What was rolled back is never done. A job is done at least once: a worker that dies between doing it and noting so
//! leaves a lease, and when that ends another worker does it again. So every job is safe to do twice, and every attempt
//! carries the same key, for providers that drop repeats. Each attempt has a lease of its own; between attempts lies a
//! pause that doubles. What is secret leaves no trace once it is over.
//!
//! The platform knows no job. A feature declares a [`JobKind`] beside what it does and names it in the list `JOBS` of
//! its own; the service that has the worker hands all lists to it at start. A worker claims only kinds and versions
//! that it knows, so that during a deployment the new ones wait for a copy of the new release.

mod contact;
mod kind;
mod schedule;
mod store;
mod worker;

use serde::Serialize;

use super::db::{Connection, Tx};
use crate::{
    error::{Error, Fault},
    vocabulary::{Timestamp, words},
};

pub use self::{
    kind::{AnyKind, Failed, JobAttempt, JobKind, Jobs, Priority, Retry},
    worker::{Settings, Worker},
};

words! {
    /// Where a job waits its turn. Each lane has a bounded number of jobs under way, so that a provider who hangs keeps
    /// nobody else waiting.
    pub enum Lane {
        /// For the mail server.
        Mail = "mail",
        /// For the provider of text messages.
        Sms = "sms",
        /// For what is done without a provider.
        Work = "work",
    }
}

words! {
    /// What became of a job.
    pub enum State {
        /// The job is to be done, or under way.
        Waiting = "waiting",
        /// An attempt has done the job.
        Done = "done",
        /// The time in which the job was worth doing ran out first.
        Expired = "expired",
        /// The job failed for good, or too often.
        Dead = "dead",
        /// There turned out to be nobody to do the job for.
        Withheld = "withheld",
    }
}

impl Tx {
    /// Writes a job down; a worker does it once this transaction is committed.
    pub async fn enqueue<P: Serialize + Sync>(
        &mut self,
        kind: &JobKind<P>,
        payload: &P,
    ) -> Result<(), Error> {
        self.enqueue_at(kind, payload, self.now()).await
    }

    /// Writes down a job that is due at an instant of its own.
    pub async fn enqueue_at<P: Serialize + Sync>(
        &mut self,
        kind: &JobKind<P>,
        payload: &P,
        due_at: Timestamp,
    ) -> Result<(), Error> {
        let now = self.now();
        let job = store::New {
            kind: kind.name,
            version: kind.version,
            payload: serde_json::to_value(payload).map_err(Fault::new)?,
            is_secret: kind.is_secret,
            lane: (kind.lane)(payload),
            priority: kind.priority.rank(),
            due_at,
            expires_at: kind.life.and_then(|life| due_at.checked_add_signed(life)),
        };
        store::insert_job(self, job, now).await?;
        if kind.priority == Priority::Urgent {
            self.wake_the_worker();
        }
        Ok(())
    }
}

/// Wakes the workers for what was just committed.
///
/// A statement of its own after the commit: a transaction that notifies holds a lock of the whole server while it is
/// written to disk, so that with notifications inside them 16 busy writers committed 1,400 times a second instead of
/// 5,200; with 170 of these statements a second beside them, 4,900 times. If it is lost, the worker's next look finds
/// the job.
pub(super) async fn wake(conn: &mut Connection) {
    if let Err(error) = store::notify_workers(conn).await {
        tracing::warn!(%error, "the worker was not woken; it looks by itself");
    }
}
