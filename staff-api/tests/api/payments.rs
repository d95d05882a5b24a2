//! Taking money beside sales, giving it back, and looking payments up.

use axum::Router;
use cast::{Caller, Gym, customer};
use chrono::TimeDelta;
use serde_json::{Value, json};

struct Desk {
    gym: Gym,
    router: Router,
    reception: Caller,
    manager: Caller,
}

impl Desk {
    async fn open() -> Self {
        let gym = Gym::open().await;
        let (router, _) = staff_api::router(gym.staff_app());
        let reception = gym.staff(&router, "reception1").await;
        let manager = gym.staff(&router, "manager1").await;
        Self { gym, router, reception, manager }
    }

    async fn who(&self, username: &str) -> Caller {
        self.gym.staff(&self.router, username).await
    }

    async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.gym.db.owner).await.expect("a number")
    }

    /// Sells twenty coins for 300; the customer, the subscription and the payment.
    async fn sell(&self) -> (i64, i64, i64) {
        let mona = customer().named("Mona Adel").insert(&self.gym).await;
        let body = json!({ "customer_id": mona, "service_id": 2, "amount": 320, "discount": 20, "payment_method": "card" });
        let sold = self.reception.post("/api/subscriptions", body).await.expect(201);
        let id = |pointer: &str| sold.at(pointer).as_i64().unwrap();
        (mona.get(), id("/data/id"), id("/data/payment/id"))
    }

    async fn refund(&self, payment: i64, body: Value) -> cast::Answered {
        self.manager.post(&format!("/api/payments/{payment}/refund"), body).await
    }
}

#[tokio::test]
async fn a_payment_is_recorded_and_read_back_as_the_apps_read_it() {
    let desk = Desk::open().await;
    let mona = customer().named("Mona Adel").insert(&desk.gym).await;
    let body = json!({
        "customer_id": mona, "amount": 75.5, "payment_method": "card", "branch_id": 1, "notes": "Locker key",
        "payment_date": "2026-02-17T14:03:22.123456",
    });
    let made = desk.reception.post("/api/payments/record", body).await.expect(201);
    let id = made.at("/data/id").as_i64().unwrap();
    let expected = json!({
        "amount": 75.5, "net_amount": 75.5, "discount": 0, "payment_method": "network", "transaction_type": "other",
        "customer_name": "Mona Adel", "branch_id": 1, "branch_name": "Dragon Club", "branch_city": "Cairo",
        "branch_address": "1 Nile Street", "branch_phone": "+20221234567", "created_by_name": "Reem Tarek",
        "created_at": "2026-04-17T23:30:00", "transaction_date": "2026-04-17T23:30:00", "time": "23:30",
        "business_day": "2026-04-17", "is_late": false, "receipt_number": 1, "reference_number": "1-1",
        "notes": "Locker key", "service_name": null, "refunded_amount": 0, "refunds_id": null,
    });
    let accountant = desk.who("accountant1").await;
    for path in [format!("/api/payments/{id}"), format!("/api/transactions/{id}")] {
        let read = accountant.get(&path).await.expect(200);
        for (key, value) in expected.as_object().unwrap() {
            assert_eq!(&read.body["data"][key], value, "{path} {key}");
        }
    }
    let audited = "select count(*) from audit_log where action = 'payments.record' and branch_id = 1
                   and detail ->> 'amount_minor' = '7550'";
    assert_eq!(desk.number(audited).await, 1);
}

#[tokio::test]
async fn a_transaction_shows_the_full_price_and_a_payment_what_was_paid() {
    let desk = Desk::open().await;
    let (_, _, payment) = desk.sell().await;
    let paid = desk.manager.get(&format!("/api/payments/{payment}")).await.expect(200);
    assert_eq!((paid.at("/data/amount"), paid.at("/data/discount")), (&json!(300), &json!(20)));
    let shown = desk.manager.get(&format!("/api/transactions/{payment}")).await.expect(200);
    assert_eq!((shown.at("/data/amount"), shown.at("/data/net_amount")), (&json!(320), &json!(300)));
    assert_eq!(shown.at("/data/service_name"), "Coin Pack");
}

