//! What a trainer sees of the members of their branch.

use base::vocabulary::CustomerId;
use cast::{Answered, Caller, Gym, customer, subscription};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{ids, path, run};

/// A trainee of trainer1, somebody whom nobody trains, and the trainer.
async fn opened() -> (Gym, Caller, CustomerId, CustomerId) {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona =
        customer().named("Mona Adel").phone("+201077827638").email("mona@example.com").insert(&gym).await;
    subscription().training(8).insert(&gym, mona).await;
    let sara =
        customer().named("Sara Nabil").phone("+201077827639").email("sara@example.com").insert(&gym).await;
    subscription().insert(&gym, sara).await;
    run(&gym, "update customers set notes = 'asks for a quiet corner'").await;
    let trainer = gym.staff(&router, "trainer1").await;
    (gym, trainer, mona, sara)
}

/// Every way to a customer, as `caller` sees the one with this id and phone number.
async fn ways(caller: &Caller, id: CustomerId, phone: &str, name: &str) -> Vec<(String, Value)> {
    let row = |answer: &Answered| {
        let items = answer.at("/data/items").as_array().expect("items").clone();
        items.into_iter().find(|item| item["id"] == id.get()).expect("their row")
    };
    let mut ways = Vec::new();
    for list in [
        "/api/customers".to_owned(),
        format!("/api/customers?search={name}"),
        format!("/api/customers/search?q={name}"),
    ] {
        ways.push((list.clone(), row(&caller.get(&list).await.expect(200))));
    }
    for single in [
        path(id, ""),
        format!("/api/customers/phone/{phone}"),
        format!("/api/customers/by-phone?phone={phone}"),
    ] {
        let answer = caller.get(&single).await.expect(200);
        ways.push((single, answer.at("/data").clone()));
    }
    ways
}

/// Beyond what a greeting needs.
const CLOSE: [&str; 11] = [
    "email",
    "age",
    "weight",
    "height",
    "bmi",
    "bmi_category",
    "bmr",
    "daily_calories",
    "ideal_weight",
    "notes",
    "active_subscription",
];

#[tokio::test]
async fn a_trainer_looks_closely_only_at_whom_they_train() {
    let (gym, trainer, mona, sara) = opened().await;
    for (way, row) in ways(&trainer, mona, "01077827638", "mona").await {
        for key in CLOSE {
            assert_ne!(row[key], Value::Null, "{way}: {key}");
        }
    }
    for (way, row) in ways(&trainer, sara, "01077827639", "sara").await {
        for key in CLOSE {
            assert_eq!(row[key], Value::Null, "{way}: {key}");
        }
        assert_eq!(
            (&row["full_name"], &row["phone"]),
            (&json!("Sara Nabil"), &json!("01077827639")),
            "{way}"
        );
        assert_eq!(
            (&row["has_active_subscription"], &row["subscription_status"]),
            (&json!(true), &json!("active")),
            "{way}"
        );
    }
    let (router, _) = staff_api::router(gym.staff_app());
    for (way, row) in ways(&gym.staff(&router, "reception1").await, sara, "01077827639", "sara").await {
        for key in CLOSE {
            assert_ne!(row[key], Value::Null, "{way}: {key}");
        }
    }
}

#[tokio::test]
async fn a_training_that_is_over_frozen_or_with_somebody_else_shows_nothing() {
    let (gym, trainer, mona, _) = opened().await;
    let weight = async || trainer.get(&path(mona, "")).await.expect(200).at("/data/weight").clone();
    assert_eq!(weight().await, json!(60));
    for (change, back) in [
        (
            "update subscriptions set trainer_id = 1006 where kind = 'training'",
            "update subscriptions set trainer_id = 1008 where kind = 'training'",
        ),
        (
            "update subscriptions set stopped_at = created_at where kind = 'training'",
            "update subscriptions set stopped_at = null",
        ),
        (
            "update subscriptions set starts_on = starts_on + 100, ends_on = ends_on + 100 where kind = 'training'",
            "update subscriptions set starts_on = starts_on - 100, ends_on = ends_on - 100 where kind = 'training'",
        ),
    ] {
        run(&gym, change).await;
        assert_eq!(weight().await, Value::Null, "{change}");
        run(&gym, back).await;
        assert_eq!(weight().await, json!(60), "{back}");
    }
    gym.clock.advance(TimeDelta::days(40));
    let (router, _) = staff_api::router(gym.staff_app());
    let later = gym.staff(&router, "trainer1").await.get(&path(mona, "")).await.expect(200);
    assert_eq!(later.at("/data/weight"), &Value::Null);
}

#[tokio::test]
async fn a_trainer_finds_nobody_by_what_they_do_not_see() {
    let (gym, trainer, _, sara) = opened().await;
    assert_eq!(ids(&trainer.get("/api/customers/search?q=sara@ex").await.expect(200)), [0_i64; 0]);
    assert_eq!(ids(&trainer.get("/api/customers?search=sara@ex").await.expect(200)), [0_i64; 0]);
    let resting = customer().named("Nada Samir").insert(&gym).await;
    subscription().frozen(-1, 5).insert(&gym, resting).await;
    assert_eq!(ids(&trainer.get("/api/customers?status=frozen").await.expect(200)), [0_i64; 0]);
    subscription().training(3).insert(&gym, resting).await;
    assert_eq!(ids(&trainer.get("/api/customers?status=frozen").await.expect(200)), [resting.get()]);
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await;
    assert_eq!(ids(&desk.get("/api/customers/search?q=sara@ex").await.expect(200)), [sara.get()]);
    assert_eq!(ids(&desk.get("/api/customers?status=frozen").await.expect(200)), [resting.get()]);
}

#[tokio::test]
async fn a_trainer_reads_the_subscriptions_of_whom_they_train() {
    let (gym, trainer, mona, sara) = opened().await;
    let gym_pass = subscription().insert(&gym, mona).await;
    let foreign = customer().of_branch(2).named("Far Away").insert(&gym).await;
    subscription().training(5).insert(&gym, foreign).await;
    let listed = async |query: &str| {
        let list = trainer.get(&format!("/api/subscriptions{query}")).await.expect(200);
        assert_eq!(list.at("/data/total"), &json!(ids(&list).len()), "{query}");
        ids(&list)
    };
    let training: i64 =
        sqlx::query_scalar("select id from subscriptions where kind = 'training' and customer_id = $1")
            .bind(mona.get())
            .fetch_one(&gym.db.owner)
            .await
            .unwrap();
    assert_eq!(listed("").await, [gym_pass.get(), training]);
    assert_eq!(listed("?status=active&kind=training").await, [training]);
    assert_eq!(listed(&format!("?customer_id={mona}&branch_id=1&service_id=1")).await, [gym_pass.get()]);
    assert_eq!(listed(&format!("?customer_id={sara}")).await, [0_i64; 0]);
    assert_eq!(listed("?status=frozen").await, [0_i64; 0]);
    let first = trainer.get("/api/subscriptions?per_page=1").await.expect(200);
    assert_eq!((ids(&first), first.at("/data/total")), (vec![gym_pass.get()], &json!(2)));
    let of_sara: i64 = sqlx::query_scalar("select id from subscriptions where customer_id = $1")
        .bind(sara.get())
        .fetch_one(&gym.db.owner)
        .await
        .unwrap();
    for tail in ["", "/movements"] {
        trainer.get(&format!("/api/subscriptions/{training}{tail}")).await.expect(200);
        trainer
            .get(&format!("/api/subscriptions/{of_sara}{tail}"))
            .await
            .refused(404, "SUBSCRIPTION_NOT_FOUND");
    }
}
