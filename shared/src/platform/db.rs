//! Postgres, by transaction.
//!
//! [`Db`] is the only way in. A write needs somebody [`Accountable`]; its audit row is written in the same transaction.
//! A write whose request carries an `Idempotency-Key` happens once: its outcome is kept beside it and answered again.
//!
//! A conversation with Postgres may be cut at any word: the request's time is up, or its caller has gone. The work is
//! then dropped where it stands, and the connection decides what is left of it. One inside a transaction is closed,
//! so that Postgres rolls back whatever was not yet committed and nobody inherits an open transaction. One that only
//! read goes back to the pool if it can say within [`GOING_BACK`] that it is ready for the next, and is closed if not:
//! a Postgres that keeps silent never keeps a place in the pool. Whoever was cut in the middle of a commit asks again
//! with the same key.

use std::{
    mem,
    sync::Arc,
    time::{Duration, Instant},
};

use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Executor as _, PgConnection, PgPool, Postgres, pool::PoolConnection, postgres::PgConnectOptions};
use tokio::{runtime::Handle, time::timeout};

use super::{
    audit::{self, Note},
    idempotency::{self, FingerprintKey, Ticket},
    request::{self, Actor, RequestContext},
    telemetry::metric,
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

/// How long a connection may take to finish what it was in the middle of.
pub const GOING_BACK: Duration = Duration::from_secs(1);

/// A connection of the pool, until it is dropped.
#[derive(Debug)]
pub(crate) struct Loan {
    pooled: PoolConnection<Postgres>,
    /// Whether a transaction was begun and its end is not known.
    is_open: bool,
}

impl Loan {
    /// The connection itself, for one statement.
    pub(crate) fn get(&mut self) -> &mut PgConnection {
        &mut self.pooled
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        if self.is_open {
            metrics::counter!(metric::DB_CONVERSATIONS_CUT).increment(1);
            self.pooled.close_on_drop();
            return;
        }
        let back = self.pooled.return_to_pool();
        // Without a runtime there is nobody who could use it again; dropped, it is closed.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                if timeout(GOING_BACK, back).await.is_err() {
                    metrics::counter!(metric::DB_CONVERSATIONS_CUT).increment(1);
                }
            });
        }
    }
}

/// An open write.
#[derive(Debug)]
pub struct Tx {
    loan: Loan,
    signature: Signature,
    notes: Vec<Note>,
}

/// What a write came to before its commit.
enum Made<T> {
    Now(T),
    /// By an earlier request with the same key.
    Before(T),
}

impl Tx {
    async fn begin(mut loan: Loan, signature: Signature) -> Result<Self, Error> {
        loan.is_open = true;
        loan.pooled.execute("begin").await?;
        Ok(Self { loan, signature, notes: Vec::new() })
    }

    async fn commit(mut self) -> Result<(), Error> {
        self.loan.pooled.execute("commit").await?;
        self.loan.is_open = false;
        Ok(())
    }

    async fn roll_back(mut self) {
        match self.loan.pooled.execute("rollback").await {
            Ok(_) => self.loan.is_open = false,
            Err(lost) => tracing::debug!(error = %lost, "the connection was lost before the rollback"),
        }
    }

    /// The connection, inside the transaction.
    pub(crate) fn conn(&mut self) -> &mut PgConnection {
        &mut self.loan.pooled
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
    loan: Loan,
    began: Instant,
    statements: u32,
}

impl Conn {
    /// The connection itself, for one statement.
    pub(crate) fn get(&mut self) -> &mut PgConnection {
        self.statements = self.statements.saturating_add(1);
        &mut self.loan.pooled
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
        let Ok(mut conn) = self.conn().await else { return false };
        sqlx::query_scalar!("select 1").fetch_one(conn.get()).await.is_ok()
    }

    /// Connections open, and how many of them are idle.
    pub fn pool_use(&self) -> (u32, usize) {
        (self.pool.size(), self.pool.num_idle())
    }

    /// Closes every connection; for an orderly stop.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// How the pool connects, for whoever keeps a connection and takes none from those that serve requests.
    pub(crate) fn connect_options(&self) -> PgConnectOptions {
        (*self.pool.connect_options()).clone()
    }

    /// A connection to read with.
    #[track_caller]
    pub(crate) fn conn(&self) -> impl Future<Output = Result<Conn, Error>> + Send + '_ {
        let at = std::panic::Location::caller();
        async move {
            let began = Instant::now();
            match self.lend().await {
                Ok(loan) => Ok(Conn { loan, began, statements: 0 }),
                Err(error) => {
                    tracing::debug!(%at, "no connection");
                    Err(error.into())
                }
            }
        }
    }

    /// A connection for a job, which is part of no request.
    pub(crate) async fn lend(&self) -> Result<Loan, sqlx::Error> {
        Ok(Loan { pooled: self.pool.acquire().await?, is_open: false })
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
        let mut tx = Tx::begin(self.lend().await?, signature.clone()).await?;
        match make(&mut tx, once, work).await {
            Ok(Made::Now(value)) => {
                tx.commit().await?;
                Ok(value)
            }
            Ok(Made::Before(value)) => {
                tx.roll_back().await;
                Ok(value)
            }
            Err(error) => {
                tx.roll_back().await;
                Err(error)
            }
        }
    }
}

/// Everything between the beginning of the transaction and its end.
async fn make<T, F>(tx: &mut Tx, once: Option<&Once<T>>, work: &F) -> Result<Made<T>, Error>
where
    for<'t> F: AsyncFn(&'t mut Tx) -> Result<T, Error>
        + SendFn<&'t mut Tx, Result<T, Error>, Fut: Send>
        + Send
        + Sync,
    T: Send,
{
    if let Some(once) = once
        && let Some(kept) = idempotency::find(tx, &once.ticket).await?
    {
        return Ok(Made::Before((once.unpack)(kept).map_err(Fault::new)?));
    }
    let value = work(tx).await?;
    if let Some(once) = once {
        let outcome = (once.pack)(&value).map_err(Fault::new)?;
        idempotency::keep(tx, &once.ticket, outcome).await?;
    }
    audit::record(&mut tx.loan.pooled, &tx.signature, mem::take(&mut tx.notes)).await?;
    Ok(Made::Now(value))
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
