//! What members were refused, as the audit log keeps it.

use serde_json::json;

use crate::support::{EMAIL, MembersDoor, PHONE};

/// Action, gym, kind and id of the account, and the whole row as text.
type Row = (String, Option<i64>, Option<String>, Option<i64>, String);

async fn rows(setup: &MembersDoor) -> Vec<Row> {
    sqlx::query_as(
        "select action, gym_id, subject_kind, subject_id, l::text from audit_log l where refused_as is not null order by id",
    )
    .fetch_all(&setup.gym.db.owner)
    .await
    .expect("rows")
}

#[tokio::test]
async fn a_wrong_password_or_code_names_the_account_and_nothing_that_was_typed() {
    let setup = MembersDoor::open().await;
    setup.set_password(setup.ahmed, "demo-gym-2026").await;
    let visitor = setup.gym.visitor(&setup.router);
    for phone in [PHONE, "01000000001"] {
        let body = json!({ "phone": phone, "password": "typed-wrong" });
        visitor.post("/api/clients/login", body).await.refused(401, "INVALID_CREDENTIALS");
    }
    for identifier in [EMAIL, "nobody@example.com"] {
        let body = json!({ "identifier": identifier, "activation_code": "271828" });
        visitor.post("/api/clients/verify-activation", body).await.refused(401, "INVALID_CODE");
    }
    let body = json!({ "identifier": PHONE, "code": "271828", "new_password": "a-new-one-26" });
    visitor.post("/api/clients/auth/reset-password", body).await.refused(400, "INVALID_CODE");
    let rows = rows(&setup).await;
    let told: Vec<_> = rows.iter().map(|row| (row.0.as_str(), row.1, row.2.as_deref(), row.3)).collect();
    let ahmed = Some(setup.ahmed.get());
    assert_eq!(
        told,
        [
            ("account.sign_in_refused", Some(1), Some("customer"), ahmed),
            ("account.sign_in_refused", None, None, None),
            ("account.code_refused", Some(1), Some("customer"), ahmed),
            ("account.code_refused", None, None, None),
            ("account.code_refused", Some(1), Some("customer"), ahmed),
        ]
    );
    for (.., text) in &rows {
        for secret in ["234567890", "000000001", "ahmed@", "nobody@", "271828", "typed-wrong", "192.0.2.7"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[tokio::test]
async fn a_wrong_current_password_is_told_with_whose_it_was() {
    let setup = MembersDoor::open().await;
    setup.set_password(setup.ahmed, "demo-gym-2026").await;
    let member = setup.gym.member(&setup.router, setup.ahmed).await;
    let body = json!({ "current_password": "typed-wrong", "new_password": "a-new-one-26" });
    member.post("/api/client/change-password", body).await.refused(400, "WRONG_PASSWORD");
    let rows = rows(&setup).await;
    let [(action, gym, .., text)] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((action.as_str(), *gym), ("account.password_refused", Some(1)));
    assert!(text.contains(&setup.ahmed.to_string()) && !text.contains("typed-wrong"), "{text}");
}

#[tokio::test]
async fn codes_that_are_asked_for_too_often_are_a_lock_out() {
    let setup = MembersDoor::open().await;
    let visitor = setup.gym.visitor(&setup.router);
    let ask = json!({ "identifier": PHONE });
    for _ in 0..3 {
        visitor.post("/api/clients/request-activation", ask.clone()).await.expect(200);
    }
    visitor.post("/api/clients/request-activation", ask).await.expect(429);
    let rows = rows(&setup).await;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].0.as_str(), rows[0].3), ("account.locked_out", Some(setup.ahmed.get())));
}

#[tokio::test]
async fn a_staff_token_at_the_members_door_is_refused_access() {
    let setup = MembersDoor::open().await;
    setup
        .gym
        .staff(&setup.router, "owner")
        .await
        .get("/api/clients/profile")
        .await
        .refused(403, "UNAUTHORIZED");
    let rows = rows(&setup).await;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].0.as_str(), rows[0].1), ("account.access_refused", None));
}
