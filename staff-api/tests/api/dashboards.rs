//! The gym at a glance.

use cast::{Gym, customer, subscription};
use insta::assert_json_snapshot;
use serde_json::json;

/// The clock of the cast stands at 2026-04-17 in Cairo.
async fn pay(gym: &Gym, branch: i64, receipt: i64, amount_minor: i64, day: &str) {
    sqlx::query(
        "insert into payments (gym_id, branch_id, receipt_number, kind, method, amount_minor, discount_minor, taken_by,
             reverses_id, taken_at, business_day)
         select gym_id, id, $2, case when $3 < 0 then 'refund' else 'other' end, 'cash', $3, 500, 1006,
             (select id from payments where branch_id = $1 and receipt_number = 1 and $3 < 0), timestamptz '2026-04-17T21:30:00Z', $4::text::date
         from branches where id = $1",
    )
    .bind(branch)
    .bind(receipt)
    .bind(amount_minor)
    .bind(day)
    .execute(&gym.db.owner)
    .await
    .expect("a payment");
}

async fn furnish(gym: &Gym) {
    let mona = customer().insert(gym).await;
    subscription().insert(gym, mona).await;
    subscription().stopped().insert(gym, mona).await;
    let hany = customer().of_branch(2).insert(gym).await;
    subscription().coins(4).insert(gym, hany).await;
    let salma = customer().of_branch(3).insert(gym).await;
    sqlx::query("update customers set created_at = '2026-03-31T21:59:59Z' where id = $1")
        .bind(hany.get())
        .execute(&gym.db.owner)
        .await
        .unwrap();
    let _ = salma;
    for (branch, receipt, amount, day) in [
        (1, 1, 10_000, "2026-04-17"),
        (1, 2, 20_000, "2026-04-01"),
        (1, 3, 40_000, "2026-03-31"),
        (1, 4, 80_000, "2026-03-19"),
        (1, 5, 7_777, "2026-03-18"),
        (1, 6, -5_050, "2026-04-17"),
        (1, 7, 9_999, "2026-04-18"),
        (2, 1, 300_000, "2026-04-10"),
        (3, 1, 999_900, "2026-04-17"),
    ] {
        pay(gym, branch, receipt, amount, day).await;
    }
}

#[tokio::test]
async fn an_owner_sees_what_the_gym_earned_and_how_large_it_is() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    furnish(&gym).await;
    let answer = gym.staff(&router, "owner").await.get("/api/dashboards/overview").await.expect(200);
    let mut data = answer.at("/data").clone();
    let rows = data["revenue_by_branch"].take();
    let revenue: Vec<_> =
        rows.as_array().unwrap().iter().map(|row| (row["id"].clone(), row["revenue"].clone())).collect();
    assert_eq!(revenue, [(json!(2), json!(3000)), (json!(1), json!(1449.5))]);
    assert_eq!((&rows[0]["name"], &rows[0]["customers"]), (&json!("Phoenix Club"), &json!(1)));
    assert_json_snapshot!(data, @r#"
    {
      "active_branches": 2,
      "active_subscriptions": 2,
      "alerts": {
        "sales_below_price": 0
      },
      "net_profit": 4449.5,
      "period": {
        "from": "2026-03-19",
        "to": "2026-04-17"
      },
      "revenue_by_branch": null,
      "this_month": {
        "from": "2026-04-01",
        "new_customers": 1,
        "revenue": 3249.5
      },
      "today": {
        "from": "2026-04-17",
        "new_customers": 1,
        "revenue": 49.5
      },
      "total_branches": 2,
      "total_customers": 2,
      "total_expenses": 0,
      "total_revenue": 4449.5,
      "total_staff": 6
    }
    "#);
}

#[tokio::test]
async fn figures_end_where_the_callers_branches_end() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    furnish(&gym).await;
    let total = async |name: &str, query: &str| {
        let caller = gym.staff(&router, name).await;
        let answer = caller.get(&format!("/api/dashboards/overview{query}")).await.expect(200);
        (answer.at("/data/total_revenue").as_f64(), answer.at("/data/total_branches").as_i64())
    };
    assert_eq!(total("manager1", "").await, (Some(1449.5), Some(1)));
    assert_eq!(total("accountant1", "").await, (Some(1449.5), Some(1)));
    assert_eq!(total("accountant_c", "").await, (Some(4449.5), Some(2)));
    assert_eq!(total("regional1", "").await, (Some(4449.5), Some(2)));
    assert_eq!(total("regional1", "?branch_id=2").await, (Some(3000.0), Some(1)));
    assert_eq!(total("owner", "?branch_id=").await, (Some(4449.5), Some(2)));
    assert_eq!(total("owner_b", "").await, (Some(9999.0), Some(1)));
    assert_eq!(total("superadmin", "?branch_id=3").await, (Some(9999.0), Some(1)));
}

#[tokio::test]
async fn a_foreign_branch_answers_like_an_absent_one() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let manager = gym.staff(&router, "manager1").await;
    let get = async |id: &str| manager.get(&format!("/api/dashboards/overview?branch_id={id}")).await;
    let foreign = get("2").await.refused(404, "BRANCH_NOT_FOUND");
    let other_gym = get("3").await.refused(404, "BRANCH_NOT_FOUND");
    let absent = get("99").await.refused(404, "BRANCH_NOT_FOUND");
    assert_eq!(
        (foreign.at("/message"), other_gym.at("/message")),
        (absent.at("/message"), absent.at("/message"))
    );
    get("x").await.refused(400, "INVALID_QUERY");
}

#[tokio::test]
async fn a_super_admin_names_a_branch() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let admin = gym.staff(&router, "superadmin").await;
    admin.get("/api/dashboards/overview").await.refused(400, "BRANCH_REQUIRED");
}

#[tokio::test]
async fn the_desk_and_the_trainers_see_no_figures() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    for name in ["reception1", "trainer1"] {
        gym.staff(&router, name).await.get("/api/dashboards/overview").await.refused(403, "NOT_ALLOWED");
    }
}

#[tokio::test]
async fn a_gym_where_nothing_happened_has_figures_too() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let answer = gym.staff(&router, "owner").await.get("/api/dashboards/overview").await.expect(200);
    assert_eq!(
        (answer.at("/data/total_revenue"), answer.at("/data/active_subscriptions")),
        (&json!(0), &json!(0))
    );
}
