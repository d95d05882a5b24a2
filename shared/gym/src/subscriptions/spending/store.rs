//! The SQL of taking.

use chrono::NaiveDate;

use super::super::count::Units;
use base::{
    Error,
    platform::db::Tx,
    vocabulary::{Line, SubscriptionId},
};

/// What is to be taken, and why.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spend<'a> {
    pub(super) subscription: SubscriptionId,
    pub(super) amount: Units,
    pub(super) reason: Option<&'a Line>,
    /// Today, in the gym's calendar.
    pub(super) today: NaiveDate,
}

/// Takes from the balance, writes the ledger and tells what is left; nothing happens unless the subscription is active
/// and holds enough.
///
/// The foreign key of the ledger takes the same lock on the subscription anyway; taking it first makes a freeze, stop or
/// renewal that is on its way come entirely before or entirely after.
pub(super) async fn update_balance(tx: &mut Tx, spend: &Spend<'_>) -> Result<Option<i32>, Error> {
    let (actor, now) = (tx.actor(), tx.now());
    let left = sqlx::query_scalar!(
        "with held as materialized (
             select id, starts_on, ends_on, frozen_from, frozen_until, stopped_at
             from subscriptions
             where id = $1
             for key share
         ), taken as (
             update subscription_balances b
             set remaining = b.remaining - $2
             from held h
             where b.subscription_id = h.id
               and b.remaining >= $2
               and subscription_status(h.starts_on, h.ends_on, h.frozen_from, h.frozen_until, h.stopped_at, b.remaining, $3)
                   = 'active'
             returning b.subscription_id, b.remaining
         )
         insert into subscription_movements
             (subscription_id, kind, amount, remaining_after, actor_kind, actor_id, reason, at)
         select subscription_id, 'use', -$2, remaining, $4, $5, $6, $7
         from taken
         returning remaining_after",
        spend.subscription.get(),
        spend.amount.get(),
        spend.today,
        actor.kind(),
        actor.id(),
        spend.reason.map(Line::as_str),
        now,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(left)
}
