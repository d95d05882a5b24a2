//! Instances that start at once on an empty database.

use base::{platform::migrations, testing::TestDb};
use sqlx::{AssertSqlSafe, PgPool};
use tokio::task::JoinSet;

#[tokio::test]
async fn several_that_migrate_at_once_take_turns() {
    let test = TestDb::open().await;
    let name = format!("gym_test_{}", uuid::Uuid::new_v4().simple());
    sqlx::query(AssertSqlSafe(format!("create database {name}"))).execute(&test.owner).await.unwrap();
    let options = test.owner.connect_options().as_ref().clone().database(&name);
    let mut instances = JoinSet::new();
    for _ in 0..6 {
        let options = options.clone();
        instances.spawn(async move {
            let pool = PgPool::connect_with(options).await.unwrap();
            let done = migrations::migrate(&pool).await;
            pool.close().await;
            done
        });
    }
    while let Some(done) = instances.join_next().await {
        done.unwrap().unwrap();
    }
    let pool = PgPool::connect_with(options).await.unwrap();
    let noted: i64 = sqlx::query_scalar("select count(*) from _sqlx_migrations where success")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(usize::try_from(noted).unwrap(), migrations::MIGRATOR.iter().count());
    pool.close().await;
    sqlx::query(AssertSqlSafe(format!("drop database {name} with (force)")))
        .execute(&test.owner)
        .await
        .unwrap();
}
