//! The statements on `outbox`.

use chrono::TimeDelta;
use serde_json::Value;

use super::{Lane, State};
use crate::{
    platform::db::{Connection, Tx, Upkeep},
    vocabulary::{Timestamp, dates::later},
};

/// The channel of Postgres on which workers are woken.
pub(super) const WAKE: &str = "outbox";

/// A job that is to be written down.
pub(super) struct New {
    pub(super) kind: &'static str,
    pub(super) version: i16,
    pub(super) payload: Value,
    pub(super) is_secret: bool,
    pub(super) lane: Lane,
    /// Jobs with a lower number are claimed first.
    pub(super) priority: i16,
    pub(super) due_at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
}

pub(super) async fn insert_job(tx: &mut Tx, job: New, now: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into outbox (
            kind, payload_version, payload, is_secret, lane, state, priority,
            attempts, due_at, run_at, expires_at, created_at
        )
        values ($1, $2, $3, $4, $5, $6, $7, 0, $8, $8, $9, $10)",
        job.kind,
        job.version,
        job.payload,
        job.is_secret,
        job.lane.as_str(),
        State::Waiting.as_str(),
        job.priority,
        job.due_at,
        job.expires_at,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn notify_workers(conn: &mut Connection) -> Result<(), sqlx::Error> {
    sqlx::query!("select pg_notify($1, '')", WAKE).execute(conn).await?;
    Ok(())
}

/// A job that is ours to do until its lease ends.
#[derive(Clone)]
pub(super) struct Claimed {
    pub(super) id: i64,
    pub(super) kind: String,
    pub(super) version: i16,
    pub(super) payload: Value,
    pub(super) lane: Lane,
    /// Which attempt this is, from 1; also tells our claim from a later one.
    pub(super) attempt: i32,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) created_at: Timestamp,
}

/// Which jobs a worker asks for, how many, and for how long.
pub(super) struct Claim<'c> {
    pub(super) lane: Lane,
    pub(super) limit: u32,
    pub(super) lease: TimeDelta,
    /// Jobs this worker still holds, however long ago it claimed them.
    pub(super) held: &'c [i64],
    /// The kinds that this worker knows.
    pub(super) kinds: &'c [String],
    /// The newest version of each that it knows.
    pub(super) versions: &'c [i16],
}

/// Takes jobs that are due, most urgent first, so that no other worker takes them before the lease ends.
pub(super) async fn update_claimed(
    upkeep: &mut Upkeep,
    claim: Claim<'_>,
    now: Timestamp,
) -> Result<Vec<Claimed>, sqlx::Error> {
    sqlx::query_as!(
        Claimed,
        r#"with due as (
            select id from outbox
            where state = 'waiting'
                and lane = $1
                and run_at <= $2
                and (lease_until is null or lease_until <= $2)
                and id <> all($5)
                and exists (
                    select from unnest($6::text[], $7::smallint[]) as known (kind, version)
                    where known.kind = outbox.kind and known.version >= outbox.payload_version
                )
            order by priority, run_at, id
            limit $3
            for update skip locked
        )
        update outbox
        set attempts = outbox.attempts + 1, lease_until = $4
        from due
        where outbox.id = due.id
        returning
            outbox.id,
            outbox.kind,
            outbox.payload_version as version,
            outbox.payload as "payload!",
            outbox.lane as "lane: Lane",
            outbox.attempts as attempt,
            outbox.expires_at,
            outbox.created_at"#,
        claim.lane.as_str(),
        now,
        i64::from(claim.limit),
        later(now, claim.lease),
        claim.held,
        claim.kinds,
        claim.versions,
    )
    .fetch_all(upkeep.conn())
    .await
}

/// Notes that a job is over. `Done` is noted even when another worker holds the lease by now: what is done need not
/// be done again.
pub(super) async fn update_finished(
    upkeep: &mut Upkeep,
    claimed: &Claimed,
    state: State,
    why: Option<&str>,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update outbox
        set state = $3,
            finished_at = $4,
            lease_until = null,
            last_error = coalesce($5, last_error),
            payload = case when is_secret then null else payload end
        where id = $1
            and state = 'waiting'
            and (attempts = $2 or $3 = 'done')",
        claimed.id,
        claimed.attempt,
        state.as_str(),
        now,
        why,
    )
    .execute(upkeep.conn())
    .await?;
    Ok(())
}

/// Notes that a job is to be tried again, unless somebody else already does.
pub(super) async fn update_postponed(
    upkeep: &mut Upkeep,
    claimed: &Claimed,
    run_at: Timestamp,
    why: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update outbox
        set run_at = $3, lease_until = null, last_error = $4
        where id = $1 and state = 'waiting' and attempts = $2",
        claimed.id,
        claimed.attempt,
        run_at,
        why,
    )
    .execute(upkeep.conn())
    .await?;
    Ok(())
}

/// How many jobs there are of a state and lane, and when the first of them was, or is, due.
pub(super) struct Tally {
    pub(super) state: State,
    pub(super) lane: Lane,
    pub(super) count: i64,
    pub(super) first_due_at: Timestamp,
}

pub(super) async fn count_jobs(conn: &mut Connection) -> Result<Vec<Tally>, sqlx::Error> {
    sqlx::query_as!(
        Tally,
        r#"select
            state as "state: State",
            lane as "lane: Lane",
            count(*) as "count!",
            min(due_at) as "first_due_at!"
        from outbox
        group by state, lane
        order by state, lane"#,
    )
    .fetch_all(conn)
    .await
}

/// Removes up to `limit` jobs that were over before `before`, and says how many.
pub(super) async fn delete_finished(
    upkeep: &mut Upkeep,
    before: Timestamp,
    limit: u32,
) -> Result<u64, sqlx::Error> {
    let deleted = sqlx::query!(
        "delete from outbox
        where id in (
            select id from outbox
            where state <> 'waiting' and finished_at < $1
            order by finished_at
            limit $2
            for update skip locked
        )",
        before,
        i64::from(limit),
    )
    .execute(upkeep.conn())
    .await?;
    Ok(deleted.rows_affected())
}
