//! Reading who did what.

use cast::{Answered, Gym};
use serde_json::json;

async fn deed(gym: &Gym, at: &str, gym_id: i64, actor: i64, action: &str, subject: (&str, i64)) {
    sqlx::query(
        "insert into audit_log (at, gym_id, branch_id, actor_kind, actor_id, action, subject_kind, subject_id, detail, request_id)
         values ($1::text::timestamptz, $2, 1, 'staff', $3, $4, $5, $6, '{\"a\":1}', 'r1')",
    )
    .bind(at)
    .bind(gym_id)
    .bind(actor)
    .bind(action)
    .bind(subject.0)
    .bind(subject.1)
    .execute(&gym.db.owner)
    .await
    .expect("a deed");
}

async fn three_days(gym: &Gym) {
    deed(gym, "2026-04-15T21:59:59Z", 1, 1006, "customers.register", ("customer", 7)).await;
    deed(gym, "2026-04-15T22:00:00Z", 1, 1006, "attendance.check_in", ("customer", 7)).await;
    deed(gym, "2026-04-16T10:00:00Z", 1, 1004, "attendance.check_in", ("customer", 8)).await;
    deed(gym, "2026-04-16T22:00:00Z", 1, 1002, "gym.edit", ("gym", 1)).await;
    deed(gym, "2026-04-16T22:30:00Z", 2, 1012, "gym.edit", ("gym", 2)).await;
}

fn actions(answer: &Answered) -> Vec<(&str, i64)> {
    let rows = answer.at("/data/items").as_array().expect("items");
    rows.iter().map(|row| (row["action"].as_str().unwrap(), row["subject_id"].as_i64().unwrap())).collect()
}

#[tokio::test]
async fn an_owner_reads_the_own_gym_newest_first() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    three_days(&gym).await;
    let owner = gym.staff(&router, "owner").await;
    let answer = owner.get("/api/audit-log").await.expect(200);
    let all =
        [("gym.edit", 1), ("attendance.check_in", 8), ("attendance.check_in", 7), ("customers.register", 7)];
    assert_eq!(actions(&answer), all);
    assert_eq!((answer.at("/data/has_more"), answer.at("/data/next_before")), (&json!(false), &json!(null)));
    let newest = answer.at("/data/items/0");
    assert_eq!((&newest["at"], &newest["actor_kind"]), (&json!("2026-04-17T00:00:00"), &json!("staff")));
    assert_eq!((&newest["actor_id"], &newest["actor_name"]), (&json!(1002), &json!("Olfat Nour")));
    assert_eq!((&newest["branch_id"], &newest["branch_name"]), (&json!(1), &json!("Dragon Club")));
    assert_eq!((&newest["subject_kind"], &newest["request_id"]), (&json!("gym"), &json!("r1")));
    assert_eq!(newest["detail"], json!({ "a": 1 }));
    let other = gym.staff(&router, "owner_b").await.get("/api/audit-log").await.expect(200);
    assert_eq!(actions(&other), [("gym.edit", 2)]);
}

