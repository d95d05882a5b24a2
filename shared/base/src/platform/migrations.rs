//! The schema's history, embedded; forward only.

use std::time::Duration;

use sqlx::{Connection as _, PgConnection, PgPool, migrate::Migrator};
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

/// Takes the lock, if nobody has it.
async fn is_mine(conn: &mut PgConnection) -> Result<bool, Error> {
    let is_mine = sqlx::query_scalar!(r#"select pg_try_advisory_lock($1) as "is_mine!""#, LOCK);
    Ok(is_mine.fetch_one(conn).await?)
}
