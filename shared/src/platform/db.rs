//! Postgres, by transaction.
//!
//! [`Db`] is the only way in. A write needs somebody [`Accountable`]; its audit row is written in the same transaction.
//! A write whose request carries an `Idempotency-Key` happens once: its outcome is kept beside it and answered again.

use std::{sync::Arc, time::Instant};

use serde::{Serialize, de::DeserializeOwned};
use sqlx::{PgConnection, PgPool, PgTransaction, Postgres, pool::PoolConnection};

use super::{
    audit::{self, Note},
    idempotency::{self, FingerprintKey, Ticket},
    request::{self, Actor, RequestContext},
};
use crate::{
    error::{Error, Fault},
    vocabulary::{BranchId, GymId, Timestamp},
};

/// Someone a write can be laid to. A write transaction cannot be opened without one.
pub trait Accountable: sealed::Sealed + Sync {
    /// Who, where, what, and for which request.
    fn signature(&self) -> Signature;
}

pub(crate) mod sealed {
    /// Keeps [`super::Accountable`] ours: nobody outside this crate can invent an author.
    pub trait Sealed {}
}

/// What the audit row says of a write.
#[derive(Debug, Clone)]
pub struct Signature {
    pub(crate) actor: Actor,
    pub(crate) gym: Option<GymId>,
    pub(crate) branch: Option<BranchId>,
    /// What is done, e.g. `attendance.check_in`.
    pub(crate) deed: &'static str,
    /// Whether an unkeyed repeat within ten seconds answers the first result.
    pub(crate) moves_money: bool,
    pub(crate) request: Arc<RequestContext>,
}

/// What a write hands back, small enough to be kept for a repeat: ids, counts, nothing secret.
pub trait Outcome: Serialize + DeserializeOwned + Send {}
impl<T: Serialize + DeserializeOwned + Send> Outcome for T {}

/// The database. The pool is private: SQL is written in this crate or nowhere.
#[derive(Debug, Clone)]
pub struct Db {
    pool: PgPool,
    fingerprint_key: FingerprintKey,
}

/// An open write.
#[derive(Debug)]
pub struct Tx {
    conn: PgTransaction<'static>,
    signature: Signature,
    notes: Vec<Note>,
}

impl Tx {
    /// The connection, inside the transaction.
    pub(crate) fn conn(&mut self) -> &mut PgConnection {
        &mut self.conn
    }

    /// When the request arrived.
    pub(crate) fn now(&self) -> Timestamp {
        self.signature.request.arrived_at()
    }

    /// Who acts.
    pub(crate) fn actor(&self) -> Actor {
        self.signature.actor
    }

    /// Adds to the audit row what was done to what.
    pub(crate) fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// Says where it happens, when that became known inside the transaction.
    pub(crate) fn stand_at(&mut self, gym: GymId, branch: Option<BranchId>) {
        self.signature.gym = Some(gym);
        self.signature.branch = branch.or(self.signature.branch);
    }
}

/// A connection for reading, and for the rare write that is one statement and signs itself.
#[derive(Debug)]
pub(crate) struct Conn {
    pooled: PoolConnection<Postgres>,
    began: Instant,
    statements: u32,
}

impl Conn {
    /// The connection itself, for one statement.
    pub(crate) fn get(&mut self) -> &mut PgConnection {
        self.statements = self.statements.saturating_add(1);
        &mut self.pooled
    }
}

impl Drop for Conn {
    fn drop(&mut self) {
        if let Some(context) = request::current() {
            context.count_queries(self.statements, self.began.elapsed());
        }
    }
}

/// How the outcome of a write that happens once is kept and answered again.
struct Once<T> {
    ticket: Ticket,
    pack: fn(&T) -> serde_json::Result<serde_json::Value>,
    unpack: fn(serde_json::Value) -> serde_json::Result<T>,
}

const ATTEMPTS: u32 = 4;

impl Db {
    /// Wraps a pool; `hash_key` keys the fingerprints of repeated writes.
    pub fn new(pool: PgPool, hash_key: &[u8]) -> Self {
        Self { pool, fingerprint_key: FingerprintKey::derive(hash_key) }
    }

    /// Whether the database answers.
    pub async fn is_there(&self) -> bool {
        let began = Instant::now();
        let answer = sqlx::query_scalar!("select 1").fetch_one(&self.pool).await;
        count(began);
        answer.is_ok()
    }

    /// Connections open, and how many of them are idle.
    pub fn pool_use(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    /// Closes every connection; for an orderly stop.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// The pool, for the outbox worker.
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// A connection to read with.
    #[track_caller]
    pub(crate) fn conn(&self) -> impl Future<Output = Result<Conn, Error>> + Send + '_ {
        let at = std::panic::Location::caller();
        async move {
            let began = Instant::now();
            match self.pool.acquire().await {
                Ok(pooled) => Ok(Conn { pooled, began, statements: 0 }),
                Err(error) => {
                    tracing::debug!(%at, "no connection");
                    Err(error.into())
                }
            }
        }
    }

