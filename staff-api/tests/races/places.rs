//! Branches, gyms, services, rules and devices, changed by several people at once.

use cast::{Answered, Gym, customer};
use serde_json::{Value, json};

use crate::support::{at_once, with_code, with_status};

async fn count(gym: &Gym, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&gym.db.owner).await.unwrap()
}

fn changed(answers: &[Answered]) -> usize {
    answers.iter().filter(|answer| answer.at("/data/is_changed") == &json!(true)).count()
}

#[tokio::test]
async fn a_code_is_given_to_one_of_many_new_branches() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let answers = at_once(12, |number| {
        let owner = owner.clone();
        async move {
            let body = json!({ "name": format!("Branch {number}"), "code": if number % 2 == 0 { "new1" } else { "NEW1" } });
            owner.post("/api/branches", body).await
        }
    })
    .await;
    assert_eq!((with_status(&answers, 201), with_code(&answers, "BRANCH_CODE_TAKEN")), (1, 11));
    assert_eq!(count(&gym, "select count(*) from branches where code = 'NEW1'").await, 1);
    assert_eq!(count(&gym, "select count(*) from branch_receipts").await, 4);
}

#[tokio::test]
async fn of_many_who_switch_a_branch_off_one_does_it() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let desk = gym.staff(&router, "reception1").await;
    let owner = gym.staff(&router, "owner").await;
    for verb in ["deactivate", "activate"] {
        let answers = at_once(12, |_| {
            let owner = owner.clone();
            async move { owner.post_empty(&format!("/api/branches/1/{verb}")).await }
        })
        .await;
        assert_eq!((with_status(&answers, 200), changed(&answers)), (12, 1), "{verb}");
    }
    desk.get("/api/branches").await.refused(401, "SIGNED_OUT");
    let ended = "select sum((detail ->> 'staff_sessions')::bigint)::bigint from audit_log where action = 'branches.switch'";
    assert_eq!(count(&gym, ended).await, 1);
}

#[tokio::test]
async fn branches_know_how_many_their_customers_are() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let mut people = Vec::new();
    for number in 0..16 {
        people.push(customer().of_branch(1 + number % 2).insert(&gym).await);
    }
    let sizes = "select count(*) from branches b
         where (select (z.customers::bigint, z.inactive_customers::bigint) from branch_sizes z where z.branch_id = b.id)
             is distinct from (
                 select (count(*) filter (where c.is_active), count(*) filter (where not c.is_active))
                 from customers c where c.branch_id = b.id
             )";
    assert_eq!(count(&gym, sizes).await, 0);
    let answers = at_once(48, |number| {
        let owner = owner.clone();
        let person = people[usize::try_from(number / 3).unwrap()];
        let other = 1 + (number / 3 + 1) % 2;
        async move {
            match number % 3 {
                0 => {
                    let body = json!({
                        "full_name": "Nour Adel", "phone": format!("010555500{number:02}"), "branch_id": other,
                    });
                    owner.post("/api/customers", body).await
                }
                1 => owner.patch(&format!("/api/customers/{person}"), json!({ "branch_id": other })).await,
                _ => owner.post_empty(&format!("/api/customers/{person}/deactivate")).await,
            }
        }
    })
    .await;
    assert_eq!((with_status(&answers, 201), with_status(&answers, 200)), (16, 32));
    assert_eq!(count(&gym, sizes).await, 0);
    let shown = owner.get("/api/branches").await.expect(200);
    let shown: i64 =
        (0..2).filter_map(|place| shown.at(&format!("/data/{place}/customers_count")).as_i64()).sum();
    assert_eq!(shown, 16, "of 32 people 16 are active");
    for person in people {
        owner.post_empty(&format!("/api/customers/{person}/activate")).await.expect(200);
    }
    assert_eq!(count(&gym, sizes).await, 0);
}

#[tokio::test]
async fn edits_of_different_fields_all_survive() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let fields = ["city", "address", "location", "phone", "name"];
    let answers = at_once(20, |number| {
        let owner = owner.clone();
        let field = fields[usize::try_from(number).unwrap() % fields.len()];
        async move { owner.patch("/api/branches/1", json!({ field: format!("{field} new") })).await }
    })
    .await;
    assert_eq!(with_status(&answers, 200), 20);
    let branch = owner.get("/api/branches/1").await.expect(200);
    for field in fields {
        assert_eq!(branch.at(&format!("/data/{field}")), &json!(format!("{field} new")));
    }
}

#[tokio::test]
async fn edits_of_different_terms_all_survive() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let edits = [
        ("price", json!(777)),
        ("duration_days", json!(31)),
        ("description", json!("New")),
        ("freeze_fee", json!(5)),
        ("opens_every_branch", json!(true)),
    ];
    let answers = at_once(10, |number| {
        let owner = owner.clone();
        let (field, value) = edits[usize::try_from(number).unwrap() % edits.len()].clone();
        async move { owner.patch("/api/services/1", json!({ field: value })).await }
    })
    .await;
    assert_eq!(with_status(&answers, 200), 10);
    let service = owner.get("/api/services/1").await.expect(200);
    for (field, value) in edits {
        assert_eq!(service.at(&format!("/data/{field}")), &value, "{field}");
    }
}

#[tokio::test]
async fn rules_switched_at_once_are_all_kept() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let rules =
        ["training_opens_door", "enter_any_branch", "managers_may_override", "desk_sees_temporary_passwords"];
    let answers = at_once(12, |number| {
        let owner = owner.clone();
        let rule = rules[usize::try_from(number).unwrap() % rules.len()];
        async move { owner.put("/api/gyms/settings", json!({ "rules": { rule: true } })).await }
    })
    .await;
    assert_eq!(with_status(&answers, 200), 12);
    assert_eq!(count(&gym, "select count(*) from gym_rules where gym_id = 1 and is_on").await, 4);
}

#[tokio::test]
async fn limits_set_at_once_are_all_kept() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    let limits = ["max_percent_off", "max_units_times", "max_days_times"];
    let answers = at_once(12, |number| {
        let owner = owner.clone();
        let limit = limits[usize::try_from(number).unwrap() % limits.len()];
        async move { owner.put("/api/gyms/settings", json!({ "sale_limits": { limit: 12 } })).await }
    })
    .await;
    assert_eq!(with_status(&answers, 200), 12);
    let all = "select count(*) from sale_limits
               where gym_id = 1 and (max_percent_off, max_units_times, max_days_times) = (12, 12, 12)";
    assert_eq!(count(&gym, all).await, 1);
}

#[tokio::test]
async fn a_device_that_many_register_ends_with_one_of_them() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let mona = customer().insert(&gym).await;
    let callers = [
        (gym.staff(&router, "reception1").await, "staff"),
        (gym.staff(&router, "reception2").await, "staff"),
        (gym.member(&router, mona).await, "client"),
    ];
    let answers = at_once(12, |number| {
        let (caller, app_type) = callers[usize::try_from(number).unwrap() % callers.len()].clone();
        async move {
            let body: Value = json!({ "fcm_token": "t", "app_type": app_type, "platform": "android" });
            caller.post("/api/notifications/register-device", body).await
        }
    })
    .await;
    assert_eq!(with_status(&answers, 200), 12);
    assert_eq!(count(&gym, "select count(*) from devices").await, 1);
    let fits = "select count(*) from devices where (app_type = 'client') = (customer_id is not null)";
    assert_eq!(count(&gym, fits).await, 1);
}
