//! What asks to be looked at.

use cast::{Gym, customer, subscription};
use serde_json::{Value, json};

use super::furnish;

async fn furnished() -> Gym {
    let gym = Gym::open().await;
    furnish(&gym).await;
    let somebody = customer().insert(&gym).await;
    // Good for today and over tonight; over in a week; frozen, not begun, stopped or used up: none of these.
    subscription().days(-5, Some(0)).insert(&gym, somebody).await;
    subscription().days(-5, Some(6)).insert(&gym, somebody).await;
    subscription().days(-5, Some(7)).insert(&gym, somebody).await;
    subscription().days(-5, Some(1)).frozen(0, 0).insert(&gym, somebody).await;
    subscription().days(1, Some(3)).insert(&gym, somebody).await;
    subscription().days(-5, Some(2)).stopped().insert(&gym, somebody).await;
    for coins in [0, 1, 3, 4] {
        subscription().coins(coins).insert(&gym, somebody).await;
    }
    subscription().coins(1).stopped().insert(&gym, somebody).await;
    // Three sessions are no coins.
    subscription().sessions(3).days(-5, Some(60)).insert(&gym, somebody).await;
    sqlx::query(
        "insert into audit_log (at, gym_id, branch_id, actor_kind, actor_id, action, request_id, flag)
         select at::timestamptz, 1, 1, 'staff', 1006, 'subscriptions.sell', 'r', 'below_price'
         from unnest(array['2026-04-01T10:00:00Z', '2026-03-18T21:59:59Z']) at",
    )
    .execute(&gym.db.owner)
    .await
    .unwrap();
    gym
}

#[tokio::test]
async fn the_two_apps_read_counts_and_a_list_from_one_answer() {
    let gym = furnished().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let answer = owner.get("/api/alerts/smart").await.expect(200);
    assert_eq!(
        answer.at("/data"),
        // Low coins: one and three at branch 1, two at branch 2.
        &json!({ "expiring_today": 1, "expiring_week": 2, "low_coins": 3, "open_complaints": 0, "pending_expenses": 2 })
    );
    assert_eq!(answer.at("/expiring_week"), &json!(2));
    let rows = answer.at("/alerts").as_array().unwrap();
    let told = |row: &Value| [row["type"].clone(), row["count"].clone(), row["branch_name"].clone()];
    assert_eq!(
        rows.iter().map(told).collect::<Vec<_>>(),
        [
            [json!("sales_below_price"), json!(1), json!(null)],
            [json!("pending_expenses"), json!(2), json!("Phoenix Club")],
            [json!("expiring_today"), json!(1), json!("Dragon Club")],
            [json!("expiring_week"), json!(2), json!("Dragon Club")],
            [json!("low_coins"), json!(2), json!("Dragon Club")],
            [json!("low_coins"), json!(1), json!("Phoenix Club")],
        ]
    );
    insta::assert_json_snapshot!(rows[2], @r#"
    {
      "alert_type": "expiring_today",
      "branch": "Dragon Club",
      "branch_id": 1,
      "branch_name": "Dragon Club",
      "count": 1,
      "created_at": "2026-04-17T23:30:00",
      "created_at_utc": "2026-04-17T21:30:00Z",
      "description": "Subscriptions end today: 1",
      "details": {
        "count": 1
      },
      "message": "Subscriptions end today: 1",
      "priority": "warning",
      "risk_level": "medium",
      "severity": "medium",
      "timestamp": "2026-04-17T23:30:00",
      "title": "Subscriptions end today",
      "type": "expiring_today"
    }
    "#);
    let list = owner.get("/api/alerts").await.expect(200);
    assert_eq!((list.at("/data"), list.at("/alerts")), (answer.at("/alerts"), answer.at("/alerts")));
}

#[tokio::test]
async fn alerts_end_where_the_callers_branches_end_and_speak_their_language() {
    let gym = furnished().await;
    let (router, _) = staff_api::router(gym.staff_app());
    sqlx::query("update staff_users set preferred_language = 'ar' where id = 1005")
        .execute(&gym.db.owner)
        .await
        .unwrap();
    let manager = gym.staff(&router, "manager2").await;
    let answer = manager.get("/api/alerts/smart").await.expect(200);
    assert_eq!(
        (answer.at("/data/expiring_week"), answer.at("/data/pending_expenses")),
        (&json!(0), &json!(2))
    );
    assert_eq!(answer.at("/alerts/0/title"), "مصروفات في انتظار الموافقة");
    let other = gym.staff(&router, "owner_b").await.get("/api/alerts").await.expect(200);
    let rows = other.at("/data").as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["type"], &rows[0]["count"]), (1, &json!("pending_expenses"), &json!(1)));
}

#[tokio::test]
async fn where_nothing_asks_to_be_looked_at_the_list_is_empty() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let answer = gym.staff(&router, "owner").await.get("/api/alerts").await.expect(200);
    assert_eq!(answer.at("/data"), &json!([]));
}
