//! A person who is a member of several gyms with one number.

use base::vocabulary::CustomerId;
use cast::{Answered, Caller, customer};
use serde_json::{Value, json};

use crate::support::{EMAIL, MembersDoor, PHONE};

/// Another gym writes down Ahmed's number.
async fn at_delta(setup: &MembersDoor) -> CustomerId {
    customer().named("Ahmad Hasan").phone("+201234567890").of_branch(3).insert(&setup.gym).await
}

async fn with_code(setup: &MembersDoor, visitor: &Caller, gym: Option<i64>) -> Answered {
    visitor
        .post("/api/clients/request-activation", json!({ "identifier": PHONE, "gym_id": gym }))
        .await
        .expect(200);
    let code = setup.newest_code().await;
    let body = json!({ "identifier": PHONE, "activation_code": code, "gym_id": gym });
    visitor.post("/api/clients/verify-activation", body).await.expect(200)
}

fn accounts(answer: &Value) -> Vec<(i64, &str, bool)> {
    answer
        .as_array()
        .unwrap()
        .iter()
        .map(|account| {
            (
                account["customer_id"].as_i64().unwrap(),
                account["gym_name"].as_str().unwrap(),
                account["is_current"].as_bool().unwrap(),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_code_signs_in_to_the_gym_of_before_although_another_has_written_down_the_number() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    with_code(&setup, &visitor, None).await;
    let (nile, delta) = (setup.ahmed, at_delta(&setup).await);
    let answer = with_code(&setup, &visitor, None).await;
    assert_eq!(answer.at("/data/client/id"), nile.get());
    assert_eq!(
        accounts(answer.at("/data/accounts")),
        [(nile.get(), "Nile Fitness", true), (delta.get(), "Delta Fitness", false)]
    );
}

#[tokio::test]
async fn the_oldest_answers_where_none_was_used_and_a_named_gym_where_one_is_named() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    let delta = at_delta(&setup).await;
    assert_eq!(with_code(&setup, &visitor, None).await.at("/data/client/id"), setup.ahmed.get());
    setup.gym.clock.advance(chrono::TimeDelta::seconds(1));
    assert_eq!(with_code(&setup, &visitor, Some(2)).await.at("/data/client/id"), delta.get());
    // The one used last, from now on.
    setup.gym.clock.advance(chrono::TimeDelta::minutes(11));
    assert_eq!(with_code(&setup, &visitor, None).await.at("/data/client/id"), delta.get());
    let nowhere = json!({ "identifier": PHONE, "gym_id": 9 });
    visitor.post("/api/clients/request-activation", nowhere).await.expect(200);
    assert_eq!(setup.send_codes().await, 0);
}

#[tokio::test]
async fn a_proved_number_goes_from_gym_to_gym_without_a_new_code() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    let (nile, delta) = (setup.ahmed, at_delta(&setup).await);
    let stranger = customer().phone("+201000000009").of_branch(3).insert(&setup.gym).await;
    let signed_in = with_code(&setup, &visitor, None).await;
    let bearer = |answer: &Answered| format!("Bearer {}", answer.at("/data/access_token").as_str().unwrap());
    let at_nile = visitor.clone().with("authorization", bearer(&signed_in));
    for wrong in [stranger.get(), 0, 999_999] {
        let body = json!({ "customer_id": wrong });
        at_nile.post("/api/clients/auth/switch", body).await.refused(404, "NOT_FOUND");
    }
    at_nile.post("/api/clients/auth/switch", json!({})).await.refused(400, "MISSING_FIELDS");
    setup.gym.clock.advance(chrono::TimeDelta::seconds(1));
    let switched =
        at_nile.post("/api/clients/auth/switch", json!({ "customer_id": delta.get() })).await.expect(200);
    assert_eq!(switched.at("/data/client/id"), delta.get());
    assert_eq!(switched.at("/data/gym/name"), "Delta Fitness");
    at_nile.get("/api/clients/me").await.refused(401, "SIGNED_OUT");
    let refresh = json!({ "refresh_token": signed_in.at("/data/refresh_token") });
    visitor.post("/api/clients/refresh", refresh).await.refused(403, "INVALID_REFRESH_TOKEN");
    let at_delta = visitor.clone().with("authorization", bearer(&switched));
    assert_eq!(at_delta.get("/api/clients/me").await.expect(200).at("/data/id"), delta.get());
    let own = at_delta.get("/api/clients/auth/accounts").await.expect(200);
    assert_eq!(
        accounts(own.at("/data")),
        [(delta.get(), "Delta Fitness", true), (nile.get(), "Nile Fitness", false)]
    );
    // And back.
    at_delta.post("/api/clients/auth/switch", json!({ "customer_id": nile.get() })).await.expect(200);
}

#[tokio::test]
async fn an_account_that_left_the_number_or_was_switched_off_is_not_one_s_own() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    let delta = at_delta(&setup).await;
    let signed_in = with_code(&setup, &visitor, None).await;
    let me = visitor
        .clone()
        .with("authorization", format!("Bearer {}", signed_in.at("/data/access_token").as_str().unwrap()));
    for change in [
        "update customers set is_active = false where gym_id = 2",
        "update customers set is_active = true, phone = '+201000000007' where gym_id = 2",
        // His own number has changed: what was proved is not his any more.
        "update customers set phone = '+201000000008' where gym_id = 1",
    ] {
        sqlx::query(change).execute(&setup.gym.db.owner).await.unwrap();
        let body = json!({ "customer_id": delta.get() });
        me.post("/api/clients/auth/switch", body).await.refused(404, "NOT_FOUND");
    }
    let own = me.get("/api/clients/auth/accounts").await.expect(200);
    assert_eq!(accounts(own.at("/data")), []);
}

