//! Selling below the price, and how far a desk may go by itself.

use cast::{Caller, customer};
use serde_json::{Value, json};

use super::Desk;

const SELL: &str = "/api/subscriptions";

async fn set_limits(desk: &Desk, limits: Value) {
    let body = json!({ "sale_limits": limits });
    desk.who("owner").await.put("/api/gyms/settings", body).await.expect(200);
}

async fn flagged(owner: &Caller) -> Vec<Value> {
    let answer = owner.get("/api/audit-log?flag=below_price").await.expect(200);
    answer.at("/data/items").as_array().unwrap().clone()
}

#[tokio::test]
async fn without_a_limit_the_desk_sells_at_any_price_and_the_owner_sees_it() {
    let desk = Desk::open().await;
    let owner = desk.who("owner").await;
    let mona = customer().insert(&desk.gym).await;
    let sell = async |more: Value| {
        let mut body = json!({ "customer_id": mona, "service_id": 1 });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        desk.reception.post(SELL, body).await.expect(201);
    };
    sell(json!({})).await;
    sell(json!({ "amount": 600 })).await;
    sell(json!({ "duration_months": 1, "amount": 500 })).await;
    assert_eq!(flagged(&owner).await, Vec::<Value>::new());
    sell(json!({ "amount": 0, "duration_months": 12, "reason": "A prize" })).await;
    sell(json!({ "amount": 500, "discount": 500, "duration_days": 3_650 })).await;
    sell(json!({ "amount": 500, "duration_months": 12 })).await;
    let rows = flagged(&owner).await;
    let told: Vec<_> = rows.iter().map(|row| &row["detail"]["concession"]).collect();
    assert_eq!(told.len(), 3, "{rows:?}");
    assert_eq!((&told[0]["full_price_minor"], &told[0]["percent_off"]), (&json!(560_000), &json!(91)));
    assert_eq!((&told[1]["off_minor"], &told[1]["percent_off"]), (&json!(6_083_333), &json!(100)));
    assert_eq!((&told[2]["reason"], &told[2]["percent_off"]), (&json!("A prize"), &json!(100)));
    for row in &rows {
        assert_eq!((&row["action"], &row["flag"]), (&json!("subscriptions.sell"), &json!("below_price")));
        assert_eq!((&row["actor_id"], &row["subject_kind"]), (&json!(1006), &json!("subscription")));
    }
    let overview = owner.get("/api/dashboards/overview").await.expect(200);
    assert_eq!(overview.at("/data/alerts/sales_below_price"), 3);
}

#[tokio::test]
async fn alerts_are_those_of_ones_own_branches_and_days() {
    let desk = Desk::open().await;
    let sold = customer().insert(&desk.gym).await;
    let elsewhere = customer().of_branch(2).insert(&desk.gym).await;
    for (seller, who) in [("reception1", sold), ("owner", elsewhere)] {
        let body = json!({ "customer_id": who, "service_id": 1, "amount": 1 });
        desk.who(seller).await.post(SELL, body).await.expect(201);
    }
    let count = async |who: &str, path: &str| {
        desk.who(who).await.get(path).await.expect(200).at("/data/alerts/sales_below_price").clone()
    };
    assert_eq!(count("owner", "/api/dashboards/overview").await, 2);
    assert_eq!(count("owner", "/api/dashboards/overview?branch_id=2").await, 1);
    assert_eq!(count("manager1", "/api/dashboards/overview").await, 1);
    assert_eq!(count("owner_b", "/api/dashboards/overview").await, 0);
    assert_eq!(flagged(&desk.who("owner_b").await).await, Vec::<Value>::new());
    desk.run("update audit_log set at = at - interval '31 days' where flag is not null").await;
    assert_eq!(count("owner", "/api/dashboards/overview").await, 0);
    assert_eq!(flagged(&desk.who("owner").await).await.len(), 2);
}

#[tokio::test]
async fn beyond_the_limit_a_manager_sells_and_says_why() {
    let desk = Desk::open().await;
    set_limits(&desk, json!({ "max_percent_off": 20, "max_units_times": 2, "max_days_times": 12 })).await;
    let mona = customer().insert(&desk.gym).await;
    let manager = desk.who("manager1").await;
    let cheap = json!({ "customer_id": mona, "service_id": 1, "amount": 500, "discount": 100.01 });
    let many = json!({ "customer_id": mona, "service_id": 2, "amount": 9_000, "coins": 41 });
    let long = json!({ "customer_id": mona, "service_id": 1, "amount": 9_000, "duration_days": 361 });
    for (body, code) in
        [(cheap, "DISCOUNT_NEEDS_MANAGER"), (many, "UNITS_NEED_MANAGER"), (long, "DAYS_NEED_MANAGER")]
    {
        let refused = desk.reception.post(SELL, body.clone()).await.refused(403, code);
        assert!(refused.at("/message").as_str().unwrap().contains("manager"), "{}", refused.body);
        desk.reception.post("/api/subscriptions/activate", body.clone()).await.refused(403, code);
        let mut because = body.clone();
        because["reason"] = json!("  Won the   raffle ");
        desk.reception.post(SELL, because.clone()).await.refused(403, code);
        let unsaid = manager.post(SELL, body).await.refused(400, "SALE_REASON_REQUIRED");
        assert!(unsaid.at("/errors/reason").is_string());
        manager.post(SELL, because).await.expect(201);
    }
    assert_eq!(desk.number("select count(*) from subscriptions").await, 3);
    let reasons = "select count(*) from audit_log where detail #>> '{concession,reason}' = 'Won the raffle'";
    assert_eq!(desk.number(reasons).await, 3);
    assert_eq!(flagged(&desk.who("owner").await).await.len(), 1);
    let at_the_limit = [
        json!({ "customer_id": mona, "service_id": 1, "amount": 500, "discount": 100 }),
        json!({ "customer_id": mona, "service_id": 2, "amount": 480, "coins": 40 }),
        json!({ "customer_id": mona, "service_id": 1, "amount": 6_000, "duration_months": 12 }),
    ];
    for body in at_the_limit {
        desk.reception.post(SELL, body).await.expect(201);
    }
}

