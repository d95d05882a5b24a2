//! Selling, renewing, freezing and taking, many at once.

use axum::Router;
use cast::{Answered, Caller, Gym, customer, subscription};
use serde_json::{Value, json};

use super::support::{at_once, with_code, with_status};

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

    async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.gym.db.owner).await.expect("a number")
    }

    async fn text(&self, sql: &'static str) -> String {
        sqlx::query_scalar(sql).fetch_one(&self.gym.db.owner).await.expect("a text")
    }

    /// Whether balances are the sums of their ledgers, and every line says what was left when it was written.
    async fn ledgers_add_up(&self) {
        let wrong = self
            .number(
                "select count(*) from (
                     select m.remaining_after,
                         sum(m.amount) over (partition by m.subscription_id order by m.id) as running,
                         last_value(m.remaining_after) over (partition by m.subscription_id order by m.id
                             rows between unbounded preceding and unbounded following) as last, b.remaining
                     from subscription_movements m
                     join subscription_balances b using (subscription_id)
                 ) lines
                 where last <> remaining or remaining_after <> running",
            )
            .await;
        assert_eq!(wrong, 0, "lines of the ledger that do not add up");
    }
}

fn post(caller: &Caller, path: &str, body: Value) -> impl Future<Output = Answered> + Send + use<> {
    let (caller, path) = (caller.clone(), path.to_owned());
    async move { caller.post(&path, body).await }
}

#[tokio::test]
async fn thirty_desks_take_twenty_sessions_exactly() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().sessions(20).insert(&desk.gym, mona).await;
    let path = format!("/api/subscriptions/{id}/deduct");
    let answers = at_once(30, |_| post(&desk.reception, &path, json!({}))).await;
    assert_eq!((with_status(&answers, 200), with_status(&answers, 400)), (20, 10));
    assert_eq!(with_code(&answers, "NO_SESSIONS_REMAINING"), 10);
    let mut left: Vec<i64> =
        answers.iter().filter_map(|answer| answer.at("/data/remaining_sessions").as_i64()).collect();
    left.sort_unstable();
    assert_eq!(left, (0..20).collect::<Vec<_>>());
    desk.ledgers_add_up().await;
    assert_eq!(desk.number("select remaining::bigint from subscription_balances").await, 0);
}

#[tokio::test]
async fn what_is_taken_in_threes_never_goes_below_zero() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().coins(20).insert(&desk.gym, mona).await;
    let path = format!("/api/subscriptions/{id}/use-coins");
    let answers = at_once(12, |_| post(&desk.reception, &path, json!({ "amount": 3 }))).await;
    assert_eq!((with_status(&answers, 200), with_code(&answers, "NOT_ENOUGH_COINS")), (6, 6));
    desk.ledgers_add_up().await;
    assert_eq!(desk.number("select remaining::bigint from subscription_balances").await, 2);
}

#[tokio::test]
async fn renewals_with_keys_of_their_own_all_add() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().sessions(5).insert(&desk.gym, mona).await;
    let answers = at_once(12, |n| {
        let keyed = desk.reception.clone().with("idempotency-key", format!("renewal-{n}"));
        let body = json!({ "subscription_id": id, "amount": 100, "sessions": 10, "duration_days": 30 });
        post(&keyed, "/api/subscriptions/renew", body)
    })
    .await;
    assert_eq!(with_status(&answers, 200), 12);
    desk.ledgers_add_up().await;
    assert_eq!(desk.number("select remaining::bigint from subscription_balances").await, 125);
    assert_eq!(desk.number("select total::bigint from subscription_balances").await, 125);
    // Twenty days were left, twelve times thirty are added.
    assert_eq!(desk.text("select (ends_on - 380)::text from subscriptions").await, "2026-04-17");
    assert_eq!(desk.number("select price_minor from subscriptions").await, 80_000 + 12 * 10_000);
    assert_eq!(desk.number("select count(*) from payments").await, 12);
}

#[tokio::test]
async fn an_ended_subscription_is_followed_by_one_new_one() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().days(-40, Some(-1)).insert(&desk.gym, mona).await;
    let answers = at_once(10, |n| {
        let body = json!({ "subscription_id": id, "amount": 500 + n });
        post(&desk.reception, "/api/subscriptions/renew", body)
    })
    .await;
    assert_eq!((with_status(&answers, 200), with_code(&answers, "ALREADY_RENEWED")), (1, 9));
    assert_eq!(desk.number("select count(*) from subscriptions").await, 2);
    assert_eq!(desk.number("select count(*) from payments").await, 1);
    assert_eq!(desk.number("select last_number from branch_receipts where branch_id = 1").await, 1);
}

