//! Many desks at once, on real connections.

use std::collections::BTreeSet;

use cast::{Answered, Caller, Gym, customer};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{count, path};

/// The same request from every caller at once.
async fn at_once(callers: Vec<Caller>, path: &str, body: Value) -> Vec<Answered> {
    let mut set = JoinSet::new();
    for caller in callers {
        let (path, body) = (path.to_owned(), body.clone());
        set.spawn(async move { caller.post(&path, body).await });
    }
    set.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_registrations_of_one_number_exactly_one_succeeds() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await;
    let other = gym.staff(&router, "reception2").await;
    let callers = (0..12).map(|place| if place % 2 == 0 { desk.clone() } else { other.clone() }).collect();
    let body = json!({ "full_name": "Mohamed Salem", "phone": "01077827638" });
    let answers = at_once(callers, "/api/customers/register", body).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    let taken =
        answers.iter().filter(|answer| answer.status == 409 && answer.code() == "PHONE_TAKEN").count();
    assert_eq!((made, taken), (1, 11));
    assert_eq!(count(&gym, "select count(*) from customers").await, 1);
    assert_eq!(count(&gym, "select count(*) from customer_doors").await, 1);
    assert_eq!(count(&gym, "select count(*) from audit_log").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_registrations_with_one_key_none_happens_twice() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await.with("idempotency-key", "one");
    let answers =
        at_once(vec![desk; 8], "/api/customers/register", json!({ "full_name": "Mohamed Salem" })).await;
    let ids: BTreeSet<i64> = answers.iter().filter_map(|answer| answer.at("/data/id").as_i64()).collect();
    assert_eq!(ids.len(), 1);
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.code() == "REQUEST_STILL_RUNNING"));
    assert_eq!(count(&gym, "select count(*) from customers").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_regenerated_code_is_counted_and_the_limit_holds() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    let mut callers = vec![gym.staff(&router, "reception1").await; 15];
    callers.extend(vec![gym.staff(&router, "manager1").await; 5]);
    let answers = at_once(callers, &path(mona, "/regenerate-qr"), json!({})).await;
    let versions: BTreeSet<i64> =
        answers.iter().filter_map(|answer| answer.at("/data/qr_version").as_i64()).collect();
    assert_eq!(versions, (2..=16).collect());
    assert_eq!(answers.iter().filter(|answer| answer.status == 429).count(), 5);
    assert_eq!(count(&gym, "select qr_version::bigint from customers").await, 16);
    assert_eq!(count(&gym, "select count(*) from audit_log where refused_as is null").await, 15);
    let refused = "select count(*) from audit_log where action = 'account.limit_reached'";
    assert_eq!(count(&gym, refused).await, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn edits_of_different_fields_do_not_undo_each_other() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    let desk = gym.staff(&router, "reception1").await;
    let mut set = JoinSet::new();
    for (key, value) in [
        ("full_name", json!("Mona Zaki")),
        ("phone", json!("01077827638")),
        ("email", json!("mona@example.com")),
        ("weight", json!(70)),
        ("height", json!(170)),
        ("notes", json!("knee")),
        ("gender", json!("male")),
    ] {
        let (desk, path) = (desk.clone(), path(mona, ""));
        set.spawn(async move { desk.patch(&path, json!({ key: value })).await.expect(200) });
    }
    set.join_all().await;
    let row = desk.get(&path(mona, "")).await.expect(200);
    for (key, value) in [
        ("full_name", json!("Mona Zaki")),
        ("phone", json!("01077827638")),
        ("email", json!("mona@example.com")),
        ("weight", json!(70)),
        ("height", json!(170)),
        ("notes", json!("knee")),
        ("gender", json!("male")),
    ] {
        assert_eq!(row.at(&format!("/data/{key}")), &value, "{key}");
    }
}
