//! Selling.

use cast::customer;
use serde_json::{Value, json};

use super::{Desk, spoken};

const ACTIVATE: &str = "/api/subscriptions/activate";

#[tokio::test]
async fn a_sale_for_coins_answers_the_subscription_and_its_receipt() {
    let desk = Desk::open().await;
    let mona = customer().phone("+201001234567").insert(&desk.gym).await;
    let body = json!({
        "customer_id": mona, "service_id": 2, "branch_id": 1, "amount": 450.5, "payment_method": "card",
        "subscription_type": "coins", "coins": 30, "coin_amount": 30,
    });
    let answer = desk.reception.post(ACTIVATE, body).await.expect(201);
    let expected = json!({
        "customer_id": mona, "customer_name": "Mona Adel", "customer_phone": "01001234567", "service_id": 2,
        "service_name": "Coin Pack", "service_type": "bundle", "subscription_type": "coins", "type": "coins",
        "display_metric": "coins", "branch_id": 1, "branch_name": "Dragon Club", "status": "active", "amount": 450.5,
        "price": 450.5, "coins": 30, "remaining_coins": 30, "total_coins": 30, "remaining_sessions": null,
        "total_sessions": null, "start_date": "2026-04-17", "end_date": null, "expiry_date": null,
        "remaining_days": null, "created_at": "2026-04-17T23:30:00", "sold_by": 1006, "sold_by_name": "Reem Tarek",
        "opens_door": true, "doors": "every_branch", "trainer_id": null, "renews_id": null,
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&answer.body["data"][key], value, "{key}");
    }
    assert_eq!(answer.at("/data/payment/receipt_number"), 1);
    assert_eq!(answer.at("/data/payment/amount"), 450.5);
    assert_eq!(answer.at("/data/payment/payment_method"), "card");
    assert_eq!(answer.at("/message"), "Subscription activated successfully");
    desk.ledgers_add_up().await;
    let rows = "select count(*) from payments
                where kind = 'subscription' and method = 'card' and amount_minor = 45050 and business_day = '2026-04-17'
                  and taken_by = 1006 and receipt_number = 1";
    assert_eq!(desk.number(rows).await, 1);
    let audit = "select count(*) from audit_log
                 where action = 'subscriptions.sell' and subject_kind = 'subscription' and branch_id = 1 and actor_id = 1006";
    assert_eq!(desk.number(audit).await, 1);
}

#[tokio::test]
async fn the_service_fills_in_what_the_desk_leaves_out() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let sold =
        desk.reception.post("/api/subscriptions", json!({ "customer_id": mona, "service_id": 3 })).await;
    let sold = sold.expect(201);
    assert_eq!(sold.at("/data/subscription_type"), "sessions");
    assert_eq!(sold.at("/data/remaining_sessions"), 20);
    assert_eq!(sold.at("/data/amount"), 800);
    assert_eq!(sold.at("/data/end_date"), "2026-07-15");
    assert_eq!(sold.at("/data/expiry_date"), "2026-07-15T23:59:59");
    assert_eq!(sold.at("/data/remaining_days"), 90);
    assert_eq!(sold.at("/data/payment/payment_method"), "cash");
}

#[tokio::test]
async fn months_are_calendar_months_whose_last_day_still_counts() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    for (kind, months, end) in [
        ("time_based", json!(1), "2026-05-16"),
        ("monthly", json!("3"), "2026-07-16"),
        ("TIME", json!(12), "2027-04-16"),
    ] {
        let body = json!({
            "customer_id": mona, "service_id": 1, "branch_id": 1, "amount": 500.0, "payment_method": "network",
            "subscription_type": kind, "duration_months": months,
        });
        let sold = desk.reception.post(ACTIVATE, body).await.expect(201);
        assert_eq!(sold.at("/data/end_date"), end);
        assert_eq!(sold.at("/data/subscription_type"), "time_based");
        assert_eq!(sold.at("/data/payment/payment_method"), "card");
        assert_eq!(sold.at("/data/remaining_sessions"), &Value::Null);
    }
}

#[tokio::test]
async fn a_gym_plan_may_be_sold_for_coins_and_then_does_not_lapse_by_date() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let body = json!({
        "customer_id": mona, "service_id": 1, "branch_id": null, "amount": 200, "payment_method": "online",
        "subscription_type": "coins", "coin_amount": 10,
    });
    let sold = desk.reception.post(ACTIVATE, body).await.expect(201);
    assert_eq!(sold.at("/data/coins"), 10);
    assert_eq!(sold.at("/data/end_date"), &Value::Null);
    assert_eq!(sold.at("/data/payment/payment_method"), "transfer");
}

#[tokio::test]
async fn training_is_sold_with_its_trainer_and_opens_no_door() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let body = json!({
        "customer_id": mona, "service_id": 4, "branch_id": 1, "amount": 1500.0, "payment_method": "cash",
        "subscription_type": "training", "sessions": 15, "session_count": 15, "trainer_id": 1008,
    });
    let sold = desk.reception.post(ACTIVATE, body).await.expect(201);
    assert_eq!(sold.at("/data/trainer_name"), "Tamer Zaki");
    assert_eq!(sold.at("/data/remaining_sessions"), 15);
    assert_eq!(sold.at("/data/opens_door"), false);
    assert_eq!(sold.at("/data/display_metric"), "training");
}

