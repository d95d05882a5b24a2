//! Staff users: who sees, hires, edits and switches whom.

use cast::{Answered, Caller, Gym, PASSWORD, customer};
use serde_json::{Value, json};

fn ids(answer: &Answered, pointer: &str) -> Vec<i64> {
    let rows = answer.at(pointer).as_array().unwrap_or_else(|| panic!("{pointer}: {}", answer.body));
    rows.iter().map(|row| row["id"].as_i64().expect("an id")).collect()
}

fn new_desk(username: &str) -> Value {
    json!({
        "username": username, "full_name": "Rana Fouad", "password": "begin-2026", "role": "front_desk",
        "email": format!("{}@nilefitness.com", username.trim()), "phone": "01001234567", "branch_id": 1,
    })
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[tokio::test]
async fn a_list_of_users_is_an_object_with_everything_a_screen_reads() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await;
    let trainers = desk.get("/api/users?role=trainer").await.expect(200);
    assert_eq!((trainers.at("/success"), trainers.at("/data/total")), (&json!(true), &json!(1)));
    let row = trainers.at("/data/items/0");
    for (field, value) in [
        ("id", json!(1008)),
        ("user_id", json!(1008)),
        ("staff_id", json!(1008)),
        ("username", json!("trainer1")),
        ("full_name", json!("Tamer Zaki")),
        ("name", json!("Tamer Zaki")),
        ("employee_name", json!("Tamer Zaki")),
        ("staff_name", json!("Tamer Zaki")),
        ("role", json!("trainer")),
        ("branch_id", json!(1)),
        ("branch_name", json!("Dragon Club")),
        ("is_active", json!(true)),
        ("email", json!("trainer1@example.com")),
        ("phone", Value::Null),
        ("created_at", json!("2025-01-01T10:00:00")),
        ("last_login", Value::Null),
    ] {
        assert_eq!(row[field], value, "{field}");
    }
    assert!(row.get("password_hash").is_none());
}

#[tokio::test]
async fn everybody_sees_those_who_work_where_they_do() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    for (name, seen) in [
        ("superadmin", (1001..=1013).collect::<Vec<_>>()),
        ("owner", (1002..=1011).collect()),
        ("accountant_c", (1002..=1011).collect()),
        ("regional1", vec![1003, 1004, 1005, 1006, 1007, 1008, 1009, 1011]),
        ("manager1", vec![1003, 1004, 1006, 1008, 1009, 1011]),
        ("reception2", vec![1003, 1005, 1007, 1011]),
        ("owner_b", vec![1012, 1013]),
        ("reception_b", vec![1013]),
    ] {
        let answer = gym.staff(&router, name).await.get("/api/users").await.expect(200);
        assert_eq!(ids(&answer, "/data/items"), seen, "{name}");
        assert_eq!(answer.at("/data/total"), seen.len(), "{name}");
    }
}

#[tokio::test]
async fn employees_are_listed_bare_and_without_owners() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let employed: Vec<i64> = (1003..=1011).collect();
    let period = "start_date=2026-04-01&end_date=2026-04-30";
    for path in ["/api/employees", "/api/users/staff", "/api/users/employees"] {
        assert_eq!(ids(&owner.get(path).await.expect(200), "/data"), employed, "{path}");
        let february = owner.get(&format!("{path}?month=2026-04&{period}&branch_id=2")).await.expect(200);
        assert_eq!(ids(&february, "/data"), [1003, 1005, 1007, 1011], "{path}");
    }
    let manager = gym.staff(&router, "manager1").await.get("/api/users/employees").await.expect(200);
    assert_eq!(ids(&manager, "/data"), [1003, 1004, 1006, 1008, 1009, 1011]);
}

#[tokio::test]
async fn the_staff_list_has_the_shape_of_document_1_and_of_the_february_app() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let document = owner.get("/api/staff").await.expect(200);
    assert_eq!(ids(&document, "/data/items"), (1003..=1011).collect::<Vec<i64>>());
    assert_eq!(document.at("/data/total"), 9);
    let february = owner.get("/api/staff?start_date=2026-04-01&end_date=2026-04-30").await.expect(200);
    assert_eq!(february.at("/data"), document.at("/data/items"));
}

