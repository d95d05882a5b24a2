//! How a gym counts and speaks: its owner says so until the first sale, the operator later.

use axum::Router;
use cast::{Answered, Caller, Gym, customer, subscription};
use serde_json::{Value, json};

const OF_THE_OPERATOR: &str = "/api/gyms/1/locale";
const OF_THE_OWNER: &str = "/api/gyms/setup";

struct Doors {
    gym: Gym,
    router: Router,
    owner: Caller,
    operator: Caller,
}

impl Doors {
    async fn open() -> Self {
        let gym = Gym::open().await;
        let (router, _) = staff_api::router(gym.staff_app());
        let owner = gym.staff(&router, "owner").await;
        let operator = gym.staff(&router, "superadmin").await;
        Self { gym, router, owner, operator }
    }

    async fn who(&self, username: &str) -> Caller {
        self.gym.staff(&self.router, username).await
    }

    async fn sell(&self) -> Answered {
        let mona = customer().insert(&self.gym).await;
        let sale = json!({ "customer_id": mona, "service_id": 1 });
        self.who("reception1").await.post("/api/subscriptions/activate", sale).await.expect(201)
    }

    /// What the newest audit row of a gym says of its locale.
    async fn noted(&self) -> (String, Option<i64>, Value) {
        sqlx::query_as(
            "select action, gym_id, detail -> 'locale' from audit_log where subject_kind = 'gym' order by id desc limit 1",
        )
        .fetch_one(&self.gym.db.owner)
        .await
        .unwrap()
    }
}

fn locale(answer: &Answered) -> [&str; 5] {
    ["time_zone", "currency", "calling_code", "language", "week_starts_on"]
        .map(|field| answer.at(&format!("/data/{field}")).as_str().unwrap_or_default())
}

const OF_EGYPT: [&str; 5] = ["Africa/Cairo", "EGP", "20", "ar", "saturday"];
const OF_DUBAI: [&str; 5] = ["Asia/Dubai", "AED", "971", "en", "monday"];

fn dubai() -> Value {
    json!({
        "time_zone": "Asia/Dubai", "currency": "aed", "calling_code": "+971", "language": "en", "week_starts_on": "Monday",
    })
}

#[tokio::test]
async fn a_gym_is_in_egypt_until_its_owner_says_otherwise() {
    let doors = Doors::open().await;
    assert_eq!(locale(&doors.owner.get("/api/gyms/my-gym").await.expect(200)), OF_EGYPT);
    let mut body = dubai();
    body["name"] = json!("Dubai Fitness");
    let moved = doors.owner.put(OF_THE_OWNER, body).await.expect(200);
    assert_eq!((locale(&moved), moved.at("/data/name")), (OF_DUBAI, &json!("Dubai Fitness")));
    let (action, gym, noted) = doors.noted().await;
    assert_eq!((action.as_str(), gym), ("gym.edit", Some(1)));
    assert_eq!(
        noted,
        json!({
            "before": {
                "time_zone": "Africa/Cairo", "currency": "EGP", "calling_code": "20", "language": "ar",
                "week_starts_on": "saturday",
            },
            "after": {
                "time_zone": "Asia/Dubai", "currency": "AED", "calling_code": "971", "language": "en",
                "week_starts_on": "monday",
            },
        })
    );

    let half = doors.owner.put(OF_THE_OWNER, json!({ "language": "ar", "currency": null, "time_zone": " " }));
    let half = half.await.expect(200);
    assert_eq!(locale(&half), ["Asia/Dubai", "AED", "971", "ar", "monday"], "what is not said stays");
    let login = json!({ "username": "reception1", "password": cast::PASSWORD });
    let desk = doors.gym.visitor(&doors.router).post("/api/auth/login", login).await.expect(200);
    assert_eq!(desk.at("/data/gym/calling_code"), "971");
    let other = doors.who("owner_b").await.get("/api/gyms/my-gym").await.expect(200);
    assert_eq!(locale(&other), OF_EGYPT, "of another gym nothing was said");
}

