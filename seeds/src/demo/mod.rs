//! The demo gym: two gyms with their people, sales, entries, money and expenses of the last 90 days.
//!
//! Deterministic: the same instant gives the same gym, but for the salts of passwords. Written in one transaction, and
//! only into a database that has no gym yet, so it is safe to run twice. The people whom the source documents name have
//! the ids, phones and first-login passwords that the documents give them.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "small made-up numbers; an overflow here breaks only the demo"
)]

mod expenses;
mod people;
mod places;
mod stories;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::{
    book::{Book, First, Moment},
    posting::post_expenses,
};

pub use people::{DOCUMENTED, Documented};

/// What every staff user signs in with; development only.
pub const STAFF_PASSWORD: &str = "demo-gym-2026";

/// The argon2id hash of [`STAFF_PASSWORD`].
pub(crate) const STAFF_PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$ypulsh/eReP3qrb8ANpzfg$MS7CjJ5YToV5nTbOyvMsCZCWdBBW1dVKDdWGBc6D9wg";

/// What became of the seeding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seeded {
    /// The demo gym stands.
    Now {
        /// How many customers it has.
        customers: usize,
    },
    /// There was a gym already; nothing was touched.
    Before,
}

/// Days of which the demo tells.
const PAST: i64 = 90;

/// Keeps two commands that write a gym apart.
pub(crate) const LOCK: &str = "select pg_advisory_xact_lock(4710816)";

/// Writes the demo gym as of `now`. `pool` must belong to the owner of the schema.
pub async fn demo(pool: &PgPool, now: DateTime<Utc>) -> anyhow::Result<Seeded> {
    let mut tx = pool.begin().await.context("the database cannot be reached")?;
    sqlx::query(LOCK).execute(&mut *tx).await?;
    let is_open: bool = sqlx::query_scalar("select exists (select from gyms)").fetch_one(&mut *tx).await?;
    if is_open {
        return Ok(Seeded::Before);
    }
    let mut book = Book::new(Moment::new(now, PAST));
    places::write(&mut tx, &mut book).await.context("gyms, branches, staff, services")?;
    people::write(&mut tx, &mut book).await.context("customers")?;
    let named = stories::tell(&mut book, &places::MENU)?;
    let first = First { subscription: 1, ..First::reserve(&mut tx, &book).await? };
    book.write(&mut tx, first, &named, &|_| {}).await.context("subscriptions, payments and entries")?;
    expenses::write(&mut tx, book.moment).await.context("expenses")?;
    post_expenses(&mut tx).await.context("the books of expenses")?;
    places::restart_ids(&mut tx).await.context("sequences")?;
    tx.commit().await?;
    Ok(Seeded::Now { customers: book.members.len() })
}
