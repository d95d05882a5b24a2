//! Letting in, and what it takes.

use cast::{customer, subscription};
use serde_json::json;

use super::{FrontDesk, check_in, deduct};

#[tokio::test]
async fn a_check_in_is_recorded_and_answered_as_the_document_shows() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    let monthly = subscription().insert(&setup.gym, mona).await;
    let answer = setup.desk.post("/api/attendance", check_in(mona)).await.expect(200);
    assert_eq!(answer.at("/success"), true);
    assert_eq!(answer.at("/message"), "Check-in recorded successfully");
    assert_eq!(answer.at("/data/customer_name"), "Mona Adel");
    assert_eq!(answer.at("/data/check_in_time"), "2026-04-17T23:30:00");
    assert_eq!(answer.at("/data/customer_id"), mona.get());
    assert_eq!(answer.at("/data/branch_id"), 1);
    assert_eq!(answer.at("/data/entry_status"), "approved");
    assert_eq!(answer.at("/data/subscription/id"), monthly.get());
    assert_eq!(answer.at("/data/subscription/type"), "time_based");
    assert_eq!(answer.at("/data/subscription/end_date"), "2026-05-07");
    assert_eq!(answer.at("/data/charged"), 0);
    assert_eq!(answer.at("/data/repeated"), false);
    assert!(answer.at("/data/entry_id").is_i64());
    setup.adds_up().await;
}

#[tokio::test]
async fn the_message_is_in_the_language_of_whoever_asks() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    subscription().insert(&setup.gym, mona).await;
    sqlx::query("update staff_users set preferred_language = 'ar' where username = 'reception1'")
        .execute(&setup.gym.db.owner)
        .await
        .unwrap();
    let answer = setup.desk.post("/api/attendance", check_in(mona)).await.expect(200);
    assert_eq!(answer.at("/message"), "تم تسجيل الدخول بنجاح");
}

#[tokio::test]
async fn a_deduction_takes_one_session_and_says_what_is_left() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    let swim = subscription().sessions(5).insert(&setup.gym, mona).await;
    let answer = setup.desk.post("/api/attendance", deduct(mona)).await.expect(200);
    assert_eq!(answer.at("/data/charged"), 1);
    assert_eq!(answer.at("/data/remaining_sessions"), 4);
    assert_eq!(answer.at("/data/subscription/remaining_sessions"), 4);
    assert_eq!(answer.at("/data/subscription/total_sessions"), 5);
    assert_eq!(answer.at("/data/remaining_coins"), &json!(null));
    assert_eq!(setup.remaining(swim).await, 4);
    setup.wait(60);
    let answer = setup.desk.post("/api/attendance", check_in(mona)).await.expect(200);
    assert_eq!(answer.at("/data/remaining_sessions"), 4);
    setup.adds_up().await;
}

#[tokio::test]
async fn a_coin_pack_opens_every_branch_it_was_sold_for() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    let pack = subscription().coins(3).everywhere().insert(&setup.gym, mona).await;
    let there = setup.caller("reception2").await;
    let answer = there.post("/api/attendance", deduct(mona)).await.expect(200);
    assert_eq!(answer.at("/data/branch_id"), 2);
    assert_eq!(answer.at("/data/remaining_coins"), 2);
    assert_eq!(answer.at("/data/subscription/coins"), 2);
    assert_eq!(setup.remaining(pack).await, 2);
    setup.adds_up().await;
}

#[tokio::test]
async fn a_repeat_within_ten_seconds_answers_the_first_entry_and_takes_nothing() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    let swim = subscription().sessions(1).insert(&setup.gym, mona).await;
    let first = setup.desk.post("/api/attendance", deduct(mona)).await.expect(200);
    setup.wait(9);
    let again = setup.desk.post("/api/attendance", deduct(mona)).await.expect(200);
    assert_eq!(again.at("/data/entry_id"), first.at("/data/entry_id"));
    assert_eq!(again.at("/data/check_in_time"), first.at("/data/check_in_time"));
    assert_eq!(again.at("/data/charged"), 1);
    assert_eq!(again.at("/data/remaining_sessions"), 0);
    assert_eq!((first.at("/data/repeated"), again.at("/data/repeated")), (&json!(false), &json!(true)));
    assert_eq!(setup.remaining(swim).await, 0);
    setup.wait(1);
    setup.desk.post("/api/attendance", deduct(mona)).await.refused(403, "NO_SESSIONS_REMAINING");
    setup.adds_up().await;
}

#[tokio::test]
async fn a_repeat_at_another_door_is_another_entry() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    let pack = subscription().coins(5).everywhere().insert(&setup.gym, mona).await;
    setup.desk.post("/api/attendance", deduct(mona)).await.expect(200);
    setup.caller("reception2").await.post("/api/attendance", deduct(mona)).await.expect(200);
    assert_eq!(setup.remaining(pack).await, 3);
    setup.adds_up().await;
}