#[tokio::test]
async fn a_list_is_filtered_and_paged() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    owner.put("/api/users/1007", json!({ "is_active": false, "phone": "01009998877" })).await.expect(200);
    for (query, found) in [
        ("role=receptionist", vec![1006, 1007]),
        ("role=front_desk&is_active=true", vec![1006]),
        ("is_active=false", vec![1007]),
        ("role=Manager", vec![1004, 1005]),
        ("role=accountant", vec![1009]),
        ("role=owner", vec![1002]),
        ("branch_id=2", vec![1003, 1005, 1007, 1011]),
        ("branch_id=2&role=trainer", vec![]),
        ("q=reem", vec![1006]),
        ("search=RECEPTION2", vec![1007]),
        ("q=9998877", vec![1007]),
        ("q=%25", vec![]),
        ("q=", (1002..=1011).collect()),
        ("per_page=3", vec![1002, 1003, 1004]),
        ("limit=3&page=2", vec![1005, 1006, 1007]),
        ("per_page=3&page=9", vec![]),
    ] {
        let answer = owner.get(&format!("/api/users?{query}")).await.expect(200);
        assert_eq!(ids(&answer, "/data/items"), found, "{query}");
    }
    let beyond = owner.get("/api/users?per_page=3&page=9").await.expect(200);
    assert_eq!((beyond.at("/data/total"), beyond.at("/data/page")), (&json!(10), &json!(9)));
    for query in ["role=janitor", "is_active=maybe", "branch_id=x", "per_page=x"] {
        owner.get(&format!("/api/users?{query}")).await.expect(400);
    }
}

#[tokio::test]
async fn a_foreign_branch_or_person_is_like_an_absent_one() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let manager = gym.staff(&router, "manager1").await.with("x-request-id", "same");
    for (foreign, absent) in [
        ("/api/users?branch_id=2", "/api/users?branch_id=99"),
        ("/api/users?branch_id=3", "/api/users?branch_id=99"),
        ("/api/staff?branch_id=3", "/api/staff?branch_id=99"),
        ("/api/users/1007", "/api/users/99"),
        ("/api/users/1002", "/api/users/99"),
        ("/api/users/1013", "/api/users/99"),
    ] {
        let (foreign, absent) =
            (manager.get(foreign).await.expect(404), manager.get(absent).await.expect(404));
        assert_eq!(foreign.bytes, absent.bytes);
    }
    let absent =
        manager.put("/api/users/99", json!({ "full_name": "X Y" })).await.refused(404, "STAFF_NOT_FOUND");
    for id in [1001, 1002, 1007, 1010, 1012, 1013] {
        let path = format!("/api/users/{id}");
        let edited = manager.put(&path, json!({ "full_name": "X Y" })).await;
        assert_eq!((edited.status, &edited.bytes), (absent.status, &absent.bytes), "{id}");
        manager.delete(&path).await.refused(404, "STAFF_NOT_FOUND");
        for verb in ["deactivate", "activate", "reset-password"] {
            manager.post_empty(&format!("{path}/{verb}")).await.refused(404, "STAFF_NOT_FOUND");
        }
    }
    let mona = customer().insert(&gym).await;
    manager.get(&format!("/api/users/{mona}")).await.refused(404, "STAFF_NOT_FOUND");
    for id in ["x", "1.5", "99999999999999999999"] {
        manager.get(&format!("/api/users/{id}")).await.expect(400);
    }
    manager.get("/api/users/-1").await.refused(404, "STAFF_NOT_FOUND");
}

