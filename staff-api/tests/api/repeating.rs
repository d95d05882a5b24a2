//! A write that is sent again with its `Idempotency-Key`, after something about its sender or its subject has changed.

use cast::{Caller, Gym, customer, subscription};
use serde_json::{Value, json};

const REGISTER: &str = "/api/customers/register";
const DEVICES: &str = "/api/notifications/register-device";

async fn keyed(gym: &Gym, username: &str) -> Caller {
    let (router, _) = staff_api::router(gym.staff_app());
    gym.staff(&router, username).await.with("idempotency-key", "once-1")
}

async fn change(gym: &Gym, statement: &'static str) {
    sqlx::query(statement).execute(&gym.db.owner).await.expect("a change");
}

async fn count(gym: &Gym, statement: &'static str) -> i64 {
    sqlx::query_scalar(statement).fetch_one(&gym.db.owner).await.expect("a number")
}

fn mohamed() -> Value {
    json!({ "full_name": "Mohamed Salem", "phone": "01077827638" })
}

#[tokio::test]
async fn whoever_left_the_branch_is_not_told_whom_they_registered_there() {
    let gym = Gym::open().await;
    keyed(&gym, "reception1").await.post(REGISTER, mohamed()).await.expect(201);
    change(&gym, "update staff_users set branch_id = 2 where username = 'reception1'").await;
    let again = keyed(&gym, "reception1").await.post(REGISTER, mohamed()).await;
    let again = again.refused(404, "CUSTOMER_NOT_FOUND");
    assert!(!again.body.to_string().contains("Mohamed"));
    assert_eq!(count(&gym, "select count(*) from customers").await, 1);
    change(&gym, "update staff_users set branch_id = 1 where username = 'reception1'").await;
    keyed(&gym, "reception1").await.post(REGISTER, mohamed()).await.expect(201);
}

#[tokio::test]
async fn whoever_left_the_branch_is_not_told_whom_they_let_in_there() {
    let gym = Gym::open().await;
    let mona = customer().insert(&gym).await;
    subscription().insert(&gym, mona).await;
    let body = json!({ "customer_id": mona, "action": "check_in_only" });
    let first = keyed(&gym, "reception1").await.post("/api/attendance", body.clone()).await.expect(200);
    change(&gym, "update staff_users set branch_id = 2 where username = 'reception1'").await;
    let again = keyed(&gym, "reception1").await.post("/api/attendance", body.clone()).await;
    let again = again.refused(404, "CUSTOMER_NOT_FOUND");
    assert!(!again.body.to_string().contains("Dragon"));
    change(&gym, "update staff_users set branch_id = 1 where username = 'reception1'").await;
    let back = keyed(&gym, "reception1").await.post("/api/attendance", body).await.expect(200);
    assert_eq!(back.at("/data/id"), first.at("/data/id"));
    assert_eq!(count(&gym, "select count(*) from entries").await, 1);
}

#[tokio::test]
async fn whoever_left_the_branch_is_not_told_whom_they_hired_there() {
    let gym = Gym::open().await;
    let hired = json!({
        "username": "newcomer", "full_name": "Hany Adel", "role": "front_desk", "password": "a-long-enough-1",
    });
    keyed(&gym, "manager1").await.post("/api/users", hired.clone()).await.expect(201);
    change(&gym, "update staff_users set branch_id = 2 where username = 'manager1'").await;
    keyed(&gym, "manager1").await.post("/api/users", hired).await.refused(404, "STAFF_NOT_FOUND");
}

#[tokio::test]
async fn a_role_that_may_no_longer_write_is_refused_the_repeat_too() {
    let gym = Gym::open().await;
    keyed(&gym, "reception1").await.post(REGISTER, mohamed()).await.expect(201);
    change(&gym, "update staff_users set role = 'trainer' where username = 'reception1'").await;
    keyed(&gym, "reception1").await.post(REGISTER, mohamed()).await.refused(403, "NOT_ALLOWED");
}

