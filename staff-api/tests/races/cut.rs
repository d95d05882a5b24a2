//! Requests that end in the middle: their time is up, or their caller has gone.

use std::time::Duration;

use cast::{Gym, customer, subscription};
use serde_json::json;
use tokio::time::{sleep, timeout};

/// Transactions of other connections that stand open in the gym's database.
const OPEN: &str = "select count(*) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null and state <> 'active'";

#[tokio::test]
async fn a_write_that_is_cut_leaves_nothing_and_hands_nothing_on() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await;
    let buyer = customer().insert(&gym).await;
    let held = subscription().coins(20).insert(&gym, buyer).await;
    let path = format!("/api/subscriptions/{held}/deduct");

    let mut other = gym.db.owner.begin().await.unwrap();
    sqlx::query("select from subscription_balances for update").execute(&mut *other).await.unwrap();
    for _ in 0..3 {
        let cut = timeout(Duration::from_millis(200), desk.post(&path, json!({ "amount": 5 }))).await;
        assert!(cut.is_err(), "it waits for the lock");
    }
    other.rollback().await.unwrap();

    sleep(Duration::from_millis(300)).await;
    let open: i64 = sqlx::query_scalar(OPEN).fetch_one(&gym.db.owner).await.unwrap();
    assert_eq!(open, 0, "no connection stands in a transaction");
    let left = desk.post(&path, json!({ "amount": 2 })).await.expect(200);
    assert_eq!(left.at("/data/remaining_sessions"), &json!(18));
    let rows: i64 = sqlx::query_scalar("select count(*) from audit_log where action = 'subscriptions.spend'")
        .fetch_one(&gym.db.owner)
        .await
        .unwrap();
    assert_eq!(rows, 1);
}

#[tokio::test]
async fn a_cut_at_any_moment_is_all_or_nothing_and_the_key_tells_which() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await;
    let buyer = customer().insert(&gym).await;
    let held = subscription().coins(100).insert(&gym, buyer).await;
    let path = format!("/api/subscriptions/{held}/deduct");
    let keyed = |number: u64| {
        let desk = desk.clone().with("idempotency-key", format!("cut-{number}"));
        let path = path.clone();
        async move { desk.post(&path, json!({ "amount": 1 })).await }
    };
    for number in 0..30 {
        let cut = timeout(Duration::from_micros(number * 400), keyed(number)).await;
        drop(cut);
    }
    sleep(Duration::from_millis(300)).await;
    for number in 0..30 {
        keyed(number).await.expect(200);
    }
    let left: i32 = sqlx::query_scalar("select remaining from subscription_balances")
        .fetch_one(&gym.db.owner)
        .await
        .unwrap();
    assert_eq!(left, 70);
    let open: i64 = sqlx::query_scalar(OPEN).fetch_one(&gym.db.owner).await.unwrap();
    assert_eq!(open, 0);
}

#[tokio::test]
async fn who_loses_a_deadlock_is_asked_to_come_again() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await;
    let mona = customer().insert(&gym).await;
    subscription().insert(&gym, mona).await;
    let body = json!({ "customer_id": mona });

    // Somebody changes the schema, one table after the other; the look at the door holds the second one and waits for the first.
    let mut other = gym.db.owner.begin().await.unwrap();
    sqlx::query("lock table entries in access exclusive mode").execute(&mut *other).await.unwrap();
    let (lost, ()) = tokio::join!(desk.post("/api/attendance", body.clone()), async {
        sleep(Duration::from_millis(300)).await;
        sqlx::query("lock table customers in access exclusive mode").execute(&mut *other).await.unwrap();
    });
    let lost = lost.refused(503, "UNAVAILABLE");
    assert!(lost.headers.contains_key("retry-after"));
    other.rollback().await.unwrap();
    desk.post("/api/attendance", body).await.expect(200);
}
