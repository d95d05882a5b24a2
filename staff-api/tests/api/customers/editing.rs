//! Editing customers, switching them off and on.

use cast::{Gym, customer};
use serde_json::json;

use super::{OPEN_SESSIONS, count, last_audit, path, run, same};

#[tokio::test]
async fn only_what_is_sent_changes() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().phone("+201077827638").email("mona@example.com").insert(&gym).await;
    let desk = gym.staff(&router, "reception1").await;
    let changed =
        desk.patch(&path(mona, ""), json!({ "full_name": "Mona Zaki", "weight": "70" })).await.expect(200);
    for (key, value) in [
        ("full_name", json!("Mona Zaki")),
        ("weight", json!(70)),
        ("bmi", json!(25.7)),
        ("phone", json!("01077827638")),
        ("email", json!("mona@example.com")),
        ("age", json!(30)),
        ("height", json!(165)),
        ("gender", json!("female")),
    ] {
        assert_eq!(changed.at(&format!("/data/{key}")), &value, "{key}");
    }
    let (action, subject, branch, detail) = last_audit(&gym).await;
    assert_eq!((action.as_str(), subject, branch), ("customers.edit", Some(mona.get()), Some(1)));
    assert_eq!(detail, Some(json!({ "changed": ["full_name", "weight"] })));
    let found = desk.get("/api/customers/search?q=zaki").await.expect(200);
    assert_eq!(found.at("/data/items/0/id"), mona.get());
    let same = desk.put(&path(mona, ""), json!({})).await.expect(200);
    assert_eq!(same.at("/data"), changed.at("/data"));
}

#[tokio::test]
async fn a_blank_or_null_takes_away_what_is_there() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().phone("+201077827638").email("mona@example.com").insert(&gym).await;
    let desk = gym.staff(&router, "reception1").await;
    let body = json!({ "phone": "", "email": null, "weight": " ", "age": null, "gender": "" });
    let changed = desk.put(&path(mona, ""), body).await.expect(200);
    for key in ["phone", "email", "weight", "age", "gender", "bmi", "bmr"] {
        assert_eq!(changed.at(&format!("/data/{key}")), &json!(null), "{key}");
    }
    assert_eq!(changed.at("/data/height"), 165);
    desk.put(&path(mona, ""), json!({ "full_name": "" })).await.refused(400, "MISSING_FIELDS");
}

#[tokio::test]
async fn somebody_elses_number_or_address_is_refused() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    customer().phone("+201077827638").email("mona@example.com").insert(&gym).await;
    let other = customer().phone("+201077827639").insert(&gym).await;
    let desk = gym.staff(&router, "reception1").await;
    desk.put(&path(other, ""), json!({ "phone": "01077827638" })).await.refused(409, "PHONE_TAKEN");
    desk.put(&path(other, ""), json!({ "email": "mona@example.com" })).await.refused(409, "EMAIL_TAKEN");
    desk.put(&path(other, ""), json!({ "phone": "01077827639" })).await.expect(200);
    let refused = desk.put(&path(other, ""), json!({ "phone": "x", "height": 3 })).await.expect(400);
    assert_eq!(refused.at("/errors").as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn a_customer_moves_between_branches_within_reach_of_both() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    let there = json!({ "branch_id": 2 });
    let desk = gym.staff(&router, "reception1").await;
    desk.put(&path(mona, ""), there.clone()).await.refused(404, "BRANCH_NOT_FOUND");
    let owner = gym.staff(&router, "owner").await;
    owner.put(&path(mona, ""), json!({ "branch_id": 3 })).await.refused(404, "BRANCH_NOT_FOUND");
    let moved = owner.put(&path(mona, ""), there).await.expect(200);
    assert_eq!(
        (moved.at("/data/branch_id"), moved.at("/data/branch_name")),
        (&json!(2), &json!("Phoenix Club"))
    );
    desk.get(&path(mona, "")).await.refused(404, "CUSTOMER_NOT_FOUND");
    run(&gym, "update branches set is_active = false where id = 1").await;
    owner.put(&path(mona, ""), json!({ "branch_id": 1 })).await.refused(409, "BRANCH_INACTIVE");
}

