//! Postgres: who may write, and on which connection.
//!
//! [`Db`] is the only way in, and says at the call what the connection is for:
//!
//! | | for | by |
//! |---|---|---|
//! | `Db::conn` | reading; Postgres refuses to write on it | whoever looks something up |
//! | `Db::report` | figures that may be a moment old; a replica, if there is one | reports |
//! | `Db::snapshot` | several things that have to agree; one moment is read | files |
//! | [`Db::write`] | one transaction, with its audit row | every deed |
//! | [`Db::write_money`] | the same; only inside it can money be taken | what a double click must not repeat |
//! | `Db::signed` | one statement that writes its own audit row | the quick check-in |
//! | `Db::upkeep` | rows that are no facts of the gym: counters, jobs, what is swept | platform, housekeeping |
//!
//! A write needs somebody [`Accountable`]. One whose request carries an `Idempotency-Key` happens once: its outcome is
//! kept beside it and answered again.
//!
//! Work on a connection may be cut off at any moment: the request's time is up, or its caller has gone. The work is
//! then dropped where it stands. A connection inside a transaction is closed, so that Postgres rolls back whatever was
//! not yet committed and nobody inherits an open transaction; any other goes back to its pool, which asks it whether
//! it is ready before it lends it again. Whoever was cut off in the middle of a commit asks again with the same key.

mod connection;
mod pool;
mod snapshot;
mod tx;
mod unreachable;

use std::{panic::Location, sync::Arc, time::Instant};

use sqlx::postgres::PgConnectOptions;

use self::pool::{Lease, Pool};
pub use self::{connection::Connection, snapshot::Snapshot, tx::Tx};
pub use self::{
    pool::{PoolSettings, READY_WITHIN},
    tx::SendFn,
    unreachable::{Destination, NoConnection},
};
use super::{
    idempotency::FingerprintKey,
    migrations,
    request::{self, Actor, RequestContext},
};
use crate::{
    error::Error,
    vocabulary::{BranchId, GymId},
};
pub(crate) use unreachable::in_words;

/// Somebody who answers for a write. A write transaction cannot be opened without one.
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
    pub(crate) request: Arc<RequestContext>,
}

impl Signature {
    /// What is done, e.g. `attendance.check_in`.
    pub fn deed(&self) -> &'static str {
        self.deed
    }

    /// The request that asks for it.
    pub fn request(&self) -> &RequestContext {
        &self.request
    }
}

impl sealed::Sealed for Signature {}

/// A signature comes from somebody who answers for a write, so it can be kept until there is something to sign.
impl Accountable for Signature {
    fn signature(&self) -> Signature {
        self.clone()
    }
}

/// Which Postgres is read, and which is written.
#[derive(Debug, Clone)]
pub struct DbSettings {
    /// For everything that writes, and for what is read inside its transactions.
    pub writing: PoolSettings,
    /// For everything that reads what was just written: the same Postgres.
    pub reading: PoolSettings,
    /// For figures that may be a moment old: a replica. Without one, figures are read through `reading`.
    pub replica: Option<PoolSettings>,
}

/// The database. The pools are private: SQL is written here and in the stores of the features.
#[derive(Debug, Clone)]
pub struct Db {
    writing: Pool,
    reading: Pool,
    replica: Pool,
    /// One connection, for nothing but the question whether Postgres is there.
    asking: Pool,
    fingerprint_key: FingerprintKey,
}

/// Why requests cannot be served with a database.
#[derive(Debug, thiserror::Error)]
pub enum NotServing {
    /// It cannot be had, or broke off.
    #[error("the database cannot be had")]
    Away(#[from] sqlx::Error),
    /// It lacks migrations of this release, or has no schema at all.
    #[error("the schema is older than this release: run staff-api migrate")]
    Behind,
}

/// A connection until it is dropped; its statements and its time are then added to the request that it was taken for.
#[derive(Debug)]
struct Loan {
    lease: Lease,
    began: Instant,
}

impl Loan {
    fn get(&mut self) -> &mut Connection {
        &mut self.lease
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        let statements = self.lease.take_statements();
        if let Some(context) = request::current() {
            context.count_queries(statements, self.began.elapsed());
        }
    }
}

/// A connection for reading; Postgres refuses to write on it.
#[derive(Debug)]
pub struct Conn(Loan);

impl Conn {
    /// The connection itself, for one statement.
    pub fn get(&mut self) -> &mut Connection {
        self.0.get()
    }
}

/// A connection for statements that each write, beside what they do, the audit row that says who did it.
#[derive(Debug)]
pub struct Signed {
    loan: Loan,
    signature: Signature,
}

impl Signed {
    /// The connection itself, for one statement.
    pub fn conn(&mut self) -> &mut Connection {
        self.loan.get()
    }