#[tokio::test]
async fn an_owner_hires_every_lower_role() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let hired = owner.post("/api/users", new_desk(" Reception3 ")).await.expect(201);
    assert_eq!(hired.at("/success"), true);
    for (field, value) in [
        ("username", json!("reception3")),
        ("role", json!("front_desk")),
        ("branch_id", json!(1)),
        ("branch_name", json!("Dragon Club")),
        ("phone", json!("+201001234567")),
        ("email", json!("reception3@nilefitness.com")),
        ("gym_id", json!(1)),
        ("is_active", json!(true)),
        ("must_change_password", json!(true)),
        ("created_at", json!("2026-04-17T23:30:00")),
    ] {
        assert_eq!(hired.at("/data")[field], value, "{field}");
    }
    let body = json!({ "username": "reception3", "password": "begin-2026" });
    let signed = gym.visitor(&router).post("/api/auth/login", body).await.expect(200);
    assert_eq!(signed.at("/data/user/id"), hired.at("/data/id"));
    for (role, branch, managed, stored) in [
        ("manager", json!(2), Value::Null, json!({ "role": "branch_manager", "branch_id": 2 })),
        ("trainer", json!("1"), json!([]), json!({ "role": "trainer", "branch_id": 1 })),
        ("accountant", json!(1), Value::Null, json!({ "role": "branch_accountant", "branch_id": 1 })),
        (
            "regional_manager",
            json!(1),
            json!([2, 1, 2]),
            json!({ "branch_id": null, "managed_branch_ids": [1, 2] }),
        ),
        (
            "regional_accountant",
            Value::Null,
            json!([2]),
            json!({ "branch_id": null, "managed_branch_ids": [2] }),
        ),
        ("central_accountant", json!(1), json!([1]), json!({ "branch_id": null, "managed_branch_ids": [] })),
    ] {
        let body = with(with(new_desk(&format!("new_{role}")), "role", json!(role)), "branch_id", branch);
        let answer = owner.post("/api/staff", with(body, "managed_branch_ids", managed)).await.expect(201);
        for (field, value) in stored.as_object().expect("fields") {
            assert_eq!(&answer.at("/data")[field], value, "{role} {field}");
        }
    }
}

#[tokio::test]
async fn nobody_hires_beyond_their_rank_or_reach() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    for (who, role, branch, managed, status, code) in [
        ("owner", "owner", 1, json!([]), 403, "ROLE_NOT_ALLOWED"),
        ("owner", "super_admin", 1, json!([]), 403, "ROLE_NOT_ALLOWED"),
        ("owner", "front_desk", 3, json!([]), 404, "BRANCH_NOT_FOUND"),
        ("owner", "front_desk", 99, json!([]), 404, "BRANCH_NOT_FOUND"),
        ("owner", "regional_manager", 1, json!([1, 3]), 404, "BRANCH_NOT_FOUND"),
        ("owner", "regional_manager", 1, json!([]), 400, "BRANCHES_REQUIRED"),
        ("regional1", "regional_manager", 1, json!([1]), 403, "ROLE_NOT_ALLOWED"),
        ("regional1", "central_accountant", 1, json!([]), 403, "ROLE_NOT_ALLOWED"),
        ("manager1", "branch_manager", 1, json!([]), 403, "ROLE_NOT_ALLOWED"),
        ("manager1", "front_desk", 2, json!([]), 404, "BRANCH_NOT_FOUND"),
        ("manager1", "regional_accountant", 1, json!([1, 2]), 404, "BRANCH_NOT_FOUND"),
        ("superadmin", "branch_manager", 1, json!([]), 403, "ROLE_NOT_ALLOWED"),
        ("superadmin", "super_admin", 1, json!([]), 403, "ROLE_NOT_ALLOWED"),
        ("reception1", "front_desk", 1, json!([]), 403, "NOT_ALLOWED"),
        ("trainer1", "front_desk", 1, json!([]), 403, "NOT_ALLOWED"),
        ("accountant_c", "front_desk", 1, json!([]), 403, "NOT_ALLOWED"),
    ] {
        let body = with(with(new_desk("somebody"), "role", json!(role)), "branch_id", json!(branch));
        let caller = gym.staff(&router, who).await;
        let answer = caller.post("/api/users", with(body, "managed_branch_ids", managed)).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (status, code), "{who} hires {role}");
    }
    let manager = gym.staff(&router, "manager1").await;
    let own =
        manager.post("/api/users", with(new_desk("somebody"), "branch_id", Value::Null)).await.expect(201);
    assert_eq!(own.at("/data/branch_id"), 1);
    let owner = gym.staff(&router, "owner").await;
    let lost = owner.post("/api/users", with(new_desk("other"), "branch_id", Value::Null)).await;
    lost.refused(400, "BRANCH_REQUIRED");
}

