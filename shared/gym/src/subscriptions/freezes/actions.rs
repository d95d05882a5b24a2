//! The verbs of freezing and stopping.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    super::{
        count::FreezeDays,
        model::Held,
        rules::SubscriptionNotFound,
        store::{find_held, lock_held},
    },
    rules,
    store::{self, Begun},
};
use crate::payments::{self, Method, PaymentPurpose, Receipt, Taking};
use base::{
    Error,
    access::{Can, Granted, can},
    platform::{
        audit::Note,
        db::{Db, Tx},
        once::{MoneyOutcome, RepeatableOutcome},
    },
    vocabulary::{FreezeId, Line, Money, PaymentId, SubscriptionId},
};

/// A freeze that the desk asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreezeOrder {
    /// The subscription to be frozen.
    pub subscription: SubscriptionId,
    /// How many days it is to be frozen, today included.
    pub days: FreezeDays,
    /// How a fee is paid.
    pub method: Method,
    /// The reason, kept in the history of its freezes.
    pub reason: Option<Line>,
}

/// A subscription after a freeze, and what was paid for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// The subscription as it stands after the freeze.
    pub subscription: Held,
    /// The fee, if there is one.
    pub payment: Option<Receipt>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Done {
    freeze: Option<FreezeId>,
    payment: Option<PaymentId>,
}

impl RepeatableOutcome for Done {}

impl MoneyOutcome for Done {
    /// Until the freeze is ended by hand, or its subscription is stopped.
    async fn stands(&self, tx: &mut Tx) -> Result<bool, Error> {
        match self.freeze {
            Some(freeze) => store::find_standing(tx.conn(), freeze).await,
            None => Ok(true),
        }
    }
}

/// Freezes a subscription from today on and moves its end by as many days; takes the fee that was agreed.
///
/// A double click answers the first freeze while it stands; once that was ended, the same request freezes anew.
///
/// # Refuses
/// [`super::RestRefused`] against its policy or status; [`SubscriptionNotFound`] outside the caller's reach, too.
///
/// # Locks
/// The subscription, its balance, then the branch's receipts.
pub async fn freeze(
    db: &Db,
    staff: &Granted<can::FreezeSubscriptions>,
    order: FreezeOrder,
) -> Result<Frozen, Error> {
    let done = db
        .write_money(staff, async |tx| {
            let held = lock_within(tx, staff, order.subscription).await?;
            let today = staff.calendar().today(tx.now());
            let rested = rules::freeze(&held, order.days, today)?;
            store::update_rested(tx, held.id, &rested).await?;
            let freeze = match rested.freeze {
                Some(span) => {
                    let (fee, reason, by) = (held.freezing.fee, order.reason.as_ref(), staff.staff());
                    let begun = Begun { subscription: held.id, span, fee, reason, by };
                    Some(store::insert_freeze(tx, &begun).await?)
                }
                None => None,
            };
            tx.note(Note::on("subscription", held.id.get()).with(json!({
                "did": "freeze", "days": order.days.get(), "ends_on": rested.ends_on,
            })));
            // Last, because all sales of the branch wait for the lock on its receipts.
            let payment = take_fee(tx, staff, &held, order.method).await?;
            Ok(Done { freeze, payment })
        })
        .await?;
    let mut conn = db.conn().await?;
    let subscription =
        find_held(conn.get(), order.subscription).await?.within(staff).ok_or(SubscriptionNotFound)?;
    let payment = match done.payment {
        Some(payment) => payments::find_receipt(conn.get(), payment).await?,
        None => None,
    };
    Ok(Frozen { subscription, payment })
}

/// Ends a freeze today; the days that were not used come off the end again.
///
/// # Refuses
/// As [`freeze`]; not frozen.
///
/// # Locks
/// The subscription, its balance.
pub async fn unfreeze(
    db: &Db,
    staff: &Granted<can::FreezeSubscriptions>,
    id: SubscriptionId,
) -> Result<Held, Error> {
    db.write(staff, async |tx| {
        let held = lock_within(tx, staff, id).await?;
        let today = staff.calendar().today(tx.now());
        let rested = rules::unfreeze(&held, today)?;
        store::update_rested(tx, held.id, &rested).await?;
        if !store::update_freeze_ended(tx, held.id, today, staff.staff()).await? {
            // Ended on a day that is still to come where the gym moved to: its days were given back already.
            return Err(rules::RestRefused::NotFrozen.into());
        }
        tx.note(Note::on("subscription", held.id.get()).with(json!({
            "did": "unfreeze", "ends_on": rested.ends_on,
        })));
        Ok(())
    })
    .await?;
    Ok(find_held(db.conn().await?.get(), id).await?.within(staff).ok_or(SubscriptionNotFound)?)
}

/// Ends a subscription for good.
///
/// # Refuses
/// As [`freeze`]; over or stopped already.
///
/// # Locks
/// The subscription, its balance.
pub async fn stop(
    db: &Db,
    staff: &Granted<can::StopSubscriptions>,
    id: SubscriptionId,
    reason: Option<Line>,
) -> Result<Held, Error> {
    db.write(staff, async |tx| {
        let held = lock_within(tx, staff, id).await?;
        let today = staff.calendar().today(tx.now());
        stop_locked(tx, &held, reason.as_ref(), today).await?;
        tx.note(
            Note::on("subscription", held.id.get()).with(json!({ "remaining": held.standing.remaining })),
        );
        Ok(())
    })
    .await?;
    Ok(find_held(db.conn().await?.get(), id).await?.within(staff).ok_or(SubscriptionNotFound)?)
}

/// Ends a subscription that is locked for good.
pub(in super::super) async fn stop_locked(
    tx: &mut Tx,
    held: &Held,
    reason: Option<&Line>,
    today: NaiveDate,
) -> Result<(), Error> {
    rules::stop(held, today)?;
    store::update_stopped(tx, held.id, reason).await
}

async fn lock_within<C: Can>(tx: &mut Tx, staff: &Granted<C>, id: SubscriptionId) -> Result<Held, Error> {
    let held = lock_held(tx, id).await?.within(staff).ok_or(SubscriptionNotFound)?;
    tx.stand_at(held.gym, Some(held.branch));
    Ok(held)
}

async fn take_fee(
    tx: &mut Tx,
    staff: &Granted<can::FreezeSubscriptions>,
    held: &Held,
    method: Method,
) -> Result<Option<PaymentId>, Error> {
    if !held.freezing.fee.is_positive() {
        return Ok(None);
    }
    let taking = Taking {
        gym: held.gym,
        branch: held.branch,
        customer: held.customer,
        subscription: Some(held.id),
        purpose: PaymentPurpose::Freeze,
        method,
        amount: held.freezing.fee,
        discount: Money::ZERO,
        notes: None,
        taken_by: staff.staff(),
        business_day: staff.calendar().today(tx.now()),
    };
    payments::take(tx, &taking).await.map(Some)
}
