//! The demo gym: sound, as the documents name it, and always the same.

#![expect(clippy::unwrap_used, reason = "a test that cannot look at its gym has failed")]

mod support;

use std::collections::BTreeMap;

use base::{testing::TestDb, vocabulary::Timestamp};
use cast::Gym;
use seeds::demo::{self, DOCUMENTED, Seeded};
use sqlx::{PgPool, Row as _};
use support::broken;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An ordinary Friday afternoon.
fn friday() -> Timestamp {
    at("2026-11-20T14:20:13.123456Z")
}

async fn number(pool: &PgPool, statement: &'static str) -> i64 {
    sqlx::query_scalar(statement).fetch_one(pool).await.unwrap()
}

/// A fingerprint of every table but for the salts of passwords.
async fn rows(pool: &PgPool) -> BTreeMap<String, (i64, Option<String>)> {
    let mut found = BTreeMap::new();
    let tables = "select relname::text from pg_class
                  where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> '_sqlx_migrations'";
    for table in sqlx::query_scalar::<_, String>(tables).fetch_all(pool).await.unwrap() {
        let statement = format!(
            "select count(*), md5(string_agg((to_jsonb(t) - 'password_hash')::text, ',' order by (to_jsonb(t))::text))
             from (select * from {table}) t"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(statement)).fetch_one(pool).await.unwrap();
        found.insert(table, (row.get(0), row.get(1)));
    }
    found
}

#[tokio::test]
async fn at_any_hour_the_gym_is_sound() {
    for now in ["2026-11-20T14:20:13.123456Z", "2026-04-23T22:00:01Z", "2028-02-29T05:00:00Z"] {
        let now = at(now);
        let db = TestDb::open().await;
        assert_eq!(demo::demo(&db.owner, now).await.unwrap(), Seeded::Now { customers: 150 });
        assert_eq!(broken(&db.owner, now).await, [], "{now}");
    }
}

/// What a demo shows, and how to count it.
const IS_THERE: &[(&str, &str)] = &[
    (
        "several subscriptions",
        "select count(*)
         from (
             select customer_id
             from subscriptions s left join subscription_balances b on b.subscription_id = s.id
             where subscription_status(
                 starts_on, ends_on, frozen_from, frozen_until, stopped_at, remaining, '2026-11-20') = 'active'
             group by customer_id
             having count(*) > 1
         ) c",
    ),
    (
        "nothing",
        "select count(*)
         from customers c
         where not exists (select from subscriptions s where s.customer_id = c.id)",
    ),
    (
        "expires soon",
        "select count(*)
         from subscriptions
         where ends_on between '2026-11-20' and '2026-11-26' and stopped_at is null",
    ),
    ("discount", "select count(*) from payments where discount_minor > 0"),
    ("renewal", "select count(*) from payments where kind = 'renewal'"),
    ("reversal", "select count(*) from payments where kind = 'reversal'"),
    ("fee of a freeze", "select count(*) from payments where kind = 'freeze'"),
    ("sale to a passer-by", "select count(*) from payments where customer_id is null"),
    ("card", "select count(*) from payments where method = 'card'"),
    ("transfer", "select count(*) from payments where method = 'transfer'"),
    ("money of today", "select count(*) from payments where business_day = '2026-11-20'"),
    ("correction", "select count(*) from subscription_movements where kind = 'correction'"),
    ("denial", "select count(*) from entries where not is_admitted"),
    ("override", "select count(*) from entries where override_reason is not null"),
    (
        "visit elsewhere",
        "select count(*)
         from entries e join customers c on c.id = e.customer_id
         where e.branch_id <> c.branch_id and is_admitted",
    ),
    (
        "expense that waits for a decision",
        "select count(*) from expenses where decision is null and spent_on = '2026-11-20'",
    ),
    ("approved expense", "select count(*) from expenses where decision = 'approved' and paid_from is null"),
    ("expense paid in cash", "select count(*) from expenses where paid_from = 'till'"),
    ("expense paid by the bank", "select count(*) from expenses where paid_from = 'bank'"),
    ("rejected expense", "select count(*) from expenses where decision = 'rejected'"),
    ("withdrawn expense", "select count(*) from expenses where decision = 'withdrawn'"),
    ("expense of the second gym", "select count(*) from expenses where gym_id = 2"),
    ("inactive customer", "select count(*) from customers where not is_active"),
    ("early wake", "select count(*) from subscription_freezes where ended_on is not null"),
];

#[tokio::test]
async fn every_kind_of_person_and_subscription_is_there() {
    let gym = Gym::demo(friday()).await;
    let pool = &gym.db.owner;
    let found: Vec<(String, String, i64)> = sqlx::query_as(
        "select s.kind, case when b.remaining = 0 and s.stopped_at is null then 'spent' else
                subscription_status(starts_on, ends_on, frozen_from, frozen_until, stopped_at, remaining, '2026-11-20') end,
                count(*)
         from subscriptions s left join subscription_balances b on b.subscription_id = s.id
         where s.gym_id = 1
         group by 1, 2",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let states = |kind: &str| -> Vec<&str> {
        found.iter().filter(|(of, ..)| of == kind).map(|(_, state, _)| state.as_str()).collect()
    };
    for kind in ["time_based", "sessions", "coins", "training"] {
        assert!(states(kind).contains(&"active"), "{found:?}");
    }
    for state in ["active", "frozen", "stopped", "expired", "spent", "pending"] {
        assert!(found.iter().any(|(_, of, _)| of == state), "no {state}: {found:?}");
    }
    for (what, statement) in IS_THERE {
        assert!(number(pool, statement).await > 0, "no {what}");
    }
    assert!(number(pool, "select count(*) from entries").await > 2_000);
    let days = "select count(distinct (at at time zone 'Africa/Cairo')::date) from entries where gym_id = 1";
    assert!(number(pool, days).await >= 90, "a day without entries");
    let today = "select count(*) from entries where at > '2026-11-19T22:00:00Z'";
    assert!(number(pool, today).await > 5);
    let page = "select count(*) from customers where branch_id = 1";
    assert!((30..=45).contains(&number(pool, page).await));
}

#[tokio::test]
async fn the_people_of_the_documents_are_as_the_documents_say() {
    let gym = Gym::demo(friday()).await;
    let pool = &gym.db.owner;
    for known in DOCUMENTED {
        let row: (i64, String, String, Option<String>, Option<String>, bool, bool) = sqlx::query_as(
            "select branch_id, full_name, phone, email, temporary_password, password_changed, is_active
             from customers where id = $1",
        )
        .bind(known.id)
        .fetch_one(pool)
        .await
        .unwrap();
        let (branch, name, phone, email, temporary, is_changed, is_active) = row;
        assert_eq!((branch, name.as_str(), email.as_deref()), (known.branch, known.name, known.email));
        assert_eq!(phone, format!("+2{}", known.phone));
        assert!(temporary.is_some() && !is_changed && is_active, "{}", known.name);
        if known.temporary_password.is_some() {
            assert_eq!(temporary.as_deref(), known.temporary_password);
        }
    }
    let first: (i64, i64, i32, i32, String) = sqlx::query_as(
        "select s.customer_id, s.branch_id, b.remaining, b.total,
                subscription_status(starts_on, ends_on, frozen_from, frozen_until, stopped_at, remaining, '2026-11-20')
         from subscriptions s join subscription_balances b on b.subscription_id = s.id
         where s.id = 1",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    assert_eq!(first, (1, 1, 20, 40, "active".to_owned()));
    let ahmed: Vec<(i64, String, String, i32)> = sqlx::query_as(
        "select id, service_name,
                subscription_status(starts_on, ends_on, frozen_from, frozen_until, stopped_at, null, '2026-11-20'),
                max_freeze_days - freeze_days_used
         from subscriptions where customer_id = 123 order by id",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let monthly = "Monthly Gym".to_owned();
    assert_eq!(
        ahmed,
        [(44, monthly.clone(), "expired".to_owned(), 15), (45, monthly, "active".to_owned(), 5)]
    );
    let body: (i32, i32) = sqlx::query_as("select height_mm, weight_g from customers where id = 123")
        .fetch_one(pool)
        .await
        .unwrap();
    assert_eq!(body, (1_750, 80_000));
}

#[tokio::test]
async fn the_same_instant_gives_the_same_gym_and_a_second_run_changes_nothing() {
    let one = TestDb::open().await;
    let other = TestDb::open().await;
    demo::demo(&one.owner, friday()).await.unwrap();
    demo::demo(&other.owner, friday()).await.unwrap();
    let before = rows(&one.owner).await;
    assert_eq!(before, rows(&other.owner).await);
    assert_eq!(demo::demo(&one.owner, at("2027-01-01T00:00:00Z")).await.unwrap(), Seeded::Before);
    assert_eq!(before, rows(&one.owner).await);
}
