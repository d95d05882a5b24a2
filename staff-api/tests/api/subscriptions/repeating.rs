//! Double clicks and idempotency keys.

use cast::{Caller, customer, subscription};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::Desk;

const ACTIVATE: &str = "/api/subscriptions/activate";
const FREEZE: &str = "/api/subscriptions/freeze";

#[tokio::test]
async fn an_identical_sale_within_ten_seconds_answers_the_first() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let body = json!({ "customer_id": mona, "service_id": 1, "amount": 500.0, "payment_method": "cash" });
    let first = desk.reception.post(ACTIVATE, body.clone()).await.expect(201);
    desk.gym.clock.advance(TimeDelta::seconds(9));
    let second = desk.reception.post(ACTIVATE, body.clone()).await.expect(201);
    assert_eq!(first.body, second.body);
    let other =
        desk.reception.post(ACTIVATE, json!({ "customer_id": mona, "service_id": 1, "amount": 501 })).await;
    assert_ne!(first.at("/data/id"), other.expect(201).at("/data/id"));
    desk.gym.clock.advance(TimeDelta::seconds(2));
    let third = desk.reception.post(ACTIVATE, body).await.expect(201);
    assert_ne!(first.at("/data/id"), third.at("/data/id"));
    assert_eq!(desk.number("select count(*) from subscriptions").await, 3);
    assert_eq!(desk.number("select count(*) from payments").await, 3);
}

#[tokio::test]
async fn two_people_at_two_desks_are_no_double_click() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let body = json!({ "customer_id": mona, "service_id": 1, "amount": 500 });
    desk.reception.post(ACTIVATE, body.clone()).await.expect(201);
    desk.who("manager1").await.post(ACTIVATE, body).await.expect(201);
    assert_eq!(desk.number("select count(*) from payments").await, 2);
}

#[tokio::test]
async fn an_identical_renewal_within_ten_seconds_adds_once() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().sessions(5).insert(&desk.gym, mona).await;
    for _ in 0..2 {
        let body = json!({ "subscription_id": id, "amount": 800, "sessions": 10 });
        let renewed = desk.reception.post("/api/subscriptions/renew", body).await.expect(200);
        assert_eq!(renewed.at("/data/remaining_sessions"), 15);
    }
    let path = format!("/api/subscriptions/{id}/renew");
    for _ in 0..2 {
        let renewed = desk.reception.post_empty(&path).await.expect(200);
        assert_eq!(renewed.at("/data/remaining_sessions"), 20);
    }
    assert_eq!(desk.number("select count(*) from payments").await, 2);
}

#[tokio::test]
async fn a_double_clicked_freeze_takes_its_fee_once() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().sessions(5).insert(&desk.gym, mona).await;
    let body = json!({ "subscription_id": id, "freeze_days": 3, "payment_method": "card" });
    let (first, second) =
        tokio::join!(desk.reception.post(FREEZE, body.clone()), desk.reception.post(FREEZE, body.clone()));
    let (first, second) = (first.expect(200), second.expect(200));
    assert_eq!(first.body, second.body);
    assert_eq!(first.at("/data/payment/amount"), 50);
    desk.gym.clock.advance(TimeDelta::seconds(9));
    assert_eq!(desk.reception.post(FREEZE, body.clone()).await.expect(200).body, first.body);
    desk.gym.clock.advance(TimeDelta::seconds(2));
    desk.reception.post(FREEZE, body).await.refused(409, "ALREADY_FROZEN");
    assert_eq!(desk.number("select count(*) from payments").await, 1);
    assert_eq!(desk.number("select count(*) from subscription_freezes").await, 1);
}

#[tokio::test]
async fn a_freeze_that_was_ended_can_be_made_again_at_once() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().sessions(5).insert(&desk.gym, mona).await;
    let freeze = format!("/api/subscriptions/{id}/freeze");
    let unfreeze = format!("/api/subscriptions/{id}/unfreeze");
    let body = json!({ "freeze_days": 3 });
    for (receipt, woken_by) in [(1, "reception1"), (2, "manager1")] {
        for _ in 0..2 {
            let frozen = desk.reception.post(&freeze, body.clone()).await.expect(200);
            assert_eq!(frozen.at("/data/status"), "frozen");
            assert_eq!(frozen.at("/data/payment/receipt_number"), receipt);
        }
        let woken = desk.who(woken_by).await.post_empty(&unfreeze).await.expect(200);
        assert_eq!(woken.at("/data/status"), "active");
        desk.who(woken_by).await.post_empty(&unfreeze).await.refused(409, "NOT_FROZEN");
    }
    desk.reception.post(&freeze, body.clone()).await.expect(200);
    desk.reception.post_empty(&format!("/api/subscriptions/{id}/stop")).await.expect(200);
    desk.reception.post(&freeze, body).await.refused(409, "SUBSCRIPTION_STOPPED");
    assert_eq!(desk.number("select count(*) from payments").await, 3);
}

