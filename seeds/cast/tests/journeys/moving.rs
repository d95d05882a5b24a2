//! A gym that moves to another time zone while it sells.

use cast::{Answered, Caller};
use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};

use crate::demo_stack::DemoStack;

/// What was earned, branch by branch and day by day, up to the day `until`.
async fn days(demo: &DemoStack, until: &str) -> Vec<(i64, NaiveDate, i64)> {
    sqlx::query_as(
        "select branch_id, business_day, amount_minor from revenue
         where business_day <= $1::text::date order by branch_id, business_day",
    )
    .bind(until)
    .fetch_all(&demo.gym.db.owner)
    .await
    .unwrap()
}

async fn moved(operator: &Caller, zone: &str) {
    let answer = operator.put("/api/gyms/1/locale", json!({ "time_zone": zone })).await.expect(200);
    assert_eq!(answer.at("/data/time_zone"), zone);
}

async fn earned_today(owner: &Caller) -> f64 {
    owner.get("/api/dashboards/overview").await.expect(200).at("/data/today/revenue").as_f64().unwrap()
}

async fn newcomer(desk: &Caller, phone: &str) -> i64 {
    let newcomer = json!({ "full_name": "Samia Galal", "phone": phone, "branch_id": 1 });
    desk.post("/api/customers/register", newcomer).await.expect(201).at("/data/id").as_i64().unwrap()
}

/// Sells the month of the menu.
async fn sold(desk: &Caller, to: i64) -> Answered {
    let sale = json!({ "customer_id": to, "service_id": 1, "payment_method": "cash" });
    desk.post("/api/subscriptions/activate", sale).await.expect(201)
}

fn rest(subscription: i64, days: i64) -> Value {
    json!({ "subscription_id": subscription, "freeze_days": days })
}

fn span(subscription: &Answered) -> [&Value; 2] {
    ["/data/start_date", "/data/end_date"].map(|field| subscription.at(field))
}

#[tokio::test]
async fn days_that_were_counted_stay_when_a_gym_moves_and_new_deeds_count_in_the_new_zone() {
    let demo = DemoStack::open().await;
    let (desk, owner) = (demo.works("reception1").await, demo.works("owner").await);
    let operator = demo.works("superadmin").await;
    let samia = newcomer(&desk, "01055550001").await;
    let month = sold(&desk, samia).await;
    assert_eq!(month.at("/data/start_date"), "2026-11-20");
    let id = month.at("/data/id").as_i64().unwrap();
    desk.post("/api/attendance", json!({ "customer_id": samia })).await.expect(200);
    let (before, earned) = (days(&demo, "2026-11-20").await, earned_today(&owner).await);
    assert!(earned > 0.0);

    // 16:20 of a Friday in Cairo is Saturday morning in Auckland.
    moved(&operator, "Pacific/Auckland").await;
    assert_eq!(days(&demo, "2026-11-20").await, before);
    assert!(earned_today(&owner).await.abs() < 0.001, "a new day began");
    let found = desk.get(&format!("/api/subscriptions/{id}")).await.expect(200);
    assert_eq!(span(&found), span(&month));
    let hana = newcomer(&desk, "01055550002").await;
    let next = sold(&desk, hana).await;
    assert_eq!(next.at("/data/start_date"), "2026-11-21");
    desk.post("/api/attendance", json!({ "customer_id": hana })).await.expect(200);
    let price = next.at("/data/amount").as_f64().unwrap();
    assert!((earned_today(&owner).await - price).abs() < 0.001);
    desk.post("/api/subscriptions/freeze", rest(id, 3)).await.expect(200);
    assert_eq!(days(&demo, "2026-11-20").await, before);
    demo.is_sound().await;

    // And it is still Friday in Los Angeles, where Auckland's Saturday is to come.
    demo.wait(TimeDelta::minutes(1));
    moved(&operator, "America/Los_Angeles").await;
    assert_eq!(days(&demo, "2026-11-20").await, before);
    assert!((earned_today(&owner).await - earned).abs() < 0.001);
    let found = desk.get(&format!("/api/subscriptions/{}", next.at("/data/id"))).await.expect(200);
    assert_eq!(found.at("/data/start_date"), "2026-11-21");
    desk.post("/api/attendance", json!({ "customer_id": hana }))
        .await
        .refused(403, "SUBSCRIPTION_NOT_STARTED");
    desk.post("/api/subscriptions/freeze", rest(id, 2)).await.refused(409, "ALREADY_FROZEN");
    let third = newcomer(&desk, "01055550003").await;
    assert_eq!(sold(&desk, third).await.at("/data/start_date"), "2026-11-20");
    assert!((earned_today(&owner).await - earned - price).abs() < 0.001);
    desk.post("/api/attendance", json!({ "customer_id": third })).await.expect(200);
    demo.is_sound().await;
}
