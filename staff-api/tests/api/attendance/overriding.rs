//! A manager overrules a denial.

use base::vocabulary::CustomerId;
use cast::{customer, subscription};
use serde_json::{Value, json};

use super::FrontDesk;

fn overriding(customer: CustomerId, reason: &str) -> Value {
    json!({ "customer_id": customer, "branch_id": 1, "override": true, "override_reason": reason })
}

#[tokio::test]
async fn a_manager_lets_in_with_a_reason_and_both_are_kept() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    let swim = subscription().sessions(0).insert(&setup.gym, mona).await;
    let manager = setup.caller("manager1").await;
    let answer =
        manager.post("/api/attendance", overriding(mona, "Paid in cash, till is down")).await.expect(200);
    assert_eq!(answer.at("/data/entry_status"), "approved");
    assert_eq!(answer.at("/data/overridden/code"), "NO_SESSIONS_REMAINING");
    assert_eq!(answer.at("/data/charged"), 0);
    assert_eq!(setup.remaining(swim).await, 0);
    let kept: (bool, String, String) =
        sqlx::query_as("select is_admitted, denied_as, override_reason from entries")
            .fetch_one(&setup.gym.db.owner)
            .await
            .unwrap();
    assert_eq!(kept, (true, "NO_SESSIONS_REMAINING".to_owned(), "Paid in cash, till is down".to_owned()));
    assert_eq!(setup.count("select count(*) from audit_log where action = 'attendance.override'").await, 1);
    let again = manager.post("/api/attendance", overriding(mona, "Again")).await.expect(200);
    assert_eq!(again.at("/data/repeated"), true);
    assert_eq!(again.at("/data/overridden/code"), "NO_SESSIONS_REMAINING");
    setup.adds_up().await;
}

#[tokio::test]
async fn an_override_that_was_not_needed_is_an_ordinary_admission() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    subscription().insert(&setup.gym, mona).await;
    let body = overriding(mona, "No need");
    let answer = setup.caller("owner").await.post("/api/attendance", body).await.expect(200);
    assert_eq!(answer.at("/data/overridden"), &Value::Null);
    assert_eq!(setup.count("select count(*) from entries where override_reason is not null").await, 0);
    setup.adds_up().await;
}

#[tokio::test]
async fn nobody_else_overrules() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    for username in ["reception1", "trainer1"] {
        let caller = setup.caller(username).await;
        caller.post("/api/attendance", overriding(mona, "Please")).await.refused(403, "NOT_ALLOWED");
    }
    setup.set_rule("managers_may_override", false).await;
    let manager = setup.caller("manager1").await;
    manager.post("/api/attendance", overriding(mona, "Please")).await.refused(403, "OVERRIDE_NOT_ALLOWED");
    assert_eq!(setup.count("select count(*) from entries").await, 0);
}

#[tokio::test]
async fn an_override_needs_a_reason() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    let manager = setup.caller("manager1").await;
    for reason in ["", "  ", "no", "\u{1b}[2Jabc", &"x".repeat(201)] {
        let refused = manager.post("/api/attendance", overriding(mona, reason)).await;
        assert!(refused.refused(400, "OVERRIDE_REASON_REQUIRED").at("/errors/override_reason").is_string());
    }
    let other_name = json!({ "customer_id": mona, "override": true, "reason": "Guest of the owner" });
    manager.post("/api/attendance", other_name).await.expect(200);
    setup.adds_up().await;
}
