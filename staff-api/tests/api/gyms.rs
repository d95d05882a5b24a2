//! The gym: its brand, its rules, and switching it off.

use cast::{Gym, customer};
use insta::assert_json_snapshot;
use serde_json::json;

#[tokio::test]
async fn a_super_admin_reads_every_gym_with_its_size() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    customer().insert(&gym).await;
    customer().of_branch(2).insert(&gym).await;
    customer().inactive().insert(&gym).await;
    let answer = gym.staff(&router, "superadmin").await.get("/api/gyms").await.expect(200);
    assert_eq!(answer.at("/success"), true);
    assert_json_snapshot!(answer.at("/data/0"), @r##"
    {
      "branch_count": 2,
      "calling_code": "20",
      "created_at": "2025-01-01T10:00:00",
      "created_at_utc": "2025-01-01T08:00:00Z",
      "currency": "EGP",
      "customer_count": 2,
      "id": 1,
      "is_active": true,
      "is_setup_complete": true,
      "language": "ar",
      "logo_url": null,
      "name": "Nile Fitness",
      "owner_id": 1002,
      "owner_name": "Olfat Nour",
      "owner_username": "owner",
      "primary_color": "#DC2626",
      "secondary_color": "#EF4444",
      "staff_count": 10,
      "time_zone": "Africa/Cairo",
      "week_starts_on": "saturday"
    }
    "##);
    assert_eq!(answer.at("/data/1/customer_count"), 0);
    assert_eq!(answer.at("/data/2"), &json!(null));
}

#[tokio::test]
async fn nobody_else_reads_or_switches_gyms() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    for name in ["owner", "regional1", "manager1", "reception1", "trainer1", "accountant_c"] {
        let caller = gym.staff(&router, name).await;
        caller.get("/api/gyms").await.refused(403, "NOT_ALLOWED");
        caller.get("/api/gyms/1/branches").await.refused(403, "NOT_ALLOWED");
        caller.put("/api/gyms/1", json!({ "is_active": false })).await.refused(403, "NOT_ALLOWED");
    }
    gym.visitor(&router).get("/api/gyms").await.refused(401, "SIGNED_OUT");
}

#[tokio::test]
async fn switching_a_gym_off_signs_everybody_out_and_on_again_lets_them_sign_in() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    let member = gym.member(&router, mona).await;
    let owner = gym.staff(&router, "owner").await;
    let elsewhere = gym.staff(&router, "owner_b").await;
    let admin = gym.staff(&router, "superadmin").await;

    let off = admin.put("/api/gyms/1", json!({ "is_active": false })).await.expect(200);
    assert_eq!((off.at("/data/id"), off.at("/data/is_active")), (&json!(1), &json!(false)));
    assert_eq!(
        (off.at("/data/staff_sessions_ended"), off.at("/data/member_sessions_ended")),
        (&json!(1), &json!(1))
    );
    owner.get("/api/gyms/my-gym").await.refused(401, "SIGNED_OUT");
    let device = json!({ "fcm_token": "t", "app_type": "client", "platform": "web" });
    member.post("/api/notifications/register-device", device).await.refused(401, "SIGNED_OUT");
    elsewhere.get("/api/gyms/my-gym").await.expect(200);

    let again = admin.put("/api/gyms/1", json!({ "is_active": false })).await.expect(200);
    assert_eq!(again.at("/data/staff_sessions_ended"), 0);
    admin.put("/api/gyms/1", json!({ "is_active": true })).await.expect(200);
    owner.get("/api/gyms/my-gym").await.refused(401, "SIGNED_OUT");
    gym.staff(&router, "owner").await.get("/api/gyms/my-gym").await.expect(200);
}

#[tokio::test]
async fn a_switch_needs_a_gym_and_a_position() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let admin = gym.staff(&router, "superadmin").await;
    admin.put("/api/gyms/99", json!({ "is_active": false })).await.refused(404, "GYM_NOT_FOUND");
    admin.get("/api/gyms/99/branches").await.refused(404, "GYM_NOT_FOUND");
    admin.put("/api/gyms/1", json!({})).await.refused(400, "MISSING_FIELDS");
    admin.put("/api/gyms/1", json!({ "is_active": "no" })).await.refused(400, "INVALID_FIELD");
    admin.put("/api/gyms/x", json!({ "is_active": true })).await.refused(400, "INVALID_ID");
}