#[tokio::test]
async fn twenty_sessions_let_in_twenty_times() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    let swim = subscription().sessions(20).insert(&setup.gym, mona).await;
    let mut admitted = 0;
    for _ in 0..30 {
        setup.wait(11);
        let answer = setup.desk.post("/api/attendance", deduct(mona)).await;
        if answer.status == 200 {
            admitted += 1;
        } else {
            answer.refused(403, "NO_SESSIONS_REMAINING");
        }
    }
    assert_eq!((admitted, setup.remaining(swim).await), (20, 0));
    assert_eq!(setup.count("select count(*) from entries").await, 30);
    setup.adds_up().await;
}

#[tokio::test]
async fn the_subscription_that_ends_first_is_used_unless_another_is_named() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    let later = subscription().sessions(5).days(-1, Some(30)).insert(&setup.gym, mona).await;
    let sooner = subscription().sessions(5).days(-1, Some(3)).insert(&setup.gym, mona).await;
    let answer = setup.desk.post("/api/attendance", deduct(mona)).await.expect(200);
    assert_eq!(answer.at("/data/subscription/id"), sooner.get());
    setup.wait(60);
    let named = json!({ "subscription_id": later, "action": "check_in_with_deduction" });
    let answer = setup.desk.post("/api/attendance", named).await.expect(200);
    assert_eq!(answer.at("/data/subscription/id"), later.get());
    assert_eq!(answer.at("/data/customer_id"), mona.get());
    assert_eq!((setup.remaining(later).await, setup.remaining(sooner).await), (4, 4));
    setup.adds_up().await;
}

#[tokio::test]
async fn a_february_app_that_has_deducted_is_not_charged_twice() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    let swim = subscription().sessions(1).insert(&setup.gym, mona).await;
    let second_call = json!({
        "customer_id": mona,
        "branch_id": 1,
        "subscription_id": swim,
        "check_in_time": "2026-04-17T23:29:58.123",
        "action": "check_in_with_deduction",
    });
    sqlx::query(
        "with taken as (update subscription_balances set remaining = 0 where subscription_id = $1)
         insert into subscription_movements (subscription_id, kind, amount, remaining_after, actor_kind, actor_id, at)
         values ($1, 'use', -1, 0, 'staff', 1006, $2)",
    )
    .bind(swim.get())
    .bind({
        use base::platform::clock::Clock as _;
        setup.gym.clock.now()
    })
    .execute(&setup.gym.db.owner)
    .await
    .unwrap();
    setup.wait(2);
    let answer = setup.desk.post("/api/attendance", second_call.clone()).await.expect(200);
    assert_eq!((answer.at("/data/charged"), answer.at("/data/remaining_sessions")), (&json!(0), &json!(0)));
    setup.wait(11);
    setup.desk.post("/api/attendance", second_call).await.refused(403, "NO_SESSIONS_REMAINING");
    setup.adds_up().await;
}

#[tokio::test]
async fn the_time_that_an_app_sends_is_not_believed() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    subscription().insert(&setup.gym, mona).await;
    let body = json!({
        "customer_id": mona,
        "branch_id": 1,
        "qr_code": format!("customer_id:{mona}"),
        "check_in_time": "1999-01-01T00:00:00",
        "action": "check_in_only",
    });
    let answer = setup.desk.post("/api/attendance", body).await.expect(200);
    assert_eq!(answer.at("/data/check_in_time"), "2026-04-17T23:30:00");
}

#[tokio::test]
async fn a_key_makes_a_check_in_happen_once() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    let swim = subscription().sessions(5).insert(&setup.gym, mona).await;
    let keyed = setup.desk.clone().with("idempotency-key", "visit-1");
    let first = keyed.post("/api/attendance", deduct(mona)).await.expect(200);
    assert_eq!(first.at("/data/remaining_sessions"), 4);
    setup.wait(3600);
    let again = keyed.post("/api/attendance", deduct(mona)).await.expect(200);
    assert_eq!(again.at("/data"), first.at("/data"));
    assert_eq!(setup.remaining(swim).await, 4);
    keyed.post("/api/attendance", check_in(mona)).await.refused(422, "IDEMPOTENCY_KEY_REUSED");
    setup.adds_up().await;
}

#[tokio::test]
async fn a_keyed_denial_is_recorded_once_and_told_again() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    subscription().frozen(-1, 3).insert(&setup.gym, mona).await;
    let keyed = setup.desk.clone().with("idempotency-key", "visit-1");
    let first = keyed.post("/api/attendance", check_in(mona)).await.refused(403, "SUBSCRIPTION_FROZEN");
    let again = keyed.post("/api/attendance", check_in(mona)).await.refused(403, "SUBSCRIPTION_FROZEN");
    assert_eq!(again.at("/data"), first.at("/data"));
    assert_eq!(setup.count("select count(*) from entries").await, 1);
    setup.adds_up().await;
}

#[tokio::test]
async fn a_check_in_asks_the_database_twice() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    subscription().sessions(5).insert(&setup.gym, mona).await;
    subscription().coins(5).insert(&setup.gym, mona).await;
    let answer = setup.desk.post("/api/attendance", deduct(mona)).await.expect(200);
    assert_eq!(answer.at("/data/charged"), 1);
    // One more for the session, which the tests do not remember.
    assert_eq!(answer.queries, 3);
    subscription().stopped().insert(&setup.gym, mona).await;
    setup.wait(60);
    assert_eq!(setup.desk.post("/api/attendance", deduct(mona)).await.queries, 3);
}
