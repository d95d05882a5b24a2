//! Against a Postgres.

use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;

use super::{Db, DbSettings, PoolSettings};
use crate::{platform::durability::Durability, testing::TestDb};

const ACQUIRE_TIMEOUT: Duration = Duration::from_millis(300);

const WRITE: &str = "update gyms set name = name where id = 0";
/// What Postgres says to whoever writes in a transaction that only reads.
const READ_ONLY: &str = "25006";

#[tokio::test]
async fn what_is_lent_for_reading_cannot_write() {
    let test = TestDb::open().await;
    let db = test.staff();
    for mut conn in [db.conn().await.unwrap(), db.report().await.unwrap()] {
        let refused = sqlx::query(WRITE).execute(conn.get()).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some(READ_ONLY));
    }
    sqlx::query(WRITE).execute(db.upkeep().await.unwrap().conn()).await.unwrap();
}

#[tokio::test]
async fn a_connection_knows_when_it_was_cut_off_in_a_statement() {
    let test = TestDb::open().await;
    let db = test.staff();
    let mut conn = db.conn().await.unwrap();
    sqlx::query("select 1").fetch_one(conn.get()).await.unwrap();
    sqlx::query("select 1 where false").fetch_all(conn.get()).await.unwrap();
    sqlx::query("select 1").execute(conn.get()).await.unwrap();
    assert!(!conn.get().is_in_statement());
    let slow = sqlx::query("select pg_sleep(0.2)").execute(conn.get());
    assert!(tokio::time::timeout(Duration::from_millis(50), slow).await.is_err());
    assert!(conn.get().is_in_statement());
    conn.get().ping().await.unwrap();
    assert!(!conn.get().is_in_statement());
}

#[tokio::test]
async fn a_postgres_that_refuses_is_not_waited_for_beyond_the_time_and_the_error_says_so() {
    let db = Db::new(DbSettings { writing: nowhere(), reading: nowhere(), replica: None }, b"a key").unwrap();
    let began = Instant::now();
    let refused = db.upkeep().await.unwrap_err();
    let took = began.elapsed();
    assert!(matches!(&refused, sqlx::Error::Io(_)), "{refused}");
    assert!((ACQUIRE_TIMEOUT..ACQUIRE_TIMEOUT * 2).contains(&took), "{took:?}");
}

/// Settings of a pool that leads to a port on which nobody listens.
fn nowhere() -> PoolSettings {
    PoolSettings {
        options: PgConnectOptions::new().host("127.0.0.1").port(9),
        max_connections: 1,
        acquire_timeout: ACQUIRE_TIMEOUT,
        durability: Durability::Waived,
    }
}