#[tokio::test]
async fn a_deactivated_customer_is_signed_out_and_may_come_back() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    gym.member_token(mona).await;
    let manager = gym.staff(&router, "manager1").await;
    let off = manager.post_empty(&path(mona, "/deactivate")).await.expect(200);
    assert_eq!(off.at("/data/is_active"), false);
    assert_eq!(count(&gym, OPEN_SESSIONS).await, 0);
    let (action, subject, _, detail) = last_audit(&gym).await;
    assert_eq!((action.as_str(), subject), ("customers.switch", Some(mona.get())));
    assert_eq!(detail, Some(json!({ "is_active": false })));
    let on = manager.post(&path(mona, "/activate"), json!({})).await.expect(200);
    assert_eq!(on.at("/data/is_active"), true);
    assert_eq!(count(&gym, OPEN_SESSIONS).await, 0);
    assert_eq!(manager.delete(&path(mona, "")).await.expect(200).at("/data/is_active"), false);
    assert_eq!(manager.delete(&path(mona, "")).await.expect(200).at("/data/is_active"), false);
}

#[tokio::test]
async fn a_foreign_customer_is_not_touched_and_answers_like_an_absent_one() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    for who in ["manager2", "owner_b"] {
        let caller = gym.staff(&router, who).await;
        let absent = caller.put("/api/customers/77777", json!({ "full_name": "X" })).await;
        let absent = absent.refused(404, "CUSTOMER_NOT_FOUND");
        same(&absent, &caller.put(&path(mona, ""), json!({ "full_name": "X" })).await);
        same(&absent, &caller.put(&path(mona, ""), json!({ "branch_id": 2 })).await);
        same(&absent, &caller.patch(&path(mona, ""), json!({ "full_name": "X" })).await);
        same(&absent, &caller.delete(&path(mona, "")).await);
        same(&absent, &caller.post_empty(&path(mona, "/deactivate")).await);
        same(&absent, &caller.post_empty(&path(mona, "/activate")).await);
        same(&absent, &caller.post_empty(&path(mona, "/reset-password")).await);
        same(&absent, &caller.post_empty(&path(mona, "/regenerate-qr")).await);
    }
    let row = gym.staff(&router, "owner").await.get(&path(mona, "")).await.expect(200);
    assert_eq!((row.at("/data/full_name"), row.at("/data/is_active")), (&json!("Mona Adel"), &json!(true)));
    assert_eq!(row.at("/data/qr_version"), 1);
}

#[tokio::test]
async fn roles_edit_and_switch_as_the_policy_says() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    for who in ["trainer1", "accountant1", "accountant_c", "superadmin"] {
        let caller = gym.staff(&router, who).await;
        caller.put(&path(mona, ""), json!({})).await.refused(403, "NOT_ALLOWED");
        caller.patch(&path(mona, ""), json!({})).await.refused(403, "NOT_ALLOWED");
        caller.post_empty(&path(mona, "/reset-password")).await.refused(403, "NOT_ALLOWED");
    }
    for who in ["trainer1", "accountant1", "reception1", "superadmin"] {
        let caller = gym.staff(&router, who).await;
        caller.delete(&path(mona, "")).await.refused(403, "NOT_ALLOWED");
        caller.post_empty(&path(mona, "/deactivate")).await.refused(403, "NOT_ALLOWED");
        caller.post_empty(&path(mona, "/activate")).await.refused(403, "NOT_ALLOWED");
    }
}

#[tokio::test]
async fn a_new_number_ends_the_sessions_of_the_old_one_and_the_old_one_is_told() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().phone("+201077827638").email("mona@example.com").insert(&gym).await;
    let desk = gym.staff(&router, "reception1").await;
    let told = async || -> Vec<serde_json::Value> {
        sqlx::query_scalar("select payload from outbox where kind = 'contact_changed' order by id")
            .fetch_all(&gym.db.owner)
            .await
            .unwrap()
    };
    gym.member_token(mona).await;
    desk.put(&path(mona, ""), json!({ "phone": "+20 107 782 7638", "weight": 61 })).await.expect(200);
    assert_eq!(
        (count(&gym, OPEN_SESSIONS).await, told().await.len()),
        (1, 0),
        "the same number in another spelling"
    );
    desk.put(&path(mona, ""), json!({ "phone": "01077827639" })).await.expect(200);
    assert_eq!(count(&gym, OPEN_SESSIONS).await, 0);
    assert_eq!(told().await[0]["to"], json!({ "sms": "+201077827638" }));
    assert_eq!(told().await[0]["gym_name"], "Nile Fitness");
    gym.member_token(mona).await;
    desk.put(&path(mona, ""), json!({ "email": null })).await.expect(200);
    assert_eq!(count(&gym, OPEN_SESSIONS).await, 0);
    assert_eq!(told().await[1]["to"], json!({ "mail": "mona@example.com" }));
    gym.member_token(mona).await;
    desk.put(&path(mona, ""), json!({ "email": "mona@example.org" })).await.expect(200);
    assert_eq!(
        (count(&gym, OPEN_SESSIONS).await, told().await.len()),
        (1, 2),
        "a first address takes nothing away"
    );
}
