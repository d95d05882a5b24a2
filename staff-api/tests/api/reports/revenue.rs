//! Where money came from.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::opened;

/// Name, revenue and payments of each part.
fn parts(list: &Value) -> Vec<(String, Value, Value)> {
    let parts = list.as_array().unwrap().iter();
    let told = |part: &Value| {
        (
            part["name"].as_str().unwrap().to_owned(),
            part["revenue"].clone(),
            part["transactions_count"].clone(),
        )
    };
    parts.map(told).collect()
}

fn part(name: &str, revenue: Value, payments: i64) -> (String, Value, Value) {
    (name.to_owned(), revenue, json!(payments))
}

#[tokio::test]
async fn revenue_is_split_by_branch_service_method_and_purpose() {
    let (_gym, accountant) = opened("accountant_c").await;
    let path = "/api/reports/revenue?date_from=2026-03-19&date_to=2026-04-17";
    let answer = accountant.get(path).await.expect(200);
    let mut data = answer.at("/data").clone();
    let mut list = |name: &str| data[name].take();
    let by_branch = list("by_branch");
    assert_eq!(
        parts(&by_branch),
        [part("Dragon Club", json!(700.5), 5), part("Phoenix Club", json!(300), 1)]
    );
    assert_eq!(
        (&by_branch[1]["branch_name"], &by_branch[1]["branch_id"]),
        (&json!("Phoenix Club"), &json!(2))
    );
    let by_service = list("by_service");
    assert_eq!(
        parts(&by_service),
        [part("Monthly Gym", json!(700.5), 3), part("Coin Pack", json!(300), 1), part("Other", json!(0), 2)]
    );
    assert_eq!(
        (&by_service[0]["service_name"], &by_service[0]["service_id"]),
        (&json!("Monthly Gym"), &json!(1))
    );
    let by_method = list("by_payment_method");
    assert_eq!(
        parts(&by_method),
        [part("cash", json!(800), 3), part("network", json!(200.5), 1), part("transfer", json!(0), 2)]
    );
    assert_eq!(
        (&by_method[1]["payment_method"], &by_method[1]["method"]),
        (&json!("network"), &json!("network"))
    );
    let by_type = list("by_type");
    assert_eq!(
        parts(&by_type),
        [
            part("subscription", json!(750), 2),
            part("renewal", json!(200.5), 1),
            part("freeze", json!(50), 1),
            part("other", json!(10), 1),
            part("reversal", json!(-10), 1),
        ]
    );
    assert_json_snapshot!(data, @r#"
    {
      "active_subscriptions": 2,
      "by_branch": null,
      "by_payment_method": null,
      "by_service": null,
      "by_type": null,
      "end_date": "2026-04-17",
      "net_profit": 880.5,
      "start_date": "2026-03-19",
      "total_customers": 2,
      "total_discount": 50,
      "total_expenses": 120,
      "total_revenue": 1000.5,
      "total_transactions": 6
    }
    "#);
}

#[tokio::test]
async fn the_february_app_finds_the_figures_at_the_top_level() {
    let (_gym, owner) = opened("owner").await;
    let answer = owner
        .get("/api/reports/revenue?start_date=2026-03-01&end_date=2026-04-17&branch_id=1")
        .await
        .expect(200);
    for (key, value) in [
        ("total_revenue", json!(707.5)),
        ("active_subscriptions", json!(1)),
        ("total_customers", json!(1)),
        ("total_expenses", json!(129.99)),
        ("net_profit", json!(577.51)),
    ] {
        assert_eq!(
            (answer.at(&format!("/{key}")), answer.at(&format!("/data/{key}"))),
            (&value, &value),
            "{key}"
        );
    }
}

#[tokio::test]
async fn one_of_the_lists_is_told_once_more_if_it_is_asked_for() {
    let (_gym, manager) = opened("manager1").await;
    let groups = async |by: &str| {
        let answer =
            manager.get(&format!("/api/reports/revenue?branch_id=1&group_by={by}")).await.expect(200);
        answer.at("/groups").clone()
    };
    let named = |name: &str, revenue: Value| json!({ "name": name, "revenue": revenue });
    assert_eq!(
        groups("service").await,
        json!([named("Monthly Gym", json!(700.5)), named("Other", json!(0))])
    );
    assert_eq!(groups("branch").await, json!([named("Dragon Club", json!(700.5))]));
    assert_eq!(groups("").await, json!(null));
    let cash = groups("payment_method").await;
    assert_eq!((&cash[0], &cash[1]), (&named("cash", json!(500)), &named("network", json!(200.5))));
    assert_eq!(groups("type").await[1], named("renewal", json!(200.5)));
}

#[tokio::test]
async fn what_was_paid_for_no_subscription_has_a_name_in_the_readers_language() {
    let (gym, accountant) = opened("accountant_c").await;
    sqlx::query("update staff_users set preferred_language = 'ar' where id = 1010")
        .execute(&gym.db.owner)
        .await
        .unwrap();
    let answer = accountant.get("/api/reports/revenue").await.expect(200);
    assert_eq!(answer.at("/data/by_service/2/service_name"), "أخرى");
}
