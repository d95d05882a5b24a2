//! What each role looks at first.

use cast::{customer, subscription};
use insta::assert_json_snapshot;
use serde_json::json;

use super::{knock, opened};

#[tokio::test]
async fn an_owner_sees_thirty_days_and_counts_of_alerts() {
    let (_gym, owner) = opened("owner").await;
    let answer = owner.get("/api/dashboards/owner").await.expect(200);
    assert_json_snapshot!(answer.at("/data"), @r#"
    {
      "alerts": {
        "expiring_soon": 0,
        "expiring_subscriptions": 0,
        "open_complaints": 0,
        "pending_expenses": 2
      },
      "revenue": {
        "active_subscriptions": 2,
        "today": 640.5,
        "total_30_days": 1000.5,
        "total_customers": 2
      }
    }
    "#);
    let overview = owner.get("/api/dashboards/overview").await.expect(200);
    assert_eq!(
        (overview.at("/data/total_expenses"), overview.at("/data/net_profit")),
        (&json!(120), &json!(880.5))
    );
}

#[tokio::test]
async fn a_manager_sees_their_branch() {
    let (gym, manager) = opened("manager1").await;
    for days in [0, 2, 3, 6, 7] {
        let somebody = customer().insert(&gym).await;
        subscription().days(-5, Some(days)).insert(&gym, somebody).await;
    }
    let answer = manager.get("/api/dashboards/branch-manager").await.expect(200);
    assert_json_snapshot!(answer.at("/data"), @r#"
    {
      "alerts": {
        "expiring_soon": 2,
        "expiring_subscriptions": 4,
        "open_complaints": 0,
        "pending_expenses": 0
      },
      "customers": {
        "active": 6,
        "total": 6
      },
      "revenue": {
        "last_7_days": 650.5,
        "today": 640.5
      },
      "staff": {
        "count": 4
      }
    }
    "#);
    assert_eq!(answer.at("/customers"), answer.at("/data/customers"));
    let branch = manager.get("/api/dashboards/branch/1").await.expect(200);
    let of = |key: &str| branch.at(&format!("/data/{key}")).clone();
    assert_eq!(
        (of("total_revenue"), of("active_subscriptions"), of("total_customers")),
        (json!(700.5), json!(6), json!(6))
    );
    assert_eq!(
        (of("staff_count"), of("open_complaints"), of("today_revenue")),
        (json!(4), json!(0), json!(640.5))
    );
}

#[tokio::test]
async fn an_accountant_compares_this_month_with_as_many_days_of_the_last() {
    let (_gym, accountant) = opened("accountant_c").await;
    let answer = accountant.get("/api/dashboards/accountant").await.expect(200);
    assert_json_snapshot!(answer.at("/data"), @r#"
    {
      "comparison": {
        "change": 850.5,
        "percentage": 850.5
      },
      "current_month": {
        "expenses": 120,
        "net": 830.5,
        "pending_expenses": 1,
        "revenue": 950.5
      },
      "last_month": {
        "revenue": 157,
        "revenue_to_date": 100
      },
      "today": {
        "card": 200.5,
        "cash": 450,
        "count": 3,
        "network": 200.5,
        "online": -10,
        "total": 640.5,
        "transfer": -10
      }
    }
    "#);
    let branch = accountant.get("/api/dashboards/accountant?branch_id=1").await.expect(200);
    assert_eq!(
        (branch.at("/data/last_month/revenue"), branch.at("/data/comparison/percentage")),
        (&json!(57), &json!(null))
    );
    assert_eq!(branch.at("/data/current_month/pending_expenses"), &json!(0));
}

#[tokio::test]
async fn a_branch_tells_how_it_is_doing() {
    let (gym, manager) = opened("manager1").await;
    let somebody = customer().named("Salma Aly").insert(&gym).await;
    subscription().days(-40, Some(-1)).insert(&gym, somebody).await;
    subscription().coins(0).insert(&gym, somebody).await;
    subscription().frozen(-1, 5).insert(&gym, somebody).await;
    subscription().stopped().insert(&gym, somebody).await;
    let gone = customer().inactive().insert(&gym).await;
    subscription().insert(&gym, gone).await;
    sqlx::query("update customers set created_at = '2026-03-18T21:59:59Z' where id = $1")
        .bind(somebody.get())
        .execute(&gym.db.owner)
        .await
        .unwrap();
    knock(&gym, 1, "2026-04-17T20:00:00Z", true).await;
    knock(&gym, 1, "2026-03-18T22:00:00Z", true).await;
    knock(&gym, 1, "2026-03-18T21:59:59Z", true).await;
    knock(&gym, 1, "2026-04-17T20:00:01Z", false).await;
    let answer = manager.get("/api/branches/1/performance").await.expect(200);
    let mut data = answer.at("/data").clone();
    let people = data["staff_performance"].take();
    let services = data["revenue_by_service"].take();
    assert_json_snapshot!(data, @r#"
    {
      "active_members": 1,
      "active_now": null,
      "active_subscriptions": 2,
      "address": "1 Nile Street",
      "branch_id": 1,
      "branch_name": "Dragon Club",
      "capacity": null,
      "check_ins_count": 2,
      "complaints_count": 0,
      "end_date": "2026-04-17",
      "expired_subscriptions": 2,
      "expiring_soon": 0,
      "frozen_subscriptions": 1,
      "is_active": true,
      "new_customers": 1,
      "open_complaints": 0,
      "pending_complaints": 0,
      "revenue_by_service": null,
      "staff_count": 4,
      "staff_performance": null,
      "start_date": "2026-03-19",
      "status": "active",
      "today_checkins": 1,
      "today_revenue": 640.5,
      "total_customers": 2,
      "total_revenue": 700.5
    }
    "#);
    assert_eq!((answer.at("/total_revenue"), answer.at("/status")), (&json!(700.5), &json!("success")));
    assert_eq!((answer.at("/staff"), answer.at("/staff_performance")), (&people, &people));
    let names: Vec<_> = people.as_array().unwrap().iter().map(|one| one["full_name"].clone()).collect();
    assert_eq!(names, ["Reem Tarek", "Magdy Fawzy", "Rania Samir", "Tamer Zaki", "Amal Gaber", "Aya Mourad"]);
    assert_eq!((&people[0]["total_revenue"], &people[1]["total_revenue"]), (&json!(510), &json!(190.5)));
    assert_eq!((&services[0]["service_name"], &services[0]["customers"]), (&json!("Monthly Gym"), &json!(1)));
    assert_eq!((&services[0]["revenue"], &services[1]["revenue"]), (&json!(700.5), &json!(0)));
}

#[tokio::test]
async fn a_super_admin_reads_the_performance_of_any_branch() {
    let (_gym, admin) = opened("superadmin").await;
    let answer = admin.get("/api/branches/3/performance").await.expect(200);
    assert_eq!(
        (answer.at("/data/total_revenue"), answer.at("/data/end_date")),
        (&json!(9999), &json!("2026-04-17"))
    );
    let people: Vec<_> = answer
        .at("/data/staff_performance")
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].clone())
        .collect();
    assert_eq!(people, [json!(1013)]);
}
