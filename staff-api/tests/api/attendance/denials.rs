//! Denials: refused, and recorded.

use seeds::cast::{customer, subscription};
use serde_json::{Value, json};

use super::{House, bare, check_in, deduct};

#[tokio::test]
async fn every_denial_has_its_code_its_sentence_and_its_record() {
    let house = House::open().await;
    let gym = &house.gym;
    let cases = [
        (None, "NO_SUBSCRIPTION", "No subscription"),
        (Some(subscription().frozen(-1, 3)), "SUBSCRIPTION_FROZEN", "The subscription is frozen"),
        (Some(subscription().stopped()), "SUBSCRIPTION_STOPPED", "The subscription was stopped"),
        (Some(subscription().days(-40, Some(-1))), "SUBSCRIPTION_EXPIRED", "The subscription has ended"),
        (
            Some(subscription().days(1, Some(30))),
            "SUBSCRIPTION_NOT_STARTED",
            "The subscription has not started yet",
        ),
        (Some(subscription().sessions(0)), "NO_SESSIONS_REMAINING", "No sessions remaining"),
        (Some(subscription().coins(0)), "NO_COINS_REMAINING", "No coins remaining"),
        (Some(subscription().training(5)), "TRAINING_ONLY", "A training package does not include entry"),
    ];
    for (held, code, sentence) in cases {
        let mona = customer().insert(gym).await;
        let held = match held {
            Some(held) => Some(held.insert(gym, mona).await),
            None => None,
        };
        for body in [check_in(mona), deduct(mona)] {
            let refused = house.desk.post("/api/attendance", body).await.refused(403, code);
            assert_eq!(refused.at("/error"), sentence);
            assert_eq!(refused.at("/data/entry_status"), "denied");
            assert_eq!(refused.at("/data/customer_name"), "Mona Adel");
            assert_eq!(refused.at("/data/reasons/0"), &json!({ "code": code, "message": sentence }));
            assert_eq!(refused.at("/data/subscription/id"), &json!(held));
            let (kept, charged): (String, i32) =
                sqlx::query_as("select denied_as, charged from entries where id = $1 and not is_admitted")
                    .bind(refused.at("/data/entry_id").as_i64())
                    .fetch_one(&gym.db.owner)
                    .await
                    .unwrap();
            assert_eq!((kept.as_str(), charged), (code, 0));
        }
    }
    house.adds_up().await;
}

#[tokio::test]
async fn a_deactivated_customer_is_denied_whatever_they_hold() {
    let house = House::open().await;
    let gone = customer().inactive().insert(&house.gym).await;
    subscription().insert(&house.gym, gone).await;
    house.desk.post("/api/attendance", check_in(gone)).await.refused(403, "CUSTOMER_INACTIVE");
    house.adds_up().await;
}

#[tokio::test]
async fn a_closed_branch_lets_nobody_in() {
    let house = House::open().await;
    let mona = customer().insert(&house.gym).await;
    subscription().insert(&house.gym, mona).await;
    sqlx::query("update branches set is_active = false where id = 1")
        .execute(&house.gym.db.owner)
        .await
        .unwrap();
    let body = json!({ "customer_id": mona, "branch_id": 1 });
    house.caller("owner").await.post("/api/attendance", body).await.refused(403, "BRANCH_INACTIVE");
}

#[tokio::test]
async fn a_freeze_that_begins_tomorrow_still_opens_today() {
    let house = House::open().await;
    let mona = customer().insert(&house.gym).await;
    subscription().frozen(1, 3).insert(&house.gym, mona).await;
    house.desk.post("/api/attendance", check_in(mona)).await.expect(200);
    house.wait(3600);
    house.desk.post("/api/attendance", check_in(mona)).await.refused(403, "SUBSCRIPTION_FROZEN");
    house.adds_up().await;
}

#[tokio::test]
async fn training_opens_the_door_once_the_gym_says_so() {
    let house = House::open().await;
    let mona = customer().insert(&house.gym).await;
    subscription().training(2).insert(&house.gym, mona).await;
    house.set_rule("training_opens_door", true).await;
    let answer = house.desk.post("/api/attendance", deduct(mona)).await.expect(200);
    assert_eq!(answer.at("/data/remaining_sessions"), 1);
    house.adds_up().await;
}

