//! What is earned of what was sold, and the months of a gym.

mod lives;
mod months;

use axum::Router;
use base::{platform::clock::Clock as _, vocabulary::Calendar};
use cast::{Answered, Caller, Gym, customer};
use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};

/// The desk and the office of a gym whose clock stands at noon of 17 April in Cairo.
struct House {
    gym: Gym,
    router: Router,
}

impl House {
    async fn open() -> Self {
        let gym = Gym::open().await;
        gym.clock.advance(TimeDelta::minutes(-690));
        let (router, _) = staff_api::router(gym.staff_app());
        Self { gym, router }
    }

    async fn who(&self, username: &str) -> Caller {
        self.gym.staff(&self.router, username).await
    }

    fn today(&self) -> NaiveDate {
        Calendar::CAIRO.today(self.gym.clock.now())
    }

    /// Goes to noon of a later day.
    fn go_to(&self, day: &str) {
        let days = day.parse::<NaiveDate>().unwrap().signed_duration_since(self.today()).num_days();
        assert!(days >= 0, "{day} is over");
        self.gym.clock.advance(TimeDelta::days(days));
        assert_eq!(self.today().to_string(), day);
    }

    /// Sells at branch 1 and answers the id of the subscription.
    async fn sell(&self, service: i64, amount: i64) -> i64 {
        let buyer = customer().insert(&self.gym).await;
        let body = json!({ "customer_id": buyer, "service_id": service, "amount": amount });
        let sold = self.who("reception1").await.post("/api/subscriptions", body).await.expect(201);
        sold.at("/data/id").as_i64().unwrap()
    }

    async fn does(&self, subscription: i64, deed: &str, body: Value) -> Answered {
        let path = format!("/api/subscriptions/{subscription}/{deed}");
        self.who("manager1").await.post(&path, body).await
    }

    async fn month(&self, month: &str) -> Answered {
        self.who("owner").await.get(&format!("/api/books/months/{month}")).await.expect(200)
    }

    /// Closes every day of a month that has to be closed, without counting.
    async fn close_days(&self, month: &str) {
        for open in self.month(month).await.at("/data/open_days").as_array().unwrap() {
            let body = json!({ "branch_id": open["branch_id"], "date": open["date"] });
            self.who("owner").await.post("/api/payments/daily-closing", body).await.expect(200);
        }
    }

    async fn close(&self, month: &str) -> Answered {
        self.who("accountant_c").await.post_empty(&format!("/api/books/months/{month}/close")).await
    }

    async fn close_whole(&self, month: &str) -> Answered {
        self.close_days(month).await;
        let closed = self.close(month).await.expect(200);
        assert_eq!(closed.at("/data/state"), "closed");
        closed
    }

    /// What is on an account at the end of a day, over all branches of the gym.
    async fn balance(&self, account: &str, day: &str) -> Value {
        let path = format!("/api/books/trial-balance?date_from={day}&date_to={day}");
        let books = self.who("owner").await.get(&path).await.expect(200);
        let accounts = books.at("/data/accounts").as_array().unwrap();
        accounts.iter().find(|row| row["code"] == account).unwrap()["closing"].clone()
    }

    async fn unearned(&self, day: &str) -> Answered {
        self.who("owner").await.get(&format!("/api/books/unearned?date={day}")).await.expect(200)
    }

    async fn are_whole(&self) {
        let (_, broken) = staff_api::verify_books(self.gym.db.staff()).await.expect("the books");
        assert_eq!(broken, Vec::<String>::new());
    }

    async fn run(&self, sql: &'static str) -> u64 {
        sqlx::query(sql).execute(&self.gym.db.owner).await.expect(sql).rows_affected()
    }
}