/// The desk of a gym knows the first password of whomever it registers.
#[tokio::test]
async fn a_password_proves_one_account_and_leads_to_no_other_gym() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    let delta = at_delta(&setup).await;
    setup.set_password(setup.ahmed, "RX04AF").await;
    setup.set_password(delta, "QQ11QQ").await;
    let sign_in = |password: &str, gym: Option<i64>| {
        let body = json!({ "phone": PHONE, "password": password, "gym_id": gym });
        let visitor = visitor.clone();
        async move { visitor.post("/api/clients/auth/login", body).await }
    };
    sign_in("QQ11QQ", None).await.refused(401, "INVALID_CREDENTIALS");
    sign_in("RX04AF", Some(2)).await.refused(401, "INVALID_CREDENTIALS");
    let answer = sign_in("QQ11QQ", Some(2)).await.expect(200);
    assert_eq!(answer.at("/data/client/id"), delta.get());
    assert_eq!(accounts(answer.at("/data/accounts")), []);
    let me = visitor
        .clone()
        .with("authorization", format!("Bearer {}", answer.at("/data/access_token").as_str().unwrap()));
    let body = json!({ "customer_id": setup.ahmed.get() });
    me.post("/api/clients/auth/switch", body).await.refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_new_password_is_for_the_account_that_the_code_was_sent_to() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    setup.set_password(setup.ahmed, "RX04AF").await;
    let delta = at_delta(&setup).await;
    let forgotten = json!({ "identifier": PHONE, "gym_id": 2 });
    visitor.post("/api/clients/auth/forgot-password", forgotten).await.expect(200);
    let code = setup.newest_code().await;
    let body = json!({ "identifier": PHONE, "code": code, "new_password": "a new password" });
    let answer = visitor.post("/api/clients/auth/reset-password", body).await.expect(200);
    assert_eq!(answer.at("/data/gym_name"), "Delta Fitness");
    assert_eq!(
        setup.count("select id from customers where password_changed").await,
        delta.get(),
        "the other gym's password is as it was"
    );
    // Without a gym it is the one of before.
    visitor.post("/api/clients/auth/forgot-password", json!({ "identifier": PHONE })).await.expect(200);
    let body =
        json!({ "identifier": PHONE, "code": setup.newest_code().await, "new_password": "a newer password" });
    let answer = visitor.post("/api/clients/auth/reset-password", body).await.expect(200);
    assert_eq!(answer.at("/data/gym_name"), "Nile Fitness");
}

/// A code was sent; before it is used the desk writes down another number.
#[tokio::test]
async fn a_code_does_not_outlive_its_number() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    for (ask, use_it) in [
        ("/api/clients/request-activation", "/api/clients/verify-activation"),
        ("/api/clients/auth/forgot-password", "/api/clients/auth/reset-password"),
    ] {
        visitor.post(ask, json!({ "identifier": EMAIL })).await.expect(200);
        let code = setup.newest_code().await;
        sqlx::query("update customers set email = 'new@example.com'")
            .execute(&setup.gym.db.owner)
            .await
            .unwrap();
        let body = json!({ "identifier": EMAIL, "code": code, "new_password": "a new password" });
        assert_eq!(visitor.post(use_it, body).await.code(), "INVALID_CODE");
        sqlx::query("update customers set email = 'ahmed@example.com'")
            .execute(&setup.gym.db.owner)
            .await
            .unwrap();
    }
    assert_eq!(setup.count("select count(*) from member_sessions").await, 0);
}
