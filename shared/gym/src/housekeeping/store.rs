//! The SQL of taking away what is done with.

use base::{
    Error,
    platform::db::Connection,
    platform::db::{Tx, Upkeep},
    vocabulary::Timestamp,
};

/// Codes that ended before `before`.
pub(super) async fn delete_codes(upkeep: &mut Upkeep, before: Timestamp, most: i64) -> Result<u64, Error> {
    let done = sqlx::query!(
        "delete from one_time_codes
         where id in (select id from one_time_codes where expires_at < $1 order by expires_at limit $2)",
        before,
        most,
    )
    .execute(upkeep.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Counters whose window began before `before`.
pub(super) async fn delete_counters(upkeep: &mut Upkeep, before: Timestamp, most: i64) -> Result<u64, Error> {
    let done = sqlx::query!(
        "delete from limit_counters
         where (action, key_hash) in (
             select action, key_hash from limit_counters where window_started_at < $1
             order by window_started_at limit $2
         )",
        before,
        most,
    )
    .execute(upkeep.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Addresses from which nobody has signed in to the account since `before`.
pub(super) async fn delete_known_addresses(
    upkeep: &mut Upkeep,
    before: Timestamp,
    most: i64,
) -> Result<u64, Error> {
    let done = sqlx::query!(
        "delete from known_addresses
         where (account_hash, address_hash) in (
             select account_hash, address_hash from known_addresses where last_seen_at < $1
             order by last_seen_at limit $2
         )",
        before,
        most,
    )
    .execute(upkeep.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Kept outcomes older than `before`.
pub(super) async fn delete_outcomes(upkeep: &mut Upkeep, before: Timestamp, most: i64) -> Result<u64, Error> {
    let done = sqlx::query!(
        "delete from idempotency_keys
         where (actor_kind, actor_id, key) in (
             select actor_kind, actor_id, key from idempotency_keys where created_at < $1
             order by created_at limit $2
         )",
        before,
        most,
    )
    .execute(upkeep.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Spent door tokens that would have expired by now.
pub(super) async fn delete_door_tokens(upkeep: &mut Upkeep, now: Timestamp, most: i64) -> Result<u64, Error> {
    let done = sqlx::query!(
        "delete from spent_qr_tokens
         where token_id in (select token_id from spent_qr_tokens where expires_at < $1 order by expires_at limit $2)",
        now,
        most,
    )
    .execute(upkeep.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Staff sessions that ended by themselves before `before`.
pub(super) async fn delete_staff_sessions(
    upkeep: &mut Upkeep,
    before: Timestamp,
    most: i64,
) -> Result<u64, Error> {
    let done = sqlx::query!(
        "delete from staff_sessions
         where id in (select id from staff_sessions where expires_at < $1 order by expires_at limit $2)",
        before,
        most,
    )
    .execute(upkeep.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Member sessions that ended by themselves before `before`.
pub(super) async fn delete_member_sessions(
    upkeep: &mut Upkeep,
    before: Timestamp,
    most: i64,
) -> Result<u64, Error> {
    let done = sqlx::query!(
        "delete from member_sessions
         where id in (select id from member_sessions where expires_at < $1 order by expires_at limit $2)",
        before,
        most,
    )
    .execute(upkeep.conn())
    .await?;
    Ok(done.rows_affected())
}

/// What visitors did before `before` that concerns no gym. The release before this one wrote such rows, this one does not.
pub(super) async fn delete_strangers(
    upkeep: &mut Upkeep,
    before: Timestamp,
    most: i64,
) -> Result<u64, Error> {
    let done = sqlx::query_scalar!(r#"select forget_strangers($1, $2) as "done!""#, before, most)
        .fetch_one(upkeep.conn())
        .await?;
    Ok(u64::try_from(done).unwrap_or_default())
}

/// Refusals of one kind of actor before `before`. Beside them and strangers nobody may delete anything of the audit log.
pub(super) async fn delete_refusals(
    upkeep: &mut Upkeep,
    of_kind: &str,
    before: Timestamp,
    most: i64,
) -> Result<u64, Error> {
    let done = sqlx::query_scalar!(r#"select forget_refusals($1, $2, $3) as "done!""#, of_kind, before, most)
        .fetch_one(upkeep.conn())
        .await?;
    Ok(u64::try_from(done).unwrap_or_default())
}

/// Whether a first-login password has passed its time.
pub(super) async fn exists_ended_temporary_password(
    conn: &mut Connection,
    now: Timestamp,
) -> Result<bool, Error> {
    let exists = sqlx::query_scalar!(
        r#"select exists (
               select from customers where temporary_password is not null and temporary_password_until <= $1
           ) as "exists!""#,
        now,
    )
    .fetch_one(conn)
    .await?;
    Ok(exists)
}

/// Takes first-login passwords away that have passed their time; with them nobody signs in any more. A customer whose
/// row somebody else holds is left for the next round.
pub(super) async fn update_temporary_passwords(tx: &mut Tx, now: Timestamp, most: i64) -> Result<u64, Error> {
    let done = sqlx::query!(
        "update customers
         set temporary_password = null, temporary_password_until = null, password_hash = null, updated_at = $1
         where id in (
             select id from customers
             where temporary_password is not null and temporary_password_until <= $1
             order by temporary_password_until
             limit $2
             for update skip locked
         )",
        now,
        most,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
