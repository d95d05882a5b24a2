//! Freezing, unfreezing, stopping.

use cast::{customer, subscription};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Desk, spoken};

const FREEZE: &str = "/api/subscriptions/freeze";
const UNFREEZE: &str = "/api/subscriptions/unfreeze";
const STOP: &str = "/api/subscriptions/stop";

#[tokio::test]
async fn a_freeze_begins_today_and_moves_the_end() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().insert(&desk.gym, mona).await;
    let frozen =
        desk.reception.post(FREEZE, json!({ "subscription_id": id, "freeze_days": 7 })).await.expect(200);
    let expected = json!({
        "status": "frozen", "freeze_start_date": "2026-04-17", "freeze_end_date": "2026-04-23",
        "end_date": "2026-05-14", "freezes_used": 1, "freeze_days": 7, "payment": null, "remaining_days": 21,
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&frozen.body["data"][key], value, "{key}");
    }
    desk.gym.clock.advance(TimeDelta::days(7));
    let later = desk.who("reception1").await.get(&format!("/api/subscriptions/{id}")).await.expect(200);
    assert_eq!(later.at("/data/status"), "active");
    assert_eq!(later.at("/data/freeze_history/0/freeze_date"), "2026-04-17");
    assert_eq!(later.at("/data/freeze_history/0/until"), "2026-04-23");
}

#[tokio::test]
async fn a_freeze_with_a_fee_is_paid_and_gets_a_receipt() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().sessions(5).insert(&desk.gym, mona).await;
    let body = json!({ "freeze_days": "3", "payment_method": "card", "reason": "travel" });
    let path = format!("/api/subscriptions/{id}/freeze");
    let frozen = desk.reception.post(&path, body).await.expect(200);
    assert_eq!(frozen.at("/data/payment/amount"), 50);
    assert_eq!(frozen.at("/data/payment/receipt_number"), 1);
    let rows =
        "select count(*) from payments where kind = 'freeze' and method = 'card' and amount_minor = 5000";
    assert_eq!(desk.number(rows).await, 1);
}

#[tokio::test]
async fn the_policy_is_obeyed() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().days(-1, Some(300)).insert(&desk.gym, mona).await;
    let ask = async |days: Value| {
        desk.who("reception1").await.post(FREEZE, json!({ "subscription_id": id, "freeze_days": days })).await
    };
    for days in [json!(0), json!(-1), json!(367)] {
        ask(days).await.refused(400, "COUNT_OUT_OF_RANGE");
    }
    ask(json!(1.5)).await.refused(400, "INVALID_FIELD");
    ask(Value::Null).await.refused(400, "MISSING_FIELDS");
    let refused = ask(json!(16)).await.refused(409, "TOO_MANY_FREEZE_DAYS");
    assert_eq!(refused.at("/message"), "Only 15 freeze days are left");
    ask(json!(10)).await.expect(200);
    ask(json!(1)).await.refused(409, "ALREADY_FROZEN");
    desk.gym.clock.advance(TimeDelta::days(10));
    ask(json!(6)).await.refused(409, "TOO_MANY_FREEZE_DAYS");
    ask(json!(5)).await.expect(200);
    desk.gym.clock.advance(TimeDelta::days(10));
    ask(json!(1)).await.refused(409, "NO_FREEZES_LEFT");
    let pack = subscription().coins(5).insert(&desk.gym, mona).await;
    let body = json!({ "subscription_id": pack, "freeze_days": 1 });
    desk.who("reception1").await.post(FREEZE, body).await.refused(409, "FREEZE_NOT_ALLOWED");
}

#[tokio::test]
async fn only_an_active_subscription_freezes() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let cases = [
        (subscription().days(-40, Some(-1)), "SUBSCRIPTION_EXPIRED"),
        (subscription().days(1, Some(30)), "SUBSCRIPTION_NOT_STARTED"),
        (subscription().stopped(), "SUBSCRIPTION_STOPPED"),
        (subscription().sessions(0), "SUBSCRIPTION_EXPIRED"),
        (subscription().frozen(0, 0), "ALREADY_FROZEN"),
    ];
    for (built, code) in cases {
        let id = built.insert(&desk.gym, mona).await;
        let body = json!({ "subscription_id": id, "freeze_days": 1 });
        desk.reception.post(FREEZE, body).await.refused(409, code);
    }
}

