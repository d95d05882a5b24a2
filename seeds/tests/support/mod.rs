//! What both tests of made-up gyms ask.

use base::vocabulary::Timestamp;
use sqlx::PgPool;

/// What is broken in the database as of `now`, and how often; empty for a sound gym.
pub(crate) async fn broken(pool: &PgPool, now: Timestamp) -> Vec<(String, i64)> {
    sqlx::query_as(seeds::INVARIANTS).bind(now).fetch_all(pool).await.unwrap()
}
