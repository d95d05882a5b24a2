//! Where one gym, one branch, one session ends.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::demo_stack::{DemoStack, spoken};

#[tokio::test]
async fn another_gym_sees_nothing_of_the_first() {
    let demo = DemoStack::open().await;
    for username in ["owner_b", "reception_b"] {
        let other = demo.works(username).await;
        for (foreign, absent) in [
            ("/api/customers/1", "/api/customers/999999"),
            ("/api/customers/1/qr", "/api/customers/999999/qr"),
            ("/api/subscriptions/1", "/api/subscriptions/999999"),
            ("/api/subscriptions/1/movements", "/api/subscriptions/999999/movements"),
            ("/api/customers/phone/01077827638", "/api/customers/phone/01099999999"),
        ] {
            let (one, two) = (other.get(foreign).await.expect(404), other.get(absent).await.expect(404));
            assert_eq!(spoken(&one), spoken(&two), "{username} {foreign}");
        }
        for (foreign, absent) in [(1, 999_999), (123, 999_998)] {
            let knock = |id: i64| json!({ "customer_id": id, "branch_id": 4 });
            let one = other.post("/api/attendance", knock(foreign)).await.expect(404);
            let two = other.post("/api/attendance", knock(absent)).await.expect(404);
            assert_eq!(spoken(&one), spoken(&two));
        }
        let (one, two) = (
            other.post_empty("/api/subscriptions/1/deduct").await.expect(404),
            other.post_empty("/api/subscriptions/999999/deduct").await.expect(404),
        );
        assert_eq!(spoken(&one), spoken(&two));
        let page = other.get("/api/customers?limit=100").await.expect(200);
        let people = page.at("/data/items").as_array().unwrap();
        assert!(!people.is_empty() && people.iter().all(|person| person["branch_id"] == 4), "{username}");
        let found = other.get("/api/customers/search?q=Mohamed%20Salem").await.expect(200);
        assert!(!found.body.to_string().contains("RX04AF"));
    }
    assert_eq!(
        demo.count("select remaining::bigint from subscription_balances where subscription_id = 1").await,
        20
    );
    demo.is_sound().await;
}

#[tokio::test]
async fn a_desk_of_another_branch_does_not_sell_to_somebody_elses_members() {
    let demo = DemoStack::open().await;
    let there = demo.works("reception2").await;
    for id in [1, 999_999] {
        let sale = json!({ "customer_id": id, "service_id": 1 });
        there.post("/api/subscriptions/activate", sale).await.refused(404, "CUSTOMER_NOT_FOUND");
        there.get(&format!("/api/customers/{id}")).await.refused(404, "CUSTOMER_NOT_FOUND");
    }
    let page = there.get("/api/customers?branch_id=1").await;
    let seen: Vec<Value> = page.at("/data/items").as_array().cloned().unwrap_or_default();
    assert!(seen.is_empty(), "{} {}", page.status, page.body);
}

#[tokio::test]
async fn a_branch_that_is_switched_off_is_left_by_everybody_within_a_second() {
    let demo = DemoStack::remembering(Duration::from_millis(500)).await;
    let (owner, manager2) = (demo.works("owner").await, demo.works("manager2").await);
    let (desk, mohamed) = (demo.works("reception1").await, demo.documented(1).await);
    let hadeer = demo.documented(4).await;
    for caller in [&desk, &manager2] {
        caller.get("/api/auth/me").await.expect(200);
    }
    for caller in [&mohamed, &hadeer] {
        caller.get("/api/clients/me").await.expect(200);
    }
    owner.post_empty("/api/branches/1/deactivate").await.expect(200);
    let end = Instant::now().checked_add(Duration::from_secs(1)).unwrap();
    loop {
        let answers = [desk.get("/api/auth/me").await.status, mohamed.get("/api/clients/me").await.status];
        if answers.iter().all(|status| *status == 401) {
            break;
        }
        assert!(Instant::now() < end, "{answers:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    manager2.get("/api/auth/me").await.expect(200);
    hadeer.get("/api/clients/me").await.expect(200);
    let body = json!({ "username": "reception1", "password": "demo-gym-2026" });
    demo.stranger().post("/api/auth/login", body.clone()).await.expect(403);
    owner.post_empty("/api/branches/1/activate").await.expect(200);
    demo.stranger().post("/api/auth/login", body).await.expect(200);
}

#[tokio::test]
async fn people_who_are_switched_off_are_out_and_may_come_back() {
    let demo = DemoStack::open().await;
    let (owner, manager) = (demo.works("owner").await, demo.works("manager1").await);
    let (desk, mohamed) = (demo.works("reception1").await, demo.documented(1).await);

    manager.post_empty("/api/customers/1/deactivate").await.expect(200);
    mohamed.get("/api/clients/me").await.refused(401, "SIGNED_OUT");
    let body = json!({ "phone": "01077827638", "password": "RX04AF" });
    demo.visitor().post("/api/clients/auth/login", body.clone()).await.refused(403, "ACCOUNT_INACTIVE");
    let knock = json!({ "customer_id": 1 });
    desk.post("/api/attendance", knock.clone()).await.refused(403, "CUSTOMER_INACTIVE");
    manager.post_empty("/api/customers/1/activate").await.expect(200);
    demo.visitor().post("/api/clients/auth/login", body).await.expect(200);
    desk.post("/api/attendance", knock).await.expect(200);

    owner.post_empty("/api/users/1005/deactivate").await.expect(200);
    desk.get("/api/customers").await.expect(401);
    let body = json!({ "username": "reception1", "password": "demo-gym-2026" });
    demo.stranger().post("/api/auth/login", body.clone()).await.refused(403, "ACCOUNT_DISABLED");
    owner.post_empty("/api/users/1005/activate").await.expect(200);
    demo.stranger().post("/api/auth/login", body).await.expect(200);
    demo.is_sound().await;
}