#[tokio::test]
async fn unfreezing_gives_back_the_days_not_used() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().insert(&desk.gym, mona).await;
    let freeze = async || {
        desk.who("reception1")
            .await
            .post(FREEZE, json!({ "subscription_id": id, "freeze_days": 10 }))
            .await
            .expect(200)
    };
    let unfreeze =
        async || desk.who("reception1").await.post(UNFREEZE, json!({ "subscription_id": id })).await;
    freeze().await;
    desk.gym.clock.advance(TimeDelta::days(4));
    let woken = unfreeze().await.expect(200);
    assert_eq!(woken.at("/data/status"), "active");
    assert_eq!(woken.at("/data/end_date"), "2026-05-11");
    assert_eq!(woken.at("/data/freeze_days"), 4);
    assert_eq!(woken.at("/data/freeze_end_date"), "2026-04-20");
    unfreeze().await.refused(409, "NOT_FROZEN");
    freeze().await;
    let path = format!("/api/subscriptions/{id}/unfreeze");
    let undone = desk.who("reception1").await.post_empty(&path).await.expect(200);
    assert_eq!(undone.at("/data/end_date"), "2026-05-11");
    assert_eq!((undone.at("/data/freezes_used"), undone.at("/data/freeze_days")), (&json!(1), &json!(4)));
    freeze().await;
    let shown = desk.who("reception1").await.get(&format!("/api/subscriptions/{id}")).await.expect(200);
    assert_eq!(shown.at("/data/freeze_history").as_array().unwrap().len(), 3);
    assert_eq!(shown.at("/data/freeze_history/2/unfreeze_date"), "2026-04-21");
}

#[tokio::test]
async fn what_runs_rests_or_waits_can_be_stopped_once() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    for built in [subscription(), subscription().frozen(-1, 1), subscription().days(1, Some(9))] {
        let id = built.insert(&desk.gym, mona).await;
        let stopped = desk.reception.post(STOP, json!({ "subscription_id": id })).await.expect(200);
        assert_eq!(stopped.at("/data/status"), "stopped");
        assert_eq!(stopped.at("/data/stopped_at"), "2026-04-17T23:30:00");
        assert_eq!(stopped.at("/data/remaining_days"), 0);
        desk.reception.post(STOP, json!({ "subscription_id": id })).await.refused(409, "ALREADY_STOPPED");
        let wake = json!({ "subscription_id": id });
        desk.reception.post(UNFREEZE, wake).await.refused(409, "SUBSCRIPTION_STOPPED");
    }
    let over = subscription().days(-9, Some(-1)).insert(&desk.gym, mona).await;
    desk.reception.post(STOP, json!({ "subscription_id": over })).await.refused(409, "SUBSCRIPTION_EXPIRED");
    let id = subscription().insert(&desk.gym, mona).await;
    let path = format!("/api/subscriptions/{id}/stop");
    let stopped = desk.reception.post(&path, json!({ "reason": "moved away" })).await.expect(200);
    assert_eq!(stopped.at("/data/stop_reason"), "moved away");
    let id = subscription().insert(&desk.gym, mona).await;
    desk.reception.post_empty(&format!("/api/subscriptions/{id}/stop")).await.expect(200);
}

#[tokio::test]
async fn what_is_foreign_answers_as_what_does_not_exist() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().insert(&desk.gym, mona).await;
    for path in [FREEZE, UNFREEZE, STOP] {
        let body = |id: i64| json!({ "subscription_id": id, "freeze_days": 1 });
        let absent = desk.reception.post(path, body(999_999)).await.refused(404, "SUBSCRIPTION_NOT_FOUND");
        for username in ["reception2", "manager2", "reception_b"] {
            let foreign = desk.who(username).await.post(path, body(id.get())).await;
            assert_eq!(spoken(&foreign), spoken(&absent), "{path} {username}");
        }
        for username in ["trainer1", "accountant1"] {
            desk.who(username).await.post(path, body(id.get())).await.refused(403, "NOT_ALLOWED");
        }
    }
}
