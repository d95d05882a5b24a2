//! Giving back, closing and selling, many at once.

use axum::Router;
use cast::{Answered, Caller, Gym, customer};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::support::{at_once, with_code, with_status};

struct Till {
    gym: Gym,
    router: Router,
    reception: Caller,
    manager: Caller,
}

impl Till {
    async fn open() -> Self {
        let gym = Gym::open().await;
        let (router, _) = staff_api::router(gym.staff_app());
        let reception = gym.staff(&router, "reception1").await;
        let manager = gym.staff(&router, "manager1").await;
        Self { gym, router, reception, manager }
    }

    async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.gym.db.owner).await.expect("a number")
    }

    async fn books_are_whole(&self) {
        let (_, broken) = staff_api::verify_books(self.gym.db.staff()).await.expect("the books");
        assert_eq!(broken, Vec::<String>::new());
    }

    async fn sell(&self) -> i64 {
        let mona = customer().insert(&self.gym).await;
        let body = json!({ "customer_id": mona, "service_id": 2, "amount": 300 });
        let sold = self.reception.post("/api/subscriptions", body).await.expect(201);
        sold.at("/data/payment/id").as_i64().unwrap()
    }
}

fn post(caller: &Caller, path: &str, body: Value) -> impl Future<Output = Answered> + Send + use<> {
    let (caller, path) = (caller.clone(), path.to_owned());
    async move { caller.post(&path, body).await }
}

fn keyed(caller: &Caller, n: i64) -> Caller {
    caller.clone().with("idempotency-key", format!("key-{n}"))
}

#[tokio::test]
async fn parts_that_are_given_back_at_once_are_never_more_than_was_paid() {
    let till = Till::open().await;
    let payment = till.sell().await;
    let path = format!("/api/payments/{payment}/refund");
    let answers =
        at_once(12, |n| post(&keyed(&till.manager, n), &path, json!({ "amount": 40, "reason": "Was ill" })))
            .await;
    // Seven times forty are 280 of 300.
    assert_eq!((with_status(&answers, 201), with_code(&answers, "REFUND_TOO_LARGE")), (7, 5));
    assert_eq!(till.number("select sum(amount_minor)::bigint from payments").await, 2_000);
    assert_eq!(till.number("select count(*) from payments").await, 8);
    assert_eq!(till.number("select last_number from branch_receipts where branch_id = 1").await, 8);
    till.books_are_whole().await;
}

#[tokio::test]
async fn a_payment_is_given_back_whole_once() {
    let till = Till::open().await;
    let payment = till.sell().await;
    let path = format!("/api/payments/{payment}/refund");
    let body = json!({ "reason": "Moves away", "stop_subscription": true });
    let answers = at_once(8, |n| post(&keyed(&till.manager, n), &path, body.clone())).await;
    assert_eq!((with_status(&answers, 201), with_status(&answers, 409)), (1, 7));
    assert_eq!(till.number("select sum(amount_minor)::bigint from payments").await, 0);
    till.books_are_whole().await;
}

#[tokio::test]
async fn a_day_is_closed_by_one_of_many() {
    let till = Till::open().await;
    till.sell().await;
    let answers = at_once(10, |n| {
        let body = json!({ "date": "2026-04-17", "actual_cash": 300 + n });
        post(&keyed(&till.reception, n), "/api/payments/daily-closing", body)
    })
    .await;
    assert_eq!((with_status(&answers, 200), with_code(&answers, "DAY_ALREADY_CLOSED")), (1, 9));
    assert_eq!(till.number("select count(*) from daily_closings").await, 1);
    assert!(till.number("select count(*) from transfers where source = 'closing'").await <= 1);
    till.books_are_whole().await;
}

#[tokio::test]
async fn a_sale_is_part_of_the_day_that_is_being_closed_or_comes_after_it() {
    let till = Till::open().await;
    let mut buyers = Vec::new();
    for _ in 0..24 {
        buyers.push(customer().insert(&till.gym).await);
    }
    let manager = till.gym.staff(&till.router, "manager1").await;
    let answers = at_once(25, |n| {
        if n == 12 {
            post(&manager, "/api/payments/daily-closing", json!({ "branch_id": 1, "actual_cash": 0 }))
        } else {
            let buyer = buyers[usize::try_from(n).unwrap() % buyers.len()];
            let body = json!({ "customer_id": buyer, "service_id": 2, "amount": 300 });
            post(&keyed(&till.reception, n), "/api/subscriptions", body)
        }
    })
    .await;
    assert_eq!((with_status(&answers, 201), with_status(&answers, 200)), (24, 1));
    let closed = answers.iter().find(|answer| answer.status == 200).unwrap();
    let expected = closed.at("/data/expected_cash").as_i64().unwrap();
    let of_the_day = "select sum(amount_minor)::bigint / 100 from (
                          select coalesce(sum(amount_minor), 0) as amount_minor from payments where business_day = '2026-04-17'
                      ) p";
    assert_eq!(till.number(of_the_day).await, expected, "what was counted on is what the day has");
    assert_eq!(till.number("select sum(amount_minor)::bigint / 100 from payments").await, 24 * 300);
    till.books_are_whole().await;
}