#[tokio::test]
async fn a_sign_in_name_is_one_persons_on_the_whole_platform() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner_b = gym.staff(&router, "owner_b").await;
    let taken = with(new_desk("RECEPTION1"), "branch_id", json!(3));
    owner_b.post("/api/users", taken).await.refused(409, "USERNAME_TAKEN");
    let owner = gym.staff(&router, "owner").await;
    let seen = std::sync::Arc::new(owner);
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let owner = std::sync::Arc::clone(&seen);
        running.spawn(async move { owner.post("/api/users", new_desk("twice")).await.status.as_u16() });
    }
    let mut statuses = running.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409]);
}

#[tokio::test]
async fn nobody_reads_off_the_sign_in_names_of_other_gyms() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    // Names of one's own gym, and repeats of one hiring, tell nothing new.
    for _ in 0..25 {
        owner.post("/api/users", new_desk("reception1")).await.refused(409, "USERNAME_TAKEN");
        owner
            .clone()
            .with("idempotency-key", "hire-1")
            .post("/api/users", new_desk("first"))
            .await
            .expect(201);
    }
    let own = owner.post("/api/users", new_desk("reception1")).await.refused(409, "USERNAME_TAKEN");
    for _ in 0..20 {
        let foreign = owner.post("/api/users", new_desk("reception_b")).await.refused(409, "USERNAME_TAKEN");
        assert_eq!(foreign.at("/message"), own.at("/message"));
    }
    for name in ["reception_b", "nobody_has_it", "reception1"] {
        owner.post("/api/users", new_desk(name)).await.refused(429, "RATE_LIMIT_EXCEEDED");
    }
    let elsewhere = with(new_desk("owner"), "branch_id", json!(3));
    gym.staff(&router, "owner_b").await.post("/api/users", elsewhere).await.refused(409, "USERNAME_TAKEN");
    gym.clock.advance(chrono::TimeDelta::hours(25));
    gym.staff(&router, "owner").await.post("/api/users", new_desk("nobody_has_it")).await.expect(201);
}

#[tokio::test]
async fn a_repeat_with_the_same_key_hires_once() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await.with("idempotency-key", "hire-1");
    let first = owner.post("/api/users", new_desk("once")).await.expect(201);
    let second = owner.post("/api/users", new_desk("once")).await.expect(201);
    assert_eq!(first.at("/data"), second.at("/data"));
    owner.post("/api/users", new_desk("another")).await.refused(422, "IDEMPOTENCY_KEY_REUSED");
}

#[tokio::test]
async fn a_body_that_hires_nobody_says_everything_that_is_wrong() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let answer = owner.post("/api/users", json!({})).await.refused(400, "MISSING_FIELDS");
    let fields: Vec<_> = answer.at("/errors").as_object().expect("fields").keys().cloned().collect();
    assert_eq!(fields, ["full_name", "password", "role", "username"]);
    for (field, value, code) in [
        ("username", json!("ab"), "USERNAME_INVALID"),
        ("username", json!("a b c"), "USERNAME_INVALID"),
        ("full_name", json!("  "), "MISSING_FIELDS"),
        ("full_name", json!("x".repeat(101)), "TEXT_TOO_LONG"),
        ("password", json!("seven77"), "PASSWORD_TOO_SHORT"),
        ("password", json!("12345678"), "PASSWORD_TOO_COMMON"),
        ("password", json!("rana fouad 1"), "PASSWORD_IS_OWN_NAME"),
        ("role", json!("janitor"), "UNKNOWN_ROLE"),
        ("email", json!("not an address"), "EMAIL_INVALID"),
        ("phone", json!("call me"), "PHONE_INVALID"),
    ] {
        owner.post("/api/users", with(new_desk("somebody"), field, value)).await.refused(400, code);
    }
    for (field, value) in
        [("branch_id", json!("x")), ("managed_branch_ids", json!(1)), ("username", json!(7))]
    {
        owner.post("/api/users", with(new_desk("somebody"), field, value)).await.expect(400);
    }
    let arabic_gym = with(new_desk("somebody"), "email", json!("somebody@.com"));
    assert_eq!(owner.post("/api/users", arabic_gym).await.expect(201).at("/data/email"), &Value::Null);
}

