//! The first day of an installation: from a database with nobody in it to the first member at the door.

use base::{Error, platform::clock::Clock as _};
use cast::{Caller, Gym};
use secrecy::SecretString;
use serde_json::{Value, json};
use web::operator::OperatorWanted;

const PASSWORD: &str = "salt, chalk and rope";

fn wanted(username: &str) -> OperatorWanted {
    OperatorWanted {
        username: username.to_owned(),
        email: format!("{username}@example.com"),
        full_name: "Nadia Fahmy".to_owned(),
        password: SecretString::from(PASSWORD),
        is_another: false,
    }
}

async fn add(gym: &Gym, wanted: OperatorWanted) -> Result<(), Error> {
    staff_api::add_operator(gym.db.staff(), wanted, gym.clock.now()).await
}

async fn refusal(gym: &Gym, wanted: OperatorWanted) -> &'static str {
    match add(gym, wanted).await {
        Err(Error::Refused(refusal)) => refusal.code(),
        other => panic!("{other:?}"),
    }
}

/// Somebody who signs in with a password.
async fn signed_in(visitor: &Caller, username: &str, password: &str) -> Caller {
    let typed = json!({ "username": username, "password": password });
    let answer = visitor.post("/api/auth/login", typed).await.expect(200);
    let token = answer.at("/data/access_token").as_str().unwrap();
    visitor.clone().with("authorization", format!("Bearer {token}"))
}

fn id(answer: &cast::Answered) -> i64 {
    answer.at("/data/id").as_i64().unwrap()
}

#[tokio::test]
async fn from_nobody_to_the_first_member_at_the_door() {
    let gym = Gym::nobody().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let visitor = gym.visitor(&router);
    let nobody = json!({ "username": "nadia", "password": PASSWORD });
    visitor.post("/api/auth/login", nobody).await.refused(401, "INVALID_CREDENTIALS");

    add(&gym, wanted("nadia")).await.unwrap();
    let operator = signed_in(&visitor, "nadia", PASSWORD).await;
    assert_eq!(operator.get("/api/auth/me").await.expect(200).at("/data/must_change_password"), false);
    let owner = json!({
        "username": "olfat", "full_name": "Olfat Nour", "password": "begin-2026-here", "role": "owner",
    });
    operator.post("/api/users", owner).await.expect(201);

    let owner = signed_in(&visitor, "olfat", "begin-2026-here").await;
    let own = json!({ "current_password": "begin-2026-here", "new_password": "a rope of her own" });
    owner.post("/api/auth/change-password", own).await.expect(200);
    let brand = json!({
        "name": "Nile Fitness", "time_zone": "Africa/Cairo", "currency": "EGP", "calling_code": "20", "language": "ar",
        "week_starts_on": "sunday", "is_setup_complete": true,
    });
    let named = owner.put("/api/gyms/setup", brand).await.expect(200);
    assert_eq!(
        (named.at("/data/language"), named.at("/data/week_starts_on")),
        (&json!("ar"), &json!("sunday"))
    );
    let branch = json!({ "name": "Dragon Club", "code": "DRA001", "city": "Cairo" });
    let branch = id(&owner.post("/api/branches", branch).await.expect(201));
    let month = json!({ "name": "Monthly Gym", "kind": "time_based", "service_type": "gym", "price": 500, "duration_days": 30 });
    let service = id(&owner.post("/api/services", month).await.expect(201));
    let desk = json!({
        "username": "reem", "full_name": "Reem Tarek", "password": "begin-2026-desk", "role": "front_desk",
        "branch_id": branch,
    });
    owner.post("/api/users", desk).await.expect(201);

    let desk = signed_in(&visitor, "reem", "begin-2026-desk").await;
    let member = json!({
        "full_name": "Samia Galal", "phone": "01055550001", "gender": "female", "age": 31, "height": 168, "weight": 62,
        "branch_id": branch,
    });
    let member = id(&desk.post("/api/customers/register", member).await.expect(201));
    let sale =
        json!({ "customer_id": member, "service_id": service, "amount": 500, "payment_method": "cash" });
    desk.post("/api/subscriptions/activate", sale).await.expect(201);
    let knock = json!({ "customer_id": member, "branch_id": branch });
    desk.post("/api/attendance", knock).await.expect(200);
    let today = owner.get("/api/dashboards/overview").await.expect(200);
    assert_eq!(today.at("/data/today/revenue").as_f64(), Some(500.0), "{}", today.body);

    let abroad = json!({ "currency": "AED" });
    owner.put("/api/gyms/setup", abroad.clone()).await.refused(409, "GYM_ALREADY_SELLS");
    operator.put(&format!("/api/gyms/{}/locale", id(&named)), abroad).await.expect(200);
}

#[tokio::test]
async fn there_is_one_operator_unless_another_is_meant_and_the_log_has_each() {
    let gym = Gym::nobody().await;
    let short = OperatorWanted { password: SecretString::from("a rope"), ..wanted("nadia") };
    assert_eq!(refusal(&gym, short).await, "PASSWORD_TOO_SHORT");
    assert_eq!(
        refusal(&gym, OperatorWanted { email: "nadia".to_owned(), ..wanted("nadia") }).await,
        "EMAIL_INVALID"
    );
    add(&gym, wanted("nadia")).await.unwrap();
    assert_eq!(refusal(&gym, wanted("hany")).await, "OPERATOR_EXISTS");
    let again = OperatorWanted { is_another: true, ..wanted("nadia") };
    assert_eq!(refusal(&gym, again).await, "USERNAME_TAKEN");
    add(&gym, OperatorWanted { is_another: true, ..wanted("hany") }).await.unwrap();

    let deeds: Vec<(String, String, Option<i64>, Value)> = sqlx::query_as(
        "select actor_kind, action, gym_id, detail from audit_log where action = 'operator.add' order by id",
    )
    .fetch_all(&gym.db.owner)
    .await
    .unwrap();
    let deed = |name: &str, is_another: bool| {
        let detail = json!({ "username": name, "role": "super_admin", "is_another": is_another });
        ("system".to_owned(), "operator.add".to_owned(), None, detail)
    };
    assert_eq!(deeds, [deed("nadia", false), deed("hany", true)]);
}

#[tokio::test]
async fn of_two_who_are_added_at_once_there_is_one() {
    let gym = Gym::nobody().await;
    let (one, other) = tokio::join!(add(&gym, wanted("nadia")), add(&gym, wanted("hany")));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let operators: i64 =
        sqlx::query_scalar("select count(*) from staff_users").fetch_one(&gym.db.owner).await.unwrap();
    assert_eq!(operators, 1);
}
