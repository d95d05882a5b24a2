//! Branches: their list, their figures, opening, editing and switching them.

use cast::{Answered, Caller, Gym, customer, subscription};
use insta::assert_json_snapshot;
use serde_json::{Value, json};

fn ids(answer: &Answered) -> Vec<i64> {
    answer.at("/data").as_array().expect("a bare array").iter().filter_map(|row| row["id"].as_i64()).collect()
}

async fn pay(gym: &Gym, branch: i64, receipt: i64, amount_minor: i64, days_ago: i64) {
    sqlx::query(
        "insert into payments (gym_id, branch_id, receipt_number, kind, method, amount_minor, discount_minor, taken_by,
             reverses_id, taken_at, business_day)
         select gym_id, id, $2, case when $3 < 0 then 'refund' else 'other' end, 'cash', $3, 0, 1006,
             (select id from payments where branch_id = $1 and receipt_number = 1 and $3 < 0), timestamptz '2026-04-17T21:30:00Z',
             date '2026-04-17' - $4::integer
         from branches where id = $1",
    )
    .bind(branch)
    .bind(receipt)
    .bind(amount_minor)
    .bind(days_ago)
    .execute(&gym.db.owner)
    .await
    .expect("a payment");
}

async fn sees(gym: &Gym, router: &axum::Router, name: &str) -> Vec<i64> {
    ids(&gym.staff(router, name).await.get("/api/branches").await.expect(200))
}

#[tokio::test]
async fn the_list_stands_bare_in_data_and_again_at_the_top() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let answer = gym.staff(&router, "owner").await.get("/api/branches").await.expect(200);
    assert_eq!(ids(&answer), [1, 2]);
    assert_eq!(answer.at("/branches"), answer.at("/data"));
    assert_eq!(answer.at("/items"), answer.at("/data"));
    assert_json_snapshot!(answer.at("/data/0"), @r#"
    {
      "active_subscriptions": 0,
      "address": "1 Nile Street",
      "branch_id": 1,
      "branch_name": "Dragon Club",
      "city": "Cairo",
      "code": "DRA001",
      "created_at": "2025-01-01T10:00:00",
      "created_at_utc": "2025-01-01T08:00:00Z",
      "customer_count": 0,
      "customers": 0,
      "customers_count": 0,
      "gym_id": 1,
      "id": 1,
      "is_active": true,
      "location": "",
      "manager": "Magdy Fawzy",
      "name": "Dragon Club",
      "phone": "+20221234567",
      "revenue": 0,
      "staff_count": 4
    }
    "#);
}

#[tokio::test]
async fn everybody_sees_the_branches_they_work_with() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    assert_eq!(sees(&gym, &router, "superadmin").await, [1, 2, 3]);
    for name in ["owner", "accountant_c", "regional1", "accountant_r"] {
        assert_eq!(sees(&gym, &router, name).await, [1, 2], "{name}");
    }
    for name in ["manager1", "reception1", "trainer1", "accountant1"] {
        assert_eq!(sees(&gym, &router, name).await, [1], "{name}");
    }
    assert_eq!(sees(&gym, &router, "reception_b").await, [3]);
    gym.visitor(&router).get("/api/branches").await.refused(401, "SIGNED_OUT");
}

#[tokio::test]
async fn figures_count_what_is_there_now() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    customer().insert(&gym).await;
    customer().inactive().insert(&gym).await;
    customer().of_branch(2).insert(&gym).await;
    subscription().insert(&gym, mona).await;
    subscription().coins(5).insert(&gym, mona).await;
    let counted_out = [
        subscription().coins(0),
        subscription().sessions(0),
        subscription().stopped(),
        subscription().frozen(-1, 1),
        subscription().days(-30, Some(-1)),
        subscription().days(1, Some(30)),
    ];
    for other in counted_out {
        other.insert(&gym, mona).await;
    }
    pay(&gym, 1, 1, 50_000, 0).await;
    pay(&gym, 1, 2, 25_050, 29).await;
    pay(&gym, 1, 3, 99_900, 30).await;
    let answer = gym.staff(&router, "owner").await.get("/api/branches").await.expect(200);
    let dragon = answer.at("/data/0");
    for key in ["customers", "customers_count", "customer_count"] {
        assert_eq!(dragon[key], 2, "{key}");
    }
    assert_eq!((&dragon["active_subscriptions"], &dragon["staff_count"]), (&json!(2), &json!(4)));
    assert_eq!(dragon["revenue"], json!(750.5));
    assert_eq!(answer.at("/data/1/customers"), 1);
    assert_eq!(answer.at("/data/1/revenue"), 0);
}

