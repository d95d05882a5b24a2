//! The schema's history, embedded; forward only.

use std::time::Duration;

use sqlx::{Connection as _, Executor, PgConnection, PgPool, Postgres, migrate::Migrator};
use tokio::time::sleep;

use crate::error::{Error, Fault};

/// Every migration, in order.
pub static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// The advisory lock of whoever migrates this database.
const LOCK: i64 = 4_710_816;

/// How long one whose turn it is not waits before it asks again.
const PAUSE: Duration = Duration::from_millis(100);

/// Brings the schema up to date. Safe when ten instances start at once: they take turns under an advisory lock, and
/// one does the work.
pub async fn migrate(pool: &PgPool) -> Result<(), Error> {
    // The lock is the session's: it is free when this connection is closed, however the rest ends.
    let mut conn = pool.acquire().await?.detach();
    // Asked for again and again, not waited for: an index that is built concurrently waits until every statement that
    // began before it has ended, also those that wait for this lock, and Postgres would find a deadlock.
    while !is_mine(&mut conn).await? {
        sleep(PAUSE).await;
    }
    let mut taking_turns = Migrator { migrations: MIGRATOR.migrations.clone(), ..Migrator::DEFAULT };
    taking_turns.set_locking(false);
    let done = taking_turns.run(pool).await.map_err(Fault::new);
    conn.close().await?;
    Ok(done?)
}

/// Whether the schema knows every migration of this release. What it knows beside them is a newer release's.
pub(crate) async fn is_current<'c>(
    conn: impl Executor<'c, Database = Postgres>,
) -> Result<bool, sqlx::Error> {
    Ok(missing(conn).await?.is_some_and(|missing| missing.is_empty()))
}

/// The migrations of this release that the schema does not know, by number.
///
/// None for a database without the table, or whose table the services may not read: it has seen nothing of this
/// release, for the right to read it comes with a migration.
pub(crate) async fn missing<'c>(
    conn: impl Executor<'c, Database = Postgres>,
) -> Result<Option<Vec<i64>>, sqlx::Error> {
    let needed: Vec<i64> = MIGRATOR.iter().map(|migration| migration.version).collect();
    // Not checked when it is compiled: the table is made by whoever migrates, not by a migration.
    let missing = sqlx::query_scalar::<_, i64>(
        "select needed.version
         from unnest($1::bigint[]) as needed (version)
         where not exists (select from _sqlx_migrations m where m.version = needed.version and m.success)
         order by needed.version",
    )
    .bind(needed)
    .fetch_all(conn)
    .await;
    match missing {
        Err(sqlx::Error::Database(refusal))
            if matches!(refusal.code().as_deref(), Some(NO_TABLE | NO_RIGHT)) =>
        {
            Ok(None)
        }
        missing => missing.map(Some),
    }
}

/// What Postgres answers about a table that is not there.
const NO_TABLE: &str = "42P01";
/// What Postgres answers about a table that somebody may not read.
const NO_RIGHT: &str = "42501";

/// Takes the lock, if nobody has it.
async fn is_mine(conn: &mut PgConnection) -> Result<bool, Error> {
    let is_mine = sqlx::query_scalar!(r#"select pg_try_advisory_lock($1) as "is_mine!""#, LOCK);
    Ok(is_mine.fetch_one(conn).await?)
}
