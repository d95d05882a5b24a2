//! Signing in with a password, staying signed in, signing out.

use std::sync::Arc;

use base::platform::limits_memory::{AddressLimit, Rate};
use chrono::TimeDelta;
use serde_json::json;

use crate::support::{EMAIL, MembersDoor, PHONE};

#[tokio::test]
async fn a_member_signs_in_by_phone_or_address_in_any_spelling() {
    let setup = MembersDoor::open().await;
    setup.set_password(setup.ahmed, "RX04AF").await;
    let visitor = setup.gym.visitor(&setup.router).with("authorization", "Bearer stale");
    for body in [
        json!({ "phone": "201234567890", "password": "RX04AF" }),
        json!({ "identifier": PHONE, "password": " RX04AF " }),
        json!({ "phone": EMAIL.to_uppercase(), "password": "RX04AF" }),
    ] {
        let answer = visitor.post("/api/client/auth/login", body).await.expect(200);
        assert_eq!(answer.at("/data/customer/full_name"), "Ahmed Hassan");
        assert_eq!(answer.at("/data/customer/phone"), PHONE);
        assert_eq!(
            answer.at("/data/customer/qr_code"),
            &serde_json::json!(format!("customer_id:{}", setup.ahmed))
        );
        assert_eq!(answer.at("/data/password_changed"), false);
    }
    let short = json!({ "identifier": PHONE, "password": "RX04AF" });
    visitor.post("/api/clients/login", short).await.expect(200);
}

#[tokio::test]
async fn wrong_unknown_and_expired_passwords_get_the_same_answer() {
    let setup = MembersDoor::open().await;
    setup.set_password(setup.ahmed, "RX04AF").await;
    let visitor = setup.gym.visitor(&setup.router).with("x-request-id", "the-same-request");
    let mut answers = Vec::new();
    for (who, password) in [(PHONE, "rx04af"), ("01000000001", "RX04AF")] {
        let body = json!({ "phone": who, "password": password });
        answers.push(
            visitor.post("/api/clients/auth/login", body).await.refused(401, "INVALID_CREDENTIALS").bytes,
        );
    }
    sqlx::query("update customers set temporary_password = 'RX04AF', temporary_password_until = $1")
        .bind(base::platform::clock::Clock::now(&setup.gym.clock))
        .execute(&setup.gym.db.owner)
        .await
        .unwrap();
    let body = json!({ "phone": PHONE, "password": "RX04AF" });
    answers
        .push(visitor.post("/api/clients/auth/login", body).await.refused(401, "INVALID_CREDENTIALS").bytes);
    answers.dedup();
    assert_eq!(answers.len(), 1);
    visitor.post("/api/clients/auth/login", json!({ "phone": PHONE })).await.refused(400, "MISSING_FIELDS");
}

