//! Temporary passwords: who sees them, and for how long.

use base::vocabulary::CustomerId;
use cast::{Answered, Gym, customer};
use chrono::TimeDelta;
use serde_json::json;

use super::{OPEN_SESSIONS, count, last_audit, path, run};

async fn with_temporary(gym: &Gym) -> CustomerId {
    let mona = customer().insert(gym).await;
    run(
        gym,
        "update customers set temporary_password = 'RX04AF', temporary_password_until = created_at + interval '72 hours'",
    )
    .await;
    mona
}

#[track_caller]
fn shows(answer: &Answered, at: &str, password: Option<&str>) {
    for key in ["temp_password", "temporary_password"] {
        assert_eq!(answer.at(&format!("{at}/{key}")), &json!(password), "{key}");
    }
}

#[tokio::test]
async fn those_who_onboard_see_it_and_others_do_not() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = with_temporary(&gym).await;
    for (who, seen) in [
        ("reception1", Some("RX04AF")),
        ("manager1", Some("RX04AF")),
        ("owner", Some("RX04AF")),
        ("regional1", Some("RX04AF")),
        ("trainer1", None),
        ("accountant1", None),
        ("accountant_c", None),
        ("superadmin", None),
    ] {
        let caller = gym.staff(&router, who).await;
        shows(&caller.get("/api/customers?branch_id=1").await.expect(200), "/data/items/0", seen);
        shows(&caller.get("/api/customers/search?q=mona").await.expect(200), "/data/items/0", seen);
        shows(&caller.get(&path(mona, "")).await.expect(200), "/data", seen);
    }
}

#[tokio::test]
async fn a_gym_may_hide_it_from_its_front_desk() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = with_temporary(&gym).await;
    run(&gym, "insert into gym_rules values (1, 'desk_sees_temporary_passwords', false)").await;
    shows(&gym.staff(&router, "reception1").await.get(&path(mona, "")).await.expect(200), "/data", None);
    shows(
        &gym.staff(&router, "manager1").await.get(&path(mona, "")).await.expect(200),
        "/data",
        Some("RX04AF"),
    );
    let desk = gym.staff(&router, "reception1").await;
    let registered = desk.post("/api/customers/register", json!({ "full_name": "Dina" })).await.expect(201);
    assert!(registered.at("/temporary_password").is_string(), "whoever registers hands it over");
    let row = desk.get(&format!("/api/customers/{}", registered.at("/data/id"))).await.expect(200);
    shows(&row, "/data", None);
    run(&gym, "update gym_rules set is_on = true").await;
    shows(&desk.get(&path(mona, "")).await.expect(200), "/data", Some("RX04AF"));
}

#[tokio::test]
async fn it_is_gone_when_it_was_changed_or_is_over() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = with_temporary(&gym).await;
    gym.clock.advance(TimeDelta::hours(72).checked_sub(&TimeDelta::seconds(1)).unwrap());
    shows(
        &gym.staff(&router, "reception1").await.get(&path(mona, "")).await.expect(200),
        "/data",
        Some("RX04AF"),
    );
    gym.clock.advance(TimeDelta::seconds(1));
    shows(&gym.staff(&router, "reception1").await.get(&path(mona, "")).await.expect(200), "/data", None);
    let desk = gym.staff(&router, "reception1").await;
    let reset = desk.post(&path(mona, "/reset-password"), json!({})).await.expect(200);
    assert!(reset.at("/temporary_password").is_string());
    run(&gym, "update customers set password_changed = true").await;
    let row = desk.get(&path(mona, "")).await.expect(200);
    shows(&row, "/data", None);
    assert_eq!(row.at("/data/password_changed"), true);
}

#[tokio::test]
async fn who_is_deactivated_gets_no_new_password() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = with_temporary(&gym).await;
    let manager = gym.staff(&router, "manager1").await;
    manager.post_empty(&path(mona, "/deactivate")).await.expect(200);
    let hash = "select count(*) from customers where temporary_password = 'RX04AF'";
    assert_eq!(count(&gym, hash).await, 1);
    manager.post_empty(&path(mona, "/reset-password")).await.refused(409, "CUSTOMER_INACTIVE");
    assert_eq!(count(&gym, hash).await, 1, "the old one is still there");
    manager.post_empty(&path(mona, "/activate")).await.expect(200);
    manager.post_empty(&path(mona, "/reset-password")).await.expect(200);
}

#[tokio::test]
async fn a_reset_password_is_answered_once_more_and_ends_the_sessions() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = with_temporary(&gym).await;
    run(&gym, "update customers set password_changed = true, temporary_password = null, temporary_password_until = null").await;
    gym.member_token(mona).await;
    let desk = gym.staff(&router, "reception1").await;
    let reset = desk.post(&path(mona, "/reset-password"), json!({})).await.expect(200);
    let password = reset.at("/temporary_password").as_str().unwrap();
    assert_eq!(password.len(), 6);
    for place in ["/temp_password", "/data/temporary_password", "/data/temp_password"] {
        assert_eq!(reset.at(place), password, "{place}");
    }
    assert_eq!(reset.at("/data/customer/password_changed"), false);
    assert_eq!(count(&gym, OPEN_SESSIONS).await, 0);
    let (action, subject, branch, detail) = last_audit(&gym).await;
    assert_eq!((action.as_str(), subject, branch), ("customers.reset_password", Some(mona.get()), Some(1)));
    assert_eq!(detail, None);
    shows(&desk.get(&path(mona, "")).await.expect(200), "/data", Some(password));
    let keyed = desk.with("idempotency-key", "reset-1");
    let first = keyed.post_empty(&path(mona, "/reset-password")).await.expect(200);
    let again = keyed.post_empty(&path(mona, "/reset-password")).await.expect(200);
    assert_eq!(first.at("/temporary_password"), again.at("/temporary_password"));
    assert_ne!(first.at("/temporary_password"), password);
}
