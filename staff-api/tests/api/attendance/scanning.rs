//! Scanners, codes and tokens.

use base::{platform::clock::Clock as _, testing::client_keyring, vocabulary::CustomerId};
use cast::{customer, subscription};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{FrontDesk, bare};

#[tokio::test]
async fn every_scanner_and_every_form_of_code_opens_the_door() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    subscription().insert(&setup.gym, mona).await;
    for (path, field, code, source) in [
        ("/api/qr/scan", "qr_code", format!("customer_id:{mona}"), "qr_scan"),
        ("/api/qr/scan", "code", format!("{mona}"), "qr_scan"),
        ("/api/qr/scan", "data", format!("GYM-{mona}"), "qr_scan"),
        ("/api/qr/scan", "qr_token", setup.token(mona, 1, 600), "qr_scan"),
        ("/api/entry-logs/scan", "qr_code", format!("GYM-{mona}-ABCD1234"), "qr_scan"),
        ("/api/validation/qr", "qr_code", format!("CUST-{mona}"), "qr_scan"),
        ("/api/validation/barcode", "barcode", format!("{mona}"), "barcode"),
        ("/api/validation/manual", "customer_id", format!("{mona}"), "manual"),
        ("/api/attendance", "qr_code", format!("customer_id:{mona}"), "attendance"),
    ] {
        let answer = setup.desk.post(path, json!({ field: code })).await.expect(200);
        assert_eq!(answer.at("/data/entry_type"), source, "{path} {field}");
        assert_eq!(answer.at("/data/repeated"), false);
        setup.wait(11);
    }
    setup.adds_up().await;
}

#[tokio::test]
async fn a_scanner_can_take_a_session_too() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    let swim = subscription().sessions(2).insert(&setup.gym, mona).await;
    let body = json!({ "qr_code": format!("{mona}"), "action": "check_in_with_deduction" });
    setup.desk.post("/api/qr/scan", body).await.expect(200);
    assert_eq!(setup.remaining(swim).await, 1);
    setup.adds_up().await;
}

#[tokio::test]
async fn a_token_opens_one_door_once() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    subscription().everywhere().insert(&setup.gym, mona).await;
    let body = json!({ "qr_token": setup.token(mona, 1, 60) });
    let first = setup.desk.post("/api/qr/scan", body.clone()).await.expect(200);
    setup.wait(5);
    let again = setup.desk.post("/api/qr/scan", body.clone()).await.expect(200);
    assert_eq!(again.at("/data/entry_id"), first.at("/data/entry_id"));
    let there = setup.caller("reception2").await;
    there.post("/api/qr/scan", body.clone()).await.refused(403, "QR_ALREADY_USED");
    setup.wait(10);
    setup.desk.post("/api/qr/scan", body.clone()).await.refused(403, "QR_ALREADY_USED");
    setup.wait(60);
    setup.desk.post("/api/qr/scan", body).await.refused(403, "QR_ALREADY_USED");
    assert_eq!(setup.count("select count(*) from spent_qr_tokens").await, 1);
    setup.adds_up().await;
}

#[tokio::test]
async fn a_token_that_is_over_or_outdated_is_denied_and_recorded() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    subscription().insert(&setup.gym, mona).await;
    let old = json!({ "qr_token": setup.token(mona, 1, 60) });
    let replaced = json!({ "qr_token": setup.token(mona, 7, 600) });
    setup.desk.post("/api/qr/scan", replaced).await.refused(403, "QR_OUTDATED");
    setup.wait(60);
    let refused = setup.desk.post("/api/qr/scan", old).await.refused(403, "QR_EXPIRED");
    assert_eq!(refused.at("/data/customer_id"), mona.get());
    assert_eq!(setup.count("select count(*) from entries where not is_admitted").await, 2);
    assert_eq!(setup.count("select count(*) from spent_qr_tokens").await, 0);
    setup.adds_up().await;
}

#[tokio::test]
async fn a_denied_token_is_not_spent() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    let body = json!({ "qr_token": setup.token(mona, 1, 60) });
    setup.desk.post("/api/qr/scan", body.clone()).await.refused(403, "NO_SUBSCRIPTION");
    subscription().insert(&setup.gym, mona).await;
    setup.desk.post("/api/qr/scan", body).await.expect(200);
    setup.adds_up().await;
}

#[tokio::test]
async fn a_token_of_another_key_or_audience_is_no_code_of_ours() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    subscription().insert(&setup.gym, mona).await;
    let now = setup.gym.clock.now();
    let good = client_keyring().sign_door(Uuid::new_v4(), mona, 1, now, now).unwrap();
    let (head, _) = good.rsplit_once('.').unwrap();
    let unsigned = format!("{head}.AAAA");
    for code in [unsigned, setup.gym.member_token(mona).await, setup.gym.staff_token("reception1").await] {
        setup.desk.post("/api/qr/scan", json!({ "qr_token": code })).await.refused(400, "QR_INVALID");
    }
    assert_eq!(setup.count("select count(*) from entries").await, 0);
}

#[tokio::test]
async fn a_code_of_nobody_and_of_somebody_foreign_are_answered_alike() {
    let setup = FrontDesk::open().await;
    let foreign = customer().of_branch(3).insert(&setup.gym).await;
    let code = |id: CustomerId| json!({ "qr_code": format!("customer_id:{id}") });
    let mut answers: Vec<(u16, Value)> = Vec::new();
    for id in [foreign, CustomerId::new(999_999), CustomerId::new(1006)] {
        answers.push(bare(
            &setup.desk.post("/api/validation/qr", code(id)).await.refused(404, "CUSTOMER_NOT_FOUND"),
        ));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    setup.desk.post("/api/validation/qr", json!({})).await.refused(400, "MISSING_FIELDS");
    setup.desk.post("/api/validation/qr", json!({ "qr_code": "?" })).await.refused(400, "QR_INVALID");
}