#[tokio::test]
async fn an_active_subscription_is_counted_as_the_schema_understands_the_word() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    for (from, to) in
        [(-10, Some(0)), (0, Some(0)), (-10, Some(-1)), (1, Some(2)), (-10, None), (0, None), (1, None)]
    {
        subscription().days(from, to).sessions(3).insert(&gym, mona).await;
        subscription().days(from, to).sessions(0).insert(&gym, mona).await;
        for (first, last) in [(0, 0), (-2, -1), (-1, 0), (0, 1), (1, 2)] {
            subscription().days(from, to).sessions(3).frozen(first, last).insert(&gym, mona).await;
        }
    }
    let expected: i64 = sqlx::query_scalar(
        "select count(*)
         from subscriptions s
         left join subscription_balances b on b.subscription_id = s.id
         where subscription_status(starts_on, ends_on, frozen_from, frozen_until, stopped_at, remaining, '2026-04-17')
             = 'active'",
    )
    .fetch_one(&gym.db.owner)
    .await
    .unwrap();
    let answer = gym.staff(&router, "manager1").await.get("/api/branches/1").await.expect(200);
    assert_eq!(answer.at("/data/active_subscriptions"), expected);
    assert!(expected > 5);
}

#[tokio::test]
async fn what_is_used_up_is_known_from_its_last_unit_to_its_first_new_one() {
    let gym = Gym::open().await;
    let mona = customer().insert(&gym).await;
    let id = subscription().sessions(1).insert(&gym, mona).await.get();
    let set = async |remaining: i32| -> bool {
        sqlx::query("update subscription_balances set remaining = $2 where subscription_id = $1")
            .bind(id)
            .bind(remaining)
            .execute(&gym.db.owner)
            .await
            .unwrap();
        sqlx::query_scalar("select is_used_up from subscriptions where id = $1")
            .bind(id)
            .fetch_one(&gym.db.owner)
            .await
            .unwrap()
    };
    assert_eq!((set(0).await, set(0).await, set(20).await, set(19).await), (true, true, false, false));
}

#[tokio::test]
async fn revenue_is_for_those_who_read_figures() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    for (name, reads) in [
        ("owner", true),
        ("manager1", true),
        ("accountant1", true),
        ("reception1", false),
        ("trainer1", false),
    ] {
        let answer = gym.staff(&router, name).await.get("/api/branches").await.expect(200);
        assert_eq!(answer.at("/data/0/revenue").is_number(), reads, "{name}");
        assert!(answer.at("/data/0/customers").is_number(), "{name}");
    }
}

#[tokio::test]
async fn a_foreign_branch_answers_like_an_absent_one() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception2").await;
    desk.get("/api/branches/2").await.expect(200);
    let foreign = desk.get("/api/branches/1").await.refused(404, "BRANCH_NOT_FOUND");
    let other_gym = desk.get("/api/branches/3").await.refused(404, "BRANCH_NOT_FOUND");
    let absent = desk.get("/api/branches/99").await.refused(404, "BRANCH_NOT_FOUND");
    assert_eq!(
        (foreign.at("/message"), other_gym.at("/message")),
        (absent.at("/message"), absent.at("/message"))
    );
    let owner = gym.staff(&router, "owner").await;
    let code = "BRANCH_NOT_FOUND";
    owner.put("/api/branches/3", json!({ "name": "Mine" })).await.refused(404, code);
    owner.put("/api/branches/99", json!({ "name": "Mine" })).await.refused(404, code);
    owner.post_empty("/api/branches/3/deactivate").await.refused(404, code);
    owner.post_empty("/api/branches/99/deactivate").await.refused(404, code);
    owner.get("/api/branches/one").await.refused(400, "INVALID_ID");
}

#[tokio::test]
async fn an_owner_opens_a_branch_that_can_sell_at_once() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let body = json!({ "name": "Sphinx Club", "code": "sph001", "address": "9 Desert Road", "phone": "19777", "city": "Giza" });
    let answer = owner.post("/api/branches", body).await.expect(201);
    assert_json_snapshot!(answer.body, @r#"
    {
      "data": {
        "active_subscriptions": 0,
        "address": "9 Desert Road",
        "branch_id": 11,
        "branch_name": "Sphinx Club",
        "city": "Giza",
        "code": "SPH001",
        "created_at": "2026-04-17T23:30:00",
        "created_at_utc": "2026-04-17T21:30:00Z",
        "customer_count": 0,
        "customers": 0,
        "customers_count": 0,
        "gym_id": 1,
        "id": 11,
        "is_active": true,
        "location": "",
        "manager": "",
        "name": "Sphinx Club",
        "phone": "19777",
        "revenue": 0,
        "staff_count": 0
      },
      "message": "The branch is open",
      "status": "success",
      "success": true
    }
    "#);
    let id = answer.at("/data/id").as_i64().unwrap();
    assert_eq!(sees(&gym, &router, "owner").await, [1, 2, id]);
    assert_eq!(sees(&gym, &router, "regional1").await, [1, 2]);
    let receipts: i64 = sqlx::query_scalar("select last_number from branch_receipts where branch_id = $1")
        .bind(id)
        .fetch_one(&gym.db.owner)
        .await
        .unwrap();
    assert_eq!(receipts, 0);
}

