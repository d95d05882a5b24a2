//! The SQL of one-time codes.

use base::{
    Error,
    platform::db::{Connection, Tx},
    vocabulary::{CustomerId, GymId, Timestamp},
};

use crate::members::model::{CodePurpose, PendingCode};

/// Lets requests and guesses about one identifier take turns until the transaction ends.
pub(in crate::members) async fn lock_identifier(tx: &mut Tx, identifier: &[u8; 32]) -> Result<(), Error> {
    // A lock is named by eight bytes. Identifiers whose hashes begin alike wait for each other, and nothing worse.
    let key = identifier.first_chunk::<8>().map_or(0, |bytes| i64::from_be_bytes(*bytes));
    sqlx::query!("select pg_advisory_xact_lock($1)", key).execute(tx.conn()).await?;
    Ok(())
}

/// When codes were made for an identifier since `since`, the latest of them first; those that known addresses asked for,
/// or those that strangers did.
pub(in crate::members) async fn list_code_times(
    conn: &mut Connection,
    identifier: &[u8; 32],
    is_from_known_address: bool,
    since: Timestamp,
) -> Result<Vec<Timestamp>, Error> {
    let times = sqlx::query_scalar!(
        "select created_at
         from one_time_codes
         where identifier_hash = $1 and purpose = any($2) and is_from_known_address = $3 and created_at > $4
         order by created_at desc, id desc
         limit 20",
        &identifier[..],
        &CodePurpose::ALL.iter().map(|purpose| purpose.as_str().to_owned()).collect::<Vec<_>>(),
        is_from_known_address,
        since,
    )
    .fetch_all(conn)
    .await?;
    Ok(times)
}

/// A code that is to be kept.
pub(in crate::members) struct NewCode<'a> {
    pub(in crate::members) purpose: CodePurpose,
    pub(in crate::members) identifier: &'a [u8; 32],
    pub(in crate::members) hash: &'a [u8; 32],
    pub(in crate::members) asked_from: &'a [u8; 32],
    pub(in crate::members) is_from_known_address: bool,
    pub(in crate::members) expires_at: Timestamp,
}

/// Keeps a new code, which names no account yet.
pub(in crate::members) async fn insert_code(tx: &mut Tx, code: NewCode<'_>) -> Result<i64, Error> {
    let now = tx.now();
    let id = sqlx::query_scalar!(
        "insert into one_time_codes
             (purpose, identifier_hash, code_hash, asked_from, is_from_known_address, guesses, other_guesses,
              created_at, expires_at)
         values ($1, $2, $3, $4, $5, 0, 0, $6, $7)
         returning id",
        code.purpose.as_str(),
        &code.identifier[..],
        &code.hash[..],
        &code.asked_from[..],
        code.is_from_known_address,
        now,
        code.expires_at,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(id)
}

/// Notes whose account a code is for, and that it is on its way; false if that was noted before.
pub(in crate::members) async fn update_code_sent(
    tx: &mut Tx,
    id: i64,
    (customer, gym): (CustomerId, GymId),
) -> Result<bool, Error> {
    let now = tx.now();
    let done = sqlx::query!(
        "update one_time_codes set customer_id = $2, gym_id = $3, sent_at = $4 where id = $1 and sent_at is null",
        id,
        customer.get(),
        gym.get(),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many codes that strangers asked for a gym has sent since `since`, up to `most`.
pub(in crate::members) async fn count_codes_of_gym(
    conn: &mut Connection,
    gym: GymId,
    since: Timestamp,
    most: i64,
) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
               select from one_time_codes
               where gym_id = $1 and sent_at > $2 and not is_from_known_address
               limit $3
           ) sent"#,
        gym.get(),
        since,
        most,
    )
    .fetch_one(conn)
    .await?;
    Ok(count)
}

/// Whether this address asked for a code of the identifier that is not over.
pub(in crate::members) async fn find_asked_from(
    conn: &mut Connection,
    identifier: &[u8; 32],
    purpose: CodePurpose,
    asked_from: &[u8; 32],
    now: Timestamp,
) -> Result<bool, Error> {
    let is_theirs = sqlx::query_scalar!(
        r#"select exists (
               select from one_time_codes
               where identifier_hash = $1 and purpose = $2 and asked_from = $3 and expires_at > $4
           ) as "is_theirs!""#,
        &identifier[..],
        purpose.as_str(),
        &asked_from[..],
        now,
    )
    .fetch_one(conn)
    .await?;
    Ok(is_theirs)
}

/// The newest code of an identifier and, if it is another one, the newest that `asked_from` asked for; locked.
pub(in crate::members) async fn lock_codes(
    tx: &mut Tx,
    identifier: &[u8; 32],
    purpose: CodePurpose,
    asked_from: Option<&[u8; 32]>,
) -> Result<Vec<PendingCode>, Error> {
    let rows = sqlx::query!(
        "select id, customer_id, code_hash, asked_from, guesses, other_guesses, expires_at, consumed_at
         from one_time_codes
         where id in (
             (select id from one_time_codes
              where identifier_hash = $1 and purpose = $2
              order by id desc
              limit 1)
             union
             (select id from one_time_codes
              where identifier_hash = $1 and purpose = $2 and asked_from = $3
              order by id desc
              limit 1)
         )
         order by id
         for update",
        &identifier[..],
        purpose.as_str(),
        asked_from.map(|hash| &hash[..]),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| PendingCode {
            id: row.id,
            customer: row.customer_id.map(CustomerId::new),
            hash: row.code_hash,
            asked_from: row.asked_from,
            guesses: row.guesses,
            other_guesses: row.other_guesses,
            expires_at: row.expires_at,
            is_consumed: row.consumed_at.is_some(),
        })
        .collect())
}

/// Counts a guess, from the address that asked or from another; marks the code as used if it was right.
pub(in crate::members) async fn update_code(
    tx: &mut Tx,
    id: i64,
    is_own: bool,
    consumed_at: Option<Timestamp>,
) -> Result<(), Error> {
    sqlx::query!(
        "update one_time_codes
         set guesses = guesses + case when $2 then 1 else 0 end,
             other_guesses = other_guesses + case when $2 then 0 else 1 end,
             consumed_at = $3
         where id = $1",
        id,
        is_own,
        consumed_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