#[tokio::test]
async fn somebody_of_another_branch_is_nobody_here_unless_something_they_hold_could_open_this_door() {
    let house = House::open().await;
    let there = house.caller("reception2").await;
    let absent = there.post("/api/attendance", json!({ "customer_id": 999_999 })).await;
    let absent = bare(&absent.refused(404, "CUSTOMER_NOT_FOUND"));
    let mona = customer().insert(&house.gym).await;
    let monthly = subscription().insert(&house.gym, mona).await;
    assert_eq!(bare(&there.post("/api/attendance", check_in(mona)).await), absent);
    let foreign = house.caller("reception_b").await;
    assert_eq!(bare(&foreign.post("/api/attendance", check_in(mona)).await), absent);
    let code = json!({ "qr_code": house.token(mona, 1, 60) });
    assert_eq!(bare(&there.post("/api/attendance", code.clone()).await), absent);
    assert_eq!(bare(&foreign.post("/api/attendance", code).await), absent);
    let absent_too = there.post("/api/attendance", json!({ "subscription_id": 999_999 })).await;
    let absent_too = bare(&absent_too.refused(404, "SUBSCRIPTION_NOT_FOUND"));
    let by_subscription = json!({ "subscription_id": monthly });
    assert_eq!(bare(&there.post("/api/attendance", by_subscription.clone()).await), absent_too);
    assert_eq!(bare(&foreign.post("/api/attendance", by_subscription).await), absent_too);
    assert_eq!(house.count("select count(*) from entries").await, 0);
    assert_eq!(house.count("select count(*) from audit_log").await, 0);

    house.set_rule("enter_any_branch", true).await;
    there.post("/api/attendance", check_in(mona)).await.expect(200);
    house.set_rule("enter_any_branch", false).await;
    house.wait(60);
    let old = subscription().coins(0).everywhere().insert(&house.gym, mona).await;
    let refused = there.post("/api/attendance", check_in(mona)).await.refused(403, "OTHER_BRANCH");
    let codes: Vec<&Value> =
        refused.at("/data/reasons").as_array().unwrap().iter().map(|reason| &reason["code"]).collect();
    assert_eq!(codes, ["OTHER_BRANCH", "NO_COINS_REMAINING"]);
    assert_ne!(refused.at("/data/subscription/id"), old.get());
    house.adds_up().await;
}

#[tokio::test]
async fn whoever_reaches_both_branches_is_told_that_it_is_the_wrong_door() {
    let house = House::open().await;
    let mona = customer().insert(&house.gym).await;
    subscription().insert(&house.gym, mona).await;
    let body = json!({ "customer_id": mona, "branch_id": 2 });
    house.caller("regional1").await.post("/api/attendance", body.clone()).await.refused(403, "OTHER_BRANCH");
    house.caller("owner").await.post("/api/attendance", body).await.refused(403, "OTHER_BRANCH");
    house.adds_up().await;
}

#[tokio::test]
async fn a_subscription_of_somebody_else_is_not_found() {
    let house = House::open().await;
    let (mona, nour) = (customer().insert(&house.gym).await, customer().insert(&house.gym).await);
    subscription().insert(&house.gym, mona).await;
    let other = subscription().insert(&house.gym, nour).await;
    let body = json!({ "customer_id": mona, "subscription_id": other });
    house.desk.post("/api/attendance", body).await.refused(404, "SUBSCRIPTION_NOT_FOUND");
    assert_eq!(house.count("select count(*) from entries").await, 0);
}

#[tokio::test]
async fn who_works_at_several_branches_or_none_names_one_and_nobody_names_a_foreign_one() {
    let house = House::open().await;
    let mona = customer().insert(&house.gym).await;
    subscription().insert(&house.gym, mona).await;
    for username in ["owner", "regional1"] {
        let caller = house.caller(username).await;
        caller.post("/api/attendance", check_in(mona)).await.refused(400, "BRANCH_REQUIRED");
    }
    for branch in [2, 3, 999] {
        let body = json!({ "customer_id": mona, "branch_id": branch });
        house.desk.post("/api/attendance", body).await.refused(404, "BRANCH_NOT_FOUND");
    }
    for username in ["superadmin", "accountant1", "accountant_c"] {
        let body = json!({ "customer_id": mona, "branch_id": 1 });
        house.caller(username).await.post("/api/attendance", body).await.refused(403, "NOT_ALLOWED");
    }
    for username in ["trainer1", "manager1"] {
        house.wait(60);
        house.caller(username).await.post("/api/attendance", check_in(mona)).await.expect(200);
    }
    house.gym.visitor(&house.router).post("/api/attendance", check_in(mona)).await.refused(401, "SIGNED_OUT");
    house
        .gym
        .member(&house.router, mona)
        .await
        .post("/api/attendance", check_in(mona))
        .await
        .refused(403, "STAFF_ONLY");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_leaves_nothing() {
    let house = House::open().await;
    let mona = customer().insert(&house.gym).await;
    for (body, code) in [
        (json!({}), "MISSING_FIELDS"),
        (json!({ "action": "check_in_only" }), "MISSING_FIELDS"),
        (json!({ "customer_id": "seven" }), "INVALID_FIELD"),
        (json!({ "customer_id": 1.5 }), "INVALID_FIELD"),
        (json!({ "customer_id": [1] }), "INVALID_FIELD"),
        (json!({ "customer_id": mona, "action": "fly" }), "INVALID_FIELD"),
        (json!({ "qr_code": "nonsense" }), "QR_INVALID"),
        (json!({ "qr_code": "a.b.c" }), "QR_INVALID"),
        (json!({ "customer_id": mona, "qr_code": "customer_id:5" }), "CUSTOMER_MISMATCH"),
        (json!({ "customer_id": mona, "override": "yes" }), "INVALID_FIELD"),
        (json!({ "qr_code": "5\0" }), "NUL_CHARACTER"),
    ] {
        house.desk.post("/api/attendance", body).await.refused(400, code);
    }
    house.desk.post_empty("/api/attendance").await.refused(400, "EMPTY_BODY");
    for id in [0, -1, i64::MAX, i64::MIN] {
        house
            .desk
            .post("/api/attendance", json!({ "customer_id": id }))
            .await
            .refused(404, "CUSTOMER_NOT_FOUND");
    }
    assert_eq!(house.count("select count(*) from entries").await, 0);
}
