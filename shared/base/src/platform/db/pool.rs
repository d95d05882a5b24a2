//! A pool of connections, each of which is lent to one user at a time.
//!
//! No step waits for ever: not for a free place, not for a new connection, not for the answer of one that is kept. So
//! neither a Postgres that does not answer nor a connection that died without notice holds a place in the pool for
//! ever.
//!
//! sqlx's own pool asks Postgres after each use whether the connection is ready, a round trip for every request, and
//! loses a place for ever when the other side falls silent (transact-rs/sqlx #4349).

use std::{
    io::ErrorKind,
    ops::{Deref, DerefMut},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use deadpool::managed::{self, Manager, Metrics, Object, PoolError, QueueMode, RecycleError, RecycleResult};
use sqlx::{Error, postgres::PgConnectOptions};
use tokio::time::{sleep, timeout};

use super::{
    connection::Connection,
    unreachable::{Attempts, Destination, NoConnection, in_words},
};
use crate::platform::{soundness::Soundness, telemetry::metric};

/// A connection that was lent longer ago is asked whether it still lives; asking a busy one would cost every request a
/// round trip.
const RESTED: Duration = Duration::from_secs(1);
/// How long a connection that is asked may take to say that it is ready. It is closed if it does not.
pub const READY_WITHIN: Duration = Duration::from_millis(500);
/// Pause before a Postgres that takes no connections is tried again.
const CONNECT_PAUSE: Duration = Duration::from_millis(50);
/// Time that must be left for one more attempt, its pause included.
const LAST_ATTEMPT: Duration = Duration::from_millis(100);

/// Which Postgres a pool leads to, and how many connections it keeps.
#[derive(Debug, Clone)]
pub struct PoolSettings {
    /// Address, role, and the limits that Postgres itself keeps, such as `statement_timeout`.
    pub options: PgConnectOptions,
    /// Most connections open at once; further users wait for one to come back.
    pub max_connections: usize,
    /// Longest wait for a connection, all steps together.
    pub acquire_timeout: Duration,
    /// Whether a Postgres that may lose what it acknowledged, or a user with too many rights, is refused.
    pub soundness: Soundness,
}

/// Makes connections, and decides whether one that comes back is lent again.
#[derive(Debug)]
struct Connector {
    options: PgConnectOptions,
    soundness: Soundness,
    /// Of those that had been idle.
    silence: Silence,
    /// Of those whose user was cut off in a statement.
    cut_off: Silence,
    attempts: Attempts,
}

/// When a connection last failed to answer.
///
/// The way to Postgres dies for all connections at once: those that were lent for the last time before that moment
/// are closed without being asked, or each of them would cost a wait of its own.
#[derive(Debug, Default)]
struct Silence(Mutex<Option<Instant>>);

impl Silence {
    fn is_since(&self, lent_at: Instant) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|at| lent_at < at)
    }

    /// A question that counts as unanswered until it is answered, also if whoever asks is cut off.
    fn question(&self) -> Question<'_> {
        Question(Some(self))
    }
}

struct Question<'s>(Option<&'s Silence>);

impl Question<'_> {
    fn answer(mut self) {
        self.0 = None;
    }
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        if let Some(silence) = self.0 {
            *silence.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
    }
}

impl Manager for Connector {
    type Type = Connection;
    type Error = Error;

    async fn create(&self) -> Result<Connection, Error> {
        // Connecting is rare and its future is large: boxed, it does not enlarge the future of every request.
        let attempt = self.attempts.begin();
        let opened = Box::pin(async {
            let mut conn = Connection::open(&self.options).await?;
            self.soundness.check(conn.raw()).await?;
            Ok(conn)
        })
        .await;
        attempt.ended(opened.as_ref().err());
        opened
    }

    async fn recycle(&self, conn: &mut Connection, about: &Metrics) -> RecycleResult<Error> {
        if conn.is_in_transaction() {
            return Err(RecycleError::message("in a transaction"));
        }
        let lent_at = about.recycled.unwrap_or(about.created);
        if self.silence.is_since(lent_at) {
            return Err(RecycleError::message("as silent as another"));
        }
        if conn.is_in_statement() {
            // Postgres may still be busy with what its user was cut off in: that tells nothing about those at rest. Of the
            // others that were cut off it tells enough: all of them may be dead, and each would cost a wait of its own.
            if self.cut_off.is_since(lent_at) {
                return Err(RecycleError::message("cut off, as another that is silent"));
            }
            let question = self.cut_off.question();
            ask(conn).await?;
            question.answer();
        } else if about.last_used() > RESTED {
            let question = self.silence.question();
            ask(conn).await?;
            question.answer();
        }
        Ok(())
    }
}