#[tokio::test]
async fn what_cannot_be_recorded_is_refused() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await.get();
    let hany = customer().of_branch(2).insert(&desk.gym).await.get();
    let salma = customer().of_branch(3).insert(&desk.gym).await.get();
    let record = async |body: Value| desk.reception.post("/api/payments/record", body).await;
    let of = |who: i64, amount: Value| json!({ "customer_id": who, "amount": amount });
    record(of(mona, json!(0))).await.refused(400, "AMOUNT_NOT_POSITIVE");
    record(of(mona, json!(-5))).await.refused(400, "AMOUNT_NOT_POSITIVE");
    record(of(mona, json!("many"))).await.refused(400, "INVALID_FIELD");
    record(of(mona, json!(1.005))).await.refused(400, "INVALID_FIELD");
    record(json!({ "amount": 5 })).await.refused(400, "MISSING_FIELDS");
    for stranger in [hany, salma, 900_000_000] {
        record(of(stranger, json!(5))).await.refused(404, "CUSTOMER_NOT_FOUND");
    }
    let mut elsewhere = of(mona, json!(5));
    elsewhere["branch_id"] = json!(2);
    record(elsewhere).await.refused(404, "BRANCH_NOT_FOUND");
    let (_, subscription, _) = desk.sell().await;
    let mut somebody_elses = of(mona, json!(5));
    somebody_elses["subscription_id"] = json!(subscription);
    record(somebody_elses).await.refused(404, "SUBSCRIPTION_NOT_FOUND");
    let accountant = desk.who("accountant1").await;
    accountant.post("/api/payments/record", of(mona, json!(5))).await.refused(403, "NOT_ALLOWED");
    assert_eq!(desk.number("select count(*) from payments where kind = 'other'").await, 0);
}

#[tokio::test]
async fn a_double_click_takes_once_and_a_refund_in_between_takes_anew() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let body = json!({ "customer_id": mona, "amount": 50 });
    let record = async || desk.reception.post("/api/payments/record", body.clone()).await.expect(201);
    let first = record().await.at("/data/id").as_i64().unwrap();
    assert_eq!(record().await.at("/data/id"), first);
    desk.refund(first, json!({ "reason": "Mistake" })).await.expect(201);
    assert_ne!(record().await.at("/data/id"), first);
    let keyed = desk.reception.clone().with("idempotency-key", "a-key");
    desk.gym.clock.advance(TimeDelta::seconds(11));
    let once = keyed.post("/api/payments/record", body.clone()).await.expect(201);
    desk.gym.clock.advance(TimeDelta::minutes(5));
    let again = keyed.post("/api/payments/record", body.clone()).await.expect(201);
    assert_eq!(once.at("/data/id"), again.at("/data/id"));
    assert_eq!(desk.number("select count(*) from payments where kind = 'other'").await, 3);
}

#[tokio::test]
async fn a_payment_is_given_back_in_parts_and_never_more_than_it_was() {
    let desk = Desk::open().await;
    let (_, _, payment) = desk.sell().await;
    let part = desk
        .refund(payment, json!({ "amount": 100.25, "reason": "Was ill", "payment_method": "cash" }))
        .await;
    let part = part.expect(201);
    assert_eq!(part.at("/data/refund/amount"), &json!(-100.25));
    assert_eq!(part.at("/data/refund/transaction_type"), "refund");
    assert_eq!(part.at("/data/refund/payment_method"), "cash");
    assert_eq!(
        (part.at("/data/refund/receipt_number"), part.at("/data/refund/refunds_id")),
        (&json!(2), &json!(payment))
    );
    assert_eq!(part.at("/data/payment/refunded_amount"), &json!(100.25));
    let much = desk.refund(payment, json!({ "amount": 199.76, "reason": "Was ill" })).await;
    assert_eq!(
        much.refused(409, "REFUND_TOO_LARGE").at("/message"),
        "At most 199.75 of this payment can still be given back"
    );
    // The rest, as it was paid.
    let rest = desk.refund(payment, json!({ "reason": "Moves away" })).await.expect(201);
    assert_eq!(rest.at("/data/refund/amount"), &json!(-199.75));
    assert_eq!(rest.at("/data/refund/payment_method"), "network");
    desk.gym.clock.advance(TimeDelta::seconds(11));
    desk.refund(payment, json!({ "reason": "Once more" })).await.refused(409, "PAYMENT_ALREADY_REFUNDED");
    let refund = rest.at("/data/refund/id").as_i64().unwrap();
    desk.refund(refund, json!({ "reason": "Back again" })).await.refused(409, "PAYMENT_NOT_REFUNDABLE");
    assert_eq!(desk.number("select sum(amount_minor)::bigint from payments").await, 0);
    assert_eq!(desk.number("select coalesce(sum(amount_minor), 0)::bigint from revenue").await, 0);
}

