//! The demo gym: two gyms with their people, sales, entries and money of the last 90 days.
//!
//! Deterministic: the same day gives the same gym. Written in one transaction, and only into a database that has no gym
//! yet, so it is safe to run twice. The people whom the source documents name have the ids, phones and first-login
//! passwords that the documents give them.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "small made-up numbers; an overflow here breaks only the demo"
)]

mod customers;
mod dice;
mod history;
mod places;
mod sales;

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, Utc};
use shared::vocabulary::Calendar;
use sqlx::{PgPool, Postgres, Transaction};

pub use customers::{DOCUMENTED, Documented};

/// What every staff user signs in with; development only.
pub const STAFF_PASSWORD: &str = "demo-gym-2026";

/// The argon2id hash of [`STAFF_PASSWORD`].
const STAFF_PASSWORD_HASH: &str =
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

/// The moment the demo gym is written, and its calendar day.
#[derive(Debug, Clone, Copy)]
struct Moment {
    now: DateTime<Utc>,
    today: NaiveDate,
}

type Tx = Transaction<'static, Postgres>;

/// Writes the demo gym as of `now`. `pool` must belong to the owner of the schema.
pub async fn demo(pool: &PgPool, now: DateTime<Utc>) -> anyhow::Result<Seeded> {
    let mut tx = pool.begin().await.context("the database cannot be reached")?;
    sqlx::query("select pg_advisory_xact_lock(4710816)").execute(&mut *tx).await?;
    let is_open: bool = sqlx::query_scalar("select exists (select from gyms)").fetch_one(&mut *tx).await?;
    if is_open {
        return Ok(Seeded::Before);
    }
    let moment = Moment { now, today: Calendar::CAIRO.today(now) };
    places::write(&mut tx, moment).await.context("gyms, branches, staff, services")?;
    let people = customers::write(&mut tx, moment).await.context("customers")?;
    let sold = sales::write(&mut tx, moment, &people).await.context("subscriptions and payments")?;
    history::write(&mut tx, moment, &sold).await.context("entries")?;
    places::restart_ids(&mut tx).await.context("sequences")?;
    tx.commit().await?;
    Ok(Seeded::Now { customers: people.len() })
}
