//! The door.

mod asking;
mod denials;
mod letting_in;
mod listing;
mod overriding;
mod races;
mod scanning;

use axum::Router;
use base::{
    platform::clock::Clock as _,
    testing::client_keyring,
    vocabulary::{CustomerId, SubscriptionId},
};
use cast::{Answered, Caller, Gym};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

/// A gym with its router and the desk of branch 1.
struct FrontDesk {
    gym: Gym,
    router: Router,
    desk: Caller,
}

impl FrontDesk {
    async fn open() -> Self {
        let gym = Gym::open().await;
        let (router, _) = staff_api::router(gym.staff_app());
        let desk = gym.staff(&router, "reception1").await;
        Self { gym, router, desk }
    }

    async fn caller(&self, username: &str) -> Caller {
        self.gym.staff(&self.router, username).await
    }

    fn wait(&self, seconds: i64) {
        self.gym.clock.advance(TimeDelta::seconds(seconds));
    }

    async fn set_rule(&self, rule: &str, is_on: bool) {
        sqlx::query(
            "insert into gym_rules (gym_id, rule, is_on) values (1, $1, $2)
             on conflict (gym_id, rule) do update set is_on = excluded.is_on",
        )
        .bind(rule)
        .bind(is_on)
        .execute(&self.gym.db.owner)
        .await
        .unwrap();
    }

    /// A token as the member's phone shows it.
    fn token(&self, customer: CustomerId, qr_version: i32, seconds: i64) -> String {
        let now = self.gym.clock.now();
        let end = now.checked_add_signed(TimeDelta::seconds(seconds)).unwrap();
        client_keyring().sign_door(Uuid::new_v4(), customer, qr_version, now, end).unwrap()
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.gym.db.owner).await.unwrap()
    }

    async fn remaining(&self, subscription: SubscriptionId) -> i32 {
        sqlx::query_scalar("select remaining from subscription_balances where subscription_id = $1")
            .bind(subscription.get())
            .fetch_one(&self.gym.db.owner)
            .await
            .unwrap()
    }

    /// What the door promises whatever happened: the ledger adds up, every charge has its entry, every entry its audit
    /// row, and the door remembers the latest admission.
    async fn adds_up(&self) {
        for (what, sql) in [
            (
                "a balance is the sum of its movements",
                "select count(*) from subscription_balances b
                 where b.remaining <> (select sum(m.amount) from subscription_movements m where m.subscription_id = b.subscription_id)",
            ),
            (
                "what an entry charged is what the ledger took for it",
                "select count(*) from entries e
                 where e.charged <> coalesce((select -sum(m.amount) from subscription_movements m where m.entry_id = e.id), 0)",
            ),
            (
                "every entry has one audit row",
                "select count(*) from entries e
                 where 1 <> (select count(*) from audit_log a where a.subject_kind = 'entry' and a.subject_id = e.id and a.gym_id = e.gym_id
                     and not coalesce((a.detail ->> 'repeated')::boolean, false))",
            ),
            (
                "the door remembers how many came in and who was last",
                "select count(*) from customer_doors d
                 where d.version <> (select count(*) from entries e where e.customer_id = d.customer_id and e.is_admitted)
                    or d.last_entry_id is distinct from
                       (select max(e.id) from entries e where e.customer_id = d.customer_id and e.is_admitted)",
            ),
        ] {
            assert_eq!(self.count(sql).await, 0, "{what}");
        }
    }
}

fn check_in(customer: CustomerId) -> Value {
    json!({ "customer_id": customer, "action": "check_in_only" })
}

fn deduct(customer: CustomerId) -> Value {
    json!({ "customer_id": customer, "action": "check_in_with_deduction" })
}

/// What a refusal says, without what names the request.
fn bare(answered: &Answered) -> (u16, Value) {
    let mut body = answered.body.clone();
    if let Some(object) = body.as_object_mut() {
        object.remove("request_id");
    }
    (answered.status.as_u16(), body)
}
