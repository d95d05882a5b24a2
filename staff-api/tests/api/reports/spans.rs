//! Weeks, months and trends.

use serde_json::{Value, json};

use super::{Paid, opened};

fn days(answer: &Value) -> Vec<(String, Value)> {
    let days = answer["daily_breakdown"].as_array().unwrap();
    days.iter().map(|day| (day["day"].as_str().unwrap().to_owned(), day["revenue"].clone())).collect()
}

#[tokio::test]
async fn a_week_begins_when_the_gym_says_and_has_no_gap() {
    let (gym, accountant) = opened("accountant_c").await;
    let answer = accountant.get("/api/reports/weekly").await.expect(200);
    let data = answer.at("/data");
    let paid = [
        ("11", json!(0)),
        ("12", json!(0)),
        ("13", json!(0)),
        ("14", json!(0)),
        ("15", json!(0)),
        ("16", json!(10)),
        ("17", json!(640.5)),
    ];
    assert_eq!(days(data), paid.map(|(day, revenue)| (format!("2026-04-{day}"), revenue)));
    assert_eq!((&data["total_revenue"], &data["total_expenses"]), (&json!(650.5), &json!(0)));
    // Seven days: 650.50 / 7 = 92.928…
    assert_eq!((&data["avg_daily_revenue"], &data["total_transactions"]), (&json!(92.93), &json!(4)));
    assert_eq!(
        (answer.at("/total_revenue"), answer.at("/daily_breakdown/6/revenue")),
        (&json!(650.5), &json!(640.5))
    );

    sqlx::query("update gyms set week_starts_on = 'monday' where id = 1")
        .execute(&gym.db.owner)
        .await
        .unwrap();
    let answer = accountant.get("/api/reports/weekly").await.expect(200);
    assert_eq!(
        (answer.at("/start_date"), answer.at("/end_date")),
        (&json!("2026-04-13"), &json!("2026-04-19"))
    );
    // The one of tomorrow counts for this week, and only five days have begun.
    assert_eq!(
        (answer.at("/total_revenue"), answer.at("/avg_daily_revenue")),
        (&json!(651.49), &json!(130.3))
    );
    let before = accountant.get("/api/reports/weekly?date=2026-04-12").await.expect(200);
    assert_eq!((before.at("/start_date"), before.at("/total_revenue")), (&json!("2026-04-06"), &json!(300)));
}

#[tokio::test]
async fn a_month_tells_revenue_expenses_and_an_average_day() {
    let (_gym, accountant) = opened("accountant_c").await;
    let answer = accountant.get("/api/reports/monthly").await.expect(200);
    let data = answer.at("/data");
    let of = |key: &str| data[key].clone();
    assert_eq!((of("start_date"), of("end_date")), (json!("2026-04-01"), json!("2026-04-30")));
    // 450 + 200.50 - 10 + 10 + 300, and 0.99 of the 18th.
    assert_eq!(
        (of("total_revenue"), of("total_expenses"), of("net_profit")),
        (json!(951.49), json!(120), json!(831.49))
    );
    // By seventeen days.
    assert_eq!((of("total_transactions"), of("avg_daily_revenue")), (json!(6), json!(55.97)));
    assert_eq!(days(data).len(), 30);
    assert_eq!(answer.at("/net_profit"), &json!(831.49));

    let march = accountant.get("/api/reports/monthly?month=2026-03&branch_id=1").await.expect(200);
    assert_eq!((march.at("/total_revenue"), march.at("/total_expenses")), (&json!(57), &json!(9.99)));
    // By thirty-one days.
    assert_eq!(march.at("/avg_daily_revenue"), &json!(1.84));
    let same = accountant.get("/api/reports/monthly?date=2026-03-31&branch_id=1").await.expect(200);
    assert_eq!(same.at("/data"), march.at("/data"));
    let to_come = accountant.get("/api/reports/monthly?month=2026-05").await.expect(200);
    assert_eq!((to_come.at("/total_revenue"), to_come.at("/avg_daily_revenue")), (&json!(0), &json!(null)));
}

#[tokio::test]
async fn a_trend_has_a_point_for_each_day_week_or_month() {
    let (gym, owner) = opened("owner").await;
    Paid(1, 9, "other", "cash", 12_345, 0, "2025-05-01", 1006).insert(&gym, None).await;
    Paid(1, 10, "other", "cash", 1, 0, "2025-04-30", 1006).insert(&gym, None).await;
    let points = async |query: &str| {
        let answer = owner.get(&format!("/api/reports/revenue-trend{query}")).await.expect(200);
        assert_eq!(answer.at("/points"), answer.at("/data/points"));
        let points = answer.at("/data/points").as_array().unwrap().clone();
        let told = |point: &Value| (point["label"].as_str().unwrap().to_owned(), point["revenue"].clone());
        points.iter().map(told).collect::<Vec<_>>()
    };
    let point = |label: &str, revenue: Value| (label.to_owned(), revenue);
    let daily = points("").await;
    assert_eq!(
        (daily.len(), &daily[0], &daily[29]),
        (30, &point("03-19", json!(50)), &point("04-17", json!(640.5)))
    );
    assert_eq!(daily[22], point("04-10", json!(300)));
    assert_eq!(daily.iter().filter(|(_, revenue)| *revenue == json!(0)).count(), 26);
    let weekly = points("?period=weekly").await;
    assert_eq!(
        (weekly.len(), &weekly[0], &weekly[11]),
        (12, &point("01-24", json!(0)), &point("04-11", json!(650.5)))
    );
    assert_eq!(weekly[10], point("04-04", json!(300)));
    let monthly = points("?period=MONTHLY").await;
    assert_eq!((monthly.len(), &monthly[0]), (12, &point("2025-05", json!(123.45))));
    assert_eq!(monthly[10..], [point("2026-03", json!(157)), point("2026-04", json!(950.5))]);
    let branch = points("?period=monthly&branch_id=2").await;
    assert_eq!(branch[10..], [point("2026-03", json!(100)), point("2026-04", json!(300))]);
}