#[tokio::test]
async fn a_code_is_unique_within_its_gym_only() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let open =
        async |code: &str| owner.post("/api/branches", json!({ "name": "Another", "code": code })).await;
    open("dra001").await.refused(409, "BRANCH_CODE_TAKEN");
    open("DEL001").await.expect(201);
    let taken = json!({ "code": "PHO001" });
    owner.put("/api/branches/1", taken).await.refused(409, "BRANCH_CODE_TAKEN");
    owner.put("/api/branches/1", json!({ "code": "dra001" })).await.expect(200);
}

#[tokio::test]
async fn a_branch_without_name_or_code_is_refused() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let post = async |body| owner.post("/api/branches", body).await;
    let empty = post(json!({})).await.refused(400, "MISSING_FIELDS");
    assert!(empty.at("/errors/name").is_string() && empty.at("/errors/code").is_string());
    post(json!({ "name": " ", "code": "X" })).await.refused(400, "MISSING_FIELDS");
    post(json!({ "name": "x".repeat(101), "code": "X" })).await.refused(400, "TEXT_TOO_LONG");
    post(json!({ "name": "x", "code": "x".repeat(21) })).await.refused(400, "TEXT_TOO_LONG");
    post(json!({ "name": 7, "code": "X" })).await.refused(400, "INVALID_FIELD");
    post(json!({ "name": "a\u{0}b", "code": "X" })).await.refused(400, "NUL_CHARACTER");
    assert_eq!(sees(&gym, &router, "owner").await, [1, 2]);
}

#[tokio::test]
async fn only_the_owner_opens_and_edits_branches() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    for name in ["superadmin", "regional1", "manager1", "reception1", "accountant_c"] {
        let caller = gym.staff(&router, name).await;
        let body = json!({ "name": "Another", "code": "ANO" });
        caller.post("/api/branches", body.clone()).await.refused(403, "NOT_ALLOWED");
        caller.put("/api/branches/1", body.clone()).await.refused(403, "NOT_ALLOWED");
        caller.patch("/api/branches/1", body).await.refused(403, "NOT_ALLOWED");
    }
}

#[tokio::test]
async fn an_edit_changes_what_it_names() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let body = json!({ "city": "Alexandria", "address": null, "phone": "", "is_active": false });
    let answer = owner.put("/api/branches/1", body).await.expect(200);
    assert_eq!((answer.at("/data/name"), answer.at("/data/code")), (&json!("Dragon Club"), &json!("DRA001")));
    assert_eq!((answer.at("/data/city"), answer.at("/data/address")), (&json!("Alexandria"), &json!("")));
    assert_eq!((answer.at("/data/phone"), answer.at("/data/is_active")), (&json!(""), &json!(true)));
    let answer = owner.patch("/api/branches/1", json!({ "name": "Dragon" })).await.expect(200);
    assert_eq!((answer.at("/data/name"), answer.at("/data/city")), (&json!("Dragon"), &json!("Alexandria")));
    owner.patch("/api/branches/1", json!({ "city": "x".repeat(201) })).await.refused(400, "TEXT_TOO_LONG");
}

struct TwoDesks {
    desk: Caller,
    member: Caller,
    other_desk: Caller,
    other_member: Caller,
}

async fn two_desks(gym: &Gym, router: &axum::Router) -> TwoDesks {
    let here = customer().insert(gym).await;
    let there = customer().of_branch(2).insert(gym).await;
    TwoDesks {
        desk: gym.staff(router, "reception1").await,
        member: gym.member(router, here).await,
        other_desk: gym.staff(router, "reception2").await,
        other_member: gym.member(router, there).await,
    }
}

async fn is_signed_in(caller: &Caller) -> bool {
    let body = json!({ "fcm_token": "unknown" });
    caller.post("/api/notifications/unregister-device", body).await.status == 200
}

