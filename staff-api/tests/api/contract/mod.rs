//! What the installed apps send and read about money: each call of both generations is answered with a status that the app
//! takes for success, and every field that it reads is there with its type.
//!
//! `money.json` has a line for each call. A field is a path (`[]`: each row) and a type: `num`, `int`, `string`, `bool`,
//! `array`, `object`, `any`; with a question mark it may be absent or null.

use axum::Router;
use cast::{Gym, customer, subscription};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Deserialize)]
struct Call {
    id: String,
    method: String,
    path: String,
    who: String,
    query: String,
    success: Vec<u16>,
    reads: Vec<(String, String)>,
    body: Option<Value>,
}

/// Everything that `path` names in `answer`; none where there is nothing.
fn named<'a>(answer: &'a Value, path: &str) -> Vec<Option<&'a Value>> {
    let mut found = vec![Some(answer)];
    for step in path.trim_start_matches('$').split('.').filter(|step| !step.is_empty()) {
        let (name, rows) = step.split_once('[').map_or((step, None), |(name, rows)| (name, Some(rows)));
        let inner = found.into_iter().map(|value| if name.is_empty() { value } else { value?.get(name) });
        found = match rows {
            None => inner.collect(),
            Some("]") => inner
                .flat_map(|value| match value.and_then(Value::as_array) {
                    Some(rows) => rows.iter().map(Some).collect(),
                    None => vec![None],
                })
                .collect(),
            Some(index) => {
                let index: usize = index.trim_end_matches(']').parse().expect("an index");
                inner.map(|value| value?.get(index)).collect()
            }
        };
    }
    found
}

fn fits(value: Option<&Value>, wanted: &str) -> bool {
    let kind = wanted.trim_end_matches('?');
    match value {
        None | Some(Value::Null) => wanted.ends_with('?') || kind == "any",
        Some(value) => match kind {
            "num" => value.is_number(),
            "int" => value.is_i64(),
            "string" => value.is_string(),
            "bool" => value.is_boolean(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            "any" => true,
            other => panic!("no type {other}"),
        },
    }
}

/// Sales, a freeze, money beside sales, a refund, expenses in every state, a till that was short.
async fn a_week_of_business(gym: &Gym, router: &Router) -> i64 {
    let desk = gym.staff(router, "reception1").await;
    let manager = gym.staff(router, "manager1").await;
    let owner = gym.staff(router, "owner").await;
    let mona = customer().named("Mona Adel").insert(gym).await;
    subscription().coins(2).insert(gym, mona).await;
    let sale = json!({ "customer_id": mona, "service_id": 3, "amount": 900, "discount": 100, "payment_method": "card" });
    let sold = desk.post("/api/subscriptions", sale).await.expect(201);
    let (held, paid) = (sold.at("/data/id"), sold.at("/data/payment/id"));
    let freeze = json!({ "subscription_id": held, "freeze_days": 3, "payment_method": "transfer" });
    desk.post("/api/subscriptions/freeze", freeze).await.expect(200);
    let refund = json!({ "amount": 50, "reason": "Was ill" });
    owner.post(&format!("/api/payments/{paid}/refund"), refund).await.expect(201);
    for (title, action) in [("Rent", Some("approve")), ("Lamps", Some("reject")), ("Soap", None)] {
        let body = json!({ "title": title, "amount": 75.25, "branch_id": 1, "category": "utilities" });
        let spent = manager.post("/api/expenses", body).await.expect(201);
        if let Some(action) = action {
            let path = format!("/api/expenses/{}/review", spent.at("/data/id"));
            owner.post(&path, json!({ "action": action })).await.expect(200);
        }
    }
    let counted = json!({ "date": "2026-04-16", "actual_cash": 3 });
    desk.post("/api/payments/daily-closing", counted).await.expect(200);
    mona.get()
}

#[tokio::test]
async fn every_call_about_money_is_answered_as_the_apps_read_it() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = a_week_of_business(&gym, &router).await;
    let calls: Vec<Call> = serde_json::from_str(include_str!("money.json")).expect("the calls");
    let (mut checked, mut wrong) = (0, Vec::new());
    let mut spent = 1;
    for call in &calls {
        let id = if call.path.contains("expenses") { spent } else { 1 };
        let mut path = call.path.replace("{id}", &id.to_string());
        if !call.query.is_empty() {
            path = format!("{path}?{}", call.query);
        }
        let body = call.body.clone().map(|mut body| {
            if body["customer_id"] == "{customer}" {
                body["customer_id"] = json!(mona);
            }
            serde_json::to_vec(&body).expect("a body")
        });
        let caller = gym.staff(&router, &call.who).await;
        // What an owner wrote down is for somebody else to approve.
        let caller =
            if call.id == "fin.expense.review" { gym.staff(&router, "regional1").await } else { caller };
        let answer = caller.send(&call.method, &path, body).await;
        if call.id == "fin.expense.create" {
            spent = answer.at("/data/id").as_i64().unwrap_or_default();
        }
        if !call.success.contains(&answer.status.as_u16()) {
            wrong.push(format!("{}: {} {} answers {}", call.id, call.method, path, answer.body));
            continue;
        }
        for (field, kind) in &call.reads {
            for value in named(&answer.body, field) {
                checked += 1;
                if !fits(value, kind) {
                    wrong.push(format!("{}: {path}: {field} is {value:?}, not {kind}", call.id));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(calls.len() == 51 && checked > 300, "{} calls, {checked} fields", calls.len());
}

#[test]
fn a_field_is_found_by_its_path_and_has_a_type() {
    let answer = json!({ "data": { "rows": [{ "n": 1 }, { "n": 2.5 }, {}], "none": null } });
    assert_eq!(named(&answer, "$.data.rows[].n"), [Some(&json!(1)), Some(&json!(2.5)), None]);
    assert_eq!(named(&answer, "$.data.rows[1].n"), [Some(&json!(2.5))]);
    assert_eq!(named(&answer, "$.rows[].n"), [None]);
    assert!(
        fits(Some(&json!(1)), "int") && !fits(Some(&json!(1.5)), "int") && fits(Some(&json!(1.5)), "num")
    );
    assert!(!fits(Some(&json!("1")), "num") && !fits(None, "num") && fits(None, "num?"));
    assert!(fits(Some(&Value::Null), "string?") && !fits(Some(&Value::Null), "string"));
}
