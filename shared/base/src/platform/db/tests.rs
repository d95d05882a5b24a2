//! Against a Postgres.

use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, postgres::PgConnectOptions};
use tokio::net::TcpListener;

use super::{Db, DbSettings, NotServing, PoolSettings};
use crate::{error::Error, platform::soundness::Soundness, testing::TestDb};

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
async fn of_many_that_were_cut_off_and_keep_silent_one_is_waited_for() {
    let test = TestDb::open().await;
    let options = (*test.staff_pool().connect_options()).clone();
    let patient = Duration::from_secs(1);
    let pool = PoolSettings { options, max_connections: 4, acquire_timeout: patient, ..nowhere() };
    let db = Db::new(DbSettings { writing: pool.clone(), reading: pool, replica: None }, b"a key").unwrap();
    let mut held = Vec::new();
    for _ in 0..4 {
        held.push(db.upkeep().await.unwrap());
    }
    for upkeep in &mut held {
        let slow = sqlx::query("select pg_sleep(3)").execute(upkeep.conn());
        assert!(tokio::time::timeout(Duration::from_millis(20), slow).await.is_err());
    }
    drop(held);
    // Four questions of half a second each would take longer than anybody waits.
    sqlx::query("select 1").execute(db.upkeep().await.unwrap().conn()).await.unwrap();
}

#[tokio::test]
async fn a_postgres_that_refuses_is_not_waited_for_beyond_the_time_and_the_error_says_so() {
    let db = Db::new(DbSettings { writing: nowhere(), reading: nowhere(), replica: None }, b"a key").unwrap();
    let began = Instant::now();
    let refused = db.upkeep().await.unwrap_err();
    let took = began.elapsed();
    let said = refused.to_string();
    assert!(said.contains("Postgres at 127.0.0.1:9 (database gym, user desk): connection refused"), "{said}");
    assert!(!said.contains("secret"), "{said}");
    assert!((ACQUIRE_TIMEOUT..ACQUIRE_TIMEOUT * 2).contains(&took), "{took:?}");
}

#[tokio::test]
async fn whoever_gets_no_connection_is_told_why() {
    let test = TestDb::open().await;
    let there = (*test.staff_pool().connect_options()).clone();
    let unknown = Db::new(single(there.clone().database("no_such_gym")), b"a key").unwrap();
    let refused = unknown.upkeep().await.unwrap_err().to_string();
    assert!(refused.contains(r#"database "no_such_gym" does not exist (3D000)"#), "{refused}");

    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to_silent = there.clone().host("127.0.0.1").port(silent.local_addr().unwrap().port());
    let refused = Db::new(single(to_silent), b"a key").unwrap().upkeep().await.unwrap_err().to_string();
    assert!(refused.ends_with("no answer in time"), "{refused}");

    let small = Db::new(single(there), b"a key").unwrap();
    let held = small.upkeep().await.unwrap();
    let refused = small.upkeep().await.unwrap_err();
    assert!(refused.to_string().ends_with("all 1 connections are in use"), "{refused}");
    assert!(matches!(Error::from(refused), Error::Fault(fault) if fault.is_outage()), "503, not 500");
    drop(held);
    small.upkeep().await.unwrap();
}

#[tokio::test]
async fn a_database_whose_connections_are_all_in_use_is_there() {
    let test = TestDb::open().await;
    let db = Db::new(single((*test.staff_pool().connect_options()).clone()), b"a key").unwrap();
    let held = (db.upkeep().await.unwrap(), db.conn().await.unwrap());
    assert!(matches!(db.serves().await, Err(NotServing::Away(_))));
    db.is_there().await.unwrap();
    drop(held);
    db.serves().await.unwrap();
    let away =
        Db::new(DbSettings { writing: nowhere(), reading: nowhere(), replica: None }, b"a key").unwrap();
    assert!(matches!(away.is_there().await, Err(NotServing::Away(_))));
}

#[tokio::test]
async fn a_schema_serves_when_it_knows_every_migration_of_this_release() {
    let test = TestDb::open().await;
    let db = test.staff();
    for db in [&db, &test.client()] {
        db.serves().await.unwrap();
    }
    let later = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                 values (99999, 'of a later release', true, '', 0)";
    sqlx::query(later).execute(&test.owner).await.unwrap();
    db.serves().await.unwrap();
    let newest = "update _sqlx_migrations set success = false
                  where version = (select max(version) from _sqlx_migrations where version < 99999)";
    for behind in [newest, "delete from _sqlx_migrations where not success", "drop table _sqlx_migrations"] {
        sqlx::query(AssertSqlSafe(behind)).execute(&test.owner).await.unwrap();
        assert!(matches!(db.serves().await, Err(NotServing::Behind)), "{behind}");
        assert!(matches!(db.is_there().await, Err(NotServing::Behind)), "{behind}");
    }
}

#[tokio::test]
async fn the_owner_of_the_schema_is_no_user_for_a_service() {
    let test = TestDb::open().await;
    let refused = async |pool: &sqlx::PgPool| {
        let mut conn = pool.acquire().await.unwrap();
        Soundness::Required.check(&mut conn).await.map_or_else(|error| error.to_string(), |()| String::new())
    };
    let owner = refused(&test.owner).await;
    assert!(owner.contains("owns the database"), "{owner}");
    let staff = refused(test.staff_pool()).await;
    assert!(!staff.contains("owns") && !staff.contains("superuser"), "{staff}");
}

/// Settings of a database behind a single connection for each pool.
fn single(options: PgConnectOptions) -> DbSettings {
    let pool = PoolSettings { options, ..nowhere() };
    DbSettings { writing: pool.clone(), reading: pool, replica: None }
}

/// Settings of a pool that leads to a port on which nobody listens.
fn nowhere() -> PoolSettings {
    let options = PgConnectOptions::new().host("127.0.0.1").port(9);
    PoolSettings {
        options: options.username("desk").password("secret").database("gym"),
        max_connections: 1,
        acquire_timeout: ACQUIRE_TIMEOUT,
        soundness: Soundness::Waived,
    }
}