#[tokio::test]
async fn a_super_admin_reads_the_branches_of_a_gym_as_a_bare_array() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    customer().insert(&gym).await;
    let answer = gym.staff(&router, "superadmin").await.get("/api/gyms/1/branches").await.expect(200);
    let rows = answer.at("/data").as_array().expect("a bare array");
    assert_eq!(rows.len(), 2);
    assert_eq!((&rows[0]["name"], &rows[0]["city"]), (&json!("Dragon Club"), &json!("Cairo")));
    assert_eq!((&rows[0]["customers_count"], &rows[0]["staff_count"]), (&json!(1), &json!(4)));
    assert_eq!((&rows[0]["active_subscriptions"], &rows[0]["is_active"]), (&json!(0), &json!(true)));
}

#[tokio::test]
async fn everybody_who_works_at_a_gym_reads_its_brand() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    for name in ["owner", "reception2", "trainer1", "accountant_r"] {
        let answer = gym.staff(&router, name).await.get("/api/gyms/my-gym").await.expect(200);
        assert_eq!(answer.at("/data/id"), 1, "{name}");
    }
    let other = gym.staff(&router, "reception_b").await.get("/api/gyms/my-gym").await.expect(200);
    assert_eq!(other.at("/data/name"), "Delta Fitness");
    gym.staff(&router, "superadmin").await.get("/api/gyms/my-gym").await.refused(403, "NOT_ALLOWED");
}

#[tokio::test]
async fn an_owner_sets_up_the_gym_and_what_is_not_sent_stays() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let body = json!({ "name": "  Nile   Fitness 2 ", "primary_color": "#00aa11", "secondary_color": "#112233",
        "logo_url": "https://cdn.example.com/logo.png", "is_setup_complete": true });
    let answer = owner.put("/api/gyms/setup", body).await.expect(200);
    assert_eq!(
        (answer.at("/data/name"), answer.at("/data/primary_color")),
        (&json!("Nile Fitness 2"), &json!("#00AA11"))
    );
    assert_eq!(answer.at("/data/is_setup_complete"), true);
    let answer = owner.put("/api/gyms/setup", json!({ "secondary_color": "#445566" })).await.expect(200);
    assert_eq!(answer.at("/data/logo_url"), "https://cdn.example.com/logo.png");
    assert_eq!(
        (answer.at("/data/name"), answer.at("/data/secondary_color")),
        (&json!("Nile Fitness 2"), &json!("#445566"))
    );
    let other = gym.staff(&router, "owner_b").await.get("/api/gyms/my-gym").await.expect(200);
    assert_eq!(other.at("/data/name"), "Delta Fitness");
}

#[tokio::test]
async fn a_brand_that_no_app_can_draw_is_refused() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let put = async |body| owner.put("/api/gyms/setup", body).await;
    put(json!({ "primary_color": "red" })).await.refused(400, "COLOR_INVALID");
    put(json!({ "logo_url": "javascript:alert(1)" })).await.refused(400, "URL_INVALID");
    put(json!({ "name": "x".repeat(101) })).await.refused(400, "TEXT_TOO_LONG");
    let both = put(json!({ "primary_color": "red", "secondary_color": "blue" })).await.expect(400);
    assert!(both.at("/errors/primary_color").is_string() && both.at("/errors/secondary_color").is_string());
    let body = json!({ "name": "Mine" });
    gym.staff(&router, "manager1").await.put("/api/gyms/setup", body).await.refused(403, "NOT_ALLOWED");
}

#[tokio::test]
async fn rules_have_their_defaults_until_the_owner_decides() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let answer = owner.get("/api/gyms/settings").await.expect(200);
    let expected = [
        ("training_opens_door", false),
        ("enter_any_branch", false),
        ("managers_may_override", true),
        ("desk_sees_temporary_passwords", true),
    ];
    for (key, on) in expected {
        let rule = answer.at(&format!("/data/rules/{key}"));
        assert_eq!((&rule["value"], &rule["default"]), (&json!(on), &json!(on)), "{key}");
        assert!(rule["label_ar"].is_string() && rule["label_en"].is_string(), "{key}");
    }
    assert_eq!(answer.at("/data/rules").as_object().map(serde_json::Map::len), Some(4));
}

