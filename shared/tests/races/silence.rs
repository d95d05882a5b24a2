//! A Postgres that says nothing any more: frozen, or at the other end of a dead line.

use std::{sync::Arc, time::Duration};

use shared::{
    platform::db::{Db, GOING_BACK},
    testing::{HASH_KEY, TestDb, Wire},
};
use sqlx::postgres::PgPoolOptions;
use tokio::{
    runtime::Handle,
    time::{sleep, timeout},
};

const PLACES: u32 = 2;
const WAIT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn a_silent_database_keeps_no_place_in_the_pool() {
    let db = TestDb::open().await;
    let options = (*db.staff_pool().connect_options()).clone();
    let wire = Wire::to(&options).await.unwrap();
    let pool = PgPoolOptions::new()
        .max_connections(PLACES)
        .acquire_timeout(WAIT)
        .test_before_acquire(false)
        .connect_lazy_with(wire.lead(options));
    let through = Db::new(pool.clone(), HASH_KEY);
    let ask = async |patience| timeout(patience, through.is_there()).await;
    assert_eq!(ask(Duration::from_secs(5)).await, Ok(true));

    wire.let_speak(false);
    let asked = Arc::new(through.clone());
    for _ in 0..PLACES {
        let asked = Arc::clone(&asked);
        Handle::current().spawn(async move { timeout(WAIT, asked.is_there()).await });
    }
    sleep(WAIT * 2).await;
    assert!(pool.size() > 0, "the connections that were cut are asked whether they are ready");
    sleep(GOING_BACK).await;
    assert_eq!(pool.size(), 0, "and closed when they do not say so");
    assert_eq!(ask(WAIT * 3).await, Ok(false), "a new one is not waited for beyond its time");

    wire.let_speak(true);
    sleep(WAIT).await;
    assert_eq!(ask(Duration::from_secs(5)).await, Ok(true));
}
