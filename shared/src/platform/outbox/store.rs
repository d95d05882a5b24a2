//! The statements on `outbox`.

use chrono::TimeDelta;
use sqlx::{Executor, Postgres};

use super::{Channel, Kind, Message, State};
use crate::{
    platform::db::{Connection, Upkeep},
    vocabulary::Timestamp,
};

/// The channel of Postgres on which a new message is announced.
pub(super) const ANNOUNCEMENTS: &str = "outbox";

/// A message that is ours to send until its lease ends.
#[derive(Clone)]
pub(super) struct Claimed {
    pub(super) id: i64,
    pub(super) kind: Kind,
    pub(super) channel: Channel,
    pub(super) recipient: String,
    pub(super) subject: Option<String>,
    pub(super) text: String,
    pub(super) html: Option<String>,
    /// Which attempt this is, from 1; also tells our claim from a later one.
    pub(super) attempt: i32,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) created_at: Timestamp,
}

pub(super) async fn insert_message<'c>(
    conn: impl Executor<'c, Database = Postgres>,
    message: &Message,
    state: State,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let sendable = (state == State::Waiting).then_some(message);
    sqlx::query!(
        "with written as (
            insert into outbox (
                kind, channel, state, priority, recipient, subject, body_text, body_html,
                attempts, run_at, expires_at, created_at, finished_at
            )
            values ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $9, $11)
        )
        select pg_notify('outbox', '')",
        message.kind.as_str(),
        message.recipient.channel().as_str(),
        state.as_str(),
        message.kind.priority(),
        sendable.map(|message| message.recipient.address()),
        sendable.and_then(|message| message.subject.as_deref()),
        sendable.map(|message| message.text.as_str()),
        sendable.and_then(|message| message.html.as_deref()),
        now,
        message.expires_at,
        (state != State::Waiting).then_some(now),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What to claim.
pub(super) struct Claim<'c> {
    pub(super) channel: Channel,
    pub(super) limit: u32,
    pub(super) lease: TimeDelta,
    /// Messages this worker still holds, however long ago it claimed them.
    pub(super) held: &'c [i64],
}

/// Takes messages that are due, most urgent first, so that no other worker takes them before the lease ends.
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
                and channel = $1
                and run_at <= $2
                and (lease_until is null or lease_until <= $2)
                and id <> all($5)
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
            outbox.kind as "kind: Kind",
            outbox.channel as "channel: Channel",
            outbox.recipient as "recipient!",
            outbox.subject,
            outbox.body_text as "text!",
            outbox.body_html as html,
            outbox.attempts as attempt,
            outbox.expires_at,
            outbox.created_at"#,
        claim.channel.as_str(),
        now,
        i64::from(claim.limit),
        now.checked_add_signed(claim.lease).unwrap_or(now),
        claim.held,
    )
    .fetch_all(upkeep.conn())
    .await
}

/// Notes that a message is done. What is done as `Sent` is done whoever holds the lease now.
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
            recipient = case when $6 then null else recipient end,
            subject = case when $6 then null else subject end,
            body_text = case when $6 then null else body_text end,
            body_html = case when $6 then null else body_html end
        where id = $1
            and state = 'waiting'
            and (attempts = $2 or $3 = 'sent')",
        claimed.id,
        claimed.attempt,
        state.as_str(),
        now,
        why,
        claimed.kind.is_secret(),
    )
    .execute(upkeep.conn())
    .await?;
    Ok(())
}

/// Notes that a message is to be tried again, unless somebody else already does.
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

/// How many messages there are of a state and channel, and since when the oldest is there.
pub(super) struct Tally {
    pub(super) state: State,
    pub(super) channel: Channel,
    pub(super) count: i64,
    pub(super) oldest_at: Timestamp,
}

pub(super) async fn count_messages(conn: &mut Connection) -> Result<Vec<Tally>, sqlx::Error> {
    sqlx::query_as!(
        Tally,
        r#"select
            state as "state: State",
            channel as "channel: Channel",
            count(*) as "count!",
            min(created_at) as "oldest_at!"
        from outbox
        group by state, channel
        order by state, channel"#,
    )
    .fetch_all(conn)
    .await
}

/// Removes up to `limit` messages that were done before `before`, and says how many.
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
