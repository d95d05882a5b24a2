//! Devices that receive notifications, of both audiences.

use cast::{Caller, Gym, customer};
use serde_json::{Value, json};

const REGISTER: &str = "/api/notifications/register-device";
const UNREGISTER: &str = "/api/notifications/unregister-device";

fn device(token: &str, app_type: &str) -> Value {
    json!({ "fcm_token": token, "app_type": app_type, "platform": "android" })
}

async fn holders(gym: &Gym) -> Vec<(String, Option<i64>, Option<i64>, String)> {
    sqlx::query_as("select token, staff_id, customer_id, app_type from devices order by token")
        .fetch_all(&gym.db.owner)
        .await
        .unwrap()
}

async fn count(gym: &Gym) -> usize {
    holders(gym).await.len()
}

#[tokio::test]
async fn staff_and_members_register_at_the_same_address() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    let answer =
        gym.staff(&router, "reception1").await.post(REGISTER, device("a", "staff")).await.expect(200);
    assert_eq!(answer.at("/success"), true);
    gym.staff(&router, "superadmin").await.post(REGISTER, device("b", "super_admin")).await.expect(200);
    gym.member(&router, mona).await.post(REGISTER, device("c", "client")).await.expect(200);
    assert_eq!(
        holders(&gym).await,
        [
            ("a".to_owned(), Some(1006), None, "staff".to_owned()),
            ("b".to_owned(), Some(1001), None, "super_admin".to_owned()),
            ("c".to_owned(), None, Some(mona.get()), "client".to_owned()),
        ]
    );
}

#[tokio::test]
async fn a_device_belongs_to_whoever_signed_in_last() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    let desk = gym.staff(&router, "reception1").await;
    let member = gym.member(&router, mona).await;
    desk.post(REGISTER, device("t", "staff")).await.expect(200);
    desk.post(REGISTER, device("t", "staff")).await.expect(200);
    member.post(REGISTER, device("t", "client")).await.expect(200);
    assert_eq!(holders(&gym).await, [("t".to_owned(), None, Some(mona.get()), "client".to_owned())]);
    desk.post(UNREGISTER, json!({ "fcm_token": "t" })).await.expect(200);
    assert_eq!(count(&gym).await, 1);
    member.post(UNREGISTER, json!({ "fcm_token": "t" })).await.expect(200);
    assert_eq!(count(&gym).await, 0);
}

#[tokio::test]
async fn signing_an_unknown_device_off_is_fine() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await;
    desk.post(UNREGISTER, json!({ "fcm_token": "never seen" })).await.refused(400, "DEVICE_TOKEN_INVALID");
    desk.post(UNREGISTER, json!({ "fcm_token": "never-seen" })).await.expect(200);
}

#[tokio::test]
async fn a_device_is_signed_off_at_the_address_with_two_prefixes_too() {
    let gym = Gym::open().await;
    let (router, api) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    let member = gym.member(&router, mona).await;
    member.post(REGISTER, device("t", "client")).await.expect(200);
    let path = "/api/api/notifications/unregister-device";
    member.post(path, json!({ "fcm_token": "t" })).await.expect(200);
    assert_eq!(count(&gym).await, 0);
    let api = serde_json::to_value(&api).unwrap();
    assert_eq!(api["paths"][path]["post"]["deprecated"], true);
    assert_ne!(api["paths"][path]["post"]["operationId"], api["paths"][UNREGISTER]["post"]["operationId"]);
}

#[tokio::test]
async fn without_a_live_session_nothing_is_registered() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    gym.visitor(&router).post(REGISTER, device("t", "staff")).await.refused(401, "SIGNED_OUT");
    gym.visitor(&router).post(UNREGISTER, json!({ "fcm_token": "t" })).await.refused(401, "SIGNED_OUT");
    assert_eq!(count(&gym).await, 0);
}

#[tokio::test]
async fn what_is_no_device_is_refused() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    let desk = gym.staff(&router, "reception1").await;
    let refused = async |caller: &Caller, body: Value, code: &str| {
        caller.post(REGISTER, body).await.refused(400, code);
    };
    refused(&desk, device(" ", "staff"), "MISSING_FIELDS").await;
    refused(&desk, json!({ "app_type": "staff", "platform": "web" }), "MISSING_FIELDS").await;
    refused(&desk, device(&"x".repeat(1025), "staff"), "DEVICE_TOKEN_INVALID").await;
    refused(&desk, device("t", "fridge"), "INVALID_FIELD").await;
    refused(&desk, json!({ "fcm_token": "t", "app_type": "staff", "platform": "fridge" }), "INVALID_FIELD")
        .await;
    refused(&desk, json!({ "fcm_token": 7, "app_type": "staff", "platform": "web" }), "INVALID_FIELD").await;
    refused(&desk, device("t", "client"), "APP_TYPE_MISMATCH").await;
    refused(&gym.member(&router, mona).await, device("t", "staff"), "APP_TYPE_MISMATCH").await;
    assert_eq!(count(&gym).await, 0);
    desk.post(REGISTER, device(&"x".repeat(1024), "staff")).await.expect(200);
}

#[tokio::test]
async fn a_person_keeps_their_ten_newest_devices() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await;
    gym.staff(&router, "reception2").await.post(REGISTER, device("other", "staff")).await.expect(200);
    for number in 10..23 {
        desk.post(REGISTER, device(&format!("d{number}"), "staff")).await.expect(200);
    }
    let kept: Vec<String> = holders(&gym).await.into_iter().map(|(token, ..)| token).collect();
    assert_eq!(kept, ["d13", "d14", "d15", "d16", "d17", "d18", "d19", "d20", "d21", "d22", "other"]);
}
