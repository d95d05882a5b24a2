//! Reports, dashboards and alerts: figures that are added up by hand here.
//!
//! The clock of the cast stands at 23:30 on Friday 2026-04-17 in Cairo; the last thirty days begin on 2026-03-19, the week of
//! the gym on Saturday 2026-04-11.

mod alerts;
mod boards;
mod comparison;
mod daily;
mod one_truth;
mod refusals;
mod revenue;
mod spans;

use cast::{Caller, Gym, customer, subscription};

/// A payment that a test adds: branch, receipt, purpose, method, net amount, discount, day, who took it.
struct Paid(i64, i64, &'static str, &'static str, i64, i64, &'static str, i64);

impl Paid {
    async fn insert(&self, gym: &Gym, subscription: Option<i64>) -> i64 {
        let Self(branch, receipt, kind, method, amount, discount, day, by) = *self;
        sqlx::query_scalar(
            "insert into payments (gym_id, branch_id, receipt_number, kind, method, amount_minor, discount_minor, taken_by,
                 taken_at, business_day, subscription_id, customer_id)
             select b.gym_id, b.id, $2, $3, $4, $5, $6, $7, ($8::text::date + time '12:34') at time zone 'Africa/Cairo',
                 $8::text::date, $9, (select s.customer_id from subscriptions s where s.id = $9)
             from branches b where b.id = $1
             returning id",
        )
        .bind(branch)
        .bind(receipt)
        .bind(kind)
        .bind(method)
        .bind(amount)
        .bind(discount)
        .bind(by)
        .bind(day)
        .bind(subscription)
        .fetch_one(&gym.db.owner)
        .await
        .expect("a payment")
    }
}

/// Takes a whole payment back, in the way in which it was paid.
async fn reverse(gym: &Gym, payment: i64, receipt: i64, day: &str, by: i64) {
    sqlx::query(
        "insert into payments (gym_id, branch_id, receipt_number, kind, method, amount_minor, discount_minor, taken_by,
             taken_at, business_day, reverses_id)
         select gym_id, branch_id, $2, 'reversal', method, -amount_minor, 0, $4,
             ($3::text::date + time '13:00') at time zone 'Africa/Cairo', $3::text::date, id
         from payments where id = $1",
    )
    .bind(payment)
    .bind(receipt)
    .bind(day)
    .bind(by)
    .execute(&gym.db.owner)
    .await
    .expect("a reversal");
}

/// An expense that `decision` decides on, by the regional manager.
async fn spend(gym: &Gym, branch: i64, amount_minor: i64, day: &str, decision: Option<&str>) {
    sqlx::query(
        "insert into expenses (gym_id, branch_id, title, category, amount_minor, spent_on, created_by, created_at, decision,
             decided_by, decided_at, business_day)
         select b.gym_id, b.id, 'Bill', 'utilities', $2, $3::text::date, 1004, timestamptz '2026-04-17T10:00:00Z', $4,
             case when $4 is not null then 1003 end, case when $4 is not null then timestamptz '2026-04-17T11:00:00Z' end,
             case when $4 = 'approved' then $3::text::date end
         from branches b where b.id = $1",
    )
    .bind(branch)
    .bind(amount_minor)
    .bind(day)
    .bind(decision)
    .execute(&gym.db.owner)
    .await
    .expect("an expense");
}

/// Somebody let in, or turned away, at a moment in UTC.
async fn knock(gym: &Gym, branch: i64, at: &str, is_admitted: bool) {
    sqlx::query(
        "insert into entries (gym_id, branch_id, customer_id, at, is_admitted, denied_as, source, action, charged)
         select c.gym_id, c.branch_id, c.id, $2::text::timestamptz, $3, case when not $3 then 'NO_SUBSCRIPTION' end, 'manual',
             'check_in_only', 0
         from customers c where c.branch_id = $1 order by c.id limit 1",
    )
    .bind(branch)
    .bind(at)
    .bind(is_admitted)
    .execute(&gym.db.owner)
    .await
    .expect("an entry");
}

/// Gym 1 with payments on several days, at two branches, in every way; gym 2 with one.
///
/// | day | branch 1 | branch 2 |
/// |---|---|---|
/// | 2026-04-18 | 0.99 cash | |
/// | 2026-04-17 | 450.00 cash (50.00 off), 200.50 card, -10.00 transfer | |
/// | 2026-04-16 | 10.00 transfer | |
/// | 2026-04-10 | | 300.00 cash |
/// | 2026-03-19 | 50.00 cash | |
/// | 2026-03-18 | 7.00 cash | |
/// | 2026-03-05 | | 100.00 card |
async fn furnish(gym: &Gym) {
    let mona = customer().insert(gym).await;
    let monthly = subscription().insert(gym, mona).await.get();
    let hany = customer().named("Hany Adel").of_branch(2).insert(gym).await;
    let coins = subscription().coins(2).insert(gym, hany).await.get();
    customer().of_branch(3).insert(gym).await;
    let (of_mona, of_hany) = (Some(monthly), Some(coins));
    for (paid, about) in [
        (Paid(1, 1, "subscription", "cash", 45_000, 5_000, "2026-04-17", 1006), of_mona),
        (Paid(1, 2, "renewal", "card", 20_050, 0, "2026-04-17", 1004), of_mona),
        (Paid(2, 1, "subscription", "cash", 30_000, 0, "2026-04-10", 1007), of_hany),
        (Paid(1, 5, "freeze", "cash", 5_000, 0, "2026-03-19", 1006), of_mona),
        (Paid(1, 6, "other", "cash", 700, 0, "2026-03-18", 1006), None),
        (Paid(1, 7, "other", "cash", 99, 0, "2026-04-18", 1006), None),
        (Paid(2, 2, "other", "card", 10_000, 0, "2026-03-05", 1007), None),
        (Paid(3, 1, "other", "cash", 999_900, 0, "2026-04-17", 1013), None),
    ] {
        paid.insert(gym, about).await;
    }
    let mistake = Paid(1, 3, "other", "transfer", 1_000, 0, "2026-04-16", 1006).insert(gym, None).await;
    reverse(gym, mistake, 4, "2026-04-17", 1004).await;
    for (branch, amount, day, decision) in [
        (1, 12_000, "2026-04-05", Some("approved")),
        (1, 999, "2026-03-18", Some("approved")),
        (1, 5_555, "2026-04-06", Some("rejected")),
        (2, 2_000, "2026-04-17", None),
        (2, 3_000, "2026-03-01", None),
        (3, 8_888, "2026-04-17", None),
    ] {
        spend(gym, branch, amount, day, decision).await;
    }
}

/// A furnished gym and somebody who looks at it.
async fn opened(name: &str) -> (Gym, Caller) {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    furnish(&gym).await;
    let caller = gym.staff(&router, name).await;
    (gym, caller)
}