    /// Runs `work` in one transaction: commits if it returns `Ok`, rolls back if not, and runs it again, a few times,
    /// if Postgres reports a serialization failure or a deadlock.
    ///
    /// Honours the request's `Idempotency-Key`; a money write without one that repeats the same actor, route and body
    /// within ten seconds answers the first outcome.
    ///
    /// # Refuses
    /// [`idempotency::RepeatRefused`] when the key was used for another body, or its first use is still running.
    pub async fn write<T, F>(&self, by: &impl Accountable, work: F) -> Result<T, Error>
    where
        for<'t> F: AsyncFn(&'t mut Tx) -> Result<T, Error>
            + SendFn<&'t mut Tx, Result<T, Error>, Fut: Send>
            + Send
            + Sync,
        T: Outcome,
    {
        let signature = by.signature();
        let once = Ticket::of(&signature, self.fingerprint_key).map(|ticket| Once {
            ticket,
            pack: |value: &T| serde_json::to_value(value),
            unpack: |kept| serde_json::from_value(kept),
        });
        self.run(signature, once, work).await
    }

    /// Like [`Db::write`], for writes whose repeat must happen again and whose result is not to be kept: sign-ins,
    /// codes, guesses.
    pub async fn write_each_time<T, F>(&self, by: &impl Accountable, work: F) -> Result<T, Error>
    where
        for<'t> F: AsyncFn(&'t mut Tx) -> Result<T, Error>
            + SendFn<&'t mut Tx, Result<T, Error>, Fut: Send>
            + Send
            + Sync,
        T: Send,
    {
        self.run(by.signature(), None, work).await
    }

    async fn run<T, F>(&self, signature: Signature, once: Option<Once<T>>, work: F) -> Result<T, Error>
    where
        for<'t> F: AsyncFn(&'t mut Tx) -> Result<T, Error>
            + SendFn<&'t mut Tx, Result<T, Error>, Fut: Send>
            + Send
            + Sync,
        T: Send,
    {
        let began = Instant::now();
        let mut attempt = 1;
        let result = loop {
            match self.try_once(&signature, once.as_ref(), &work).await {
                Err(Error::Fault(fault)) if attempt < ATTEMPTS && fault.is_retryable() => {
                    metrics::counter!("db_transactions_repeated_total").increment(1);
                    tokio::time::sleep(idempotency::pause_before(attempt)).await;
                    attempt = attempt.saturating_add(1);
                }
                other => break other,
            }
        };
        count(began);
        result
    }

    async fn try_once<T, F>(
        &self,
        signature: &Signature,
        once: Option<&Once<T>>,
        work: &F,
    ) -> Result<T, Error>
    where
        for<'t> F: AsyncFn(&'t mut Tx) -> Result<T, Error>
            + SendFn<&'t mut Tx, Result<T, Error>, Fut: Send>
            + Send
            + Sync,
        T: Send,
    {
        let conn = self.pool.begin().await?;
        let mut tx = Tx { conn, signature: signature.clone(), notes: Vec::new() };
        if let Some(once) = once
            && let Some(kept) = idempotency::find(&mut tx, &once.ticket).await?
        {
            tx.conn.rollback().await?;
            return (once.unpack)(kept).map_err(|error| Fault::new(error).into());
        }
        match work(&mut tx).await {
            Ok(value) => {
                if let Some(once) = once {
                    let outcome = (once.pack)(&value).map_err(Fault::new)?;
                    idempotency::keep(&mut tx, &once.ticket, outcome).await?;
                }
                let Tx { mut conn, signature, notes } = tx;
                audit::record(&mut conn, &signature, notes).await?;
                conn.commit().await?;
                Ok(value)
            }
            Err(error) => {
                if let Err(lost) = tx.conn.rollback().await {
                    tracing::debug!(error = %lost, "the connection was lost before the rollback");
                }
                Err(error)
            }
        }
    }
}

/// `AsyncFn` whose future is `Send`; stable Rust cannot say it directly yet.
pub trait SendFn<Arg, R>: Fn(Arg) -> Self::Fut {
    /// The future.
    type Fut: Future<Output = R>;
}

impl<F, Arg, R, Fut> SendFn<Arg, R> for F
where
    F: Fn(Arg) -> Fut,
    Fut: Future<Output = R>,
{
    type Fut = Fut;
}

fn count(began: Instant) {
    if let Some(context) = request::current() {
        context.count_queries(1, began.elapsed());
    }
}
