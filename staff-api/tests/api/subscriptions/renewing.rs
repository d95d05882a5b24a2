//! Renewing.

use cast::{customer, subscription};
use serde_json::{Value, json};

use super::{Desk, spoken};

const RENEW: &str = "/api/subscriptions/renew";

#[tokio::test]
async fn before_its_end_a_subscription_goes_on_with_what_was_left() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().sessions(7).insert(&desk.gym, mona).await;
    let body = json!({ "subscription_id": id, "amount": 800.0, "payment_method": "cash", "sessions": 20 });
    let renewed = desk.reception.post(RENEW, body).await.expect(200);
    assert_eq!(renewed.at("/data/id"), id.get());
    assert_eq!(renewed.at("/data/remaining_sessions"), 27);
    assert_eq!(renewed.at("/data/total_sessions"), 27);
    // Twenty days were left, ninety are added.
    assert_eq!(renewed.at("/data/end_date"), "2026-08-05");
    assert_eq!(renewed.at("/data/amount"), 1600);
    assert_eq!(renewed.at("/data/payment/amount"), 800);
    desk.ledgers_add_up().await;
    assert_eq!(desk.number("select count(*) from payments where kind = 'renewal'").await, 1);
}

#[tokio::test]
async fn what_was_granted_before_is_granted_again_at_the_price_of_today() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().coins(5).insert(&desk.gym, mona).await;
    let renewed = desk.reception.post(RENEW, json!({ "subscription_id": id })).await.expect(200);
    assert_eq!(renewed.at("/data/coins"), 10);
    assert_eq!(renewed.at("/data/payment/amount"), 300);
    assert_eq!(renewed.at("/data/end_date"), &Value::Null);
}

#[tokio::test]
async fn frozen_and_pending_ones_are_added_to_as_well() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let frozen = subscription().frozen(-1, 3).insert(&desk.gym, mona).await;
    let pending = subscription().days(5, Some(34)).insert(&desk.gym, mona).await;
    for (id, status, end) in [(frozen, "frozen", "2026-06-06"), (pending, "pending", "2026-06-20")] {
        let path = format!("/api/subscriptions/{id}/renew");
        let renewed = desk.reception.post(&path, json!({ "amount": 500 })).await.expect(200);
        assert_eq!(renewed.at("/data/id"), id.get());
        assert_eq!(renewed.at("/data/status"), status);
        assert_eq!(renewed.at("/data/end_date"), end);
    }
}

#[tokio::test]
async fn after_its_end_a_new_one_begins_today_and_names_the_old() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let lapsed = subscription().days(-40, Some(-10)).insert(&desk.gym, mona).await;
    let stopped = subscription().stopped().insert(&desk.gym, mona).await;
    let empty = subscription().sessions(0).insert(&desk.gym, mona).await;
    for (old, days) in [(lapsed, "2026-05-16"), (stopped, "2026-05-16"), (empty, "2026-07-15")] {
        let body =
            json!({ "subscription_id": old, "amount": 500.0, "payment_method": "transfer", "sessions": 12 });
        let renewed = desk.reception.post(RENEW, body).await.expect(200);
        assert_ne!(renewed.at("/data/id"), old.get());
        assert_eq!(renewed.at("/data/renews_id"), old.get());
        assert_eq!(renewed.at("/data/status"), "active");
        assert_eq!(renewed.at("/data/start_date"), "2026-04-17");
        assert_eq!(renewed.at("/data/end_date"), days);
        assert_eq!(renewed.at("/data/amount"), 500);
        let again = json!({ "subscription_id": old, "amount": 501.0 });
        desk.reception.post(RENEW, again).await.refused(409, "ALREADY_RENEWED");
    }
    desk.ledgers_add_up().await;
    assert_eq!(desk.number("select count(*) from payments").await, 3);
}

#[tokio::test]
async fn the_last_day_is_still_before_the_end() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().days(-29, Some(0)).insert(&desk.gym, mona).await;
    let renewed = desk.reception.post(RENEW, json!({ "subscription_id": id, "amount": 1 })).await.expect(200);
    assert_eq!(renewed.at("/data/id"), id.get());
    assert_eq!(renewed.at("/data/end_date"), "2026-05-17");
    desk.gym.clock.advance(chrono::TimeDelta::days(31));
    let next = desk
        .who("reception1")
        .await
        .post(RENEW, json!({ "subscription_id": id, "amount": 1 }))
        .await
        .expect(200);
    assert_eq!(next.at("/data/renews_id"), id.get());
}

#[tokio::test]
async fn a_renewal_brings_the_freezes_of_the_service_again() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().insert(&desk.gym, mona).await;
    let renewed = desk.reception.post(RENEW, json!({ "subscription_id": id, "amount": 1 })).await.expect(200);
    assert_eq!(
        (renewed.at("/data/max_freezes"), renewed.at("/data/max_freeze_days")),
        (&json!(4), &json!(30))
    );
}

#[tokio::test]
async fn what_is_foreign_answers_as_what_does_not_exist() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().insert(&desk.gym, mona).await;
    let absent = desk
        .reception
        .post(RENEW, json!({ "subscription_id": 999_999 }))
        .await
        .refused(404, "SUBSCRIPTION_NOT_FOUND");
    assert_eq!(absent.at("/message"), "Subscription not found");
    for username in ["reception2", "reception_b"] {
        let foreign = desk.who(username).await.post(RENEW, json!({ "subscription_id": id })).await;
        assert_eq!(spoken(&foreign), spoken(&absent));
    }
    desk.who("trainer1")
        .await
        .post(RENEW, json!({ "subscription_id": id }))
        .await
        .refused(403, "NOT_ALLOWED");
    assert_eq!(desk.number("select count(*) from payments").await, 0);
}

#[tokio::test]
async fn a_subscription_that_holds_more_than_can_be_counted_is_not_renewed() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().coins(9).insert(&desk.gym, mona).await;
    let renew = |amount: i64| json!({ "subscription_id": id, "coins": 100_000, "amount": amount });
    desk.reception.post(RENEW, renew(1)).await.expect(200);
    desk.run("update subscription_balances set total = 2147400000").await;
    let refused = desk.reception.post(RENEW, renew(2)).await.refused(409, "TOO_MANY_UNITS");
    assert_eq!(refused.at("/errors"), &Value::Null);
    assert_eq!(desk.number("select remaining::bigint from subscription_balances").await, 100_009);
}

#[tokio::test]
async fn a_renewal_that_makes_no_sense_says_why() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().insert(&desk.gym, mona).await;
    let ask = async |body: Value| desk.reception.post(RENEW, body).await;
    ask(json!({})).await.refused(400, "MISSING_FIELDS");
    ask(json!({ "subscription_id": id, "amount": -5 })).await.refused(400, "AMOUNT_NEGATIVE");
    ask(json!({ "subscription_id": id, "duration_days": 4000 })).await.refused(400, "COUNT_OUT_OF_RANGE");
    desk.run("update subscriptions set ends_on = '2199-12-30'").await;
    ask(json!({ "subscription_id": id })).await.refused(400, "DURATION_TOO_LONG");
    desk.run("update services set is_active = false where id = 1").await;
    ask(json!({ "subscription_id": id })).await.refused(409, "SERVICE_INACTIVE");
    desk.run("update customers set is_active = false").await;
    ask(json!({ "subscription_id": id })).await.refused(409, "CUSTOMER_INACTIVE");
}