#[tokio::test]
async fn a_super_admin_hires_an_owner_with_a_gym_of_their_own() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let admin = gym.staff(&router, "superadmin").await;
    let body = json!({
        "username": "newowner", "full_name": "Nadia Hakim", "password": "begin-2026", "role": "owner",
        "email": "newowner@owner.com",
    });
    let hired = admin.post("/api/users", body).await.expect(201);
    assert_eq!((hired.at("/success"), hired.at("/data/username")), (&json!(true), &json!("newowner")));
    let credentials = json!({ "username": "newowner", "password": "begin-2026" });
    let signed = gym.visitor(&router).post("/api/auth/login", credentials).await.expect(200);
    let opened = signed.at("/data/gym");
    assert_eq!(
        (&opened["owner_id"], &opened["is_setup_complete"], &opened["primary_color"]),
        (hired.at("/data/id"), &json!(false), &json!("#DC2626"))
    );
    assert_eq!(signed.at("/data/user/gym_id"), &opened["id"]);
    let owners = admin.get("/api/users?role=owner&per_page=100").await.expect(200);
    assert_eq!(owners.at("/data/total"), 3);
    let taken =
        json!({ "username": "newowner", "full_name": "X Y", "password": "begin-2026", "role": "owner" });
    admin.post("/api/users", taken).await.refused(409, "USERNAME_TAKEN");
    let gyms: i64 =
        sqlx::query_scalar("select count(*) from gyms").fetch_one(&gym.db.owner).await.expect("a count");
    assert_eq!(gyms, 3, "a refused owner leaves no gym behind");
}

#[tokio::test]
async fn an_edit_changes_what_it_names() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let edit = |body: Value| {
        let owner = owner.clone();
        async move { owner.put("/api/users/1006", body).await.expect(200) }
    };
    let form = json!({ "full_name": " Reem  Adel ", "phone": "0100 123 4567", "email": "R@Example.com", "is_active": true });
    let edited = edit(form).await;
    let data = edited.at("/data");
    assert_eq!((&data["full_name"], &data["phone"]), (&json!("Reem Adel"), &json!("+201001234567")));
    assert_eq!((&data["email"], &data["role"]), (&json!("r@example.com"), &json!("front_desk")));
    let kept = edit(json!({ "phone": "" })).await;
    assert_eq!((kept.at("/data/phone"), kept.at("/data/email")), (&Value::Null, &json!("r@example.com")));
    assert_eq!(edit(json!({ "email": "", "full_name": null })).await.at("/data/email"), &Value::Null);
    let same = edit(json!({ "username": "other", "password": "stolen-1", "gym_id": 2, "id": 7 })).await;
    assert_eq!((same.at("/data/username"), same.at("/data/gym_id")), (&json!("reception1"), &json!(1)));
    for (body, code) in [
        (json!({ "full_name": "" }), "TEXT_EMPTY"),
        (json!({ "email": "x" }), "EMAIL_INVALID"),
        (json!({ "phone": "x" }), "PHONE_INVALID"),
        (json!({ "role": "janitor" }), "UNKNOWN_ROLE"),
    ] {
        owner.put("/api/users/1006", body).await.refused(400, code);
    }
    owner.put("/api/users/1006", json!({ "is_active": "no" })).await.expect(400);
}

#[tokio::test]
async fn a_new_role_or_branch_holds_at_once() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let desk = gym.staff(&router, "reception1").await;
    let moved = owner.put("/api/users/1006", json!({ "branch_id": 2 })).await.expect(200);
    assert_eq!(
        (moved.at("/data/branch_id"), moved.at("/data/branch_name")),
        (&json!(2), &json!("Phoenix Club"))
    );
    desk.get("/api/users/1005").await.expect(200);
    desk.get("/api/users/1004").await.refused(404, "STAFF_NOT_FOUND");
    let raised = json!({ "role": "regional_manager", "managed_branch_ids": [1, 2] });
    let raised = owner.put("/api/users/1006", raised).await.expect(200);
    assert_eq!(
        (raised.at("/data/branch_id"), raised.at("/data/managed_branch_ids")),
        (&Value::Null, &json!([1, 2]))
    );
    desk.get("/api/auth/me").await.refused(401, "SIGNED_OUT");
    owner.put("/api/users/1006", json!({ "role": "front_desk" })).await.refused(400, "BRANCH_REQUIRED");
    owner.put("/api/users/1006", json!({ "managed_branch_ids": [3] })).await.refused(404, "BRANCH_NOT_FOUND");
    owner.put("/api/users/1006", json!({ "role": "owner" })).await.refused(403, "ROLE_NOT_ALLOWED");
    let admin = gym.staff(&router, "superadmin").await;
    admin
        .put("/api/users/1012", json!({ "role": "front_desk", "branch_id": 3 }))
        .await
        .refused(403, "ROLE_NOT_ALLOWED");
    admin.put("/api/users/1013", json!({ "branch_id": 1 })).await.refused(404, "BRANCH_NOT_FOUND");
    let manager = gym.staff(&router, "manager2").await;
    manager
        .put("/api/users/1007", json!({ "role": "branch_manager" }))
        .await
        .refused(403, "ROLE_NOT_ALLOWED");
    manager.put("/api/users/1007", json!({ "branch_id": 1 })).await.refused(404, "BRANCH_NOT_FOUND");
    manager.put("/api/users/1007", json!({ "role": "trainer" })).await.expect(200);
}