#[tokio::test]
async fn a_refund_may_stop_the_subscription_and_take_units_back() {
    let desk = Desk::open().await;
    let (_, subscription, payment) = desk.sell().await;
    let units = desk.refund(payment, json!({ "amount": 75, "reason": "Five too many", "units": 5 })).await;
    units.expect(201);
    let moved = desk.manager.get(&format!("/api/subscriptions/{subscription}/movements")).await.expect(200);
    let newest = moved.at("/data/items/0");
    assert_eq!((&newest["kind"], &newest["amount"]), (&json!("refund"), &json!(-5)));
    let left = desk.manager.get(&format!("/api/subscriptions/{subscription}")).await.expect(200);
    assert_eq!((left.at("/data/remaining_coins"), left.at("/data/status")), (&json!(15), &json!("active")));
    desk.refund(payment, json!({ "reason": "Moves", "units": 16 })).await.refused(400, "NOT_ENOUGH_COINS");
    let body = json!({ "reason": "Moves away", "stop_subscription": true });
    desk.refund(payment, body.clone()).await.expect(201);
    let stopped = desk.manager.get(&format!("/api/subscriptions/{subscription}")).await.expect(200);
    assert_eq!(stopped.at("/data/status"), "stopped");
    // Nothing of a refund that is refused stays.
    let (_, second, payment) = desk.sell().await;
    let too_much = json!({ "reason": "Moves away", "stop_subscription": true, "amount": 301 });
    desk.refund(payment, too_much).await.refused(409, "REFUND_TOO_LARGE");
    let still = desk.manager.get(&format!("/api/subscriptions/{second}")).await.expect(200);
    assert_eq!(still.at("/data/status"), "active");
    let mona = customer().insert(&desk.gym).await;
    let other = json!({ "customer_id": mona, "amount": 50 });
    let other = desk.reception.post("/api/payments/record", other).await.expect(201);
    let other = other.at("/data/id").as_i64().unwrap();
    desk.refund(other, body).await.refused(409, "PAYMENT_HAS_NO_SUBSCRIPTION");
}

#[tokio::test]
async fn who_gives_money_back_is_a_manager_of_the_branch_and_says_why() {
    let desk = Desk::open().await;
    let (_, _, payment) = desk.sell().await;
    let path = format!("/api/payments/{payment}/refund");
    let body = json!({ "amount": 10, "reason": "Was ill" });
    for (who, status, code) in [
        ("reception1", 403, "NOT_ALLOWED"),
        ("accountant1", 403, "NOT_ALLOWED"),
        ("superadmin", 403, "NOT_ALLOWED"),
        ("manager2", 404, "PAYMENT_NOT_FOUND"),
        ("owner_b", 404, "PAYMENT_NOT_FOUND"),
    ] {
        desk.who(who).await.post(&path, body.clone()).await.refused(status, code);
    }
    desk.refund(payment, json!({ "amount": 10 })).await.refused(400, "MISSING_FIELDS");
    desk.refund(payment, json!({ "amount": 0, "reason": "None" })).await.refused(400, "AMOUNT_NOT_POSITIVE");
    desk.refund(900_000_000, body.clone()).await.refused(404, "PAYMENT_NOT_FOUND");
    for (amount, who) in [(10, "owner"), (11, "regional1"), (12, "accountant_c")] {
        let body = json!({ "amount": amount, "reason": "Was ill" });
        desk.who(who).await.post(&path, body).await.expect(201);
    }
}

