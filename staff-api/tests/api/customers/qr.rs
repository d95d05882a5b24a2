//! QR codes.

use cast::{Gym, customer};
use chrono::TimeDelta;
use serde_json::json;

use super::{last_audit, path};

#[tokio::test]
async fn a_regenerated_code_still_names_its_customer() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    let desk = gym.staff(&router, "reception1").await;
    let code = format!("customer_id:{mona}");
    let answer = desk.post(&path(mona, "/regenerate-qr"), json!({})).await.expect(200);
    assert_eq!((answer.at("/qr_code"), answer.at("/data/qr_code")), (&json!(code), &json!(code)));
    assert_eq!(answer.at("/message"), "QR code regenerated successfully");
    assert_eq!(answer.at("/data/message"), "QR code regenerated successfully");
    assert_eq!(answer.at("/data/customer_id"), mona.get());
    assert_eq!(answer.at("/data/generated_at"), "2026-04-17T21:30:00Z");
    assert_eq!(answer.at("/data/qr_version"), 2);
    let (action, subject, branch, detail) = last_audit(&gym).await;
    assert_eq!((action.as_str(), subject, branch), ("customers.regenerate_qr", Some(mona.get()), Some(1)));
    assert_eq!(detail, Some(json!({ "qr_version": 2 })));
    let again = desk.post_empty(&path(mona, "/regenerate-qr")).await.expect(200);
    assert_eq!(again.at("/data/qr_version"), 3);
    let any =
        desk.send("POST", &path(mona, "/regenerate-qr"), Some(b"{\"reason\": [".to_vec())).await.expect(200);
    assert_eq!(any.at("/data/qr_version"), 4);
}

#[tokio::test]
async fn receptionists_managers_accountants_and_owners_regenerate() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    for who in ["reception1", "manager1", "regional1", "owner", "accountant1", "accountant_c", "accountant_r"]
    {
        gym.staff(&router, who).await.post(&path(mona, "/regenerate-qr"), json!({})).await.expect(200);
    }
    for who in ["trainer1", "superadmin"] {
        let caller = gym.staff(&router, who).await;
        caller.post(&path(mona, "/regenerate-qr"), json!({})).await.refused(403, "NOT_ALLOWED");
    }
    let member = gym.member(&router, mona).await;
    let refused = member.post(&path(mona, "/regenerate-qr"), json!({})).await.refused(403, "STAFF_ONLY");
    assert_eq!(refused.at("/error"), "Unauthorized - staff access only");
    let desk = gym.staff(&router, "reception1").await;
    let absent = desk.post("/api/customers/99999/regenerate-qr", json!({})).await;
    assert_eq!(absent.refused(404, "CUSTOMER_NOT_FOUND").at("/error"), "Customer not found");
}

#[tokio::test]
async fn ten_codes_a_minute_are_enough_for_one_staff_user() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    let desk = gym.staff(&router, "reception1").await;
    for _ in 0..10 {
        desk.post_empty(&path(mona, "/regenerate-qr")).await.expect(200);
    }
    let refused = desk.post_empty(&path(mona, "/regenerate-qr")).await.refused(429, "RATE_LIMIT_EXCEEDED");
    assert!(refused.headers.contains_key("retry-after"));
    gym.staff(&router, "manager1").await.post_empty(&path(mona, "/regenerate-qr")).await.expect(200);
    gym.clock.advance(TimeDelta::seconds(61));
    desk.post_empty(&path(mona, "/regenerate-qr")).await.expect(200);
}

#[tokio::test]
async fn a_code_is_read_as_text_and_as_a_picture() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    let desk = gym.staff(&router, "trainer1").await;
    for way in ["/qr", "/qr-code"] {
        let answer = desk.get(&path(mona, way)).await.expect(200);
        assert_eq!(answer.at("/data/qr_code"), &json!(format!("customer_id:{mona}")));
        assert_eq!(answer.at("/qr_code"), answer.at("/data/qr_code"));
        assert_eq!(answer.at("/data/full_name"), "Mona Adel");
        assert!(answer.at("/data/image").as_str().unwrap().starts_with("iVBORw0KGgo"));
    }
    let picture = desk.get(&path(mona, "/qr.png")).await.expect(200);
    assert_eq!(picture.headers["content-type"], "image/png");
    assert!(picture.bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
    desk.get("/api/customers/77777/qr.png").await.refused(404, "CUSTOMER_NOT_FOUND");
    desk.get("/api/customers/x/qr.png").await.refused(400, "INVALID_ID");
    gym.visitor(&router).get(&path(mona, "/qr.png")).await.refused(401, "SIGNED_OUT");
}