#[tokio::test]
async fn shifts_that_are_closed_while_money_is_taken_cover_all_of_it_once() {
    let till = Till::open().await;
    let mut buyers = Vec::new();
    for _ in 0..20 {
        buyers.push(customer().insert(&till.gym).await);
    }
    let answers = at_once(26, |n| match buyers.get(usize::try_from(n).unwrap()) {
        Some(buyer) => {
            let body = json!({ "customer_id": buyer, "service_id": 2, "amount": 300 });
            post(&keyed(&till.reception, n), "/api/subscriptions", body)
        }
        None => post(&keyed(&till.reception, n), "/api/payments/shifts/close", json!({})),
    })
    .await;
    assert_eq!((with_status(&answers, 201), with_status(&answers, 200)), (20, 6));
    post(&keyed(&till.reception, 99), "/api/payments/shifts/close", json!({})).await.expect(200);
    assert_eq!(till.number("select sum(payments)::bigint from shift_closings").await, 20);
    assert_eq!(till.number("select sum(expected_minor)::bigint / 100 from shift_closings").await, 20 * 300);
}

#[tokio::test]
async fn a_month_is_closed_by_one_of_many() {
    let till = Till::open().await;
    till.sell().await;
    till.manager.post("/api/payments/daily-closing", json!({})).await.expect(200);
    till.gym.clock.advance(TimeDelta::days(14));
    let owner = till.gym.staff(&till.router, "owner").await;
    let path = "/api/books/months/2026-04/close";
    let answers = at_once(8, |n| post(&keyed(&owner, n), path, json!({}))).await;
    assert_eq!((with_status(&answers, 200), with_code(&answers, "MONTH_ALREADY_CLOSED")), (1, 7));
    assert_eq!(till.number("select count(*) from month_closings").await, 1);
    assert_eq!(till.number("select count(*) from branch_months").await, 2);
    assert_eq!(till.number("select count(*) from subscription_months").await, 1);
    till.books_are_whole().await;
}

#[tokio::test]
async fn what_is_posted_while_its_month_is_closed_is_in_the_month_and_stops_it_or_comes_after_it() {
    let till = Till::open().await;
    till.sell().await;
    till.manager.post("/api/payments/daily-closing", json!({ "date": "2026-04-17" })).await.expect(200);
    till.gym.clock.advance(TimeDelta::days(14));
    let owner = till.gym.staff(&till.router, "owner").await;
    let accountant = till.gym.staff(&till.router, "accountant_c").await;
    let mut expenses = Vec::new();
    for n in 0..24 {
        let body = json!({
            "title": "Towels", "amount": 10, "branch_id": 1 + n % 2, "category": "supplies", "expense_date": "2026-04-20",
        });
        let written = keyed(&accountant, n).post("/api/expenses", body).await.expect(201);
        expenses.push(written.at("/data/id").clone());
    }
    // Each is approved for the 20th of April, unless that is closed by then.
    let answers = at_once(28, |n| match expenses.get(usize::try_from(n).unwrap()) {
        Some(id) => {
            post(&keyed(&owner, n), &format!("/api/expenses/{id}/review"), json!({ "action": "approve" }))
        }
        None => post(&keyed(&owner, n), "/api/books/months/2026-04/close", json!({})),
    })
    .await;
    let is_closing = |answer: &&Answered| answer.body["data"]["state"] == "closed";
    let closed = answers.iter().filter(is_closing).count();
    assert_eq!(with_status(&answers, 200), 24 + closed);
    let refused = with_code(&answers, "MONTH_ALREADY_CLOSED") + with_code(&answers, "MONTH_HAS_OPEN_DAYS");
    assert_eq!(closed + refused, 4);
    let in_april = till
        .number("select count(*) from transfers where source = 'expense' and business_day = '2026-04-20'")
        .await;
    let later = till
        .number("select count(*) from transfers where source = 'expense' and business_day >= '2026-05-01'")
        .await;
    assert_eq!(in_april + later, 24);
    assert!(closed == 0 || in_april == 0, "{in_april} were posted into a month that was closed");
    till.books_are_whole().await;
}
