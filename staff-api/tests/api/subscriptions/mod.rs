//! Subscriptions at the desk.

mod below_price;
mod deducting;
mod freezing;
mod listing;
mod renewing;
mod repeating;
mod selling;
mod status;

use axum::Router;
use cast::{Answered, Caller, Gym};
use serde_json::Value;

/// The cast's gym with its front desk of branch 1.
struct Desk {
    gym: Gym,
    router: Router,
    reception: Caller,
}

impl Desk {
    async fn open() -> Self {
        let gym = Gym::open().await;
        let (router, _) = staff_api::router(gym.staff_app());
        let reception = gym.staff(&router, "reception1").await;
        Self { gym, router, reception }
    }

    async fn who(&self, username: &str) -> Caller {
        self.gym.staff(&self.router, username).await
    }

    async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.gym.db.owner).await.expect("a number")
    }

    async fn run(&self, sql: &'static str) {
        sqlx::query(sql).execute(&self.gym.db.owner).await.expect("a change");
    }

    /// Whether every balance is the sum of its ledger.
    async fn ledgers_add_up(&self) {
        let wrong = self
            .number(
                "select count(*) from subscription_balances b
                 where b.remaining <> (select sum(amount) from subscription_movements m
                                       where m.subscription_id = b.subscription_id)
                    or b.total <> (select sum(amount) from subscription_movements m
                                   where m.subscription_id = b.subscription_id and m.kind in ('sale', 'renewal'))",
            )
            .await;
        assert_eq!(wrong, 0, "balances that are not the sum of their ledger");
    }
}

/// What the person reads, without what names the request.
fn spoken(answer: &Answered) -> Value {
    let mut body = answer.body.clone();
    body["request_id"] = Value::Null;
    body
}
