//! Denials: refused, and recorded.

use cast::{customer, subscription};
use serde_json::{Value, json};

use super::{FrontDesk, bare, check_in, deduct};

#[tokio::test]
async fn every_denial_has_its_code_its_sentence_and_its_record() {
    let setup = FrontDesk::open().await;
    let gym = &setup.gym;
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
            let refused = setup.desk.post("/api/attendance", body).await.refused(403, code);
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
    setup.adds_up().await;
}

#[tokio::test]
async fn a_deactivated_customer_is_denied_whatever_they_hold() {
    let setup = FrontDesk::open().await;
    let gone = customer().inactive().insert(&setup.gym).await;
    subscription().insert(&setup.gym, gone).await;
    setup.desk.post("/api/attendance", check_in(gone)).await.refused(403, "CUSTOMER_INACTIVE");
    setup.adds_up().await;
}

#[tokio::test]
async fn a_closed_branch_lets_nobody_in() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    subscription().insert(&setup.gym, mona).await;
    sqlx::query("update branches set is_active = false where id = 1")
        .execute(&setup.gym.db.owner)
        .await
        .unwrap();
    let body = json!({ "customer_id": mona, "branch_id": 1 });
    setup.caller("owner").await.post("/api/attendance", body).await.refused(403, "BRANCH_INACTIVE");
}

#[tokio::test]
async fn a_freeze_that_begins_tomorrow_still_opens_today() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    subscription().frozen(1, 3).insert(&setup.gym, mona).await;
    setup.desk.post("/api/attendance", check_in(mona)).await.expect(200);
    setup.wait(3600);
    setup.desk.post("/api/attendance", check_in(mona)).await.refused(403, "SUBSCRIPTION_FROZEN");
    setup.adds_up().await;
}

#[tokio::test]
async fn training_opens_the_door_once_the_gym_says_so() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    subscription().training(2).insert(&setup.gym, mona).await;
    setup.set_rule("training_opens_door", true).await;
    let answer = setup.desk.post("/api/attendance", deduct(mona)).await.expect(200);
    assert_eq!(answer.at("/data/remaining_sessions"), 1);
    setup.adds_up().await;
}

#[tokio::test]
async fn somebody_of_another_branch_is_nobody_here_unless_something_they_hold_could_open_this_door() {
    let setup = FrontDesk::open().await;
    let there = setup.caller("reception2").await;
    let absent = there.post("/api/attendance", json!({ "customer_id": 999_999 })).await;
    let absent = bare(&absent.refused(404, "CUSTOMER_NOT_FOUND"));
    let mona = customer().insert(&setup.gym).await;
    let monthly = subscription().insert(&setup.gym, mona).await;
    assert_eq!(bare(&there.post("/api/attendance", check_in(mona)).await), absent);
    let foreign = setup.caller("reception_b").await;
    assert_eq!(bare(&foreign.post("/api/attendance", check_in(mona)).await), absent);
    let code = json!({ "qr_code": setup.token(mona, 1, 60) });
    assert_eq!(bare(&there.post("/api/attendance", code.clone()).await), absent);
    assert_eq!(bare(&foreign.post("/api/attendance", code).await), absent);
    let absent_too = there.post("/api/attendance", json!({ "subscription_id": 999_999 })).await;
    let absent_too = bare(&absent_too.refused(404, "SUBSCRIPTION_NOT_FOUND"));
    let by_subscription = json!({ "subscription_id": monthly });
    assert_eq!(bare(&there.post("/api/attendance", by_subscription.clone()).await), absent_too);
    assert_eq!(bare(&foreign.post("/api/attendance", by_subscription).await), absent_too);
    assert_eq!(setup.count("select count(*) from entries").await, 0);
    assert_eq!(setup.count("select count(*) from audit_log").await, 0);

    setup.set_rule("enter_any_branch", true).await;
    there.post("/api/attendance", check_in(mona)).await.expect(200);
    setup.set_rule("enter_any_branch", false).await;
    setup.wait(60);
    let old = subscription().coins(0).everywhere().insert(&setup.gym, mona).await;
    let refused = there.post("/api/attendance", check_in(mona)).await.refused(403, "OTHER_BRANCH");
    let codes: Vec<&Value> =
        refused.at("/data/reasons").as_array().unwrap().iter().map(|reason| &reason["code"]).collect();
    assert_eq!(codes, ["OTHER_BRANCH", "NO_COINS_REMAINING"]);
    assert_ne!(refused.at("/data/subscription/id"), old.get());
    setup.adds_up().await;
}

#[tokio::test]
async fn whoever_reaches_both_branches_is_told_that_it_is_the_wrong_door() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    subscription().insert(&setup.gym, mona).await;
    let body = json!({ "customer_id": mona, "branch_id": 2 });
    setup.caller("regional1").await.post("/api/attendance", body.clone()).await.refused(403, "OTHER_BRANCH");
    setup.caller("owner").await.post("/api/attendance", body).await.refused(403, "OTHER_BRANCH");
    setup.adds_up().await;
}

#[tokio::test]
async fn a_subscription_of_somebody_else_is_not_found() {
    let setup = FrontDesk::open().await;
    let (mona, nour) = (customer().insert(&setup.gym).await, customer().insert(&setup.gym).await);
    subscription().insert(&setup.gym, mona).await;
    let other = subscription().insert(&setup.gym, nour).await;
    let body = json!({ "customer_id": mona, "subscription_id": other });
    setup.desk.post("/api/attendance", body).await.refused(404, "SUBSCRIPTION_NOT_FOUND");
    assert_eq!(setup.count("select count(*) from entries").await, 0);
}

#[tokio::test]
async fn who_works_at_several_branches_or_none_names_one_and_nobody_names_a_foreign_one() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    subscription().insert(&setup.gym, mona).await;
    for username in ["owner", "regional1"] {
        let caller = setup.caller(username).await;
        caller.post("/api/attendance", check_in(mona)).await.refused(400, "BRANCH_REQUIRED");
    }
    for branch in [2, 3, 999] {
        let body = json!({ "customer_id": mona, "branch_id": branch });
        setup.desk.post("/api/attendance", body).await.refused(404, "BRANCH_NOT_FOUND");
    }
    for username in ["superadmin", "accountant1", "accountant_c"] {
        let body = json!({ "customer_id": mona, "branch_id": 1 });
        setup.caller(username).await.post("/api/attendance", body).await.refused(403, "NOT_ALLOWED");
    }
    for username in ["trainer1", "manager1"] {
        setup.wait(60);
        setup.caller(username).await.post("/api/attendance", check_in(mona)).await.expect(200);
    }
    setup.gym.visitor(&setup.router).post("/api/attendance", check_in(mona)).await.refused(401, "SIGNED_OUT");
    setup
        .gym
        .member(&setup.router, mona)
        .await
        .post("/api/attendance", check_in(mona))
        .await
        .refused(403, "STAFF_ONLY");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_leaves_nothing() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
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
        setup.desk.post("/api/attendance", body).await.refused(400, code);
    }
    setup.desk.post_empty("/api/attendance").await.refused(400, "EMPTY_BODY");
    for id in [0, -1, i64::MAX, i64::MIN] {
        setup
            .desk
            .post("/api/attendance", json!({ "customer_id": id }))
            .await
            .refused(404, "CUSTOMER_NOT_FOUND");
    }
    assert_eq!(setup.count("select count(*) from entries").await, 0);
}
