//! What is sold: reading the shelf, and filling it.

use cast::{Answered, Gym, customer, subscription};
use insta::assert_json_snapshot;
use serde_json::{Value, json};

fn ids(answer: &Answered) -> Vec<i64> {
    answer.at("/data").as_array().expect("a bare array").iter().filter_map(|row| row["id"].as_i64()).collect()
}

fn monthly() -> Value {
    json!({ "name": "Quarterly", "kind": "time_based", "service_type": "gym", "price": 1200.5, "duration_days": 90,
        "max_freezes": 2, "max_freeze_days": 20, "freeze_fee": 10 })
}

fn with(mut body: Value, key: &str, value: Value) -> Value {
    body[key] = value;
    body
}

#[tokio::test]
async fn the_list_stands_bare_in_data_and_as_services() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let answer = gym.staff(&router, "reception1").await.get("/api/services").await.expect(200);
    assert_eq!(ids(&answer), [1, 2, 3, 4]);
    assert_eq!(answer.at("/services"), answer.at("/data"));
    assert_json_snapshot!(answer.at("/data/0"), @r#"
    {
      "branch_id": null,
      "category": "gym",
      "coins": null,
      "description": null,
      "duration_days": 30,
      "freeze_fee": 0,
      "id": 1,
      "is_active": true,
      "kind": "time_based",
      "max_freeze_days": 15,
      "max_freezes": 2,
      "name": "Monthly Gym",
      "opens_door": true,
      "opens_every_branch": false,
      "price": 500,
      "service_type": "gym",
      "sessions": null,
      "subscription_type": "time_based"
    }
    "#);
    assert_eq!((answer.at("/data/1/coins"), answer.at("/data/2/sessions")), (&json!(20), &json!(20)));
    assert_eq!((answer.at("/data/3/sessions"), answer.at("/data/3/opens_door")), (&json!(10), &json!(false)));
}

#[tokio::test]
async fn each_sees_the_services_of_the_gym_and_of_their_branches() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let local = owner.post("/api/services", with(monthly(), "branch_id", json!(2))).await.expect(201);
    let id = local.at("/data/id").as_i64().unwrap();
    assert_eq!(local.at("/data/branch_id"), 2);
    let list = async |name: &str, query: &str| {
        ids(&gym.staff(&router, name).await.get(&format!("/api/services{query}")).await.expect(200))
    };
    assert_eq!(list("reception2", "").await, [1, 2, 3, 4, id]);
    assert_eq!(list("reception1", "").await, [1, 2, 3, 4]);
    assert_eq!(list("owner", "").await, [1, 2, 3, 4, id]);
    assert_eq!(list("owner", "?branch_id=1").await, [1, 2, 3, 4]);
    assert_eq!(list("regional1", "?branch_id=2").await, [1, 2, 3, 4, id]);
    assert_eq!(list("reception_b", "").await, [5]);
    let desk = gym.staff(&router, "reception1").await;
    desk.get("/api/services?branch_id=2").await.refused(404, "BRANCH_NOT_FOUND");
    desk.get("/api/services?branch_id=x").await.refused(400, "INVALID_QUERY");
    let foreign = desk.get(&format!("/api/services/{id}")).await.refused(404, "SERVICE_NOT_FOUND");
    let absent = desk.get("/api/services/999").await.refused(404, "SERVICE_NOT_FOUND");
    let other_gym = desk.get("/api/services/5").await.refused(404, "SERVICE_NOT_FOUND");
    assert_eq!(
        (foreign.at("/message"), other_gym.at("/message")),
        (absent.at("/message"), absent.at("/message"))
    );
    desk.get("/api/services/1").await.expect(200);
    gym.staff(&router, "superadmin").await.get("/api/services").await.refused(403, "NOT_ALLOWED");
}

