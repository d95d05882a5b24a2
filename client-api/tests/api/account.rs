//! One's own account: password, language, deletion.

use serde_json::json;

use crate::support::{MembersDoor, PHONE};

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_keeps_this_one() {
    let setup = MembersDoor::open().await;
    setup.set_password(setup.ahmed, "RX04AF").await;
    let other = setup.gym.member(&setup.router, setup.ahmed).await;
    let member = setup.gym.member(&setup.router, setup.ahmed).await;
    let wrong = json!({ "current_password": "XX00XX", "new_password": "my own secret" });
    member.post("/api/client/change-password", wrong).await.refused(400, "WRONG_PASSWORD");
    let same = json!({ "current_password": "RX04AF", "new_password": "RX04AF" });
    member.post("/api/client/change-password", same).await.refused(400, "SAME_PASSWORD");
    let right = json!({ "current_password": "RX04AF", "new_password": "my own secret" });
    let answer = member.post("/api/client/change-password", right).await.expect(200);
    assert!(answer.at("/data/access_token").is_string());
    member.get("/api/client/me").await.expect(200);
    other.get("/api/client/me").await.refused(401, "SIGNED_OUT");
    let sign_in = json!({ "phone": PHONE, "password": "my own secret" });
    let answer = setup.gym.visitor(&setup.router).post("/api/client/auth/login", sign_in).await.expect(200);
    assert_eq!(answer.at("/data/password_changed"), true);
}

#[tokio::test]
async fn a_member_without_a_password_sets_the_first_one_freely() {
    let setup = MembersDoor::open().await;
    let member = setup.gym.member(&setup.router, setup.ahmed).await;
    member.post("/api/client/change-password", json!({ "new_password": "my own secret" })).await.expect(200);
    member
        .post("/api/client/change-password", json!({ "new_password": "another one" }))
        .await
        .refused(400, "WRONG_PASSWORD");
}

#[tokio::test]
async fn the_chosen_language_is_spoken_at_once() {
    let setup = MembersDoor::open().await;
    let member = setup.gym.member(&setup.router, setup.ahmed).await;
    member
        .patch("/api/client/language", json!({ "preferred_language": "fr" }))
        .await
        .refused(400, "UNKNOWN_LANGUAGE");
    member.patch("/api/client/language", json!({})).await.refused(400, "MISSING_FIELDS");
    member.patch("/api/client/language", json!({ "preferred_language": "ar" })).await.expect(200);
    let me = member.get("/api/client/me").await.expect(200);
    assert_eq!(me.at("/data/preferred_language"), "ar");
    assert_eq!(me.at("/data/bmi_category"), "وزن طبيعي");
    let refused =
        member.post("/api/client/change-password", json!({ "new_password": "1" })).await.expect(400);
    assert!(refused.at("/message").as_str().unwrap().contains("كلمة المرور"), "{}", refused.body);
}

#[tokio::test]
async fn deletion_is_asked_for_again_without_harm_and_taken_back() {
    let setup = MembersDoor::open().await;
    let member = setup.gym.member(&setup.router, setup.ahmed).await;
    let first = member.post_empty("/api/client/account/delete-request").await.expect(200);
    setup.gym.clock.advance(chrono::TimeDelta::hours(1));
    let second = member.post_empty("/api/client/account/delete-request").await.expect(200);
    assert_eq!(first.at("/data"), second.at("/data"));
    assert!(member.get("/api/client/me").await.at("/data/deletion_requested_at").is_string());
    member.delete("/api/client/account/delete-request").await.expect(200);
    assert!(member.get("/api/client/me").await.at("/data/deletion_requested_at").is_null());
}
