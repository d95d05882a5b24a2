//! What was refused, as the audit log tells it.

use base::platform::{clock::Clock as _, config::Audit};
use cast::{Answered, Caller, Gym, PASSWORD, customer, subscription};
use chrono::TimeDelta;
use gym::housekeeping;
use serde_json::{Value, json};

async fn sign_in(visitor: &Caller, username: &str, password: &str) -> Answered {
    visitor.post("/api/auth/login", json!({ "username": username, "password": password })).await
}

/// The lines that the owner reads of one deed.
async fn lines(gym: &Gym, owner: &str, action: &str) -> Vec<Value> {
    let (router, _) = staff_api::router(gym.staff_app());
    let answer = gym.staff(&router, owner).await.get(&format!("/api/audit-log?action={action}")).await;
    answer.expect(200).at("/data/items").as_array().expect("lines").clone()
}

/// Every row about a refusal, as text.
async fn rows(gym: &Gym) -> Vec<String> {
    sqlx::query_scalar("select l::text from audit_log l where refused_as is not null order by id")
        .fetch_all(&gym.db.owner)
        .await
        .expect("rows")
}

#[tokio::test]
async fn a_wrong_password_is_told_to_the_gym_whose_account_it_is() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let visitor = gym.visitor(&router).with("x-client-request-id", "theirs-12345");
    let refused = sign_in(&visitor, "Reception1", "not-the-one").await.refused(401, "INVALID_CREDENTIALS");
    let told = lines(&gym, "owner", "account.sign_in_refused").await;
    assert_eq!(told.len(), 1, "{told:?}");
    let line = &told[0];
    assert_eq!((&line["actor_kind"], &line["actor_id"]), (&json!("visitor"), &json!(null)));
    assert_eq!((&line["subject_kind"], &line["subject_id"]), (&json!("staff_user"), &json!(1006)));
    assert_eq!((&line["refused_as"], &line["branch_id"]), (&json!("INVALID_CREDENTIALS"), &json!(1)));
    assert_eq!(line["detail"], json!({ "code": "INVALID_CREDENTIALS", "deed": "account.sign_in" }));
    assert_eq!(line["address_network"], "192.0.2.0/24");
    assert_eq!(&line["request_id"], refused.at("/request_id"));
    assert_eq!(line["client_request_id"], "theirs-12345");
    assert!(lines(&gym, "owner_b", "account.sign_in_refused").await.is_empty());
    let done = sign_in(&visitor, "reception1", PASSWORD).await.expect(200);
    assert!(done.at("/data/token").is_string());
    assert_eq!(rows(&gym).await.len(), 1);
}

#[tokio::test]
async fn a_name_that_is_no_account_is_written_down_nowhere() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    sign_in(&gym.visitor(&router), "hunter2isapassword", "wrong").await.refused(401, "INVALID_CREDENTIALS");
    let rows = rows(&gym).await;
    assert_eq!(rows.len(), 1);
    assert!(!rows[0].contains("hunter2") && !rows[0].contains("192.0.2.7"), "{rows:?}");
    assert!(lines(&gym, "owner", "account.sign_in_refused").await.is_empty());
}

#[tokio::test]
async fn a_lock_out_is_told_apart_from_a_wrong_password() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let visitor = gym.visitor(&router);
    for _ in 0..10 {
        sign_in(&visitor, "reception1", "wrong").await.refused(401, "INVALID_CREDENTIALS");
    }
    sign_in(&visitor, "reception1", PASSWORD).await.refused(429, "RATE_LIMIT_EXCEEDED");
    assert_eq!(lines(&gym, "owner", "account.sign_in_refused").await.len(), 10);
    let locked = lines(&gym, "owner", "account.locked_out").await;
    assert_eq!(locked.len(), 1);
    assert_eq!(locked[0]["subject_id"], 1006);
}

#[tokio::test]
async fn a_wrong_current_password_and_a_limit_are_told_with_who_reached_them() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await;
    let body = json!({ "current_password": "not-the-one", "new_password": "another-2026" });
    for _ in 0..2 {
        desk.post("/api/auth/change-password", body.clone()).await.refused(400, "WRONG_PASSWORD");
    }
    let mona = customer().insert(&gym).await;
    let regenerate = format!("/api/customers/{mona}/regenerate-qr");
    for _ in 0..10 {
        desk.post_empty(&regenerate).await.expect(200);
    }
    desk.post_empty(&regenerate).await.refused(429, "RATE_LIMIT_EXCEEDED");
    let told = lines(&gym, "owner", "account.password_refused").await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!((&told[0]["actor_kind"], &told[0]["actor_id"]), (&json!("staff"), &json!(1006)));
    assert_eq!(told[0]["detail"]["deed"], "account.change_password");
    let told = lines(&gym, "owner", "account.limit_reached").await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        told[0]["detail"],
        json!({ "code": "RATE_LIMIT_EXCEEDED", "deed": "customers.regenerate_qr" })
    );
    assert!(!rows(&gym).await.join("").contains("not-the-one"));
}

