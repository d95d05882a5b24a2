//! Registering customers.

use cast::{Gym, customer};
use serde_json::{Value, json};

use super::{count, last_audit, run};

fn mohamed() -> Value {
    json!({
        "full_name": " Mohamed   Salem ", "phone": "0107 782 7638", "email": "Mohamed@Example.com", "gender": "male",
        "age": 30, "weight": 80.0, "height": "175", "branch_id": 1, "notes": "knee",
        "bmi": 1.0, "bmi_category": "سمنة", "bmr": 1, "daily_calories": 2.5, "national_id": "unused",
    })
}

#[tokio::test]
async fn a_new_customer_gets_an_id_and_a_temporary_password() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let answer =
        gym.staff(&router, "reception1").await.post("/api/customers/register", mohamed()).await.expect(201);
    let id = answer.at("/data/id").as_i64().unwrap();
    for place in
        ["/data/customer/id", "/customer/id", "/customer_id", "/data/customer_id", "/credentials/client_id"]
    {
        assert_eq!(answer.at(place), id, "{place}");
    }
    let password = answer.at("/temporary_password").as_str().unwrap().to_owned();
    for place in [
        "/temp_password",
        "/data/temporary_password",
        "/data/temp_password",
        "/customer/temporary_password",
        "/credentials/temporary_password",
        "/data/credentials/temporary_password",
    ] {
        assert_eq!(answer.at(place), &json!(password), "{place}");
    }
    for (key, value) in [
        ("full_name", json!("Mohamed Salem")),
        ("phone", json!("01077827638")),
        ("email", json!("mohamed@example.com")),
        ("age", json!(30)),
        ("weight", json!(80)),
        ("height", json!(175)),
        ("bmi", json!(26.1)),
        ("bmi_category", json!("Overweight")),
        ("bmr", json!(1749)),
        ("daily_calories", json!(2711)),
        ("ideal_weight", json!(70.5)),
        ("notes", json!("knee")),
        ("qr_code", json!(format!("customer_id:{id}"))),
        ("branch_name", json!("Dragon Club")),
        ("is_active", json!(true)),
        ("password_changed", json!(false)),
        ("has_active_subscription", json!(false)),
    ] {
        assert_eq!(answer.at(&format!("/data/{key}")), &value, "{key}");
    }
    assert_eq!(answer.at("/message"), "Customer registered successfully");
    assert_eq!(count(&gym, "select count(*) from customer_doors").await, 1);
    assert_eq!(last_audit(&gym).await, ("customers.register".to_owned(), Some(id), Some(1), None));
    let (hash, hours): (String, i32) = sqlx::query_as(
        "select password_hash, (extract(epoch from temporary_password_until - created_at) / 3600)::int from customers",
    )
    .fetch_one(&gym.db.owner)
    .await
    .unwrap();
    assert!(hash.starts_with("$argon2id$") && !hash.contains(&password));
    assert_eq!(hours, 72);
}

#[tokio::test]
async fn a_name_is_enough_and_the_short_path_does_the_same() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await;
    let answer = desk
        .post("/api/customers", json!({ "full_name": "سلمى", "phone": "", "email": null }))
        .await
        .expect(201);
    assert_eq!(answer.at("/data/branch_id"), 1);
    for key in
        ["phone", "email", "gender", "age", "weight", "height", "bmi", "bmi_category", "bmr", "ideal_weight"]
    {
        assert_eq!(answer.at(&format!("/data/{key}")), &json!(null), "{key}");
    }
    assert_eq!(answer.at("/credentials/phone"), &json!(null));
}