#[tokio::test]
async fn the_sums_of_a_list_are_of_the_whole_filter() {
    let desk = Desk::open().await;
    let (mona, subscription, payment) = desk.sell().await;
    desk.reception
        .post("/api/payments/record", json!({ "customer_id": mona, "amount": 50.5 }))
        .await
        .expect(201);
    desk.refund(payment, json!({ "amount": 100, "reason": "Was ill", "payment_method": "cash" }))
        .await
        .expect(201);
    desk.gym.clock.advance(TimeDelta::days(31));
    let manager = desk.who("manager1").await;
    let found = async |query: &str| {
        let answer = manager.get(&format!("/api/payments?{query}")).await.expect(200);
        let figures = ["total", "total_amount", "total_discount"].map(|key| answer.body["data"][key].clone());
        (figures, answer.at("/data/items").as_array().unwrap().len())
    };
    let days = "date_from=2026-04-17&date_to=2026-04-17";
    assert_eq!(found("").await, ([json!(0), json!(0), json!(0)], 0), "the last thirty days");
    assert_eq!(found(&format!("{days}&limit=1")).await, ([json!(3), json!(250.5), json!(20)], 1));
    assert_eq!(found(&format!("{days}&limit=2&page=2")).await, ([json!(3), json!(250.5), json!(20)], 1));
    assert_eq!(found(&format!("{days}&payment_method=card")).await.0[1], json!(300));
    assert_eq!(found(&format!("{days}&transaction_type=refund")).await.0[1], json!(-100));
    assert_eq!(found(&format!("{days}&taken_by=1004")).await.0[1], json!(-100));
    assert_eq!(found(&format!("customer_id={mona}")).await.0[0], json!(3), "of all days");
    assert_eq!(found(&format!("subscription_id={subscription}")).await.0[1], json!(200));
    assert_eq!(found(&format!("subscription_id={subscription}&customer_id=1")).await.0[0], json!(0));
    let breakdown = manager.get(&format!("/api/transactions?{days}")).await.expect(200);
    assert_eq!(
        breakdown.at("/data/payment_breakdown"),
        &json!({ "cash": -49.5, "network": 300, "transfer": 0 })
    );
    let february = "/api/payments?start_date=2026-04-17&end_date=2026-04-17&branch_id=1";
    assert_eq!(manager.get(february).await.expect(200).at("/data/items/0/amount"), &json!(-100));
    for (query, code) in [
        ("date_from=2026-04-18&date_to=2026-04-17", "DATE_RANGE_REVERSED"),
        ("date_from=2020-01-01&date_to=2026-04-17", "DATE_RANGE_TOO_LONG"),
        ("date_from=yesterday", "DATE_INVALID"),
        ("page=0", "PAGE_TOO_SMALL"),
    ] {
        manager.get(&format!("/api/payments?{query}")).await.refused(400, code);
    }
}

#[tokio::test]
async fn payments_end_where_the_callers_branches_end() {
    let desk = Desk::open().await;
    let (_, _, payment) = desk.sell().await;
    for (who, total) in [("owner", 1), ("regional1", 1), ("manager1", 1), ("manager2", 0), ("owner_b", 0)] {
        let who = desk.who(who).await;
        assert_eq!(who.get("/api/payments").await.expect(200).at("/data/total"), total);
        assert_eq!(who.get("/api/transactions").await.expect(200).at("/data/total"), total);
        let one = who.get(&format!("/api/payments/{payment}")).await;
        if total == 1 {
            one.expect(200)
        } else {
            one.refused(404, "PAYMENT_NOT_FOUND")
        };
    }
    desk.who("manager2").await.get("/api/payments?branch_id=1").await.refused(404, "BRANCH_NOT_FOUND");
    for who in ["trainer1", "superadmin"] {
        desk.who(who).await.get("/api/payments").await.refused(403, "NOT_ALLOWED");
    }
}