#[tokio::test]
async fn every_filter_narrows_and_all_must_hold() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    three_days(&gym).await;
    let owner = gym.staff(&router, "owner").await;
    let found = async |query: &str| {
        let answer = owner.get(&format!("/api/audit-log?{query}")).await.expect(200);
        actions(&answer)
            .into_iter()
            .map(|(action, id)| format!("{action} {id}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    assert_eq!(found("action=gym.edit").await, "gym.edit 1");
    assert_eq!(found("actor_id=1006").await, "attendance.check_in 7, customers.register 7");
    assert_eq!(found("actor_id=1006&action=customers.register").await, "customers.register 7");
    assert_eq!(found("actor_id=1012").await, "");
    assert_eq!(found("subject_kind=customer&subject_id=8").await, "attendance.check_in 8");
    assert_eq!(found("subject_kind=gym").await, "gym.edit 1");
    assert_eq!(found("subject_kind=branch").await, "");
    assert_eq!(
        found("subject_kind=customer&date_to=2026-04-16").await,
        "attendance.check_in 8, attendance.check_in 7, customers.register 7"
    );
    assert_eq!(found("subject_kind=customer&actor_id=1004").await, "attendance.check_in 8");
    assert_eq!(
        found("subject_kind=customer&subject_id=7&action=attendance.check_in").await,
        "attendance.check_in 7"
    );
    assert_eq!(found("date_from=2026-04-17").await, "gym.edit 1");
    assert_eq!(found("date_to=2026-04-15").await, "customers.register 7");
    assert_eq!(
        found("date_from=2026-04-16&date_to=2026-04-16").await,
        "attendance.check_in 8, attendance.check_in 7"
    );
    assert_eq!(found("date_from=2026-04-16&actor_id=1006").await, "attendance.check_in 7");
    assert_eq!(found("action=nothing").await, "");
}

#[tokio::test]
async fn a_long_log_is_read_in_parts() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    for number in 0..7 {
        deed(&gym, "2026-04-16T10:00:00Z", 1, 1006, "attendance.check_in", ("customer", number)).await;
    }
    let owner = gym.staff(&router, "owner").await;
    let mut seen = Vec::new();
    let mut before = String::new();
    loop {
        let answer = owner.get(&format!("/api/audit-log?limit=3{before}")).await.expect(200);
        seen.extend(actions(&answer).into_iter().map(|(_, id)| id));
        if answer.at("/data/has_more") == &json!(false) {
            break;
        }
        before = format!("&before={}", answer.at("/data/next_before"));
    }
    assert_eq!(seen, [6, 5, 4, 3, 2, 1, 0]);
    deed(&gym, "2026-04-16T10:00:00Z", 1, 1006, "attendance.check_in", ("entry", 9)).await;
    for (kind, seen) in [("entry", vec![9]), ("customer", vec![6, 5, 4])] {
        let of_kind = owner.get(&format!("/api/audit-log?limit=3&subject_kind={kind}")).await.expect(200);
        assert_eq!(actions(&of_kind).iter().map(|(_, id)| *id).collect::<Vec<_>>(), seen, "{kind}");
    }
    let narrowed =
        owner.get("/api/audit-log?limit=3&actor_id=1006&date_to=2026-04-16&before=4").await.expect(200);
    assert_eq!(actions(&narrowed).iter().map(|(_, id)| *id).collect::<Vec<_>>(), [2, 1, 0]);
    let second = owner.get("/api/audit-log?per_page=3&page=2").await.expect(200);
    assert_eq!(actions(&second).iter().map(|(_, id)| *id).collect::<Vec<_>>(), [4, 3, 2]);
}

#[tokio::test]
async fn a_line_of_another_gym_is_no_place_to_read_on_from() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    three_days(&gym).await;
    let foreign: i64 = sqlx::query_scalar("select id from audit_log where gym_id = 2")
        .fetch_one(&gym.db.owner)
        .await
        .unwrap();
    let owner = gym.staff(&router, "owner").await;
    let answer = owner.get(&format!("/api/audit-log?before={foreign}")).await.expect(200);
    let absent = owner.get("/api/audit-log?before=999999").await.expect(200);
    assert_eq!((actions(&answer), actions(&absent)), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_refused() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let refused = async |query: &str, code: &str| {
        owner.get(&format!("/api/audit-log?{query}")).await.refused(400, code);
    };
    refused("date_from=yesterday", "DATE_INVALID").await;
    refused("date_from=2026-04-17&date_to=2026-04-16", "DATE_RANGE_REVERSED").await;
    refused("actor_id=me", "INVALID_QUERY").await;
    refused("subject_id=7", "MISSING_FIELDS").await;
    refused("subject_id=7&subject_kind=%20", "MISSING_FIELDS").await;
    refused("offset=5001", "PAGE_TOO_DEEP").await;
    refused("page=one", "PAGE_INVALID").await;
    refused("action=a%00b", "NUL_CHARACTER").await;
}

#[tokio::test]
async fn nobody_but_an_owner_reads_the_log() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    for name in ["superadmin", "regional1", "manager1", "reception1", "trainer1", "accountant_c"] {
        gym.staff(&router, name).await.get("/api/audit-log").await.refused(403, "NOT_ALLOWED");
    }
    gym.visitor(&router).get("/api/audit-log").await.refused(401, "SIGNED_OUT");
}
