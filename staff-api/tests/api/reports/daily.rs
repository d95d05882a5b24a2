//! One day, payment by payment.

use cast::{Gym, customer};
use chrono::TimeDelta;
use insta::assert_json_snapshot;
use serde_json::json;

use super::{knock, opened};

#[tokio::test]
async fn a_day_is_told_payment_by_payment_and_added_up() {
    let (gym, manager) = opened("manager1").await;
    knock(&gym, 1, "2026-04-17T21:59:59Z", true).await;
    knock(&gym, 1, "2026-04-16T22:00:00Z", true).await;
    knock(&gym, 1, "2026-04-16T21:59:59Z", true).await;
    knock(&gym, 1, "2026-04-17T12:00:00Z", false).await;
    let answer = manager.get("/api/reports/daily?branch_id=1").await.expect(200);
    let mut data = answer.at("/data").clone();
    let rows = data["transactions"].take();
    assert_json_snapshot!(data, @r#"
    {
      "check_ins": 2,
      "date": "2026-04-17",
      "new_subscriptions": 1,
      "payment_breakdown": {
        "cash": 450,
        "network": 200.5,
        "transfer": -10
      },
      "today_checkins": 2,
      "today_revenue": 640.5,
      "total_discount": 50,
      "total_revenue": 640.5,
      "total_transactions": 3,
      "transactions": null
    }
    "#);
    for key in ["total_revenue", "today_revenue", "check_ins", "payment_breakdown"] {
        assert_eq!(answer.at(&format!("/{key}")), &data[key], "{key}");
    }
    assert_eq!(answer.at("/transactions"), &rows);
    assert_eq!((answer.at("/status"), answer.at("/success")), (&json!("success"), &json!(true)));
}

#[tokio::test]
async fn each_payment_of_a_day_is_a_row_the_last_first() {
    let (_gym, manager) = opened("manager1").await;
    let answer = manager.get("/api/reports/daily?branch_id=1").await.expect(200);
    let rows = answer.at("/data/transactions").as_array().unwrap();
    let told: Vec<_> =
        rows.iter().map(|row| (row["receipt_number"].clone(), row["transaction_type"].clone())).collect();
    assert_eq!(
        told,
        [(json!(4), json!("reversal")), (json!(2), json!("renewal")), (json!(1), json!("subscription"))]
    );
    let mut sale = rows[2].clone();
    for id in ["id", "transaction_id", "customer_id"] {
        assert!(sale[id].is_i64(), "{id}");
        sale[id].take();
    }
    assert_json_snapshot!(sale, @r#"
    {
      "amount": 500,
      "branch_id": 1,
      "branch_name": "Dragon Club",
      "created_at": "2026-04-17T12:34:00",
      "created_at_utc": "2026-04-17T10:34:00Z",
      "created_by_name": "Reem Tarek",
      "customer_id": null,
      "customer_name": "Mona Adel",
      "date": "2026-04-17",
      "discount": 50,
      "id": null,
      "net_amount": 450,
      "payment_method": "cash",
      "receipt_number": 1,
      "service_name": "Monthly Gym",
      "time": "12:34",
      "transaction_id": null,
      "transaction_type": "subscription"
    }
    "#);
    assert_eq!((&rows[1]["payment_method"], &rows[1]["amount"]), (&json!("network"), &json!(200.5)));
    assert_eq!((&rows[0]["customer_name"], &rows[0]["service_name"]), (&json!(null), &json!("")));
    assert_eq!((&rows[0]["amount"], &rows[0]["created_by_name"]), (&json!(-10), &json!("Magdy Fawzy")));
}

#[tokio::test]
async fn another_day_and_a_page_of_it_can_be_asked_for() {
    let (_gym, owner) = opened("owner").await;
    let day = owner.get("/api/reports/daily?date=2026-04-10").await.expect(200);
    assert_eq!((day.at("/data/total_revenue"), day.at("/data/new_subscriptions")), (&json!(300), &json!(0)));
    let page = owner.get("/api/reports/daily?limit=1&page=2").await.expect(200);
    assert_eq!(page.at("/data/total_transactions"), 3);
    let rows = page.at("/data/transactions").as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["receipt_number"]), (1, &json!(2)));
}