#[tokio::test]
async fn a_new_service_is_what_was_said_and_has_the_usual_rest() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let answer = owner.post("/api/services", monthly()).await.expect(201);
    assert_json_snapshot!(answer.at("/data"), @r#"
    {
      "branch_id": null,
      "category": "gym",
      "coins": null,
      "description": null,
      "duration_days": 90,
      "freeze_fee": 10,
      "id": 11,
      "is_active": true,
      "kind": "time_based",
      "max_freeze_days": 20,
      "max_freezes": 2,
      "name": "Quarterly",
      "opens_door": true,
      "opens_every_branch": false,
      "price": 1200.5,
      "service_type": "gym",
      "sessions": null,
      "subscription_type": "time_based"
    }
    "#);
    let training = json!({ "name": "PT", "kind": "training", "price": "900", "sessions": 8 });
    let answer = owner.post("/api/services", training).await.expect(201);
    assert_eq!(
        (answer.at("/data/service_type"), answer.at("/data/opens_door")),
        (&json!("personal_training"), &json!(false))
    );
    assert_eq!((answer.at("/data/price"), answer.at("/data/sessions")), (&json!(900), &json!(8)));
    let pool = json!({ "name": "Pool", "kind": "coins", "price": 100, "coins": 10, "category": "swimming_recreation",
        "opens_every_branch": true, "description": "Ten coins" });
    let answer = owner.post("/api/services", pool).await.expect(201);
    assert_eq!(
        (answer.at("/data/category"), answer.at("/data/coins")),
        (&json!("swimming_recreation"), &json!(10))
    );
    assert_eq!(
        (answer.at("/data/opens_every_branch"), answer.at("/data/description")),
        (&json!(true), &json!("Ten coins"))
    );
}

#[tokio::test]
async fn terms_that_make_no_sense_are_refused() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let refused = async |key: &str, value: Value, code: &str| {
        owner.post("/api/services", with(monthly(), key, value)).await.refused(400, code);
    };
    refused("kind", json!("karate"), "INVALID_FIELD").await;
    refused("kind", json!(null), "MISSING_FIELDS").await;
    refused("name", json!(" "), "MISSING_FIELDS").await;
    refused("name", json!("x".repeat(101)), "TEXT_TOO_LONG").await;
    refused("price", json!(-1), "AMOUNT_NEGATIVE").await;
    refused("price", json!(1.005), "INVALID_FIELD").await;
    refused("price", json!(1e12), "INVALID_FIELD").await;
    refused("price", json!(null), "MISSING_FIELDS").await;
    refused("duration_days", json!(0), "NUMBER_OUT_OF_RANGE").await;
    refused("duration_days", json!(null), "MISSING_FIELDS").await;
    refused("coins", json!(5), "COUNTER_NOT_OF_KIND").await;
    refused("sessions", json!(5), "COUNTER_NOT_OF_KIND").await;
    refused("max_freezes", json!(0), "FREEZE_POLICY_HALF").await;
    refused("max_freezes", json!(101), "NUMBER_OUT_OF_RANGE").await;
    refused("freeze_fee", json!(-5), "AMOUNT_NEGATIVE").await;
    refused("service_type", json!("karate"), "INVALID_FIELD").await;
    refused("description", json!("x".repeat(2001)), "TEXT_TOO_LONG").await;
    let all = owner.post("/api/services", json!({})).await.refused(400, "MISSING_FIELDS");
    assert!(["name", "kind", "price"].iter().all(|key| all.at(&format!("/errors/{key}")).is_string()));
    assert_eq!(ids(&owner.get("/api/services").await.expect(200)), [1, 2, 3, 4]);
}

#[tokio::test]
async fn a_manager_decides_for_the_own_branch_only() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let manager = gym.staff(&router, "manager1").await;
    let own = manager.post("/api/services", monthly()).await.expect(201);
    assert_eq!(own.at("/data/branch_id"), 1);
    let path = format!("/api/services/{}", own.at("/data/id"));
    manager
        .post("/api/services", with(monthly(), "branch_id", json!(null)))
        .await
        .refused(403, "NOT_ALLOWED");
    manager
        .post("/api/services", with(monthly(), "branch_id", json!(2)))
        .await
        .refused(404, "BRANCH_NOT_FOUND");
    manager
        .post("/api/services", with(monthly(), "branch_id", json!(99)))
        .await
        .refused(404, "BRANCH_NOT_FOUND");
    manager.put("/api/services/1", json!({ "price": 1 })).await.refused(403, "NOT_ALLOWED");
    manager.delete("/api/services/1").await.refused(403, "NOT_ALLOWED");
    manager.put(&path, json!({ "branch_id": null })).await.refused(403, "NOT_ALLOWED");
    manager.put(&path, json!({ "branch_id": 2 })).await.refused(404, "BRANCH_NOT_FOUND");
    manager.put(&path, json!({ "price": 1 })).await.expect(200);
    let other = gym.staff(&router, "manager2").await;
    let foreign = other.put(&path, json!({ "price": 1 })).await.refused(404, "SERVICE_NOT_FOUND");
    let absent =
        other.put("/api/services/999", json!({ "price": 1 })).await.refused(404, "SERVICE_NOT_FOUND");
    assert_eq!(foreign.at("/message"), absent.at("/message"));
    other.delete(&path).await.refused(404, "SERVICE_NOT_FOUND");
}