#[tokio::test]
async fn one_of_many_freezes_holds_and_is_paid_once() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().sessions(5).insert(&desk.gym, mona).await;
    let answers = at_once(10, |n| {
        // Ten different wishes: equal ones would be clicks on the same button.
        let body = json!({ "subscription_id": id, "freeze_days": 1 + n % 3, "reason": format!("wish {n}") });
        post(&desk.reception, "/api/subscriptions/freeze", body)
    })
    .await;
    assert_eq!((with_status(&answers, 200), with_code(&answers, "ALREADY_FROZEN")), (1, 9));
    assert_eq!(desk.number("select count(*) from subscription_freezes").await, 1);
    assert_eq!(desk.number("select count(*) from payments where kind = 'freeze'").await, 1);
    let moved = "select count(*) from subscriptions
                 where ends_on = '2026-05-07'::date + freeze_days_used and freezes_used = 1
                   and frozen_until - frozen_from + 1 = freeze_days_used";
    assert_eq!(desk.number(moved).await, 1);
}

#[tokio::test]
async fn the_unused_days_are_given_back_once() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().insert(&desk.gym, mona).await;
    let body = json!({ "subscription_id": id, "freeze_days": 9 });
    desk.reception.post("/api/subscriptions/freeze", body).await.expect(200);
    desk.gym.clock.advance(chrono::TimeDelta::days(2));
    let reception = desk.gym.staff(&desk.router, "reception1").await;
    let path = format!("/api/subscriptions/{id}/unfreeze");
    let answers = at_once(10, |_| post(&reception, &path, json!({}))).await;
    assert_eq!((with_status(&answers, 200), with_code(&answers, "NOT_FROZEN")), (1, 9));
    let given = "select count(*) from subscriptions where ends_on = '2026-05-09' and freeze_days_used = 2";
    assert_eq!(desk.number(given).await, 1);
}

#[tokio::test]
async fn the_last_session_is_taken_or_frozen_but_not_both() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    for round in 0..12 {
        let id = subscription().sessions(1).insert(&desk.gym, mona).await;
        let answers = at_once(6, |n| {
            if (n + round) % 3 == 0 {
                let body = json!({ "subscription_id": id, "freeze_days": 1, "reason": format!("wish {n}") });
                post(&desk.reception, "/api/subscriptions/freeze", body)
            } else {
                post(&desk.reception, &format!("/api/subscriptions/{id}/deduct"), json!({}))
            }
        })
        .await;
        assert_eq!(with_status(&answers, 200), 1, "round {round}");
    }
    desk.ledgers_add_up().await;
}

#[tokio::test]
async fn a_double_click_sells_once() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let body = json!({ "customer_id": mona, "service_id": 2, "amount": 300.0, "payment_method": "cash" });
    let answers = at_once(10, |_| post(&desk.reception, "/api/subscriptions/activate", body.clone())).await;
    assert_eq!(with_status(&answers, 201), 10);
    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
    assert_eq!(desk.number("select count(*) from subscriptions").await, 1);
    assert_eq!(desk.number("select count(*) from subscription_movements").await, 1);
    assert_eq!(desk.number("select count(*) from payments").await, 1);
}

#[tokio::test]
async fn receipts_have_neither_gaps_nor_twins() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let owner = desk.gym.staff(&desk.router, "owner").await;
    let answers = at_once(24, |n| {
        // Every third sale is refused; its number must not be missing afterwards.
        let service = if n % 3 == 0 { 99 } else { 1 };
        let body =
            json!({ "customer_id": mona, "service_id": service, "branch_id": 1 + n % 2, "amount": 100 + n });
        post(&owner, "/api/subscriptions/activate", body)
    })
    .await;
    assert_eq!((with_status(&answers, 201), with_code(&answers, "SERVICE_NOT_FOUND")), (16, 8));
    let gaps = "select count(*) from (
                    select branch_id from payments group by branch_id
                    having max(receipt_number) <> count(*) or min(receipt_number) <> 1
                ) wrong";
    assert_eq!(desk.number(gaps).await, 0);
    assert_eq!(desk.number("select sum(last_number)::bigint from branch_receipts").await, 16);
    let wrong_days = "select count(*) from revenue r
                      full join (
                          select branch_id, business_day, sum(amount_minor) as amount_minor
                          from payments group by branch_id, business_day
                      ) p using (branch_id, business_day)
                      where r.amount_minor is distinct from p.amount_minor";
    assert_eq!(desk.number(wrong_days).await, 0);
    assert_eq!(desk.number("select count(*) from revenue").await, 2);
}