#[tokio::test]
async fn a_discount_comes_off_and_nothing_to_pay_gives_no_receipt() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let sale = |amount: i64, discount: i64| json!({ "customer_id": mona, "service_id": 1, "amount": amount, "discount": discount });
    let sold = desk.reception.post(ACTIVATE, sale(500, 50)).await.expect(201);
    assert_eq!(sold.at("/data/amount"), 450);
    assert_eq!(sold.at("/data/payment/discount"), 50);
    let gift = desk.reception.post(ACTIVATE, sale(500, 500)).await.expect(201);
    assert_eq!(gift.at("/data/amount"), 0);
    assert_eq!(gift.at("/data/payment"), &Value::Null);
    assert_eq!(desk.number("select count(*) from payments").await, 1);
    assert_eq!(desk.number("select last_number from branch_receipts where branch_id = 1").await, 1);
}

#[tokio::test]
async fn a_sale_may_begin_later_and_is_pending_until_then() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let body = json!({ "customer_id": mona, "service_id": 1, "start_date": "2026-05-01" });
    let sold = desk.reception.post(ACTIVATE, body).await.expect(201);
    assert_eq!(sold.at("/data/status"), "pending");
    assert_eq!(sold.at("/data/end_date"), "2026-05-30");
}

#[tokio::test]
async fn each_sale_that_makes_no_sense_says_why() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let cases = [
        (json!({ "amount": -1 }), "AMOUNT_NEGATIVE"),
        (json!({ "discount": -1 }), "AMOUNT_NEGATIVE"),
        (json!({ "amount": 10, "discount": 11 }), "DISCOUNT_TOO_LARGE"),
        (json!({ "amount": 10.005 }), "INVALID_FIELD"),
        (json!({ "amount": "much" }), "INVALID_FIELD"),
        (json!({ "amount": 1e300 }), "INVALID_FIELD"),
        (json!({ "payment_method": "shells" }), "INVALID_FIELD"),
        (json!({ "subscription_type": "forever" }), "INVALID_FIELD"),
        (json!({ "subscription_type": "coins" }), "COINS_REQUIRED"),
        (json!({ "subscription_type": "sessions" }), "SESSIONS_REQUIRED"),
        (json!({ "subscription_type": "coins", "coins": 0 }), "COUNT_OUT_OF_RANGE"),
        (json!({ "subscription_type": "coins", "coins": -5 }), "COUNT_OUT_OF_RANGE"),
        (json!({ "subscription_type": "coins", "coins": 100_001 }), "COUNT_OUT_OF_RANGE"),
        (json!({ "subscription_type": "coins", "coins": 10, "coin_amount": 20 }), "COUNTS_DIFFER"),
        (json!({ "duration_months": 121 }), "COUNT_OUT_OF_RANGE"),
        (json!({ "duration_months": 0 }), "COUNT_OUT_OF_RANGE"),
        (json!({ "start_date": "2026-04-16" }), "START_IN_THE_PAST"),
        (json!({ "start_date": "2027-04-19" }), "START_TOO_FAR"),
        (json!({ "start_date": "tomorrow" }), "INVALID_FIELD"),
        (json!({ "notes": "x".repeat(2001) }), "TEXT_TOO_LONG"),
        (json!({ "customer_id": "mona" }), "INVALID_FIELD"),
        (json!({ "service_id": null }), "MISSING_FIELDS"),
    ];
    for (change, code) in cases {
        let mut body = json!({ "customer_id": mona, "service_id": 1, "amount": 500 });
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        let answer = desk.reception.post(ACTIVATE, body).await;
        assert_eq!(answer.code(), code, "{change}: {}", answer.body);
        answer.refused(400, code);
    }
    desk.reception.post(ACTIVATE, json!({ "service_id": 1 })).await.refused(400, "MISSING_FIELDS");
    let coin_pack_for_time =
        json!({ "customer_id": mona, "service_id": 2, "subscription_type": "time_based" });
    desk.reception.post(ACTIVATE, coin_pack_for_time).await.refused(400, "DURATION_REQUIRED");
    assert_eq!(desk.number("select count(*) from subscriptions").await, 0);
    assert_eq!(desk.number("select last_number from branch_receipts where branch_id = 1").await, 0);
}