#[tokio::test]
async fn what_a_signed_in_caller_may_not_do_is_told_with_who_they_are() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await;
    desk.get("/api/dashboards/overview").await.refused(403, "NOT_ALLOWED");
    let manager = gym.staff(&router, "manager1").await;
    manager.put("/api/users/1004", json!({ "full_name": "Somebody" })).await.refused(403, "OWN_ACCOUNT");
    let told = lines(&gym, "owner", "account.access_refused").await;
    let seen: Vec<_> =
        told.iter().map(|line| (&line["actor_id"], &line["refused_as"], &line["detail"]["deed"])).collect();
    assert_eq!(
        seen,
        [
            (&json!(1004), &json!("OWN_ACCOUNT"), &json!("staff.manage")),
            (&json!(1006), &json!("NOT_ALLOWED"), &json!("dashboards.read")),
        ]
    );
}

#[tokio::test]
async fn what_is_absent_or_denied_at_the_door_is_no_refused_access() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    let desk = gym.staff(&router, "reception1").await;
    // A denied entry has a record of its own.
    desk.post("/api/attendance", json!({ "customer_id": mona })).await.refused(403, "NO_SUBSCRIPTION");
    desk.get("/api/customers/999").await.refused(404, "CUSTOMER_NOT_FOUND");
    gym.visitor(&router).get("/api/customers").await.refused(401, "SIGNED_OUT");
    assert_eq!(rows(&gym).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_flood_of_strangers_leaves_few_rows_and_hides_nobody_elses() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let flood = gym.visitor(&router);
    for number in 0..40 {
        sign_in(&flood, &format!("nobody{number}"), "wrong").await.refused(401, "INVALID_CREDENTIALS");
    }
    assert_eq!(rows(&gym).await.len(), 30);
    gym.staff(&router, "reception1").await.get("/api/dashboards/overview").await.refused(403, "NOT_ALLOWED");
    let elsewhere = gym.visitor(&router).from_address([198, 51, 100, 7]);
    sign_in(&elsewhere, "reception1", "wrong").await.refused(401, "INVALID_CREDENTIALS");
    assert_eq!(rows(&gym).await.len(), 32);
}

#[tokio::test]
async fn refusals_go_in_their_time_and_deeds_stay() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let days = |days: u64| std::time::Duration::from_hours(days * 24);
    let kept = Audit { strangers: days(30), signed_in: days(365) };
    sign_in(&gym.visitor(&router), "reception1", "wrong").await.refused(401, "INVALID_CREDENTIALS");
    let desk = gym.staff(&router, "reception1").await;
    desk.get("/api/dashboards/overview").await.refused(403, "NOT_ALLOWED");
    sign_in(&gym.visitor(&router), "reception1", PASSWORD).await.expect(200);
    let left = async || -> Vec<String> {
        sqlx::query_scalar("select action from audit_log order by id").fetch_all(&gym.db.owner).await.unwrap()
    };
    let before = left().await;
    for (after, gone) in
        [(29, None), (2, Some("account.sign_in_refused")), (335, Some("account.access_refused"))]
    {
        gym.clock.advance(TimeDelta::days(after));
        housekeeping::sweep(&gym.db.staff(), kept, gym.clock.now()).await.unwrap();
        assert!(
            !left().await.iter().any(|action| Some(action.as_str()) == gone),
            "{after} {:?}",
            left().await
        );
    }
    let deeds = before.iter().filter(|action| !action.ends_with("_refused")).count();
    assert_eq!(left().await.len(), deeds);
    assert!(deeds >= 1 && left().await.contains(&"account.sign_in".to_owned()));
}

#[tokio::test]
async fn every_row_keeps_how_the_caller_named_the_request_beside_our_name() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    subscription().insert(&gym, mona).await;
    let karim = customer().insert(&gym).await;
    let named = |desk: &Caller, id: &str| desk.clone().with("x-client-request-id", id);
    let desk = gym.staff(&router, "reception1").await;
    let body = |customer| json!({ "customer_id": customer, "action": "check_in_only" });
    named(&desk, "quick").post("/api/attendance", body(mona)).await.expect(200);
    named(&desk, "denied").post("/api/attendance", body(karim)).await.expect(403);
    named(&desk, "keyed").with("idempotency-key", "k").post("/api/attendance", body(mona)).await.expect(200);
    named(&desk, "written").put(&format!("/api/customers/{mona}"), json!({ "notes": "a" })).await.expect(200);
    let rows: Vec<(String, String)> =
        sqlx::query_as("select client_request_id, request_id from audit_log order by id")
            .fetch_all(&gym.db.owner)
            .await
            .expect("a name for each");
    let theirs: Vec<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(theirs, ["quick", "denied", "keyed", "written"]);
    assert!(rows.iter().all(|(theirs, ours)| ours.len() == 36 && ours != theirs), "{rows:?}");
}
