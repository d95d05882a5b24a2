//! Codes: asking, guessing, choosing a new password.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{EMAIL, MembersDoor, PHONE};

#[tokio::test]
async fn a_code_comes_by_sms_and_signs_in_once() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    let asked =
        visitor.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await.expect(200);
    assert_eq!(asked.at("/data/expires_in"), 600);
    assert_eq!(asked.at("/data/identifier_type"), "phone");
    let code = setup.newest_code().await;
    let body = json!({ "identifier": "+20 123 456 7890", "activation_code": code });
    let answer = visitor.post("/api/clients/verify-activation", body.clone()).await.expect(200);
    assert_eq!(answer.at("/data/client/id"), setup.ahmed.get());
    assert_eq!(answer.at("/data/customer/id"), setup.ahmed.get());
    assert_eq!(answer.at("/data/token_type"), "Bearer");
    assert_eq!(answer.at("/data/expires_in"), 86400);
    assert_eq!(answer.at("/data/gym/name"), "Nile Fitness");
    assert!(answer.at("/data/refresh_token").is_string());
    visitor.post("/api/clients/verify-activation", body).await.refused(401, "INVALID_CODE");
}

#[tokio::test]
async fn a_code_comes_by_mail_in_the_account_s_language_and_under_the_other_names() {
    let setup = MembersDoor::open().await;
    sqlx::query("update customers set preferred_language = 'ar'").execute(&setup.gym.db.owner).await.unwrap();
    let visitor = setup.gym.visitor(&setup.router);
    let asked =
        visitor.post("/api/client/request-activation", json!({ "identifier": " Ahmed@Example.com " })).await;
    assert_eq!(asked.expect(200).at("/data/identifier_type"), "email");
    let subject = setup.newest_message().await.subject.unwrap();
    assert!(subject.contains("رمز"), "{subject}");
    let code = setup.newest_code().await;
    let body = json!({ "email": EMAIL, "code": code });
    visitor.post("/api/client/verify-activation", body).await.expect(200);
}

#[tokio::test]
async fn known_and_unknown_identifiers_get_the_same_bytes_and_leave_the_same_rows() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    let ask = async |who: &str| {
        visitor.post("/api/clients/request-activation", json!({ "identifier": who })).await.expect(200).bytes
    };
    assert_eq!(ask(PHONE).await, ask("01000000001").await);
    assert_eq!(ask(EMAIL).await, ask("nobody@example.com").await);
    assert_eq!(setup.count("select count(*) from one_time_codes").await, 4);
    assert_eq!(setup.count("select count(*) from outbox where state = 'waiting'").await, 2);
    assert_eq!(setup.count("select count(*) from outbox where state = 'withheld'").await, 2);
    let guess = async |who: &str| {
        let body = json!({ "identifier": who, "activation_code": "000000" });
        let answer = visitor
            .clone()
            .with("x-request-id", "the-same-request")
            .post("/api/clients/verify-activation", body)
            .await
            .refused(401, "INVALID_CODE");
        answer.bytes
    };
    assert_eq!(guess(PHONE).await, guess("01000000001").await);
    assert_eq!(guess(PHONE).await, guess("01099999999").await);
}

#[tokio::test]
async fn the_fourth_code_within_ten_minutes_is_refused_for_known_and_unknown_alike() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    for who in [PHONE, "01000000001"] {
        let body = json!({ "identifier": who });
        for _ in 0..3 {
            visitor.post("/api/clients/request-activation", body.clone()).await.expect(200);
        }
        let refused =
            visitor.post("/api/clients/request-activation", body).await.refused(429, "RATE_LIMIT_EXCEEDED");
        assert!(refused.headers.contains_key("retry-after"));
    }
    setup.gym.clock.advance(TimeDelta::seconds(601));
    visitor.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await.expect(200);
}

#[tokio::test]
async fn a_code_is_over_after_ten_minutes_and_when_a_newer_one_was_asked_for() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    let ask = json!({ "identifier": PHONE });
    visitor.post("/api/clients/request-activation", ask.clone()).await.expect(200);
    let first = setup.newest_code().await;
    visitor.post("/api/clients/request-activation", ask).await.expect(200);
    let second = setup.newest_code().await;
    let with = |code: &str| json!({ "identifier": PHONE, "activation_code": code });
    if first != second {
        visitor.post("/api/clients/verify-activation", with(&first)).await.refused(401, "INVALID_CODE");
    }
    setup.gym.clock.advance(TimeDelta::seconds(600));
    visitor.post("/api/clients/verify-activation", with(&second)).await.refused(401, "INVALID_CODE");
}

