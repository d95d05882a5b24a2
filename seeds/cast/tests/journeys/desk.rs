//! Days at the desk.

use cast::Caller;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::demo_stack::DemoStack;

/// What the overview says was earned today.
async fn earned_today(manager: &Caller) -> f64 {
    manager.get("/api/dashboards/overview").await.expect(200).at("/data/today/revenue").as_f64().unwrap()
}

/// What the phone shows at the door.
async fn shown(member: &Caller, action: &str) -> Value {
    let answer = member.get("/api/clients/qr").await.expect(200);
    json!({ "qr_token": answer.at("/data/qr_token"), "action": action })
}

#[tokio::test]
async fn a_newcomer_is_registered_buys_comes_in_rests_renews_and_uses_everything_up() {
    let demo = DemoStack::open().await;
    let (desk, manager) = (demo.works("reception1").await, demo.works("manager1").await);
    let before = earned_today(&manager).await;
    let newcomer = json!({
        "full_name": "Samia Galal", "phone": "010 5555 0001", "gender": "female", "age": 31, "height": 168, "weight": 62,
        "branch_id": 1,
    });
    let registered = desk.post("/api/customers/register", newcomer).await.expect(201);
    let samia = registered.at("/data/id").as_i64().unwrap();
    let password = registered.at("/temporary_password").as_str().unwrap();

    let sale = json!({ "customer_id": samia, "service_id": 6, "payment_method": "card" });
    let sold = desk.post("/api/subscriptions/activate", sale).await.expect(201);
    let pass = sold.at("/data/id").as_i64().unwrap();
    assert_eq!((sold.at("/data/amount"), sold.at("/data/remaining_sessions")), (&json!(800), &json!(20)));
    assert!((earned_today(&manager).await - before - 800.0).abs() < 0.001);

    let phone = demo.sign_in("+201055550001", password).await;
    assert_eq!(phone.get("/api/clients/access").await.expect(200).at("/data/allowed"), true);
    let code = shown(&phone, "check_in_with_deduction").await;
    let first = desk.post("/api/qr/scan", code.clone()).await.expect(200);
    assert_eq!(first.at("/data/remaining_sessions"), 19);
    demo.wait(TimeDelta::seconds(6));
    let again = desk.post("/api/qr/scan", code.clone()).await.expect(200);
    assert_eq!(again.at("/data/entry_id"), first.at("/data/entry_id"));
    assert_eq!(
        (again.at("/data/repeated"), again.at("/data/remaining_sessions")),
        (&json!(true), &json!(19))
    );
    demo.wait(TimeDelta::seconds(6));
    desk.post("/api/qr/scan", code).await.refused(403, "QR_ALREADY_USED");
    assert_eq!(phone.get("/api/clients/me").await.at("/data/active_subscription/remaining_sessions"), 19);

    let rest = json!({ "subscription_id": pass, "freeze_days": 5, "payment_method": "cash" });
    let frozen = desk.post("/api/subscriptions/freeze", rest).await.expect(200);
    assert_eq!(
        (frozen.at("/data/status"), frozen.at("/data/payment/amount")),
        (&json!("frozen"), &json!(50))
    );
    let denied = desk.post("/api/qr/scan", shown(&phone, "check_in_only").await).await;
    denied.refused(403, "SUBSCRIPTION_FROZEN");
    let asked = phone.get("/api/clients/access").await.expect(200);
    assert_eq!(asked.at("/data/reasons/0/code"), "SUBSCRIPTION_FROZEN");
    demo.wait(TimeDelta::minutes(1));
    let back = json!({ "subscription_id": pass });
    desk.post("/api/subscriptions/unfreeze", back).await.expect(200);

    let more = json!({ "subscription_id": pass, "amount": 700, "payment_method": "cash" });
    let renewed = desk.post("/api/subscriptions/renew", more).await.expect(200);
    assert_eq!((renewed.at("/data/id"), renewed.at("/data/remaining_sessions")), (&json!(pass), &json!(39)));
    for left in (0..39).rev() {
        demo.wait(TimeDelta::seconds(11));
        let taken = desk.post_empty(&format!("/api/subscriptions/{pass}/deduct")).await.expect(200);
        assert_eq!(taken.at("/data/remaining_sessions"), left);
    }
    demo.wait(TimeDelta::seconds(11));
    desk.post_empty(&format!("/api/subscriptions/{pass}/deduct")).await.refused(400, "NO_SESSIONS_REMAINING");
    let denied = desk.post("/api/qr/scan", shown(&phone, "check_in_only").await).await;
    denied.refused(403, "NO_SESSIONS_REMAINING");

    assert!((earned_today(&manager).await - before - 1_550.0).abs() < 0.001);
    let history = phone.get("/api/clients/entry-history").await.expect(200);
    assert_eq!(history.at("/data/total"), 4);
    demo.is_sound().await;
}

