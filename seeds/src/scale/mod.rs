//! The large gym, beside whatever the database holds: 50 branches, 200,000 customers, 5 million entries, 2 million payments
//! and 36,500 expenses of two years with their audit log, by `COPY` in one transaction.
//!
//! Secondary indexes and foreign keys are set aside meanwhile and made again at the end, which checks every row at once
//! instead of one by one; therefore services that run on the database wait until it is over. Deterministic for an instant;
//! the ids follow those that are there. Everything that happened is held in memory until it is in order: some 550 MB.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "made-up numbers of known size; an overflow here breaks only made-up data"
)]

mod aside;
mod closings;
mod deeds;
mod expenses;
mod people;
mod places;
mod progress;
mod stories;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use crate::{
    book::{Book, First, Moment},
    demo::LOCK,
    posting::post_expenses,
};

pub use progress::Progress;

/// How the owner of the large gym signs in, with [`crate::demo::STAFF_PASSWORD`] as everybody else.
pub const OWNER: &str = "owner_l";

/// Customers of the large gym at its full size.
const CUSTOMERS: i64 = 200_000;
/// Expenses of each of its branches at its full size: one a day.
const EXPENSES: i64 = 730;
/// Days of which it tells.
const PAST: i64 = 730;

/// How large the large gym is to be: a share of its full size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factor(i64);

impl Factor {
    /// The large gym in its full size.
    pub const FULL: Self = Self(Self::WHOLE);
    const WHOLE: i64 = 10_000;

    /// Reads `1`, `0.5` or `0.01`; from 0.0005 to 5.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let parts: Option<i64> = format!("0{whole}{part:0<4}").parse().ok();
        let is_number = digits(whole) && digits(part) && whole.len() + part.len() > 0 && part.len() <= 4;
        let parts =
            parts.filter(|parts| is_number && whole.len() < 3 && (5..=5 * Self::WHOLE).contains(parts));
        parts.map(Self).ok_or_else(|| "a number from 0.0005 to 5, such as 0.01".to_owned())
    }

    fn of(self, full: i64) -> i64 {
        full * self.0 / Self::WHOLE
    }
}

/// What became of the large gym.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scaled {
    /// It was written, with so many rows.
    Now {
        /// How many customers it has.
        customers: usize,
        /// How many subscriptions were ever sold.
        subscriptions: usize,
        /// Attempts to come in.
        entries: i64,
        /// How many payments it has.
        payments: usize,
    },
    /// It was there already; nothing was touched.
    Before,
}

/// Writes the large gym as of `now`. `pool` must belong to the owner of the schema.
pub async fn scale(
    pool: &PgPool,
    now: DateTime<Utc>,
    factor: Factor,
    progress: &Progress,
) -> anyhow::Result<Scaled> {
    let mut tx = pool.begin().await.context("the database cannot be reached")?;
    sqlx::query(LOCK).execute(&mut *tx).await?;
    let exists = "select exists (select from staff_users where username = $1)";
    if sqlx::query_scalar(exists).bind(OWNER).fetch_one(&mut *tx).await? {
        return Ok(Scaled::Before);
    }
    let scaled = write(&mut tx, Moment::new(now, PAST), factor, progress).await?;
    progress.phase("committing");
    tx.commit().await?;
    progress.phase("counting rows for the planner");
    let mut conn = pool.acquire().await?;
    sqlx::query(aside::VACUUM).execute(&mut *conn).await.context("vacuum and analyze")?;
    progress.end();
    Ok(scaled)
}

async fn write(
    conn: &mut PgConnection,
    moment: Moment,
    factor: Factor,
    progress: &Progress,
) -> anyhow::Result<Scaled> {
    let mut book = Book::new(moment);
    progress.phase("waiting for the tables");
    aside::lock(conn).await.context("the tables are in use")?;
    let menu = places::write(conn, &mut book).await.context("gym, branches, staff, services")?;
    progress.phase("setting indexes and foreign keys aside");
    let set_aside = aside::set(conn).await.context("indexes and foreign keys")?;
    let customers = factor.of(CUSTOMERS).max(1);
    progress.rows("customers", customers);
    people::write(conn, &mut book, customers, progress).await.context("customers")?;
    progress.phase("making up two years");
    stories::tell(&mut book, &menu)?;
    let first = First::reserve(conn, &book).await?;
    progress.rows("what happened", i64::try_from(book.rows())?);
    book.write(conn, first, &[], &|rows| progress.did(rows)).await.context("what happened")?;
    progress.phase("what the branches spend");
    expenses::write(conn, moment, OWNER, factor.of(EXPENSES).max(40)).await.context("expenses")?;
    post_expenses(conn).await.context("the books of expenses")?;
    closings::write(conn, moment, OWNER).await.context("closings")?;
    progress.phase("the audit log of it all");
    deeds::write(conn, OWNER).await.context("audit log")?;
    progress.rows("indexes and foreign keys", set_aside);
    aside::bring_back(conn, set_aside, progress).await.context("indexes and foreign keys")?;
    Ok(Scaled::Now {
        customers: book.members.len(),
        subscriptions: book.sold.len(),
        entries: book.entries(),
        payments: book.payments.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_is_a_share_of_the_full_size() {
        assert_eq!(Factor::parse("1"), Ok(Factor::FULL));
        assert_eq!(Factor::parse("0.01").map(|factor| factor.of(CUSTOMERS)), Ok(2_000));
        assert_eq!(Factor::parse(" 2.5 ").map(|factor| factor.of(100)), Ok(250));
        for text in
            ["", ".", "-1", "0", "0.0001", "6", "1e3", "0.00001", "one", "1.2.3", "999999999999999999999"]
        {
            assert!(Factor::parse(text).is_err(), "{text:?}");
        }
    }
}