#[tokio::test]
async fn from_the_first_sale_on_the_owner_is_refused_and_nothing_of_the_body_happens() {
    let doors = Doors::open().await;
    doors.owner.put(OF_THE_OWNER, json!({ "week_starts_on": "sunday" })).await.expect(200);
    doors.sell().await;
    for (field, value) in dubai().as_object().unwrap() {
        let refused = doors.owner.put(OF_THE_OWNER, json!({ "name": "Mine", field: value })).await;
        refused.refused(409, "GYM_ALREADY_SELLS");
    }
    let stays = doors.owner.get("/api/gyms/my-gym").await.expect(200);
    assert_eq!(locale(&stays), ["Africa/Cairo", "EGP", "20", "ar", "sunday"]);
    assert_eq!(stays.at("/data/name"), "Nile Fitness");

    let same = json!({
        "name": "Mine", "time_zone": "Africa/Cairo", "currency": "EGP", "calling_code": "0020", "language": "AR",
        "week_starts_on": "sunday",
    });
    let renamed = doors.owner.put(OF_THE_OWNER, same).await.expect(200);
    assert_eq!(renamed.at("/data/name"), "Mine", "what is so already is no change");
    assert_eq!(doors.noted().await.2, Value::Null);
    let other = doors.who("owner_b").await.put(OF_THE_OWNER, dubai()).await.expect(200);
    assert_eq!(locale(&other), OF_DUBAI, "another gym has not sold");
}

#[tokio::test]
async fn the_operator_moves_a_gym_that_sells() {
    let doors = Doors::open().await;
    doors.sell().await;
    let moved = doors.operator.put(OF_THE_OPERATOR, dubai()).await.expect(200);
    assert_eq!((locale(&moved), moved.at("/data/id")), (OF_DUBAI, &json!(1)));
    let moved = doors.operator.put(OF_THE_OPERATOR, json!({ "language": "ar", "currency": "AED" })).await;
    assert_eq!(locale(&moved.expect(200)), ["Asia/Dubai", "AED", "971", "ar", "monday"]);
    let (action, gym, noted) = doors.noted().await;
    assert_eq!((action.as_str(), gym), ("gyms.set_locale", Some(1)));
    assert_eq!(noted, json!({ "before": { "language": "en" }, "after": { "language": "ar" } }));
    let all = doors.operator.get("/api/gyms").await.expect(200);
    assert_eq!(
        (all.at("/data/0/time_zone"), all.at("/data/1/time_zone")),
        (&json!("Asia/Dubai"), &json!("Africa/Cairo"))
    );
}

#[tokio::test]
async fn what_is_no_locale_is_refused_field_by_field() {
    let doors = Doors::open().await;
    let wrong = [
        ("time_zone", "Mars/Olympus_Mons", "TIME_ZONE_UNKNOWN"),
        ("time_zone", "africa/cairo", "TIME_ZONE_UNKNOWN"),
        ("currency", "KWD", "CURRENCY_UNKNOWN"),
        ("calling_code", "2020", "CALLING_CODE_INVALID"),
        ("language", "fr", "UNKNOWN_LANGUAGE"),
        ("week_starts_on", "friday", "WEEK_START_UNKNOWN"),
    ];
    for (field, value, code) in wrong {
        for (caller, path) in [(&doors.owner, OF_THE_OWNER), (&doors.operator, OF_THE_OPERATOR)] {
            let refused = caller.put(path, json!({ field: value })).await.refused(400, code);
            assert!(refused.at(&format!("/errors/{field}")).is_string(), "{}", refused.body);
        }
    }
    let many = json!({ "currency": "KWD", "calling_code": "x", "name": "x".repeat(101) });
    let many = doors.owner.put(OF_THE_OWNER, many).await.expect(400);
    assert_eq!(many.at("/errors").as_object().map(serde_json::Map::len), Some(3), "{}", many.body);
    for nothing in [json!({}), json!({ "time_zone": null, "language": "" })] {
        doors.operator.put(OF_THE_OPERATOR, nothing).await.refused(400, "MISSING_FIELDS");
    }
    doors.operator.put("/api/gyms/99/locale", dubai()).await.refused(404, "GYM_NOT_FOUND");
    assert_eq!(locale(&doors.owner.get("/api/gyms/my-gym").await.expect(200)), OF_EGYPT);
}

