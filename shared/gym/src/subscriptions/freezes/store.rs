//! The SQL of freezing and stopping.

use chrono::NaiveDate;

use super::{
    super::model::{Freeze, FreezeSpan},
    rules::Rested,
};
use base::{
    Error,
    platform::db::{Connection, Tx},
    vocabulary::{FreezeId, Line, Money, StaffId, SubscriptionId},
};

/// A freeze that begins.
pub(super) struct Begun<'a> {
    pub(super) subscription: SubscriptionId,
    pub(super) span: FreezeSpan,
    pub(super) fee: Money,
    pub(super) reason: Option<&'a Line>,
    pub(super) by: StaffId,
}

/// Writes the freeze into the history.
pub(super) async fn insert_freeze(tx: &mut Tx, begun: &Begun<'_>) -> Result<FreezeId, Error> {
    let now = tx.now();
    let id = sqlx::query_scalar!(
        "insert into subscription_freezes (subscription_id, starts_on, ends_on, fee_minor, reason, frozen_by, frozen_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         returning id",
        begun.subscription.get(),
        begun.span.from,
        begun.span.until,
        begun.fee.minor(),
        begun.reason.map(Line::as_str),
        begun.by.get(),
        now,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(FreezeId::from(id))
}

/// Whether nobody ended the freeze `id` nor stopped its subscription.
pub(super) async fn find_standing(conn: &mut Connection, id: FreezeId) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select f.ended_on is null and s.stopped_at is null as "stands!"
           from subscription_freezes f
           join subscriptions s on s.id = f.subscription_id
           where f.id = $1"#,
        id.get(),
    )
    .fetch_one(conn)
    .await?)
}

/// Ends the running freeze in the history: `today` is no longer frozen. Answers whether one runs that was not ended.
pub(super) async fn update_freeze_ended(
    tx: &mut Tx,
    subscription: SubscriptionId,
    today: NaiveDate,
    by: StaffId,
) -> Result<bool, Error> {
    let now = tx.now();
    let ended = sqlx::query!(
        "update subscription_freezes
         set ended_on = $2, unfrozen_by = $3, unfrozen_at = $4
         where subscription_id = $1 and ended_on is null and $2 between starts_on and ends_on",
        subscription.get(),
        today,
        by.get(),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// Writes dates and counters after a freeze began or ended.
pub(super) async fn update_rested(tx: &mut Tx, id: SubscriptionId, rested: &Rested) -> Result<(), Error> {
    sqlx::query!(
        "update subscriptions
         set frozen_from = $2, frozen_until = $3, ends_on = $4, freezes_used = $5, freeze_days_used = $6
         where id = $1",
        id.get(),
        rested.freeze.map(|freeze| freeze.from),
        rested.freeze.map(|freeze| freeze.until),
        rested.ends_on,
        rested.freezes_used,
        rested.freeze_days_used,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn update_stopped(
    tx: &mut Tx,
    id: SubscriptionId,
    reason: Option<&Line>,
) -> Result<(), Error> {
    let now = tx.now();
    sqlx::query!(
        "update subscriptions set stopped_at = $2, stop_reason = $3 where id = $1",
        id.get(),
        now,
        reason.map(Line::as_str),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The latest freezes of a subscription, newest first.
pub(in super::super) async fn list_freezes_of(
    conn: &mut Connection,
    subscription: SubscriptionId,
) -> Result<Vec<Freeze>, Error> {
    let rows = sqlx::query!(
        "select id, starts_on, ends_on, ended_on, fee_minor, reason
         from subscription_freezes
         where subscription_id = $1
         order by id desc
         limit 100",
        subscription.get(),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Freeze {
            id: FreezeId::from(row.id),
            from: row.starts_on,
            until: row.ends_on,
            ended_on: row.ended_on,
            fee: Money::from_minor(row.fee_minor),
            reason: row.reason,
        })
        .collect())
}
