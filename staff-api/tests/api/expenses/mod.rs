//! What the branches spend.

mod attaching;
mod by_category;
mod deciding;
mod listing;
mod paying;
mod recording;

use axum::Router;
use cast::{Answered, Caller, Gym};
use serde_json::{Value, json};

/// The cast's gym, and what its offices do with expenses.
struct Office {
    gym: Gym,
    router: Router,
}

impl Office {
    async fn open() -> Self {
        let gym = Gym::open().await;
        let (router, _) = staff_api::router(gym.staff_app());
        Self { gym, router }
    }

    async fn who(&self, username: &str) -> Caller {
        self.gym.staff(&self.router, username).await
    }

    /// What `username` writes down, as it is answered.
    async fn writes(&self, username: &str, body: Value) -> Answered {
        self.who(username).await.post("/api/expenses", body).await
    }

    /// The id of an expense of `branch` that `username` writes down: so much, spent on that day.
    async fn expense(&self, username: &str, branch: i64, amount: f64, day: &str) -> i64 {
        let body = json!({
            "title": "Towels", "amount": amount, "branch_id": branch, "expense_date": day, "category": "supplies",
        });
        id(&self.writes(username, body).await.expect(201))
    }

    /// What `username` says to the expense.
    async fn says(&self, username: &str, expense: i64, body: Value) -> Answered {
        self.who(username).await.post(&format!("/api/expenses/{expense}/review"), body).await
    }

    async fn approves(&self, username: &str, expense: i64) -> Answered {
        self.says(username, expense, json!({ "action": "approve" })).await
    }

    async fn rejects(&self, username: &str, expense: i64) -> Answered {
        self.says(username, expense, json!({ "action": "reject", "notes": "Not this month" })).await
    }

    async fn withdraws(&self, username: &str, expense: i64) -> Answered {
        self.who(username).await.delete(&format!("/api/expenses/{expense}")).await
    }

    async fn pays(&self, username: &str, expense: i64, from: &str) -> Answered {
        let body = json!({ "paid_from": from });
        self.who(username).await.post(&format!("/api/expenses/{expense}/pay"), body).await
    }

    async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.gym.db.owner).await.expect("a number")
    }

    /// What the audit log tells of the last write: the deed, the branch, the thing, the details.
    async fn last_deed(&self) -> Value {
        sqlx::query_scalar(
            "select jsonb_build_object('action', action, 'branch', branch_id, 'kind', subject_kind, 'id', subject_id,
                 'detail', detail)
             from audit_log order by id desc limit 1",
        )
        .fetch_one(&self.gym.db.owner)
        .await
        .expect("an audit row")
    }
}

fn id(answer: &Answered) -> i64 {
    answer.at("/data/id").as_i64().expect("an id")
}

/// What the person reads, without what names the request.
fn spoken(answer: &Answered) -> Value {
    let mut body = answer.body.clone();
    body["request_id"] = Value::Null;
    body
}

/// Everybody who writes expenses down for branch 1, in the order of the policy.
const WRITERS: [&str; 6] = ["owner", "regional1", "manager1", "accountant_c", "accountant_r", "accountant1"];