    /// What the audit row has to say.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }
}

/// A connection for rows that are no facts of the gym, so that nobody signs for them: counters, jobs, what is swept.
#[derive(Debug)]
pub struct Upkeep(Loan);

impl Upkeep {
    /// The connection itself, for one statement.
    pub fn conn(&mut self) -> &mut Connection {
        self.0.get()
    }
}

impl Db {
    /// Keeps pools to what `settings` name; `hash_key` keys the fingerprints of repeated writes.
    ///
    /// Connects when a connection is first needed.
    pub fn new(settings: DbSettings, hash_key: &[u8]) -> Result<Self, sqlx::Error> {
        let read_only = |settings: PoolSettings| {
            let options = settings.options.options([("default_transaction_read_only", "on")]);
            Pool::new(PoolSettings { options, ..settings })
        };
        let asking = read_only(PoolSettings { max_connections: 1, ..settings.writing.clone() })?;
        let reading = read_only(settings.reading)?;
        Ok(Self {
            asking,
            writing: Pool::new(settings.writing)?,
            replica: settings.replica.map(read_only).transpose()?.unwrap_or_else(|| reading.clone()),
            reading,
            fingerprint_key: FingerprintKey::derive(hash_key),
        })
    }

    /// Whether the database answers, to those who read and to those who write, and knows every migration that this
    /// release needs. A newer schema is as good: migrations fit the release before them.
    ///
    /// The question about the schema takes the place of an empty statement, so there is nothing to be remembered: a
    /// database that was put in place of another is looked at like the first.
    pub async fn serves(&self) -> Result<(), NotServing> {
        let reads = async {
            let mut lease = self.reading.lend().await?;
            migrations::is_current(&mut *lease).await
        };
        let writes = async {
            let mut lease = self.writing.lend().await?;
            sqlx::query_scalar!("select 1").fetch_one(&mut *lease).await
        };
        let (is_current, answers) = tokio::join!(reads, writes);
        answers?;
        if is_current? { Ok(()) } else { Err(NotServing::Behind) }
    }

    /// As [`Db::serves`], asked on a connection of its own: that all others are in use for a moment, because they wait for
    /// the same row, is no reason to send nobody here any more. For one who asks at a time.
    pub async fn is_there(&self) -> Result<(), NotServing> {
        let mut lease = self.asking.lend().await?;
        if migrations::is_current(&mut *lease).await? { Ok(()) } else { Err(NotServing::Behind) }
    }

    /// Why [`Db::is_there`] does not get its connection at this moment.
    pub fn no_connection(&self) -> NoConnection {
        self.asking.no_connection()
    }

    /// Connections open, and how many of them are idle, all pools together.
    pub fn pool_use(&self) -> (usize, usize) {
        let pools = [&self.writing, &self.reading, &self.replica];
        // Without a replica the last two are one.
        let distinct = if self.replica.is(&self.reading) { 2 } else { 3 };
        pools
            .iter()
            .take(distinct)
            .map(|pool| pool.use_now())
            .fold((0, 0), |(open, idle), (more, resting)| {
                (open.saturating_add(more), idle.saturating_add(resting))
            })
    }

    /// Lends no connection any more, and closes those that are lent as they come back.
    pub fn close(&self) {
        for pool in [&self.writing, &self.reading, &self.replica, &self.asking] {
            pool.close();
        }
    }

    /// How it connects to write, for whoever keeps a connection and takes none from those that serve requests.
    pub(crate) fn connect_options(&self) -> PgConnectOptions {
        self.writing.options().clone()
    }

    /// A connection to read with; it sees every write that was acknowledged.
    #[track_caller]
    pub fn conn(&self) -> impl Future<Output = Result<Conn, Error>> + Send + '_ {
        let loan = borrow(&self.reading);
        async { Ok(Conn(loan.await?)) }
    }

    /// A connection to read figures with that may be a moment old.
    #[track_caller]
    pub fn report(&self) -> impl Future<Output = Result<Conn, Error>> + Send + '_ {
        let loan = borrow(&self.replica);
        async { Ok(Conn(loan.await?)) }
    }

    /// A connection for statements that carry their own audit row, in the name of `by`.
    #[track_caller]
    pub fn signed(&self, by: &impl Accountable) -> impl Future<Output = Result<Signed, Error>> + Send + '_ {
        let (loan, signature) = (borrow(&self.writing), by.signature());
        async { Ok(Signed { loan: loan.await?, signature }) }
    }

    /// A connection for rows that are no facts of the gym.
    pub async fn upkeep(&self) -> Result<Upkeep, sqlx::Error> {
        let began = Instant::now();
        Ok(Upkeep(Loan { lease: self.writing.lend().await?, began }))
    }
}

#[track_caller]
fn borrow(pool: &Pool) -> impl Future<Output = Result<Loan, Error>> + Send + '_ {
    // Read outside the future: inside it, `Location::caller` would name this file.
    let (at, began) = (Location::caller(), Instant::now());
    async move {
        match pool.lend().await {
            Ok(lease) => Ok(Loan { lease, began }),
            Err(error) => {
                tracing::debug!(%at, "no connection");
                Err(error.into())
            }
        }
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests;