#[tokio::test]
async fn a_customer_who_was_moved_is_out_of_the_repeats_sight() {
    let gym = Gym::open().await;
    let mona = customer().insert(&gym).await;
    let path = format!("/api/customers/{mona}");
    let notes = json!({ "notes": "asked for a locker" });
    keyed(&gym, "reception1").await.put(&path, notes.clone()).await.expect(200);
    change(&gym, "update customers set branch_id = 2").await;
    keyed(&gym, "reception1").await.put(&path, notes).await.refused(404, "CUSTOMER_NOT_FOUND");
    let other = format!("/api/customers/{mona}/regenerate-qr");
    let manager = keyed(&gym, "manager2").await;
    manager.post_empty(&other).await.expect(200);
    change(&gym, "update customers set branch_id = 1").await;
    keyed(&gym, "manager2").await.post_empty(&other).await.refused(404, "CUSTOMER_NOT_FOUND");
}

#[tokio::test]
async fn a_temporary_password_is_repeated_only_to_whoever_may_look_it_up() {
    let gym = Gym::open().await;
    let desk = keyed(&gym, "reception1").await;
    let first = desk.post(REGISTER, mohamed()).await.expect(201);
    let password = first.at("/temporary_password").as_str().expect("a password").to_owned();
    assert_eq!(desk.post(REGISTER, mohamed()).await.expect(201).at("/temporary_password"), &json!(password));
    change(
        &gym,
        "insert into gym_rules (gym_id, rule, is_on) values (1, 'desk_sees_temporary_passwords', false)",
    )
    .await;
    let hidden = desk.post(REGISTER, mohamed()).await.expect(201);
    assert_eq!(hidden.at("/data/id"), first.at("/data/id"));
    assert!(!hidden.body.to_string().contains(&password), "{}", hidden.body);
    // Whoever has one made now hands it over, whatever the rule says.
    let path = format!("/api/customers/{}/reset-password", first.at("/data/id"));
    let (router, _) = staff_api::router(gym.staff_app());
    let reset = gym.staff(&router, "reception1").await.with("idempotency-key", "reset-1");
    assert!(reset.post_empty(&path).await.expect(200).at("/temporary_password").is_string());
    assert!(reset.post_empty(&path).await.expect(200).at("/temporary_password").is_null());
}

#[tokio::test]
async fn a_temporary_password_is_repeated_only_while_it_holds() {
    let gym = Gym::open().await;
    let manager = keyed(&gym, "manager1").await;
    let first = manager.post(REGISTER, mohamed()).await.expect(201);
    assert!(first.at("/temporary_password").is_string());
    change(
        &gym,
        "update customers set password_changed = true, temporary_password = null, temporary_password_until = null",
    )
    .await;
    assert!(manager.post(REGISTER, mohamed()).await.expect(201).at("/temporary_password").is_null());
}

#[tokio::test]
async fn a_key_is_one_persons_own() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    let body = |app: &str| json!({ "fcm_token": "t-1", "app_type": app, "platform": "android" });
    let member = gym.member(&router, mona).await.with("idempotency-key", "once-1");
    member.post(DEVICES, body("client")).await.expect(200);
    // The same key of somebody of the other audience is another key: their device is registered, nothing repeated.
    keyed(&gym, "reception1").await.post(DEVICES, body("staff")).await.expect(200);
    assert_eq!(count(&gym, "select staff_id from devices").await, 1006);
    assert_eq!(count(&gym, "select count(*) from idempotency_keys").await, 2);
    member.post(DEVICES, body("other")).await.expect(400);
    let other = json!({ "fcm_token": "t-2", "app_type": "client", "platform": "ios" });
    member.post(DEVICES, other).await.refused(422, "IDEMPOTENCY_KEY_REUSED");
}

#[tokio::test]
async fn a_branch_that_is_no_longer_theirs_answers_no_repeat() {
    let gym = Gym::open().await;
    let path = "/api/branches/1/activate";
    let first = keyed(&gym, "regional1").await.post_empty(path).await.expect(200);
    assert_eq!(keyed(&gym, "regional1").await.post_empty(path).await.expect(200).body, first.body);
    change(&gym, "delete from staff_branches where staff_id = 1003 and branch_id = 1").await;
    keyed(&gym, "regional1").await.post_empty(path).await.refused(404, "BRANCH_NOT_FOUND");
}
