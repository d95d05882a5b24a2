//! One connection to Postgres, and what its last user left it in.

use std::{
    fmt,
    task::{Poll, ready},
};

use futures_util::{
    StreamExt as _,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use sqlx::{
    Connection as _, Describe, Either, Error, Execute, Executor, PgConnection, Postgres, SqlStr,
    postgres::{PgConnectOptions, PgQueryResult, PgRow, PgStatement, PgTypeInfo},
};

/// A connection that knows whether it may be lent again.
///
/// A request can end in the middle of a statement: its time is up, or its caller has gone. What Postgres still has to
/// say is then waiting in the connection. `sqlx` reads it before the next statement, however long that takes, and does
/// not tell that there is something to read; so it is noted here, around every statement.
pub struct Connection {
    raw: PgConnection,
    is_in_statement: bool,
    is_in_transaction: bool,
    statements: u32,
}

impl Connection {
    pub(super) async fn open(options: &PgConnectOptions) -> Result<Self, Error> {
        let raw = PgConnection::connect_with(options).await?;
        Ok(Self { raw, is_in_statement: false, is_in_transaction: false, statements: 0 })
    }

    /// The connection below, before it is lent to anybody.
    pub(super) const fn raw(&mut self) -> &mut PgConnection {
        &mut self.raw
    }

    /// Whether the end of the last statement was not read: its user was cut off, or the statement failed.
    pub(super) fn is_in_statement(&self) -> bool {
        self.is_in_statement
    }

    /// Whether a transaction was begun whose end is not known.
    pub(super) fn is_in_transaction(&self) -> bool {
        self.is_in_transaction
    }

    /// Statements since the last call.
    pub(super) fn take_statements(&mut self) -> u32 {
        std::mem::take(&mut self.statements)
    }

    /// Reads what is left of the last statement and waits until Postgres says that it is ready: one round trip.
    pub(super) async fn ping(&mut self) -> Result<(), Error> {
        self.raw.ping().await?;
        self.is_in_statement = false;
        Ok(())
    }

    pub(super) async fn begin(&mut self) -> Result<(), Error> {
        // Set before the statement and taken back after it (`commit`, `roll_back`): whoever is cut off in between
        // leaves a connection of which nobody knows whether it is inside a transaction.
        self.is_in_transaction = true;
        self.raw.execute("begin").await?;
        Ok(())
    }

    /// Begins a transaction that only reads, and that sees one moment.
    pub(super) async fn begin_snapshot(&mut self) -> Result<(), Error> {
        self.is_in_transaction = true;
        self.raw.execute("begin isolation level repeatable read read only").await?;
        Ok(())
    }

    pub(super) async fn commit(&mut self) -> Result<(), Error> {
        self.raw.execute("commit").await?;
        self.is_in_transaction = false;
        Ok(())
    }

    pub(super) async fn roll_back(&mut self) -> Result<(), Error> {
        self.raw.execute("rollback").await?;
        self.is_in_transaction = false;
        Ok(())
    }

    fn start_statement(&mut self) -> (&mut PgConnection, &mut bool) {
        self.is_in_statement = true;
        self.statements = self.statements.saturating_add(1);
        (&mut self.raw, &mut self.is_in_statement)
    }
}

/// Shows no statement and no parameter.
impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("is_in_statement", &self.is_in_statement)
            .field("is_in_transaction", &self.is_in_transaction)
            .finish_non_exhaustive()
    }
}

/// The methods that are not here call these by default.
impl<'c> Executor<'c> for &'c mut Connection {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let (raw, is_in_statement) = self.start_statement();
        let mut steps = raw.fetch_many(query);
        // The stream ends when Postgres has said that it is ready for the next statement.
        let steps = stream::poll_fn(move |context| {
            let step = ready!(steps.poll_next_unpin(context));
            if step.is_none() {
                *is_in_statement = false;
            }
            Poll::Ready(step)
        });
        steps.boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let (raw, is_in_statement) = self.start_statement();
        Box::pin(async move {
            let row = raw.fetch_optional(query).await?;
            *is_in_statement = false;
            Ok(row)
        })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'c: 'e,
    {
        let (raw, is_in_statement) = self.start_statement();
        Box::pin(async move {
            let statement = raw.prepare_with(sql, parameters).await?;
            *is_in_statement = false;
            Ok(statement)
        })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        let (raw, is_in_statement) = self.start_statement();
        Box::pin(async move {
            let described = raw.describe(sql).await?;
            *is_in_statement = false;
            Ok(described)
        })
    }
}