#[tokio::test]
async fn somebody_who_rests_is_turned_away_until_the_rest_is_over_by_itself() {
    let demo = DemoStack::open().await;
    let (desk, layla) = (demo.works("reception1").await, demo.documented(2).await);
    let me = layla.get("/api/clients/me").await.expect(200);
    assert_eq!(me.at("/data/active_subscription/status"), "frozen");
    let knock = json!({ "customer_id": 2, "action": "check_in_only" });
    desk.post("/api/attendance", knock.clone()).await.refused(403, "SUBSCRIPTION_FROZEN");
    let asked = desk.get("/api/attendance/decision?customer_id=2&at=2026-12-02T18:00").await.expect(200);
    assert_eq!(asked.at("/data/admit"), true, "{}", asked.body);
    demo.wait(TimeDelta::days(11));
    let desk = demo.works("reception1").await;
    desk.post("/api/attendance", knock).await.expect(200);
    let layla = demo.documented(2).await;
    let me = layla.get("/api/clients/me").await.expect(200);
    assert_eq!(me.at("/data/active_subscription/status"), "active");
    demo.is_sound().await;
}

#[tokio::test]
async fn a_spent_pass_opens_only_for_a_manager_with_a_reason_and_a_renewal_opens_it_for_all() {
    let demo = DemoStack::open().await;
    let (desk, manager) = (demo.works("reception1").await, demo.works("manager1").await);
    let knock = json!({ "customer_id": 3, "branch_id": 1 });
    desk.post("/api/attendance", knock.clone()).await.refused(403, "NO_SESSIONS_REMAINING");
    let please =
        json!({ "customer_id": 3, "branch_id": 1, "override": true, "override_reason": "Pays tonight" });
    desk.post("/api/attendance", please.clone()).await.refused(403, "NOT_ALLOWED");
    let let_in = manager.post("/api/attendance", please).await.expect(200);
    assert_eq!(let_in.at("/data/overridden/code"), "NO_SESSIONS_REMAINING");

    let owned = desk.get("/api/subscriptions?customer_id=3").await.expect(200);
    let spent = owned.at("/data/items/0/id").as_i64().unwrap();
    let renewed = desk.post(&format!("/api/subscriptions/{spent}/renew"), json!({ "amount": 800 })).await;
    let renewed = renewed.expect(200);
    assert_ne!(renewed.at("/data/id"), spent);
    assert_eq!(
        (renewed.at("/data/renews_id"), renewed.at("/data/remaining_sessions")),
        (&json!(spent), &json!(20))
    );
    demo.wait(TimeDelta::minutes(1));
    desk.post("/api/attendance", knock).await.expect(200);
    let ibrahim = demo.documented(3).await;
    let entries = ibrahim.get("/api/client/entry-history").await.expect(200);
    assert_eq!(
        (entries.at("/data/0/entry_status"), entries.at("/data/2/entry_status")),
        (&json!("APPROVED"), &json!("DENIED"))
    );
    demo.is_sound().await;
}

#[tokio::test]
async fn a_lost_phone_opens_nothing_once_the_code_was_regenerated() {
    let demo = DemoStack::open().await;
    let (desk, mohamed) = (demo.works("reception1").await, demo.documented(1).await);
    let lost = shown(&mohamed, "check_in_only").await;
    let regenerated = desk.post("/api/customers/1/regenerate-qr", json!({})).await.expect(200);
    assert_eq!(regenerated.at("/qr_code"), "customer_id:1");
    desk.post("/api/qr/scan", lost).await.refused(403, "QR_OUTDATED");
    let new = shown(&mohamed, "check_in_only").await;
    demo.wait(TimeDelta::seconds(61));
    desk.post("/api/qr/scan", new).await.refused(403, "QR_EXPIRED");
    desk.post("/api/qr/scan", shown(&mohamed, "check_in_only").await).await.expect(200);
    demo.is_sound().await;
}
