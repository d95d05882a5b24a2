//! Taking coins and sessions.

use cast::{customer, subscription};
use serde_json::{Value, json};

use super::{Desk, spoken};

#[tokio::test]
async fn one_session_is_taken_as_the_source_document_shows_it() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().sessions(20).insert(&desk.gym, mona).await;
    let taken = desk.reception.post_empty(&format!("/api/subscriptions/{id}/deduct")).await.expect(200);
    assert_eq!(taken.at("/success"), true);
    assert_eq!(taken.at("/message"), "Session deducted successfully");
    assert_eq!(taken.at("/remaining_sessions"), 19);
    assert_eq!(taken.at("/data/remaining_sessions"), 19);
    assert_eq!(taken.at("/data/status"), "active");
    assert_eq!(taken.at("/subscription_status"), "active");
    assert_eq!(taken.at("/data/customer_id"), mona.get());
    desk.ledgers_add_up().await;
    let lines = desk.reception.get(&format!("/api/subscriptions/{id}/movements")).await.expect(200);
    assert_eq!(lines.at("/data/total"), 2);
    let expected = json!({ "kind": "use", "amount": -1, "remaining_after": 19, "actor_kind": "staff", "actor_id": 1006,
        "actor_name": "Reem Tarek", "created_at": "2026-04-17T23:30:00" });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&lines.body["data"]["items"][0][key], value, "{key}");
    }
}

#[tokio::test]
async fn the_last_session_ends_the_subscription_and_then_none_remain() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().sessions(1).insert(&desk.gym, mona).await;
    let path = format!("/api/subscriptions/{id}/deduct");
    let last = desk.reception.post_empty(&path).await.expect(200);
    assert_eq!(last.at("/data/status"), "expired");
    assert_eq!(last.at("/data/remaining_sessions"), 0);
    let none = desk.reception.post_empty(&path).await.refused(400, "NO_SESSIONS_REMAINING");
    assert_eq!(none.at("/error"), "No sessions remaining");
    let arabic = desk.who("reception1").await.with("accept-language", "ar");
    desk.run("update staff_users set preferred_language = null").await;
    let none = arabic.post_empty(&path).await.refused(400, "NO_SESSIONS_REMAINING");
    assert_eq!(none.at("/error"), "لا توجد حصص متبقية");
}

#[tokio::test]
async fn coins_are_taken_by_each_of_the_three_addresses() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().coins(4).insert(&desk.gym, mona).await;
    for (address, left) in [("use-coins", 3), ("deduct-session", 2), ("deduct", 1)] {
        let path = format!("/api/subscriptions/{id}/{address}");
        let taken = desk.reception.post(&path, json!({ "customer_id": mona, "amount": 1 })).await.expect(200);
        assert_eq!(taken.at("/data/remaining_sessions"), left);
        assert_eq!(taken.at("/data/coins"), left);
        assert_eq!(taken.at("/message"), "Coins deducted successfully");
    }
    let path = format!("/api/subscriptions/{id}/use-coins");
    let few = desk.reception.post(&path, json!({ "amount": 2 })).await.refused(400, "NOT_ENOUGH_COINS");
    assert_eq!(few.at("/message"), "Not enough coins: 1 remaining");
    desk.reception.post(&path, json!({})).await.expect(200);
    desk.reception.post(&path, json!({})).await.refused(400, "NO_COINS_REMAINING");
    desk.ledgers_add_up().await;
}

#[tokio::test]
async fn a_repeat_without_a_key_takes_again() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().sessions(9).insert(&desk.gym, mona).await;
    let path = format!("/api/subscriptions/{id}/deduct-session");
    for left in [8, 7, 6] {
        let taken = desk.reception.post(&path, json!({ "customer_id": mona, "amount": 1 })).await.expect(200);
        assert_eq!(taken.at("/data/remaining_sessions"), left);
    }
    let keyed = desk.who("reception1").await.with("idempotency-key", "deduct-1");
    for _ in 0..3 {
        let taken = keyed.post(&path, json!({ "customer_id": mona, "amount": 1 })).await.expect(200);
        assert_eq!(taken.at("/data/remaining_sessions"), 5);
        assert_eq!(taken.at("/data/status"), "active");
    }
}

#[tokio::test]
async fn each_taking_that_cannot_be_says_why() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let other = customer().insert(&desk.gym).await;
    let id = subscription().sessions(9).insert(&desk.gym, mona).await;
    let path = format!("/api/subscriptions/{id}/deduct");
    let cases = [
        (json!({ "amount": 0 }), "COUNT_OUT_OF_RANGE"),
        (json!({ "amount": -1 }), "COUNT_OUT_OF_RANGE"),
        (json!({ "amount": i64::MAX }), "COUNT_OUT_OF_RANGE"),
        (json!({ "amount": 1.5 }), "INVALID_FIELD"),
        (json!({ "amount": "two" }), "INVALID_FIELD"),
        (json!({ "amount": 10 }), "NOT_ENOUGH_SESSIONS"),
        (json!({ "customer_id": other }), "CUSTOMER_MISMATCH"),
        (json!([]), "INVALID_FIELD"),
    ];
    for (body, code) in cases {
        let answer = desk.reception.post(&path, body.clone()).await;
        assert_eq!(answer.code(), code, "{body}");
        answer.refused(400, code);
    }
    let built = [
        (subscription(), 400, "NOTHING_TO_DEDUCT"),
        (subscription().sessions(5).frozen(0, 3), 409, "SUBSCRIPTION_FROZEN"),
        (subscription().sessions(5).stopped(), 409, "SUBSCRIPTION_STOPPED"),
        (subscription().sessions(5).days(-9, Some(-1)), 409, "SUBSCRIPTION_EXPIRED"),
        (subscription().sessions(5).days(1, Some(9)), 409, "SUBSCRIPTION_NOT_STARTED"),
        (subscription().sessions(0).days(-9, Some(-1)), 400, "NO_SESSIONS_REMAINING"),
        (subscription().training(0), 400, "NO_SESSIONS_REMAINING"),
    ];
    for (built, status, code) in built {
        let id = built.insert(&desk.gym, mona).await;
        desk.reception.post_empty(&format!("/api/subscriptions/{id}/deduct")).await.refused(status, code);
    }
    desk.ledgers_add_up().await;
    assert_eq!(
        desk.number(
            "select count(*) from subscription_movements where kind = 'use' and actor_kind = 'staff'"
        )
        .await,
        0
    );
}

#[tokio::test]
async fn what_is_foreign_answers_as_what_does_not_exist() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().sessions(9).insert(&desk.gym, mona).await;
    let absent = desk
        .reception
        .post_empty("/api/subscriptions/999999/deduct")
        .await
        .refused(404, "SUBSCRIPTION_NOT_FOUND");
    assert_eq!(absent.at("/error"), "Subscription not found");
    let path = format!("/api/subscriptions/{id}/deduct");
    for username in ["reception2", "reception_b"] {
        assert_eq!(spoken(&desk.who(username).await.post_empty(&path).await), spoken(&absent));
    }
    desk.who("accountant1").await.post_empty(&path).await.refused(403, "NOT_ALLOWED");
    desk.who("trainer1").await.post_empty(&path).await.expect(200);
    desk.reception.post_empty("/api/subscriptions/one/deduct").await.refused(400, "INVALID_ID");
    let member = desk.gym.member(&desk.router, mona).await;
    member.post_empty(&path).await.refused(403, "STAFF_ONLY");
    assert_eq!(absent.at("/data"), &Value::Null);
}