#[tokio::test]
async fn an_owner_switches_one_rule_and_only_of_the_own_gym() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    for on in [true, false, true] {
        let body = json!({ "rules": { "enter_any_branch": on } });
        let answer = owner.put("/api/gyms/settings", body).await.expect(200);
        assert_eq!(answer.at("/data/rules/enter_any_branch/value"), on);
    }
    let answer = owner.get("/api/gyms/settings").await.expect(200);
    assert_eq!(answer.at("/data/rules/enter_any_branch/value"), true);
    assert_eq!(answer.at("/data/rules/managers_may_override/value"), true);
    let other = gym.staff(&router, "owner_b").await.get("/api/gyms/settings").await.expect(200);
    assert_eq!(other.at("/data/rules/enter_any_branch/value"), false);
}

#[tokio::test]
async fn what_is_no_rule_or_no_switch_is_refused_and_changes_nothing() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let put = async |rules| owner.put("/api/gyms/settings", json!({ "rules": rules })).await;
    put(json!({ "free_entry": true })).await.refused(400, "UNKNOWN_RULE");
    put(json!({ "enter_any_branch": "true" })).await.refused(400, "RULE_NOT_A_SWITCH");
    put(json!({ "enter_any_branch": null })).await.refused(400, "RULE_NOT_A_SWITCH");
    put(json!({ "enter_any_branch": true, "free_entry": true })).await.refused(400, "UNKNOWN_RULE");
    put(json!({})).await.refused(400, "MISSING_FIELDS");
    put(json!([])).await.refused(400, "INVALID_FIELD");
    owner.put("/api/gyms/settings", json!({})).await.refused(400, "MISSING_FIELDS");
    let answer = owner.get("/api/gyms/settings").await.expect(200);
    assert_eq!(answer.at("/data/rules/enter_any_branch/value"), false);
    for name in ["regional1", "manager1", "reception1", "accountant_c"] {
        let body = json!({ "rules": { "enter_any_branch": true } });
        gym.staff(&router, name).await.put("/api/gyms/settings", body).await.refused(403, "NOT_ALLOWED");
    }
}

#[tokio::test]
async fn a_gym_whose_time_zone_is_none_shuts_itself_and_no_other() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let [owner, other, admin] = [
        gym.staff(&router, "owner").await,
        gym.staff(&router, "owner_b").await,
        gym.staff(&router, "superadmin").await,
    ];
    for past_the_schema in [
        "alter table gyms drop constraint gyms_time_zone",
        "update gyms set time_zone = 'Mars/Olympus_Mons' where id = 1",
    ] {
        sqlx::query(past_the_schema).execute(&gym.db.owner).await.unwrap();
    }
    let told = owner.with("accept-language", "en").get("/api/gyms/my-gym").await.refused(503, "GYM_DAMAGED");
    assert!(told.at("/message").as_str().unwrap().contains("time zone"), "{}", told.body);
    let desk = gym.visitor(&router);
    let sign_in = |name: &str, password: &str| json!({ "username": name, "password": password });
    desk.post("/api/auth/login", sign_in("reception1", cast::PASSWORD)).await.refused(503, "GYM_DAMAGED");
    desk.post("/api/auth/login", sign_in("reception1", "wrong")).await.refused(401, "INVALID_CREDENTIALS");

    desk.post("/api/auth/login", sign_in("reception_b", cast::PASSWORD)).await.expect(200);
    other.get("/api/gyms/my-gym").await.expect(200);
    let all = admin.get("/api/gyms").await.expect(200);
    assert_eq!(all.at("/data/0/time_zone"), "Mars/Olympus_Mons", "whoever mends it sees it");
    assert_eq!(all.at("/data/1/time_zone"), "Africa/Cairo");
    admin.get("/api/gyms/1/branches").await.refused(503, "GYM_DAMAGED");
    admin.get("/api/gyms/2/branches").await.expect(200);
}