#[tokio::test]
async fn what_is_foreign_answers_as_what_does_not_exist() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let elsewhere = customer().of_branch(2).insert(&desk.gym).await;
    let foreign = customer().of_branch(3).insert(&desk.gym).await;
    let ask = async |change: Value| {
        let mut body = json!({ "customer_id": mona, "service_id": 1 });
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        desk.reception.post(ACTIVATE, body).await
    };
    let absent = ask(json!({ "customer_id": 999_999 })).await.refused(404, "CUSTOMER_NOT_FOUND");
    assert_eq!(absent.at("/message"), "Customer not found");
    for other in [elsewhere, foreign] {
        assert_eq!(spoken(&ask(json!({ "customer_id": other })).await), spoken(&absent));
    }
    let absent = ask(json!({ "service_id": 999_999 })).await.refused(404, "SERVICE_NOT_FOUND");
    assert_eq!(spoken(&ask(json!({ "service_id": 5 })).await), spoken(&absent));
    desk.run("update services set branch_id = 2 where id = 2").await;
    assert_eq!(spoken(&ask(json!({ "service_id": 2 })).await), spoken(&absent));
    let absent = ask(json!({ "branch_id": 999_999 })).await.refused(404, "BRANCH_NOT_FOUND");
    for branch in [2, 3] {
        assert_eq!(spoken(&ask(json!({ "branch_id": branch })).await), spoken(&absent));
    }
    let absent = ask(json!({ "trainer_id": 999_999 })).await.refused(404, "TRAINER_NOT_FOUND");
    assert_eq!(spoken(&ask(json!({ "trainer_id": 1004 })).await), spoken(&absent));
    assert_eq!(desk.number("select count(*) from subscriptions").await, 0);
}

#[tokio::test]
async fn nothing_is_sold_to_whom_or_where_or_what_is_switched_off() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let gone = customer().inactive().insert(&desk.gym).await;
    let sale = |id| json!({ "customer_id": id, "service_id": 1, "branch_id": 1 });
    desk.reception.post(ACTIVATE, sale(gone)).await.refused(409, "CUSTOMER_INACTIVE");
    let owner = desk.who("owner").await;
    desk.run("update services set is_active = false where id = 1").await;
    owner.post(ACTIVATE, sale(mona)).await.refused(409, "SERVICE_INACTIVE");
    desk.run("update services set is_active = true where id = 1").await;
    desk.run("update branches set is_active = false where id = 1").await;
    owner.post(ACTIVATE, sale(mona)).await.refused(409, "BRANCH_INACTIVE");
    assert_eq!(desk.number("select count(*) from subscriptions").await, 0);
}

#[tokio::test]
async fn only_the_desk_and_managers_sell() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    for username in ["trainer1", "accountant1", "accountant_c", "superadmin"] {
        let body = json!({ "customer_id": mona, "service_id": 1 });
        desk.who(username).await.post(ACTIVATE, body).await.refused(403, "NOT_ALLOWED");
    }
    for username in ["manager1", "owner", "regional1"] {
        let body = json!({ "customer_id": mona, "service_id": 1 });
        desk.who(username).await.post(ACTIVATE, body).await.expect(201);
    }
}

#[tokio::test]
async fn receipts_are_counted_by_branch_and_belong_to_the_day_on_the_wall() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let owner = desk.who("owner").await;
    let sale = |branch: i64, amount: i64| json!({ "customer_id": mona, "service_id": 1, "branch_id": branch, "amount": amount });
    for (branch, amount, receipt) in [(1, 1, 1), (2, 2, 1), (1, 3, 2)] {
        let sold = owner.post(ACTIVATE, sale(branch, amount)).await.expect(201);
        assert_eq!(sold.at("/data/payment/receipt_number"), receipt);
        assert_eq!(sold.at("/data/branch_id"), branch);
    }
    desk.gym.clock.advance(chrono::TimeDelta::minutes(30));
    let sold = owner.post(ACTIVATE, sale(1, 4)).await.expect(201);
    assert_eq!(sold.at("/data/start_date"), "2026-04-18");
    assert_eq!(desk.number("select count(*) from payments where business_day = '2026-04-18'").await, 1);
}

#[tokio::test]
async fn a_wrong_field_is_named_in_words_that_the_desk_reads() {
    let desk = Desk::open().await;
    let sale = json!({ "customer_id": 1, "service_id": 1 });
    let with = |key: &str, value: Value| {
        let mut body = sale.clone();
        body[key] = value;
        body
    };
    for (body, field, said) in [
        (with("payment_method", json!("barter")), "payment_method", "طريقة الدفع: القيمة غير معروفة"),
        (with("sessions", json!("x")), "sessions", "الحصص: القيمة يجب أن تكون رقمًا صحيحًا"),
        (with("amount", json!([])), "amount", "المبلغ: هذه القيمة غير مناسبة هنا"),
        (json!({ "customer_id": 1 }), "service_id", "الخدمة: هذا الحقل مطلوب"),
    ] {
        desk.run("update staff_users set preferred_language = 'ar'").await;
        let refused = desk.who("reception1").await.post(ACTIVATE, body).await.expect(400);
        assert_eq!(refused.at("/errors"), &json!({ field: said }));
        assert_eq!(refused.at("/message"), said);
    }
    for body in [json!([]), json!([sale]), json!(1)] {
        let refused = desk.reception.post(ACTIVATE, body).await.refused(400, "INVALID_FIELD");
        assert!(refused.at("/errors/body").is_string(), "{}", refused.body);
    }
}