#[tokio::test]
async fn nobody_touches_themselves_an_equal_or_a_superior() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    sqlx::query("insert into staff_branches (staff_id, branch_id) values (1011, 3)")
        .execute(&gym.db.owner)
        .await
        .expect("a wider reach");
    for (who, whom, code) in [
        ("owner", 1002, "OWN_ACCOUNT"),
        ("superadmin", 1001, "OWN_ACCOUNT"),
        ("manager1", 1004, "OWN_ACCOUNT"),
        ("manager1", 1003, "RANK_TOO_HIGH"),
        ("regional1", 1003, "OWN_ACCOUNT"),
        ("regional1", 1011, "OUT_OF_REACH"),
        ("reception1", 1008, "NOT_ALLOWED"),
        ("accountant_c", 1006, "NOT_ALLOWED"),
    ] {
        let caller = gym.staff(&router, who).await;
        let path = format!("/api/users/{whom}");
        caller.put(&path, json!({ "is_active": false })).await.refused(403, code);
        caller.put(&path, json!({ "full_name": "X Y" })).await.refused(403, code);
        caller.delete(&path).await.refused(403, code);
        for verb in ["deactivate", "activate", "reset-password"] {
            caller.post_empty(&format!("{path}/{verb}")).await.refused(403, code);
        }
        caller.get("/api/auth/me").await.expect(200);
    }
}

#[tokio::test]
async fn a_deactivated_account_is_out_at_once_and_comes_back_by_signing_in() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let sign_in = json!({ "username": "reception1", "password": PASSWORD });
    for switch in ["put", "delete", "post"] {
        let desk = gym.staff(&router, "reception1").await;
        let answer = switch_off(&owner, switch).await.expect(200);
        assert_eq!(answer.at("/data/is_active"), false);
        desk.get("/api/auth/me").await.refused(401, "SIGNED_OUT");
        let refused = gym.visitor(&router).post("/api/auth/login", sign_in.clone()).await;
        refused.refused(403, "ACCOUNT_DISABLED");
        owner.post_empty("/api/users/1006/activate").await.expect(200);
        desk.get("/api/auth/me").await.refused(401, "SIGNED_OUT");
        gym.visitor(&router).post("/api/auth/login", sign_in.clone()).await.expect(200);
    }
}

async fn switch_off(owner: &Caller, how: &str) -> Answered {
    match how {
        "put" => owner.put("/api/users/1006", json!({ "is_active": false })).await,
        "delete" => owner.delete("/api/users/1006").await,
        _ => owner.post_empty("/api/users/1006/deactivate").await,
    }
}

#[tokio::test]
async fn a_super_admin_toggles_owners_and_an_owner_stays_in_their_gym() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let admin = gym.staff(&router, "superadmin").await;
    let owner_b = gym.staff(&router, "owner_b").await;
    for id in [1002, 1003, 1006] {
        let path = format!("/api/users/{id}");
        owner_b.put(&path, json!({ "is_active": false })).await.refused(404, "STAFF_NOT_FOUND");
        owner_b.post_empty(&format!("{path}/reset-password")).await.refused(404, "STAFF_NOT_FOUND");
    }
    admin.put("/api/users/1012", json!({ "is_active": false })).await.expect(200);
    owner_b.get("/api/auth/me").await.refused(401, "SIGNED_OUT");
    let back = admin.put("/api/users/1012", json!({ "is_active": true })).await.expect(200);
    assert_eq!(back.at("/data/is_active"), true);
}