#[tokio::test]
async fn a_sale_that_was_stopped_can_be_made_again_at_once() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let body = json!({ "customer_id": mona, "service_id": 1, "amount": 500 });
    let first = desk.reception.post(ACTIVATE, body.clone()).await.expect(201);
    let stop = format!("/api/subscriptions/{}/stop", first.at("/data/id"));
    desk.reception.post_empty(&stop).await.expect(200);
    let second = desk.reception.post(ACTIVATE, body).await.expect(201);
    assert_ne!(first.at("/data/id"), second.at("/data/id"));
    assert_eq!(second.at("/data/status"), "active");
}

#[tokio::test]
async fn a_key_answers_the_first_freeze_whatever_came_of_it() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().sessions(5).insert(&desk.gym, mona).await;
    let keyed = desk.who("reception1").await.with("idempotency-key", "freeze-1");
    let body = json!({ "subscription_id": id, "freeze_days": 3 });
    let first = keyed.post(FREEZE, body.clone()).await.expect(200);
    desk.reception.post_empty(&format!("/api/subscriptions/{id}/unfreeze")).await.expect(200);
    let second = keyed.post(FREEZE, body).await.expect(200);
    assert_eq!(first.at("/data/payment"), second.at("/data/payment"));
    assert_eq!(second.at("/data/status"), "active");
}

#[tokio::test]
async fn a_key_holds_for_a_day_and_for_one_body() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let keyed = || async { desk.who("reception1").await.with("idempotency-key", "sale-1") };
    let sale = |amount: i64| json!({ "customer_id": mona, "service_id": 1, "amount": amount });
    let first = keyed().await.post(ACTIVATE, sale(500)).await.expect(201);
    desk.gym.clock.advance(TimeDelta::hours(11));
    let again = keyed().await.post(ACTIVATE, sale(500)).await.expect(201);
    assert_eq!(first.at("/data/id"), again.at("/data/id"));
    assert_eq!(first.at("/data/payment"), again.at("/data/payment"));
    keyed().await.post(ACTIVATE, sale(501)).await.refused(422, "IDEMPOTENCY_KEY_REUSED");
    let elsewhere = keyed().await.post("/api/subscriptions", sale(500)).await;
    elsewhere.refused(422, "IDEMPOTENCY_KEY_REUSED");
    desk.gym.clock.advance(TimeDelta::hours(14));
    let next_day = keyed().await.post(ACTIVATE, sale(500)).await.expect(201);
    assert_ne!(first.at("/data/id"), next_day.at("/data/id"));
}

#[tokio::test]
async fn a_refused_sale_leaves_its_key_free() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let keyed = desk.who("reception1").await.with("idempotency-key", "sale-2");
    keyed
        .post(ACTIVATE, json!({ "customer_id": mona, "service_id": 99 }))
        .await
        .refused(404, "SERVICE_NOT_FOUND");
    keyed.post(ACTIVATE, json!({ "customer_id": mona, "service_id": 1 })).await.expect(201);
}

#[tokio::test]
async fn a_key_in_use_says_so() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let body = json!({ "customer_id": mona, "service_id": 1, "amount": 500 });
    let mut held = desk.gym.db.owner.begin().await.unwrap();
    sqlx::query("select id from customers for update").fetch_all(&mut *held).await.unwrap();
    let keyed = desk.who("reception1").await.with("idempotency-key", "sale-3");
    let first = keyed.post(ACTIVATE, body.clone());
    let second = async {
        while desk.number("select count(*) from pg_locks where not granted").await == 0 {
            tokio::task::yield_now().await;
        }
        let answer = post(&keyed, &body).await;
        held.rollback().await.unwrap();
        answer
    };
    let (first, second) = tokio::join!(first, second);
    second.refused(409, "REQUEST_STILL_RUNNING");
    let first = first.expect(201);
    assert_eq!(post(&keyed, &body).await.expect(201).at("/data/id"), first.at("/data/id"));
}

async fn post(caller: &Caller, body: &Value) -> cast::Answered {
    caller.post(ACTIVATE, body.clone()).await
}