#[tokio::test]
async fn a_deactivated_member_learns_it_only_with_the_right_password() {
    let setup = MembersDoor::open().await;
    setup.set_password(setup.ahmed, "RX04AF").await;
    sqlx::query("update customers set is_active = false").execute(&setup.gym.db.owner).await.unwrap();
    let visitor = setup.gym.visitor(&setup.router);
    let right = json!({ "phone": PHONE, "password": "RX04AF" });
    visitor.post("/api/clients/auth/login", right).await.refused(403, "ACCOUNT_INACTIVE");
    let wrong = json!({ "phone": PHONE, "password": "guess!" });
    visitor.post("/api/clients/auth/login", wrong).await.refused(401, "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn one_account_under_guessing_is_stopped() {
    let setup = MembersDoor::open().await;
    setup.set_password(setup.ahmed, "RX04AF").await;
    let visitor = setup.gym.visitor(&setup.router);
    let wrong = json!({ "phone": PHONE, "password": "guess!" });
    for _ in 0..10 {
        visitor.post("/api/clients/auth/login", wrong.clone()).await.refused(401, "INVALID_CREDENTIALS");
    }
    let right = json!({ "phone": PHONE, "password": "RX04AF" });
    visitor.post("/api/clients/auth/login", right.clone()).await.refused(429, "RATE_LIMIT_EXCEEDED");
    visitor.clone().from_address([198, 51, 100, 9]).post("/api/clients/auth/login", right).await.expect(200);
}

#[tokio::test]
async fn a_refresh_token_works_many_times_on_every_path_and_is_never_refused_as_401() {
    let setup = MembersDoor::open().await;
    setup.set_password(setup.ahmed, "RX04AF").await;
    let visitor = setup.gym.visitor(&setup.router);
    let body = json!({ "phone": PHONE, "password": "RX04AF" });
    let signed_in = visitor.post("/api/client/auth/login", body).await.expect(200);
    let refresh = json!({ "refresh_token": signed_in.at("/data/refresh_token") });
    setup.gym.clock.advance(TimeDelta::hours(25));
    for path in ["/api/client/auth/refresh", "/api/client/refresh", "/api/clients/refresh"] {
        let stale = visitor.clone().with("authorization", "Bearer stale");
        let answer = stale.post(path, refresh.clone()).await.expect(200);
        assert_eq!(answer.at("/success"), true);
        assert!(answer.at("/data/access_token").is_string());
        assert_eq!(answer.at("/data").get("refresh_token"), None);
        visitor
            .post(path, json!({ "refresh_token": "nonsense" }))
            .await
            .refused(403, "INVALID_REFRESH_TOKEN");
        visitor.post(path, json!({})).await.refused(400, "MISSING_FIELDS");
    }
    sqlx::query("update customers set is_active = false").execute(&setup.gym.db.owner).await.unwrap();
    visitor.post("/api/client/refresh", refresh).await.refused(403, "INVALID_REFRESH_TOKEN");
}

#[tokio::test]
async fn signing_out_ends_the_session_and_the_pushes() {
    let setup = MembersDoor::open().await;
    let member = setup.gym.member(&setup.router, setup.ahmed).await;
    sqlx::query(
        "insert into devices (token, customer_id, app_type, platform, registered_at) values ('t', $1, 'client', 'web', now())",
    )
    .bind(setup.ahmed.get())
    .execute(&setup.gym.db.owner)
    .await
    .unwrap();
    member.post_empty("/api/client/auth/logout").await.expect(200);
    assert_eq!(setup.count("select count(*) from devices").await, 0);
    member.get("/api/client/me").await.refused(401, "SIGNED_OUT");
}

#[tokio::test]
async fn a_session_ends_with_its_access_token_its_branch_and_its_gym() {
    let setup = MembersDoor::open().await;
    for (close, open) in [
        ("update branches set is_active = false where id = 1", "update branches set is_active = true"),
        ("update gyms set is_active = false where id = 1", "update gyms set is_active = true"),
        ("update customers set is_active = false", "update customers set is_active = true"),
    ] {
        let member = setup.gym.member(&setup.router, setup.ahmed).await;
        member.get("/api/clients/me").await.expect(200);
        sqlx::query(close).execute(&setup.gym.db.owner).await.unwrap();
        member.get("/api/clients/me").await.refused(401, "SIGNED_OUT");
        sqlx::query(open).execute(&setup.gym.db.owner).await.unwrap();
    }
    let member = setup.gym.member(&setup.router, setup.ahmed).await;
    setup.gym.clock.advance(TimeDelta::hours(13));
    member.get("/api/clients/me").await.refused(401, "SIGNED_OUT");
}

#[tokio::test]
async fn forged_and_foreign_tokens_open_nothing() {
    let setup = MembersDoor::open().await;
    let member = setup.gym.member(&setup.router, setup.ahmed).await;
    let token = member.token().unwrap().to_owned();
    let visitor = setup.gym.visitor(&setup.router);
    visitor.get("/api/clients/me").await.refused(401, "SIGNED_OUT");
    let mut forged = token.clone();
    forged.replace_range(token.len().saturating_sub(6).., "AAAAAA");
    for text in [forged.as_str(), "a.b.c", "", "eyJhbGciOiJub25lIn0.e30."] {
        let value = format!("Bearer {text}");
        visitor.clone().with("authorization", value).get("/api/clients/me").await.refused(401, "SIGNED_OUT");
    }
    setup.gym.staff(&setup.router, "owner").await.get("/api/clients/me").await.refused(403, "UNAUTHORIZED");
}

#[tokio::test]
async fn an_address_that_tries_too_often_hears_when_to_come_back_and_members_go_on() {
    let setup = MembersDoor::open().await;
    let mut app = setup.gym.client_app();
    app.strangers = Arc::new(AddressLimit::new(Rate::per_minute(1, 2)));
    let (router, _) = client_api::router(app);
    let visitor = setup.gym.visitor(&router);
    let body = json!({ "identifier": "01000000001" });
    visitor.post("/api/clients/request-activation", body.clone()).await.expect(200);
    visitor.post("/api/clients/auth/forgot-password", body.clone()).await.expect(200);
    let answer =
        visitor.post("/api/clients/request-activation", body).await.refused(429, "TOO_MANY_REQUESTS");
    let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    setup.gym.member(&router, setup.ahmed).await.get("/api/clients/profile").await.expect(200);
}

#[tokio::test]
async fn a_member_of_a_gym_without_a_known_time_zone_is_told_so() {
    let setup = MembersDoor::open().await;
    setup.set_password(setup.ahmed, "RX04AF").await;
    let member = setup.gym.member(&setup.router, setup.ahmed).await.with("accept-language", "en");
    for past_the_schema in [
        "alter table gyms drop constraint gyms_time_zone",
        "update gyms set time_zone = 'Mars/Olympus_Mons' where id = 1",
    ] {
        sqlx::query(past_the_schema).execute(&setup.gym.db.owner).await.unwrap();
    }
    member.get("/api/clients/me").await.refused(503, "GYM_DAMAGED");
    let visitor = setup.gym.visitor(&setup.router);
    let typed = json!({ "phone": PHONE, "password": "RX04AF" });
    visitor.post("/api/client/auth/login", typed).await.refused(503, "GYM_DAMAGED");
}
