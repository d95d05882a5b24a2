//! The members.

mod editing;
mod finding;
mod passwords;
mod qr;
mod races;
mod registering;
mod trainers;

use base::vocabulary::CustomerId;
use cast::{Answered, Gym};
use serde_json::Value;

const OPEN_SESSIONS: &str = "select count(*) from member_sessions where ended_at is null";

fn path(id: CustomerId, rest: &str) -> String {
    format!("/api/customers/{id}{rest}")
}

fn ids(answer: &Answered) -> Vec<i64> {
    let items = answer.at("/data/items").as_array().expect("items");
    items.iter().map(|item| item["id"].as_i64().expect("an id")).collect()
}

fn names(answer: &Answered) -> Vec<String> {
    let items = answer.at("/data/items").as_array().expect("items");
    items.iter().map(|item| item["full_name"].as_str().expect("a name").to_owned()).collect()
}

/// A foreign thing and an absent one answer the same, but for the name of the request.
#[track_caller]
fn same(left: &Answered, right: &Answered) {
    let strip = |answer: &Answered| {
        let mut body = answer.body.clone();
        body.as_object_mut().expect("an object").remove("request_id");
        (answer.status, body)
    };
    assert_eq!(strip(left), strip(right));
}

async fn run(gym: &Gym, sql: &'static str) {
    sqlx::raw_sql(sql).execute(&gym.db.owner).await.expect("the statement");
}

/// The last row of the audit log: action, subject, branch, detail.
async fn last_audit(gym: &Gym) -> (String, Option<i64>, Option<i64>, Option<Value>) {
    sqlx::query_as("select action, subject_id, branch_id, detail from audit_log order by id desc limit 1")
        .fetch_one(&gym.db.owner)
        .await
        .expect("an audit row")
}

async fn count(gym: &Gym, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&gym.db.owner).await.expect("a number")
}