async fn ask(conn: &mut Connection) -> RecycleResult<Error> {
    let answered = timeout(READY_WITHIN, conn.ping()).await;
    answered.map_err(|_elapsed| RecycleError::message("silent"))?.map_err(RecycleError::Backend)
}

/// Connections of one kind; clones share them. Connects when one is first needed, so that a service may start before
/// its database.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    kept: managed::Pool<Connector>,
    options: PgConnectOptions,
    acquire_timeout: Duration,
}

impl Pool {
    pub(crate) fn new(settings: PoolSettings) -> Result<Self, Error> {
        let PoolSettings { options, max_connections, acquire_timeout, soundness } = settings;
        let kept = managed::Pool::builder(Connector {
            options: options.clone(),
            soundness,
            silence: Silence::default(),
            cut_off: Silence::default(),
            attempts: Attempts::default(),
        })
        .max_size(max_connections)
        // The last one back is the first one out: few connections are busy and the rest may be asked.
        .queue_mode(QueueMode::Lifo)
        .build()
        .map_err(|error| Error::Configuration(error.into()))?;
        Ok(Self { kept, options, acquire_timeout })
    }

    /// Address, role and settings of its connections, for one that is opened outside the pool.
    pub(crate) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// Lends a connection until it is dropped; waits for one no longer than `acquire_timeout`.
    ///
    /// # Errors
    /// [`NoConnection`], inside of [`Error::Io`]: it says where to and why, which a timeout does not.
    pub(crate) async fn lend(&self) -> Result<Lease, Error> {
        let began = Instant::now();
        loop {
            let left = self.acquire_timeout.saturating_sub(began.elapsed());
            match timeout(left, self.kept.get()).await {
                Ok(Ok(object)) => return Ok(Lease(Some(object))),
                Ok(Err(PoolError::Backend(error))) if may_connect_later(&error) && left > LAST_ATTEMPT => {
                    sleep(CONNECT_PAUSE).await;
                }
                Ok(Err(PoolError::Backend(error))) => {
                    // An attempt in what is left of the time would be cut off, and hide why this one failed.
                    if may_connect_later(&error) {
                        sleep(left).await;
                    }
                    let refused = NoConnection::new(Destination::of(&self.options), in_words(&error));
                    return Err(refused.into_error(ErrorKind::Other));
                }
                Ok(Err(PoolError::Closed)) => return Err(Error::PoolClosed),
                Ok(Err(
                    PoolError::Timeout(_) | PoolError::PostCreateHook(_) | PoolError::NoRuntimeSpecified,
                ))
                | Err(_) => return Err(self.no_connection().into_error(ErrorKind::TimedOut)),
            }
        }
    }

    /// Why nobody is lent a connection: what became of the newest attempt to make one, or that all are lent.
    pub(crate) fn no_connection(&self) -> NoConnection {
        let all_lent = || format!("all {} connections are in use", self.kept.status().max_size);
        let why = self.kept.manager().attempts.failure().unwrap_or_else(all_lent);
        NoConnection::new(Destination::of(&self.options), why)
    }

    /// Connections open, and how many of them are idle.
    pub(crate) fn use_now(&self) -> (usize, usize) {
        let status = self.kept.status();
        (status.size, status.available)
    }

    /// Whether both are handles of the same pool.
    pub(crate) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self.kept.manager(), other.kept.manager())
    }

    /// Lends nothing any more; connections are closed as they come back.
    pub(crate) fn close(&self) {
        self.kept.close();
    }
}

/// Whether connecting may succeed a moment later: Postgres does not listen yet, says that it is starting or stopping
/// (57P03), or has no place at the moment (53300).
#[expect(clippy::wildcard_enum_match_arm, reason = "sqlx::Error is non-exhaustive")]
fn may_connect_later(error: &Error) -> bool {
    match error {
        Error::Io(error) => error.kind() == ErrorKind::ConnectionRefused,
        Error::Database(error) => matches!(error.code().as_deref(), Some("57P03" | "53300")),
        _ => false,
    }
}

/// A connection of the pool, until it is dropped.
///
/// One inside a transaction is closed at once, so that Postgres rolls back and lets go of its locks. One that was cut
/// off in a statement goes back, and is asked before it is lent again.
#[derive(Debug)]
pub(crate) struct Lease(Option<Object<Connector>>);

impl Deref for Lease {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match &self.0 {
            Some(object) => object,
            None => unreachable!("only drop takes it out"),
        }
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut Connection {
        match &mut self.0 {
            Some(object) => object,
            None => unreachable!("only drop takes it out"),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(object) = self.0.take() else { return };
        if object.is_in_statement() || object.is_in_transaction() {
            metrics::counter!(metric::DB_CONVERSATIONS_CUT).increment(1);
        }
        if object.is_in_transaction() {
            drop(Object::take(object));
        }
    }
}