#[tokio::test]
async fn nobody_but_owner_and_operator_says_where_a_gym_is() {
    let doors = Doors::open().await;
    for name in ["owner", "owner_b", "regional1", "manager1", "reception1", "trainer1", "accountant_c"] {
        let caller = doors.who(name).await;
        caller.put(OF_THE_OPERATOR, dubai()).await.refused(403, "NOT_ALLOWED");
        if !name.starts_with("owner") {
            caller.put(OF_THE_OWNER, dubai()).await.refused(403, "NOT_ALLOWED");
        }
    }
    doors.operator.put(OF_THE_OWNER, dubai()).await.refused(403, "NOT_ALLOWED");
    doors.gym.visitor(&doors.router).put(OF_THE_OPERATOR, dubai()).await.refused(401, "SIGNED_OUT");
    assert_eq!(locale(&doors.owner.get("/api/gyms/my-gym").await.expect(200)), OF_EGYPT);
}

#[tokio::test]
async fn a_repeat_with_the_same_key_changes_it_once() {
    let doors = Doors::open().await;
    let keyed = doors.operator.clone().with("idempotency-key", "moved");
    keyed.put(OF_THE_OPERATOR, json!({ "language": "en" })).await.expect(200);
    doors.operator.put(OF_THE_OPERATOR, json!({ "language": "ar" })).await.expect(200);
    let again = keyed.put(OF_THE_OPERATOR, json!({ "language": "en" })).await.expect(200);
    assert_eq!(again.at("/data/language"), "ar", "a repeat does nothing, and is answered as things are");
    keyed.put(OF_THE_OPERATOR, json!({ "language": "ar" })).await.refused(422, "IDEMPOTENCY_KEY_REUSED");
}

#[tokio::test]
async fn the_operator_mends_a_gym_whose_time_zone_is_none() {
    let doors = Doors::open().await;
    for past_the_schema in [
        "alter table gyms drop constraint gyms_time_zone",
        "update gyms set time_zone = 'Mars/Olympus_Mons' where id = 1",
    ] {
        sqlx::query(past_the_schema).execute(&doors.gym.db.owner).await.unwrap();
    }
    doors.owner.get("/api/gyms/my-gym").await.refused(503, "GYM_DAMAGED");
    doors.operator.put(OF_THE_OPERATOR, json!({ "time_zone": "Africa/Cairo" })).await.expect(200);
    doors.owner.get("/api/gyms/my-gym").await.expect(200);
}

#[tokio::test]
async fn whoever_chose_no_language_is_written_to_in_that_of_the_gym() {
    let doors = Doors::open().await;
    let mona = customer().phone("+201077827638").insert(&doors.gym).await;
    subscription().insert(&doors.gym, mona).await;
    let desk = doors.who("reception1").await;
    let letters = async |phone: &str| -> Option<String> {
        desk.put(&format!("/api/customers/{mona}"), json!({ "phone": phone })).await.expect(200);
        sqlx::query_scalar(
            "select payload ->> 'language' from outbox where kind = 'contact_changed' order by id desc limit 1",
        )
        .fetch_one(&doors.gym.db.owner)
        .await
        .unwrap()
    };
    assert_eq!(letters("01077827630").await.as_deref(), Some("ar"));
    doors.operator.put(OF_THE_OPERATOR, json!({ "language": "en" })).await.expect(200);
    assert_eq!(letters("01077827631").await.as_deref(), Some("en"));
    sqlx::query("update customers set preferred_language = 'ar'").execute(&doors.gym.db.owner).await.unwrap();
    assert_eq!(letters("01077827632").await.as_deref(), Some("ar"));
}