#[tokio::test]
async fn a_renewal_gives_no_more_away_than_a_sale() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let body = json!({ "customer_id": mona, "service_id": 2, "coins": 60 });
    let sold = desk.reception.post(SELL, body).await.expect(201);
    assert_eq!(sold.at("/data/amount"), 900, "three times what the service holds");
    set_limits(&desk, json!({ "max_percent_off": 20 })).await;
    let id = sold.at("/data/id").clone();
    let renew = async |amount: Value, reason: Option<&str>| {
        let body =
            json!({ "subscription_id": id, "payment_method": "cash", "amount": amount, "reason": reason });
        let who = if reason.is_some() { desk.who("manager1").await } else { desk.reception.clone() };
        who.post("/api/subscriptions/renew", body).await
    };
    renew(json!(300), None).await.refused(403, "DISCOUNT_NEEDS_MANAGER");
    renew(json!(719.99), None).await.refused(403, "DISCOUNT_NEEDS_MANAGER");
    renew(json!(720), None).await.expect(200);
    let renewed = renew(Value::Null, None).await.expect(200);
    assert_eq!(renewed.at("/data/payment/amount"), 900);
    renew(json!(300), Some("Bought with her sister")).await.expect(200);
    let rows = flagged(&desk.who("owner").await).await;
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(rows[0]["detail"]["concession"]["percent_off"], 66);
    assert_eq!(rows[0]["action"], "subscriptions.renew");
}

#[tokio::test]
async fn an_owner_sets_the_limits_and_takes_them_away() {
    let desk = Desk::open().await;
    let owner = desk.who("owner").await;
    let first = owner.get("/api/gyms/settings").await.expect(200);
    let percent = first.at("/data/sale_limits/max_percent_off");
    assert_eq!(
        (&percent["value"], &percent["default"], &percent["proposed"]),
        (&Value::Null, &Value::Null, &json!(20))
    );
    assert_eq!(first.at("/data/sale_limits/max_units_times/value"), &Value::Null);
    let put = async |limits: Value| {
        let answer = owner.put("/api/gyms/settings", json!({ "sale_limits": limits })).await.expect(200);
        ["max_percent_off", "max_units_times", "max_days_times"]
            .map(|key| answer.at(&format!("/data/sale_limits/{key}/value")).clone())
    };
    assert_eq!(put(json!({ "max_percent_off": 20 })).await, [json!(20), Value::Null, Value::Null]);
    assert_eq!(put(json!({ "max_days_times": 12 })).await, [json!(20), Value::Null, json!(12)]);
    assert_eq!(put(json!({ "max_percent_off": null })).await, [Value::Null, Value::Null, json!(12)]);
    let both = json!({ "rules": { "enter_any_branch": true }, "sale_limits": { "max_percent_off": 0 } });
    let answer = owner.put("/api/gyms/settings", both).await.expect(200);
    assert_eq!(answer.at("/data/rules/enter_any_branch/value"), true);
    assert_eq!(answer.at("/data/sale_limits/max_percent_off/value"), 0);
    let row = "select count(*) from audit_log where detail #>> '{sale_limits,before,max_percent_off}' is null
               and detail #>> '{sale_limits,after,max_percent_off}' = '0'";
    assert_eq!(desk.number(row).await, 1);
    let other = desk.who("owner_b").await.get("/api/gyms/settings").await.expect(200);
    assert_eq!(other.at("/data/sale_limits/max_days_times/value"), &Value::Null);
}

#[tokio::test]
async fn a_limit_that_is_none_is_refused_and_changes_nothing() {
    let desk = Desk::open().await;
    let owner = desk.who("owner").await;
    let put = async |limits: Value| owner.put("/api/gyms/settings", json!({ "sale_limits": limits })).await;
    for odd in [json!(-1), json!(101), json!(i64::MAX)] {
        let refused = put(json!({ "max_percent_off": odd })).await.refused(400, "SALE_LIMIT_OUT_OF_RANGE");
        assert!(refused.at("/errors/max_percent_off").is_string(), "{}", refused.body);
    }
    put(json!({ "max_units_times": 0, "max_days_times": 1_001 }))
        .await
        .refused(400, "SALE_LIMIT_OUT_OF_RANGE");
    put(json!({})).await.refused(400, "MISSING_FIELDS");
    put(Value::Null).await.refused(400, "MISSING_FIELDS");
    put(json!({ "max_percent_off": "much" })).await.expect(400);
    put(json!([])).await.expect(400);
    let both = json!({ "rules": { "free_entry": true }, "sale_limits": { "max_percent_off": 101 } });
    let refused = owner.put("/api/gyms/settings", both).await.expect(400);
    assert!(refused.at("/errors/rules").is_string() && refused.at("/errors/max_percent_off").is_string());
    assert_eq!(desk.number("select count(*) from sale_limits").await, 0);
    let body = json!({ "sale_limits": { "max_percent_off": 100 } });
    for name in ["regional1", "manager1", "reception1", "accountant_c"] {
        desk.who(name).await.put("/api/gyms/settings", body.clone()).await.refused(403, "NOT_ALLOWED");
    }
}