#[tokio::test]
async fn the_sixth_guess_is_not_evaluated_even_if_it_is_right() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    visitor.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await.expect(200);
    let code = setup.newest_code().await;
    for _ in 0..5 {
        let wrong = json!({ "identifier": PHONE, "activation_code": "99999" });
        visitor.post("/api/clients/verify-activation", wrong).await.refused(401, "INVALID_CODE");
    }
    let right = json!({ "identifier": PHONE, "activation_code": code });
    visitor.post("/api/clients/verify-activation", right).await.refused(401, "INVALID_CODE");
}

#[tokio::test]
async fn at_any_concurrency_five_guesses_are_evaluated_and_a_right_code_works_once() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    visitor.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await.expect(200);
    let code = setup.newest_code().await;
    let guess = |code: &str| {
        let visitor = visitor.clone();
        let body = json!({ "identifier": PHONE, "activation_code": code });
        async move { visitor.post("/api/clients/verify-activation", body).await.status.as_u16() }
    };
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        callers.spawn(guess(&code));
    }
    let mut statuses = callers.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(setup.count("select count(*) from member_sessions").await, 1);

    visitor.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await.expect(200);
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..9 {
        callers.spawn(guess("1"));
    }
    callers.join_all().await;
    assert_eq!(setup.count("select guesses::bigint from one_time_codes order by id desc limit 1").await, 5);
}

#[tokio::test]
async fn a_deactivated_member_s_code_is_never_sent() {
    let setup = MembersDoor::open().await;
    sqlx::query("update customers set is_active = false").execute(&setup.gym.db.owner).await.unwrap();
    let visitor = setup.gym.visitor(&setup.router);
    visitor.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await.expect(200);
    assert_eq!(setup.count("select count(*) from outbox where state = 'waiting'").await, 0);
}

#[tokio::test]
async fn what_names_nobody_is_refused() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    for path in ["/api/clients/request-activation", "/api/clients/auth/forgot-password"] {
        visitor.post(path, json!({})).await.refused(400, "MISSING_IDENTIFIER");
        visitor.post(path, json!({ "identifier": "  " })).await.refused(400, "MISSING_IDENTIFIER");
        visitor.post(path, json!({ "identifier": "gym" })).await.refused(400, "INVALID_IDENTIFIER");
        visitor.post(path, json!({ "identifier": 12 })).await.refused(400, "INVALID_FIELD");
        visitor.post(path, json!({ "identifier": "0\u{0}1" })).await.refused(400, "NUL_CHARACTER");
        visitor.send("POST", path, None).await.refused(400, "EMPTY_BODY");
        visitor.send("POST", path, Some(b"{".to_vec())).await.refused(400, "INVALID_JSON");
        visitor.clone().with("content-type", "text/plain").post(path, json!({})).await.expect(415);
    }
    let body = json!({ "identifier": PHONE });
    visitor.post("/api/clients/verify-activation", body).await.refused(400, "MISSING_FIELDS");
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_and_every_session_ends() {
    let setup = MembersDoor::open().await;
    let old = setup.gym.member(&setup.router, setup.ahmed).await;
    let visitor = setup.gym.visitor(&setup.router);
    visitor.post("/api/clients/auth/forgot-password", json!({ "identifier": EMAIL })).await.expect(200);
    let code = setup.newest_code().await;
    let short = json!({ "identifier": EMAIL, "code": code, "new_password": "short" });
    visitor.post("/api/clients/auth/reset-password", short).await.refused(400, "PASSWORD_TOO_SHORT");
    let wrong = json!({ "identifier": EMAIL, "code": "1", "new_password": "a new password" });
    visitor.post("/api/clients/auth/reset-password", wrong).await.refused(400, "INVALID_CODE");
    let right = json!({ "identifier": EMAIL, "code": code, "new_password": " a new password " });
    visitor.post("/api/clients/auth/reset-password", right).await.expect(200);
    old.get("/api/clients/me").await.refused(401, "SIGNED_OUT");
    let sign_in = json!({ "phone": EMAIL, "password": "a new password" });
    visitor.post("/api/client/auth/login", sign_in).await.expect(200);
}

#[tokio::test]
async fn an_activation_code_does_not_reset_a_password() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    visitor.post("/api/clients/request-activation", json!({ "identifier": PHONE })).await.expect(200);
    let code = setup.newest_code().await;
    let body = json!({ "identifier": PHONE, "code": code, "new_password": "a new password" });
    visitor.post("/api/clients/auth/reset-password", body).await.refused(400, "INVALID_CODE");
}
