//! Asking the door without acting.

use cast::{customer, subscription};
use serde_json::json;

use super::{FrontDesk, bare};

#[tokio::test]
async fn the_door_says_what_would_happen_and_nothing_happens() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    let swim = subscription().sessions(3).days(0, Some(5)).insert(&setup.gym, mona).await;
    let ask = format!("/api/attendance/decision?customer_id={mona}");
    let answer = setup.desk.get(&format!("{ask}&action=check_in_with_deduction")).await.expect(200);
    assert_eq!(answer.at("/data/admit"), true);
    assert_eq!(answer.at("/data/would_charge"), 1);
    assert_eq!(answer.at("/data/subscription/id"), swim.get());
    assert_eq!(answer.at("/data/at"), "2026-04-17T23:30:00");
    assert_eq!(answer.at("/data/reasons"), &json!([]));
    let late = setup.desk.get(&format!("{ask}&at=2026-04-23T18:00")).await.expect(200);
    assert_eq!(late.at("/data/admit"), false);
    assert_eq!(late.at("/data/reasons/0/code"), "SUBSCRIPTION_EXPIRED");
    assert_eq!(late.at("/data/at"), "2026-04-23T18:00:00");
    let last = setup.desk.get(&format!("{ask}&at=2026-04-22T23:59:59Z&branch_id=1")).await.expect(200);
    assert_eq!(last.at("/data/reasons/0/code"), "SUBSCRIPTION_EXPIRED", "02:59 in Cairo is the next day");
    assert_eq!(setup.desk.get(&format!("{ask}&at=18:00")).await.at("/data/at"), "2026-04-17T18:00:00");
    for table in ["select count(*) from entries", "select count(*) from audit_log"] {
        assert_eq!(setup.count(table).await, 0);
    }
    assert_eq!(setup.remaining(swim).await, 3);
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_refused() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    for (query, code) in [
        (String::new(), "MISSING_FIELDS"),
        (format!("customer_id={mona}&at=soon"), "TIME_INVALID"),
        (format!("customer_id={mona}&action=fly"), "INVALID_ACTION"),
        ("customer_id=x".to_owned(), "ID_INVALID"),
    ] {
        setup.desk.get(&format!("/api/attendance/decision?{query}")).await.refused(400, code);
    }
    let owner = setup.caller("owner").await;
    let ask = format!("/api/attendance/decision?customer_id={mona}");
    owner.get(&ask).await.refused(400, "BRANCH_REQUIRED");
    setup.desk.get(&format!("{ask}&branch_id=2")).await.refused(404, "BRANCH_NOT_FOUND");
    setup.caller("accountant1").await.get(&ask).await.refused(403, "NOT_ALLOWED");
    let there = setup.caller("reception2").await;
    let absent =
        there.get("/api/attendance/decision?customer_id=999999").await.refused(404, "CUSTOMER_NOT_FOUND");
    assert_eq!(bare(&there.get(&ask).await), bare(&absent));
}
