//! Branches beside each other, and the people who work there.

use cast::{Gym, customer, subscription};
use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::{furnish, opened};

#[tokio::test]
async fn branches_stand_beside_each_other_open_or_not() {
    let (gym, owner) = opened("owner").await;
    sqlx::query("update branches set is_active = false where id = 2").execute(&gym.db.owner).await.unwrap();
    let path = "/api/reports/branch-comparison?start_date=2026-04-01&end_date=2026-04-17";
    let answer = owner.get(path).await.expect(200);
    let rows = answer.at("/data").as_array().unwrap();
    assert_eq!(answer.at("/branches"), answer.at("/data"));
    assert_eq!(rows.len(), 2);
    assert_json_snapshot!(rows[0], @r#"
    {
      "active_subscriptions": 1,
      "address": "1 Nile Street",
      "branch_id": 1,
      "branch_name": "Dragon Club",
      "city": "Cairo",
      "customer_count": 1,
      "customers": 1,
      "customers_count": 1,
      "expenses": 120,
      "id": 1,
      "is_active": true,
      "manager": "Magdy Fawzy",
      "name": "Dragon Club",
      "net": 530.5,
      "performance_score": null,
      "phone": "+20221234567",
      "previous_revenue": 57,
      "revenue": 650.5,
      "revenue_change": 1041.2,
      "staff_count": 4,
      "total_expenses": 120
    }
    "#);
    // The seventeen days before begin on 2026-03-15, after the payment of branch 2.
    let closed = &rows[1];
    assert_eq!(
        (&closed["id"], &closed["is_active"], &closed["revenue"]),
        (&json!(2), &json!(false), &json!(300))
    );
    assert_eq!((&closed["previous_revenue"], &closed["revenue_change"]), (&json!(0), &json!(null)));
}

#[tokio::test]
async fn a_regional_manager_compares_their_own_branches() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    furnish(&gym).await;
    sqlx::query("delete from staff_branches where staff_id = 1003 and branch_id = 1")
        .execute(&gym.db.owner)
        .await
        .unwrap();
    sqlx::query("update branches set is_active = false where id = 2").execute(&gym.db.owner).await.unwrap();
    let ids = async |name: &str| {
        let answer = gym.staff(&router, name).await.get("/api/reports/branch-comparison").await.expect(200);
        answer.at("/data").as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids("regional1").await, [json!(2)]);
    assert_eq!(ids("manager1").await, [json!(1)]);
    assert_eq!(ids("accountant_r").await, [json!(1), json!(2)]);
    assert_eq!(ids("owner_b").await, [json!(3)]);
}

fn told(answer: &Value) -> Vec<(i64, Value, Value)> {
    let rows = answer["data"].as_array().unwrap();
    rows.iter()
        .map(|row| {
            (row["id"].as_i64().unwrap(), row["total_revenue"].clone(), row["transactions_count"].clone())
        })
        .collect()
}

#[tokio::test]
async fn everybody_who_works_here_is_told_of_whoever_took_most_first() {
    let (gym, owner) = opened("owner").await;
    sqlx::query("update staff_users set is_active = false where id = 1007")
        .execute(&gym.db.owner)
        .await
        .unwrap();
    let path = "/api/reports/employee-performance?month=2026-03&start_date=2026-03-19&end_date=2026-04-17";
    let answer = owner.get(path).await.expect(200);
    assert_eq!(answer.at("/employees"), answer.at("/data"));
    let nothing = |id: i64| (id, json!(0), json!(0));
    assert_eq!(
        told(&answer.body),
        [
            (1006, json!(510), json!(3)),
            (1007, json!(300), json!(1)),
            (1004, json!(190.5), json!(2)),
            nothing(1003),
            nothing(1005),
            nothing(1008),
            nothing(1009),
            nothing(1010),
            nothing(1011),
        ]
    );
    assert_json_snapshot!(answer.at("/data/0"), @r#"
    {
      "branch_id": 1,
      "branch_name": "Dragon Club",
      "customers": 2,
      "customers_signed": 2,
      "email": "reception1@example.com",
      "employee_name": "Reem Tarek",
      "full_name": "Reem Tarek",
      "id": 1006,
      "is_active": true,
      "name": "Reem Tarek",
      "performance_score": null,
      "phone": "",
      "renewal_rate": null,
      "retention_rate": null,
      "revenue": 510,
      "role": "front_desk",
      "staff_id": 1006,
      "staff_name": "Reem Tarek",
      "total_revenue": 510,
      "transaction_count": 3,
      "transactions_count": 3,
      "user_id": 1006,
      "username": "reception1"
    }
    "#);
    assert_eq!(
        (answer.at("/data/1/is_active"), answer.at("/data/3/branch_name")),
        (&json!(false), &json!(""))
    );
}

#[tokio::test]
async fn the_staff_of_a_branch_are_those_who_work_there_and_whoever_took_money_there() {
    let (gym, owner) = opened("owner").await;
    let ids = async |query: &str| {
        let answer = owner.get(&format!("/api/reports/employee-performance?{query}")).await.expect(200);
        told(&answer.body).into_iter().map(|(id, ..)| id).collect::<Vec<_>>()
    };
    // The desk of branch 1 sold a pass there.
    assert_eq!(ids("branch_id=2").await, [1007, 1003, 1005, 1006, 1011]);
    super::Paid(2, 3, "other", "cash", 100, 0, "2026-04-17", 1002).insert(&gym, None).await;
    assert_eq!(ids("branch_id=2").await, [1007, 1002, 1003, 1005, 1006, 1011]);
    // A month alone is meant whole.
    assert_eq!(ids("branch_id=2&month=2026-03").await, [1007, 1003, 1005, 1011]);
    let march = owner.get("/api/reports/employee-performance?branch_id=2&month=2026-03").await.expect(200);
    assert_eq!(march.at("/data/0/total_revenue"), &json!(100));
}

#[tokio::test]
async fn a_renewal_signs_nobody() {
    let (gym, owner) = opened("owner").await;
    let mona = customer().insert(&gym).await;
    let first = subscription().insert(&gym, mona).await;
    let next = subscription().insert(&gym, mona).await;
    sqlx::query("update subscriptions set renews_id = $1, created_at = '2026-04-01T10:00:00Z' where id = $2")
        .bind(first.get())
        .bind(next.get())
        .execute(&gym.db.owner)
        .await
        .unwrap();
    sqlx::query("update subscriptions set created_at = '2026-03-01T10:00:00Z' where id = $1")
        .bind(first.get())
        .execute(&gym.db.owner)
        .await
        .unwrap();
    let answer = owner.get("/api/reports/employee-performance").await.expect(200);
    assert_eq!((answer.at("/data/0/id"), answer.at("/data/0/customers_signed")), (&json!(1006), &json!(2)));
}
