//! The SQL of spending.

use super::Spend;
use crate::{
    error::Error,
    platform::db::Tx,
    vocabulary::{EntryId, MovementId},
};

/// What a taking left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// The line in the ledger.
    pub movement: MovementId,
    /// Coins or sessions left.
    pub remaining: i32,
}

/// Takes from the balance and writes the ledger, if the subscription is active and holds enough.
///
/// The foreign key of the ledger takes the same lock on the subscription anyway; taking it first makes a freeze, stop or
/// renewal that is on its way come entirely before or entirely after.
pub(super) async fn update_balance(tx: &mut Tx, wanted: &Spend<'_>) -> Result<Option<Spent>, Error> {
    let (actor, now) = (tx.actor(), tx.now());
    let taken = sqlx::query!(
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
             (subscription_id, kind, amount, remaining_after, entry_id, actor_kind, actor_id, reason, at)
         select subscription_id, 'use', -$2, remaining, $4, $5, $6, $7, $8
         from taken
         returning id, remaining_after",
        wanted.subscription.get(),
        wanted.amount,
        wanted.today,
        wanted.entry.map(EntryId::get),
        actor.kind(),
        actor.id(),
        wanted.reason,
        now,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(taken.map(|row| Spent { movement: MovementId::from(row.id), remaining: row.remaining_after }))
}