#[tokio::test]
async fn what_is_sold_after_midnight_at_the_gym_belongs_to_the_next_day() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    let hany = customer().insert(&gym).await;
    let sell = async |buyer: i64| {
        let body = json!({ "customer_id": buyer, "service_id": 1, "branch_id": 1, "payment_method": "card" });
        gym.staff(&router, "reception1").await.post("/api/subscriptions", body).await.expect(201);
    };
    let day = async |date: &str| {
        let path = format!("/api/reports/daily?date={date}");
        let answer = gym.staff(&router, "owner").await.get(&path).await.expect(200);
        let at = |key: &str| answer.at(&format!("/data/{key}")).clone();
        (at("total_revenue"), at("total_transactions"), at("new_subscriptions"))
    };
    sell(mona.get()).await;
    assert_eq!(day("").await, (json!(500), json!(1), json!(1)));
    gym.clock.advance(TimeDelta::minutes(31));
    assert_eq!(day("").await, (json!(0), json!(0), json!(0)));
    sell(hany.get()).await;
    for date in ["2026-04-17", "2026-04-18", ""] {
        assert_eq!(day(date).await, (json!(500), json!(1), json!(1)), "{date}");
    }
}

#[tokio::test]
async fn sales_of_some_days_are_told_with_their_sums_at_the_top_level() {
    let (_gym, accountant) = opened("accountant_c").await;
    let path = "/api/finance/daily-sales?start_date=2026-03-19&end_date=2026-04-17";
    let mut answer = accountant.get(path).await.expect(200).body;
    let rows = answer["transactions"].take();
    assert_eq!(answer["sales"].take(), rows);
    assert_eq!(answer["data"]["transactions"].take(), rows);
    let days: Vec<_> =
        rows.as_array().unwrap().iter().map(|row| (row["date"].clone(), row["branch_id"].clone())).collect();
    let day = |text: &str, branch: i64| (json!(text), json!(branch));
    assert_eq!(
        days,
        [
            day("2026-04-17", 1),
            day("2026-04-17", 1),
            day("2026-04-17", 1),
            day("2026-04-16", 1),
            day("2026-04-10", 2),
            day("2026-03-19", 1)
        ]
    );
    assert_json_snapshot!(answer, @r#"
    {
      "card_sales": 200.5,
      "cash_sales": 800,
      "data": {
        "card_sales": 200.5,
        "cash_sales": 800,
        "end_date": "2026-04-17",
        "network_sales": 200.5,
        "online_sales": 0,
        "start_date": "2026-03-19",
        "total_discount": 50,
        "total_sales": 1000.5,
        "transaction_count": 6,
        "transactions": null,
        "transfer_sales": 0
      },
      "end_date": "2026-04-17",
      "network_sales": 200.5,
      "online_sales": 0,
      "sales": null,
      "start_date": "2026-03-19",
      "status": "success",
      "success": true,
      "total_discount": 50,
      "total_sales": 1000.5,
      "transaction_count": 6,
      "transactions": null,
      "transfer_sales": 0
    }
    "#);
}

#[tokio::test]
async fn sales_are_narrowed_by_what_was_sold_how_and_where() {
    let (_gym, accountant) = opened("accountant_c").await;
    let month = "date_from=2026-03-19&date_to=2026-04-17";
    for (query, total, count) in [
        ("payment_method=network", json!(200.5), 1),
        ("payment_method=cash", json!(800), 3),
        ("service_id=1", json!(700.5), 3),
        ("service=monthly%20gym", json!(700.5), 3),
        ("service=Coin%20Pack&payment_method=card", json!(0), 0),
        ("branch_id=2", json!(300), 1),
        ("branch=phoenix%20club", json!(300), 1),
        ("branch=1&payment_method=transfer", json!(0), 2),
        ("branch_id=1&branch=2", json!(700.5), 5),
        ("service_id=999", json!(0), 0),
    ] {
        let answer = accountant.get(&format!("/api/finance/daily-sales?{month}&{query}")).await.expect(200);
        let rows = answer.at("/transactions").as_array().unwrap().len();
        assert_eq!((answer.at("/total_sales"), rows), (&total, count), "{query}");
    }
    let today = accountant.get("/api/finance/daily-sales").await.expect(200);
    assert_eq!(
        (today.at("/data/total_sales"), today.at("/data/start_date")),
        (&json!(640.5), &json!("2026-04-17"))
    );
}