#[tokio::test]
async fn a_date_of_birth_gives_the_age() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await;
    let body = json!({ "full_name": "Dina", "date_of_birth": "1996-04-17", "age": "12" });
    let answer = desk.post("/api/customers/register", body).await.expect(201);
    assert_eq!(
        (answer.at("/data/age"), answer.at("/data/date_of_birth")),
        (&json!(30), &json!("1996-04-17"))
    );
    for day in ["2026-04-18", "1901-01-01"] {
        let body = json!({ "full_name": "Dina", "date_of_birth": day });
        desk.post("/api/customers/register", body).await.refused(400, "DATE_OF_BIRTH_IMPLAUSIBLE");
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_all_at_once() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await;
    desk.post("/api/customers/register", json!({})).await.refused(400, "MISSING_FIELDS");
    desk.post("/api/customers/register", json!({ "full_name": "  " })).await.refused(400, "MISSING_FIELDS");
    let body = json!({
        "full_name": "x".repeat(101), "phone": "abc", "email": "nobody", "gender": "robot", "age": 0, "weight": "heavy",
        "height": 1.75, "date_of_birth": "17/04/1996",
    });
    let refused = desk.post("/api/customers/register", body).await.expect(400);
    let mut fields: Vec<&String> = refused.at("/errors").as_object().unwrap().keys().collect();
    fields.sort();
    assert_eq!(fields, ["age", "date_of_birth", "email", "full_name", "gender", "height", "phone", "weight"]);
    for body in [
        json!([]),
        json!("x"),
        json!({ "full_name": 5 }),
        json!({ "full_name": "A", "weight": true }),
        json!({ "full_name": "A", "branch_id": "one" }),
        json!({ "full_name": "A", "age": 1e300 }),
        json!({ "full_name": "A\u{0}" }),
    ] {
        desk.post("/api/customers/register", body.clone()).await.expect(400);
    }
    assert_eq!(count(&gym, "select count(*) from customers").await, 0);
}

#[tokio::test]
async fn a_number_and_an_address_belong_to_one_customer_of_a_gym() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    customer().of_branch(2).phone("+201077827638").email("mona@example.com").insert(&gym).await;
    let desk = gym.staff(&router, "reception1").await;
    let body = json!({ "full_name": "Other", "phone": "+20 (0)107 782 7638" });
    desk.post("/api/customers/register", body.clone()).await.refused(409, "PHONE_TAKEN");
    let mailed = json!({ "full_name": "Other", "email": "MONA@example.com" });
    desk.post("/api/customers/register", mailed).await.refused(409, "EMAIL_TAKEN");
    gym.staff(&router, "reception_b").await.post("/api/customers/register", body).await.expect(201);
}

#[tokio::test]
async fn staff_of_several_branches_say_which() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let named = |branch: i64| json!({ "full_name": "Dina", "branch_id": branch });
    let owner = gym.staff(&router, "owner").await;
    owner
        .post("/api/customers/register", json!({ "full_name": "Dina" }))
        .await
        .refused(400, "BRANCH_REQUIRED");
    assert_eq!(owner.post("/api/customers/register", named(2)).await.expect(201).at("/data/branch_id"), 2);
    owner.post("/api/customers/register", named(3)).await.refused(404, "BRANCH_NOT_FOUND");
    let desk = gym.staff(&router, "reception1").await;
    desk.post("/api/customers/register", named(2)).await.refused(404, "BRANCH_NOT_FOUND");
    run(&gym, "update branches set is_active = false where id = 2").await;
    owner.post("/api/customers/register", named(2)).await.refused(409, "BRANCH_INACTIVE");
}

#[tokio::test]
async fn only_the_desk_and_managers_register() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    for who in ["trainer1", "accountant1", "accountant_c", "accountant_r", "superadmin"] {
        let caller = gym.staff(&router, who).await;
        caller.post("/api/customers/register", mohamed()).await.refused(403, "NOT_ALLOWED");
        caller.post("/api/customers", mohamed()).await.refused(403, "NOT_ALLOWED");
    }
    assert_eq!(count(&gym, "select count(*) from customers").await, 0);
}

#[tokio::test]
async fn a_repeat_with_the_same_key_answers_the_same_customer_and_password() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await.with("idempotency-key", "register-1");
    let first = desk.post("/api/customers/register", mohamed()).await.expect(201);
    let again = desk.post("/api/customers/register", mohamed()).await.expect(201);
    assert_eq!(again.body, first.body);
    assert_eq!(count(&gym, "select count(*) from customers").await, 1);
    let other = json!({ "full_name": "Somebody Else" });
    desk.post("/api/customers/register", other).await.refused(422, "IDEMPOTENCY_KEY_REUSED");
}