#[tokio::test]
async fn a_reset_password_is_told_once_and_signs_everybody_out() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let manager = gym.staff(&router, "manager1").await.with("idempotency-key", "reset-1");
    let desk = gym.staff(&router, "reception1").await;
    manager.post_empty("/api/users/1006/reset-password").await.expect(200);
    let reset = manager.post("/api/users/1006/reset-password", json!({})).await.expect(200);
    let temporary = reset.at("/data/temporary_password").as_str().expect("a password").to_owned();
    assert_eq!(
        (reset.at("/data/temp_password"), reset.at("/temporary_password")),
        (&json!(temporary), &json!(temporary))
    );
    assert_eq!((reset.at("/data/id"), reset.at("/data/must_change_password")), (&json!(1006), &json!(true)));
    desk.get("/api/auth/me").await.refused(401, "SIGNED_OUT");
    let sign_in = |password: &str| {
        let (visitor, body) =
            (gym.visitor(&router), json!({ "username": "reception1", "password": password }));
        async move { visitor.post("/api/auth/login", body).await }
    };
    sign_in(PASSWORD).await.refused(401, "INVALID_CREDENTIALS");
    let signed = sign_in(&temporary).await.expect(200);
    assert_eq!(signed.at("/data/user/must_change_password"), true);
    let token = signed.at("/data/token").as_str().expect("a token");
    let desk = gym.visitor(&router).with("authorization", format!("Bearer {token}"));
    let change = json!({ "current_password": temporary, "new_password": "mine-alone-1" });
    desk.post("/api/auth/change-password", change).await.expect(200);
    assert_eq!(desk.get("/api/auth/me").await.expect(200).at("/data/must_change_password"), false);
    let kept: Vec<String> = sqlx::query_scalar(
        "select coalesce(detail::text, '') from audit_log union all select outcome::text from idempotency_keys",
    )
    .fetch_all(&gym.db.owner)
    .await
    .expect("what is kept");
    assert!(kept.iter().all(|text| !text.contains(&temporary)), "{kept:?}");
}

/// Action, actor, branch, subject, detail.
type Told = (String, Option<i64>, Option<i64>, Option<i64>, String);

#[tokio::test]
async fn every_write_leaves_one_audit_row_about_the_person() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let hired = owner.post("/api/users", new_desk("audited")).await.expect(201);
    owner.put("/api/users/1006", json!({ "phone": "01001234567" })).await.expect(200);
    owner.post_empty("/api/users/1006/reset-password").await.expect(200);
    owner.put("/api/users/1002", json!({ "phone": "" })).await.expect(403);
    let rows: Vec<Told> = sqlx::query_as(
        "select action, actor_id, branch_id, subject_id, coalesce(detail::text, '') from audit_log
         where refused_as is null order by id",
    )
    .fetch_all(&gym.db.owner)
    .await
    .expect("audit rows");
    let told: Vec<_> = rows.iter().map(|row| (row.0.as_str(), row.1, row.2, row.3)).collect();
    assert_eq!(
        told,
        [
            ("staff.manage", Some(1002), Some(1), hired.at("/data/id").as_i64()),
            ("staff.manage", Some(1002), Some(1), Some(1006)),
            ("staff.reset_password", Some(1002), Some(1), Some(1006)),
        ]
    );
    assert!(rows.iter().all(|row| !row.4.contains("1234567") && !row.4.contains("begin-2026")));
}

#[tokio::test]
async fn without_a_staff_session_there_is_nothing_to_see() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    let member = gym.member(&router, mona).await;
    for path in [
        "/api/users",
        "/api/staff",
        "/api/employees",
        "/api/users/staff",
        "/api/users/employees",
        "/api/users/1006",
    ] {
        gym.visitor(&router).get(path).await.refused(401, "SIGNED_OUT");
        member.get(path).await.refused(403, "STAFF_ONLY");
    }
    gym.visitor(&router).post("/api/users", new_desk("x")).await.refused(401, "SIGNED_OUT");
    member.post("/api/users", new_desk("xyz")).await.refused(403, "STAFF_ONLY");
}
