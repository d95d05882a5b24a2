//! Scanners, codes and tokens.

use seeds::cast::{customer, subscription};
use serde_json::{Value, json};
use shared::{platform::clock::Clock as _, testing::client_keyring, vocabulary::CustomerId};
use uuid::Uuid;

use super::{House, bare};

#[tokio::test]
async fn every_scanner_and_every_form_of_code_opens_the_door() {
    let house = House::open().await;
    let mona = customer().insert(&house.gym).await;
    subscription().insert(&house.gym, mona).await;
    for (path, field, code, source) in [
        ("/api/qr/scan", "qr_code", format!("customer_id:{mona}"), "qr_scan"),
        ("/api/qr/scan", "code", format!("{mona}"), "qr_scan"),
        ("/api/qr/scan", "data", format!("GYM-{mona}"), "qr_scan"),
        ("/api/qr/scan", "qr_token", house.token(mona, 1, 600), "qr_scan"),
        ("/api/entry-logs/scan", "qr_code", format!("GYM-{mona}-ABCD1234"), "qr_scan"),
        ("/api/validation/qr", "qr_code", format!("CUST-{mona}"), "qr_scan"),
        ("/api/validation/barcode", "barcode", format!("{mona}"), "barcode"),
        ("/api/validation/manual", "customer_id", format!("{mona}"), "manual"),
        ("/api/attendance", "qr_code", format!("customer_id:{mona}"), "attendance"),
    ] {
        let answer = house.desk.post(path, json!({ field: code })).await.expect(200);
        assert_eq!(answer.at("/data/entry_type"), source, "{path} {field}");
        assert_eq!(answer.at("/data/repeated"), false);
        house.wait(11);
    }
    house.adds_up().await;
}

#[tokio::test]
async fn a_scanner_can_take_a_session_too() {
    let house = House::open().await;
    let mona = customer().insert(&house.gym).await;
    let swim = subscription().sessions(2).insert(&house.gym, mona).await;
    let body = json!({ "qr_code": format!("{mona}"), "action": "check_in_with_deduction" });
    house.desk.post("/api/qr/scan", body).await.expect(200);
    assert_eq!(house.remaining(swim).await, 1);
    house.adds_up().await;
}

#[tokio::test]
async fn a_token_opens_one_door_once() {
    let house = House::open().await;
    let mona = customer().insert(&house.gym).await;
    subscription().everywhere().insert(&house.gym, mona).await;
    let body = json!({ "qr_token": house.token(mona, 1, 60) });
    let first = house.desk.post("/api/qr/scan", body.clone()).await.expect(200);
    house.wait(5);
    let again = house.desk.post("/api/qr/scan", body.clone()).await.expect(200);
    assert_eq!(again.at("/data/entry_id"), first.at("/data/entry_id"));
    let there = house.caller("reception2").await;
    there.post("/api/qr/scan", body.clone()).await.refused(403, "QR_ALREADY_USED");
    house.wait(10);
    house.desk.post("/api/qr/scan", body.clone()).await.refused(403, "QR_ALREADY_USED");
    house.wait(60);
    house.desk.post("/api/qr/scan", body).await.refused(403, "QR_ALREADY_USED");
    assert_eq!(house.count("select count(*) from spent_qr_tokens").await, 1);
    house.adds_up().await;
}

#[tokio::test]
async fn a_token_that_is_over_or_outdated_is_denied_and_recorded() {
    let house = House::open().await;
    let mona = customer().insert(&house.gym).await;
    subscription().insert(&house.gym, mona).await;
    let old = json!({ "qr_token": house.token(mona, 1, 60) });
    let replaced = json!({ "qr_token": house.token(mona, 7, 600) });
    house.desk.post("/api/qr/scan", replaced).await.refused(403, "QR_OUTDATED");
    house.wait(60);
    let refused = house.desk.post("/api/qr/scan", old).await.refused(403, "QR_EXPIRED");
    assert_eq!(refused.at("/data/customer_id"), mona.get());
    assert_eq!(house.count("select count(*) from entries where not is_admitted").await, 2);
    assert_eq!(house.count("select count(*) from spent_qr_tokens").await, 0);
    house.adds_up().await;
}

#[tokio::test]
async fn a_denied_token_is_not_spent() {
    let house = House::open().await;
    let mona = customer().insert(&house.gym).await;
    let body = json!({ "qr_token": house.token(mona, 1, 60) });
    house.desk.post("/api/qr/scan", body.clone()).await.refused(403, "NO_SUBSCRIPTION");
    subscription().insert(&house.gym, mona).await;
    house.desk.post("/api/qr/scan", body).await.expect(200);
    house.adds_up().await;
}

#[tokio::test]
async fn a_token_of_another_key_or_audience_is_no_code_of_ours() {
    let house = House::open().await;
    let mona = customer().insert(&house.gym).await;
    subscription().insert(&house.gym, mona).await;
    let now = house.gym.clock.now();
    let good = client_keyring().sign_door(Uuid::new_v4(), mona, 1, now, now).unwrap();
    let (head, _) = good.rsplit_once('.').unwrap();
    let unsigned = format!("{head}.AAAA");
    for code in [unsigned, house.gym.member_token(mona).await, house.gym.staff_token("reception1").await] {
        house.desk.post("/api/qr/scan", json!({ "qr_token": code })).await.refused(400, "QR_INVALID");
    }
    assert_eq!(house.count("select count(*) from entries").await, 0);
}

#[tokio::test]
async fn a_code_of_nobody_and_of_somebody_foreign_are_answered_alike() {
    let house = House::open().await;
    let foreign = customer().of_branch(3).insert(&house.gym).await;
    let code = |id: CustomerId| json!({ "qr_code": format!("customer_id:{id}") });
    let mut answers: Vec<(u16, Value)> = Vec::new();
    for id in [foreign, CustomerId::new(999_999), CustomerId::new(1006)] {
        answers.push(bare(
            &house.desk.post("/api/validation/qr", code(id)).await.refused(404, "CUSTOMER_NOT_FOUND"),
        ));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    house.desk.post("/api/validation/qr", json!({})).await.refused(400, "MISSING_FIELDS");
    house.desk.post("/api/validation/qr", json!({ "qr_code": "?" })).await.refused(400, "QR_INVALID");
}
