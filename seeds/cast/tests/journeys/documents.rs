//! The lines that the source documents try out, on the demo gym.

use serde_json::json;

use crate::demo_stack::{DemoStack, bearer, code_in, spoken};

#[tokio::test]
async fn the_six_tests_of_the_first_document() {
    let demo = DemoStack::open().await;
    let desk = demo.works("reception1").await;
    let qr = desk.post_empty("/api/customers/1/regenerate-qr").await.expect(200);
    assert_eq!((qr.at("/success"), qr.at("/qr_code")), (&json!(true), &json!("customer_id:1")));

    let check_in = json!({ "customer_id": 1, "action": "check_in_only" });
    let came = desk.post("/api/attendance", check_in).await.expect(200);
    assert_eq!(came.at("/message"), "Check-in recorded successfully");
    assert_eq!(came.at("/data/customer_name"), "Mohamed Salem");

    let page = desk.get("/api/customers?branch_id=1").await.expect(200);
    let people = page.at("/data/items").as_array().unwrap();
    let first = people.iter().find(|person| person["id"] == 1).unwrap();
    assert_eq!((&first["temp_password"], &first["password_changed"]), (&json!("RX04AF"), &json!(false)));
    assert!(people.iter().all(|person| person["branch_id"] == 1));
    assert!(people.iter().filter(|person| person["temp_password"].is_string()).count() > 10);

    let taken = desk.post_empty("/api/subscriptions/1/deduct").await.expect(200);
    assert_eq!((taken.at("/success"), taken.at("/remaining_sessions")), (&json!(true), &json!(19)));

    let active = desk.get("/api/subscriptions?status=active").await.expect(200);
    let sold = active.at("/data/items").as_array().unwrap();
    assert!(sold.len() > 10 && sold.iter().all(|one| one["amount"].is_number() && one["status"] == "active"));

    let owner = demo.works("owner").await;
    let branches = owner.get("/api/branches").await.expect(200);
    let names: Vec<_> =
        branches.at("/data").as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    for name in ["Dragon Club", "Phoenix Club", "Falcon Club"] {
        assert!(names.contains(&json!(name)), "{names:?}");
    }
    let staff = owner.get("/api/staff").await.expect(200).body.to_string();
    for name in ["manager1", "reception1", "reception2", "accountant1", "trainer1"] {
        assert!(staff.contains(name), "{name}");
    }
    assert!(!staff.contains("reception_b"));
    demo.is_sound().await;
}

#[tokio::test]
async fn the_three_tests_of_the_second_document() {
    let demo = DemoStack::open().await;
    let desk = demo.works("reception1").await;
    let qr = desk.post("/api/customers/115/regenerate-qr", json!({})).await.expect(200);
    assert_eq!(qr.at("/message"), "QR code regenerated successfully");
    assert_eq!(
        (qr.at("/data/customer_id"), qr.at("/data/qr_code")),
        (&json!(115), &json!("customer_id:115"))
    );
    assert_eq!(qr.at("/data/generated_at"), "2026-11-20T14:20:00Z");
    let absent = desk.post("/api/customers/99999/regenerate-qr", json!({})).await;
    assert_eq!(absent.refused(404, "CUSTOMER_NOT_FOUND").at("/error"), "Customer not found");
    let body = json!({ "phone": "01077827638", "password": "RX04AF" });
    let signed_in = demo.visitor().post("/api/clients/auth/login", body).await.expect(200);
    let client = bearer(&demo.stranger(), &signed_in);
    let refused = client.post("/api/customers/115/regenerate-qr", json!({})).await.expect(403);
    assert_eq!(refused.at("/error"), "Unauthorized - staff access only");
}

#[tokio::test]
async fn the_flow_of_the_third_document() {
    let demo = DemoStack::open().await;
    let ask = async |who: &str| {
        demo.visitor().post("/api/clients/request-activation", json!({ "identifier": who })).await.expect(200)
    };
    let by_phone = ask("01234567890").await;
    assert_eq!(by_phone.at("/status"), "success");
    assert_eq!(by_phone.at("/data"), &json!({ "expires_in": 600, "identifier_type": "phone" }));
    assert_eq!(by_phone.bytes, ask("01299999999").await.bytes);
    let by_mail = ask("customer@example.com").await;
    assert_eq!(by_mail.at("/data/identifier_type"), "email");
    let messages = demo.delivered().await;
    assert_eq!(messages.len(), 2);
    let sms = messages.iter().find(|message| message["channel"] == "sms").unwrap();
    assert_eq!(sms["to"], "+201234567890");

    let verify = |code: String| json!({ "identifier": "01234567890", "activation_code": code });
    let code = code_in(sms);
    let wrong = if code == "123456" { "654321" } else { "123456" };
    demo.visitor()
        .post("/api/clients/verify-activation", verify(wrong.to_owned()))
        .await
        .refused(401, "INVALID_CODE");
    let signed_in = demo.visitor().post("/api/clients/verify-activation", verify(code)).await.expect(200);
    assert_eq!(
        (signed_in.at("/data/token_type"), signed_in.at("/data/expires_in")),
        (&json!("Bearer"), &json!(86400))
    );
    assert_eq!(signed_in.at("/data/client/full_name"), "Ahmed Hassan");

    let ahmed = bearer(&demo.visitor(), &signed_in);
    let me = ahmed.get("/api/clients/profile").await.expect(200);
    assert_eq!((me.at("/data/id"), me.at("/data/active_subscription/id")), (&json!(123), &json!(45)));
    let qr = ahmed.get("/api/clients/qr").await.expect(200);
    assert_eq!(qr.at("/data/qr_code"), "customer_id:123");
    assert!(qr.at("/data/qr_image_base64").as_str().unwrap().starts_with("iVBORw0KGgo"));
    assert_eq!(qr.at("/data/expires_at"), "2026-11-20T14:21:01Z");
    let fresh = ahmed.post_empty("/api/clients/refresh-qr").await.expect(200);
    assert_ne!(fresh.at("/data/qr_token"), qr.at("/data/qr_token"));
    let token = json!({ "qr_token": fresh.at("/data/qr_token") });
    demo.works("reception1").await.post("/api/qr/scan", token).await.expect(200);
    let entries = ahmed.get("/api/clients/entry-history").await.expect(200);
    assert_eq!(entries.at("/data/entries/0/entry_time"), "2026-11-20T14:20:01Z");
    assert_eq!(entries.at("/data/entries/0/branch_name"), "Dragon Club");
    assert_eq!((entries.at("/data/limit"), entries.at("/data/offset")), (&json!(50), &json!(0)));
    let refresh = json!({ "refresh_token": signed_in.at("/data/refresh_token") });
    let refreshed = demo.visitor().post("/api/clients/refresh", refresh).await.expect(200);
    assert_eq!(refreshed.at("/data/expires_in"), 86400);
    bearer(&demo.visitor(), &refreshed).get("/api/clients/profile").await.expect(200);

    let staff = demo.works("reception1").await;
    let body = json!({ "username": "reception1", "password": "demo-gym-2026" });
    let token = demo.stranger().post("/api/auth/login", body).await.expect(200);
    bearer(&demo.visitor(), &token).get("/api/clients/profile").await.refused(403, "UNAUTHORIZED");
    let hers = staff.get("/api/auth/me").await.expect(200);
    assert_ne!(spoken(&hers), spoken(&me));
    demo.is_sound().await;
}
