//! Profile, subscription, QR.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cast::{customer, subscription};

use crate::support::MembersDoor;

#[tokio::test]
async fn the_profile_has_what_every_screen_reads() {
    let setup = MembersDoor::open().await;
    sqlx::query("update customers set height_mm = 1750, weight_g = 80000, gender = 'male'")
        .execute(&setup.gym.db.owner)
        .await
        .unwrap();
    let id = subscription().insert(&setup.gym, setup.ahmed).await;
    let member = setup.gym.member(&setup.router, setup.ahmed).await;
    for path in ["/api/clients/profile", "/api/client/me", "/api/clients/me"] {
        let me = member.get(path).await.expect(200);
        assert_eq!(me.at("/data/weight"), 80);
        assert_eq!(me.at("/data/height"), 175);
        assert_eq!(me.at("/data/bmi"), 26.1);
        assert_eq!(me.at("/data/bmi_category"), "Overweight");
        assert_eq!(me.at("/data/branch_name"), "Dragon Club");
        assert_eq!(me.at("/data/subscription_status"), "active");
        assert_eq!(me.at("/data/has_active_subscription"), true);
        assert_eq!(me.at("/data/active_subscription/id"), id.get());
        assert_eq!(me.at("/data/active_subscription/display_metric"), "time");
        assert_eq!(me.at("/data/active_subscription/remaining_days"), 21);
        assert_eq!(me.at("/data/active_subscription/display_label"), "21 days left");
        assert_eq!(me.at("/data/active_subscription/end_date"), "2026-05-07");
        assert_eq!(me.at("/data/active_subscription/expiry_date"), "2026-05-07T23:59:59");
        assert_eq!(me.at("/data/gym/primary_color"), "#DC2626");
        assert!(me.at("/data/gym/id").is_i64());
    }
}

#[tokio::test]
async fn a_frozen_subscription_is_shown_and_an_active_one_comes_first() {
    let setup = MembersDoor::open().await;
    let member = setup.gym.member(&setup.router, setup.ahmed).await;
    let nothing = member.get("/api/client/me").await.expect(200);
    assert!(nothing.at("/data/active_subscription").is_null());
    assert_eq!(nothing.at("/data/subscription_status"), "inactive");
    subscription().frozen(-2, 5).insert(&setup.gym, setup.ahmed).await;
    let frozen = member.get("/api/client/me").await.expect(200);
    assert_eq!(frozen.at("/data/active_subscription/status"), "frozen");
    assert_eq!(frozen.at("/data/has_active_subscription"), false);
    assert_eq!(frozen.at("/data/active_subscription/freeze_history/0/freeze_date"), "2026-04-15");
    subscription().coins(7).insert(&setup.gym, setup.ahmed).await;
    let coins = member.get("/api/client/me").await.expect(200);
    assert_eq!(coins.at("/data/active_subscription/remaining_coins"), 7);
    assert_eq!(coins.at("/data/active_subscription/subscription_type"), "coins");
    assert!(coins.at("/data/active_subscription/end_date").is_null());
    assert_eq!(coins.at("/data/active_subscription/display_label"), "7 coins left");
}

#[tokio::test]
async fn the_subscription_answer_is_flat_and_documented_at_once() {
    let setup = MembersDoor::open().await;
    let member = setup.gym.member(&setup.router, setup.ahmed).await;
    assert!(
        member.get("/api/clients/subscription").await.expect(200).at("/data/current_subscription").is_null()
    );
    subscription().days(-60, Some(-31)).insert(&setup.gym, setup.ahmed).await;
    let current = subscription().sessions(4).insert(&setup.gym, setup.ahmed).await;
    let answer = member.get("/api/clients/subscription").await.expect(200);
    assert_eq!(answer.at("/data/id"), current.get());
    assert_eq!(answer.at("/data/remaining_sessions"), 4);
    assert_eq!(answer.at("/data/current_subscription/id"), current.get());
    assert_eq!(answer.at("/data/subscription_history/0/status"), "completed");
}

#[tokio::test]
async fn a_member_sees_only_their_own() {
    let setup = MembersDoor::open().await;
    let other = customer().named("Nada Said").insert(&setup.gym).await;
    subscription().insert(&setup.gym, other).await;
    let member = setup.gym.member(&setup.router, setup.ahmed).await;
    assert!(member.get("/api/client/me").await.at("/data/active_subscription").is_null());
}

#[tokio::test]
async fn the_qr_code_is_a_png_of_the_text_and_the_token_is_short_lived() {
    let setup = MembersDoor::open().await;
    let member = setup.gym.member(&setup.router, setup.ahmed).await;
    let answer = member.get("/api/clients/qr").await.expect(200);
    assert_eq!(answer.at("/data/qr_code"), &serde_json::json!(format!("customer_id:{}", setup.ahmed)));
    assert_eq!(answer.at("/data/customer_name"), "Ahmed Hassan");
    assert_eq!(answer.at("/data/expires_at"), "2026-04-17T21:31:00Z");
    let png = STANDARD.decode(answer.at("/data/qr_image_base64").as_str().unwrap()).unwrap();
    assert!(png.starts_with(b"\x89PNG"));
    for path in ["/api/client/refresh-qr", "/api/client/qr/refresh", "/api/clients/refresh-qr"] {
        let fresh = member.post_empty(path).await.expect(200);
        assert_eq!(fresh.at("/status"), "success");
        assert_ne!(fresh.at("/data/qr_token"), answer.at("/data/qr_token"));
    }
}
