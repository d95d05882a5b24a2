//! What several tests arrange or look at.

use axum::Router;
use base::{
    platform::{clock::Clock as _, delivery::Message},
    vocabulary::CustomerId,
};
use cast::{Gym, customer};
use gym::members::{self, CodeLetter, CodeRequest};
use serde_json::Value;

/// A gym, its members' door, and Ahmed with phone and address.
pub(crate) struct MembersDoor {
    pub(crate) gym: Gym,
    pub(crate) router: Router,
    pub(crate) ahmed: CustomerId,
}

pub(crate) const PHONE: &str = "01234567890";
pub(crate) const EMAIL: &str = "ahmed@example.com";

impl MembersDoor {
    pub(crate) async fn open() -> Self {
        let gym = Gym::open().await;
        let (router, _) = client_api::router(gym.client_app());
        let ahmed = customer().named("Ahmed Hassan").phone("+201234567890").email(EMAIL).insert(&gym).await;
        Self { gym, router, ahmed }
    }

    /// The newest message, as the worker sends it.
    pub(crate) async fn newest_message(&self) -> Message {
        self.send_codes().await;
        let payload: Value = sqlx::query_scalar(
            "select payload from outbox where kind <> 'send_code' and state = 'waiting' order by id desc limit 1",
        )
        .fetch_one(&self.gym.db.owner)
        .await
        .unwrap();
        serde_json::from_value::<CodeLetter>(payload).unwrap().message()
    }

    /// Does what the worker does with the codes that were asked for; how many had somebody to go to.
    pub(crate) async fn send_codes(&self) -> usize {
        let mut sent = Vec::new();
        for asked in self.take_requests().await {
            sent.push(self.send_code(&asked).await);
        }
        sent.into_iter().filter(|had_somebody| *had_somebody).count()
    }

    pub(crate) async fn send_code(&self, asked: &CodeRequest) -> bool {
        members::send_code(&self.gym.db.staff(), asked, self.gym.clock.now()).await.unwrap()
    }

    /// The codes that were asked for and wait for the worker.
    pub(crate) async fn take_requests(&self) -> Vec<CodeRequest> {
        let payloads: Vec<Value> = sqlx::query_scalar(
            "with taken as (
                 update outbox set state = 'done', finished_at = created_at, payload = null
                 where kind = 'send_code' and state = 'waiting'
                 returning id
             )
             select payload from outbox where id in (select id from taken) order by id",
        )
        .fetch_all(&self.gym.db.owner)
        .await
        .unwrap();
        payloads.into_iter().map(|payload| serde_json::from_value(payload).unwrap()).collect()
    }

    /// The six digits in it.
    pub(crate) async fn newest_code(&self) -> String {
        let text = self.newest_message().await.text;
        let digits: String = text.chars().map(|c| if c.is_ascii_digit() { c } else { ' ' }).collect();
        digits.split_whitespace().find(|run| run.len() == 6).unwrap().to_owned()
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.gym.db.owner).await.unwrap()
    }

    pub(crate) async fn set_password(&self, customer: CustomerId, password: &str) {
        let app = self.gym.client_app();
        let hash = app.passwords.hash(base::access::Password::typed(password)).await.unwrap();
        sqlx::query("update customers set password_hash = $2 where id = $1")
            .bind(customer.get())
            .bind(hash.as_str())
            .execute(&self.gym.db.owner)
            .await
            .unwrap();
    }
}