#[tokio::test]
async fn a_regional_manager_says_for_which_branch() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let regional = gym.staff(&router, "regional1").await;
    regional.post("/api/services", monthly()).await.refused(400, "BRANCH_REQUIRED");
    let made = regional.post("/api/services", with(monthly(), "branch_id", json!("2"))).await.expect(201);
    let path = format!("/api/services/{}", made.at("/data/id"));
    let moved = regional.put(&path, json!({ "branch_id": 1 })).await.expect(200);
    assert_eq!(moved.at("/data/branch_id"), 1);
}

#[tokio::test]
async fn nobody_else_fills_the_shelf() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    for name in ["superadmin", "reception1", "trainer1", "accountant1", "accountant_c", "accountant_r"] {
        let caller = gym.staff(&router, name).await;
        caller.post("/api/services", monthly()).await.refused(403, "NOT_ALLOWED");
        caller.put("/api/services/1", json!({})).await.refused(403, "NOT_ALLOWED");
        caller.patch("/api/services/1", json!({})).await.refused(403, "NOT_ALLOWED");
        caller.delete("/api/services/1").await.refused(403, "NOT_ALLOWED");
        caller.post_empty("/api/services/1/activate").await.refused(403, "NOT_ALLOWED");
        caller.post_empty("/api/services/1/deactivate").await.refused(403, "NOT_ALLOWED");
    }
}

#[tokio::test]
async fn an_edit_changes_what_it_names_and_no_past_sale() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    let sold = subscription().insert(&gym, mona).await;
    let terms = async || -> (String, String, i64, i32, bool, i32) {
        sqlx::query_as(
            "select service_name, kind, price_minor, duration_days, opens_door, max_freezes from subscriptions where id = $1",
        )
        .bind(sold.get())
        .fetch_one(&gym.db.owner)
        .await
        .unwrap()
    };
    let before = terms().await;
    let owner = gym.staff(&router, "owner").await;
    let body = json!({ "name": "Gym, monthly", "price": 750, "duration_days": 31, "opens_door": false,
        "max_freezes": 0, "max_freeze_days": 0 });
    let answer = owner.put("/api/services/1", body).await.expect(200);
    assert_eq!((answer.at("/data/name"), answer.at("/data/price")), (&json!("Gym, monthly"), &json!(750)));
    assert_eq!(
        (answer.at("/data/kind"), answer.at("/data/service_type")),
        (&json!("time_based"), &json!("gym"))
    );
    let answer =
        owner.patch("/api/services/1", json!({ "kind": "sessions", "sessions": 12 })).await.expect(200);
    assert_eq!((answer.at("/data/sessions"), answer.at("/data/duration_days")), (&json!(12), &json!(31)));
    owner.patch("/api/services/1", json!({ "kind": "coins" })).await.refused(400, "MISSING_FIELDS");
    assert_eq!(terms().await, before);
}

#[tokio::test]
async fn a_service_leaves_the_shelf_and_comes_back() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let desk = gym.staff(&router, "reception1").await;
    for _twice in 0..2 {
        let gone = owner.delete("/api/services/2").await.expect(200);
        assert_eq!(gone.at("/data/is_active"), false);
    }
    assert_eq!(ids(&desk.get("/api/services").await.expect(200)), [1, 3, 4]);
    for query in ["include_inactive=true", "include_inactive=1"] {
        let all = desk.get(&format!("/api/services?{query}")).await.expect(200);
        assert_eq!((ids(&all), all.at("/data/1/is_active")), (vec![1, 2, 3, 4], &json!(false)));
    }
    assert_eq!(ids(&desk.get("/api/services?include_inactive=false").await.expect(200)), [1, 3, 4]);
    desk.get("/api/services?include_inactive=maybe").await.refused(400, "UNKNOWN_VALUE");
    desk.get("/api/services/2").await.expect(200);
    owner.post_empty("/api/services/2/activate").await.expect(200);
    owner.post_empty("/api/services/3/deactivate").await.expect(200);
    assert_eq!(ids(&desk.get("/api/services").await.expect(200)), [1, 2, 4]);
    owner.delete("/api/services/5").await.refused(404, "SERVICE_NOT_FOUND");
}