#[tokio::test]
async fn switching_a_branch_off_signs_its_people_out_and_nobody_else() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let setup = two_desks(&gym, &router).await;
    let owner = gym.staff(&router, "owner").await;
    let off = owner.post_empty("/api/branches/1/deactivate").await.expect(200);
    assert_eq!((off.at("/data/id"), off.at("/data/is_active")), (&json!(1), &json!(false)));
    assert_eq!(off.at("/data/is_changed"), true);
    assert_eq!(
        (off.at("/data/staff_sessions_ended"), off.at("/data/member_sessions_ended")),
        (&json!(1), &json!(1))
    );
    assert!(!is_signed_in(&setup.desk).await && !is_signed_in(&setup.member).await);
    assert!(is_signed_in(&setup.other_desk).await && is_signed_in(&setup.other_member).await);
    let listed = owner.get("/api/branches").await.expect(200);
    assert_eq!(listed.at("/data/0/is_active"), false);
}

#[tokio::test]
async fn switching_twice_changes_nothing_and_a_new_session_works_again() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let setup = two_desks(&gym, &router).await;
    let owner = gym.staff(&router, "owner").await;
    owner.post_empty("/api/branches/1/deactivate").await.expect(200);
    let again = owner.post_empty("/api/branches/1/deactivate").await.expect(200);
    assert_eq!(
        (again.at("/data/is_changed"), again.at("/data/staff_sessions_ended")),
        (&json!(false), &json!(0))
    );
    let on = owner.post_empty("/api/branches/1/activate").await.expect(200);
    assert_eq!((on.at("/data/is_active"), on.at("/data/is_changed")), (&json!(true), &json!(true)));
    let on = owner.post_empty("/api/branches/1/activate").await.expect(200);
    assert_eq!(on.at("/data/is_changed"), false);
    assert!(!is_signed_in(&setup.desk).await);
    assert!(is_signed_in(&gym.staff(&router, "reception1").await).await);
}

#[tokio::test]
async fn a_session_left_behind_by_a_sign_in_does_not_outlive_the_switch() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    owner.post_empty("/api/branches/1/deactivate").await.expect(200);
    let late = gym.staff(&router, "reception1").await;
    assert!(!is_signed_in(&late).await);
    let on = owner.post_empty("/api/branches/1/activate").await.expect(200);
    assert_eq!(on.at("/data/staff_sessions_ended"), 1);
    assert!(!is_signed_in(&late).await);
    let desk = gym.staff(&router, "reception1").await;
    owner.post_empty("/api/branches/1/activate").await.expect(200);
    assert!(is_signed_in(&desk).await);
}

#[tokio::test]
async fn a_regional_manager_switches_the_branches_they_manage_back_on_too() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    sqlx::query("delete from staff_branches where staff_id = 1003 and branch_id = 1")
        .execute(&gym.db.owner)
        .await
        .unwrap();
    let regional = gym.staff(&router, "regional1").await;
    let foreign = regional.post_empty("/api/branches/1/deactivate").await.refused(404, "BRANCH_NOT_FOUND");
    let absent = regional.post_empty("/api/branches/99/deactivate").await.refused(404, "BRANCH_NOT_FOUND");
    assert_eq!(foreign.at("/message"), absent.at("/message"));
    regional.post_empty("/api/branches/2/deactivate").await.expect(200);
    let listed = regional.get("/api/branches").await.expect(200);
    assert_eq!((ids(&listed), listed.at("/data/0/is_active")), (vec![2], &json!(false)));
    regional.get("/api/branches/2").await.expect(200);
    regional.post_empty("/api/branches/2/activate").await.expect(200);
}

#[tokio::test]
async fn nobody_else_switches_branches() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    for name in ["superadmin", "manager1", "reception1", "trainer1", "accountant_c", "accountant_r"] {
        let caller = gym.staff(&router, name).await;
        for verb in ["activate", "deactivate"] {
            caller.post_empty(&format!("/api/branches/1/{verb}")).await.refused(403, "NOT_ALLOWED");
        }
    }
}

#[tokio::test]
async fn switching_leaves_one_line_in_the_audit_log() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    owner.post_empty("/api/branches/2/deactivate").await.expect(200);
    let lines: Vec<(String, Option<i64>, Option<i64>, Value)> =
        sqlx::query_as("select action, branch_id, subject_id, detail from audit_log")
            .fetch_all(&gym.db.owner)
            .await
            .unwrap();
    let detail = json!({ "is_active": false, "is_changed": true, "staff_sessions": 0, "member_sessions": 0 });
    assert_eq!(lines, [("branches.switch".to_owned(), Some(2), Some(2), detail)]);
}
