//! Months of members.

use cast::Gym;
use chrono::TimeDelta;
use serde_json::json;

use crate::demo_stack::{DemoStack, bearer, code_in};

#[tokio::test]
async fn a_member_signs_in_by_sms_looks_around_stays_signed_in_and_locks_others_out() {
    let demo = DemoStack::open().await;
    let (tablet, _) = demo.sign_in_by_code("ahmed@example.com").await;
    let (phone, signed_in) = demo.sign_in_by_code("01234567890").await;
    assert_eq!(signed_in.at("/data/client/id"), 123);
    let me = phone.get("/api/clients/profile").await.expect(200);
    for (key, value) in [
        ("full_name", json!("Ahmed Hassan")),
        ("phone", json!("01234567890")),
        ("email", json!("ahmed@example.com")),
        ("branch_name", json!("Dragon Club")),
        ("weight", json!(80)),
        ("height", json!(175)),
        ("bmi", json!(26.1)),
        ("bmi_category", json!("Overweight")),
        ("has_active_subscription", json!(true)),
    ] {
        assert_eq!(me.at(&format!("/data/{key}")), &value, "{key}");
    }
    let held = phone.get("/api/clients/subscription").await.expect(200);
    assert_eq!(held.at("/data/current_subscription/id"), 45);
    assert_eq!(held.at("/data/current_subscription/service_name"), "Monthly Gym");
    assert_eq!(held.at("/data/current_subscription/freeze_days_remaining"), 5);
    assert_eq!(held.at("/data/subscription_history/0/id"), 44);
    assert_eq!(held.at("/data/subscription_history/0/status"), "completed");
    let entries = phone.get("/api/clients/entry-history?limit=5").await.expect(200);
    assert!(entries.at("/data/total").as_i64().unwrap() >= 5, "{}", entries.body);
    assert_eq!(entries.at("/data/entries").as_array().unwrap().len(), 5);
    assert!(
        phone.get("/api/clients/stats").await.expect(200).at("/data/total_visits").as_i64().unwrap() >= 5
    );

    demo.wait(TimeDelta::hours(25));
    phone.get("/api/clients/profile").await.expect(401);
    let token = json!({ "refresh_token": signed_in.at("/data/refresh_token") });
    let refreshed = demo.visitor().post("/api/clients/refresh", token.clone()).await.expect(200);
    let phone = bearer(&demo.visitor(), &refreshed);
    phone.get("/api/clients/profile").await.expect(200);

    let (tablet_again, _) = demo.sign_in_by_code("ahmed@example.com").await;
    let desk = demo.works("reception1").await;
    let card = desk.get("/api/customers/123").await.expect(200);
    let chosen =
        json!({ "current_password": card.at("/data/temp_password"), "new_password": "my own secret" });
    let changed = phone.post("/api/clients/change-password", chosen).await.expect(200);
    tablet_again.get("/api/clients/me").await.refused(401, "SIGNED_OUT");
    tablet.get("/api/clients/me").await.refused(401, "SIGNED_OUT");
    let phone = bearer(&demo.visitor(), &changed);
    phone.get("/api/clients/me").await.expect(200);
    demo.sign_in("01234567890", "my own secret").await;
    let card = desk.get("/api/customers/123").await.expect(200);
    assert_eq!(
        (card.at("/data/temp_password"), card.at("/data/password_changed")),
        (&json!(null), &json!(true))
    );
    phone.post_empty("/api/clients/auth/logout").await.expect(200);
    phone.get("/api/clients/me").await.refused(401, "SIGNED_OUT");
    demo.visitor().post("/api/clients/refresh", token).await.refused(403, "INVALID_REFRESH_TOKEN");
}

#[tokio::test]
async fn a_forgotten_password_is_chosen_anew_by_mail_in_the_members_language() {
    let demo = DemoStack::open().await;
    let (old, _) = demo.sign_in_by_code("customer@example.com").await;
    old.patch("/api/clients/language", json!({ "preferred_language": "ar" })).await.expect(200);
    let ask = json!({ "identifier": "customer@example.com" });
    demo.visitor().post("/api/clients/auth/forgot-password", ask).await.expect(200);
    let messages = demo.delivered().await;
    assert_eq!((messages.len(), &messages[0]["channel"]), (1, &json!("mail")));
    assert_eq!(messages[0]["to"], "customer@example.com");
    assert!(messages[0]["text"].as_str().unwrap().contains("رمز"), "{}", messages[0]);
    let code = code_in(&messages[0]);
    let body =
        json!({ "identifier": "customer@example.com", "code": code, "new_password": "a new password" });
    demo.visitor().post("/api/clients/auth/reset-password", body.clone()).await.expect(200);
    demo.visitor().post("/api/clients/auth/reset-password", body).await.refused(400, "INVALID_CODE");
    old.get("/api/clients/me").await.refused(401, "SIGNED_OUT");
    let me = demo.sign_in("01077827124", "a new password").await.get("/api/clients/me").await.expect(200);
    assert_eq!(me.at("/data/id"), 124);
}

#[tokio::test]
async fn a_month_ends_on_its_last_day_and_the_next_one_follows_it() {
    let demo = DemoStack::open().await;
    let desk = demo.works("reception1").await;
    let held = desk.get("/api/subscriptions/45").await.expect(200);
    let days = held.at("/data/remaining_days").as_i64().unwrap();
    let knock = json!({ "customer_id": 123 });
    desk.post("/api/attendance", knock.clone()).await.expect(200);

    demo.wait(TimeDelta::days(days - 1));
    let desk = demo.works("reception1").await;
    desk.post("/api/attendance", knock.clone()).await.expect(200);
    demo.wait(TimeDelta::days(1));
    let desk = demo.works("reception1").await;
    desk.post("/api/attendance", knock.clone()).await.refused(403, "SUBSCRIPTION_EXPIRED");
    let renewed = desk.post("/api/subscriptions/45/renew", json!({ "amount": 500 })).await.expect(200);
    assert_eq!((renewed.at("/data/renews_id"), renewed.at("/data/remaining_days")), (&json!(45), &json!(30)));
    demo.wait(TimeDelta::minutes(1));
    desk.post("/api/attendance", knock).await.expect(200);
    let (phone, _) = demo.sign_in_by_code("01234567890").await;
    let mine = phone.get("/api/clients/subscription").await.expect(200);
    assert_eq!(mine.at("/data/current_subscription/id"), renewed.at("/data/id"));
    assert_eq!(mine.at("/data/subscription_history/0/id"), 45);
    demo.is_sound().await;
}

#[tokio::test]
async fn a_first_login_password_that_is_shown_signs_in() {
    let gym = Gym::demo("2026-11-20T14:20:00Z".parse().unwrap()).await;
    let (router, _) = client_api::router(gym.client_app());
    let shown: Vec<(String, String)> = sqlx::query_as(
        "select phone, temporary_password from customers
         where temporary_password is not null and is_active and (id < 6 or id > 120)
         order by id limit 12",
    )
    .fetch_all(&gym.db.owner)
    .await
    .unwrap();
    assert_eq!(shown.len(), 12);
    for (phone, password) in shown {
        let body = json!({ "phone": phone, "password": password });
        gym.visitor(&router).post("/api/clients/auth/login", body).await.expect(200);
    }
}
