//! The verb of giving money back.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::rules::{self, RefundRefused};
use crate::{
    payments::{self, Giving, Method, PaymentRecord, PaymentRefused},
    subscriptions::{self, Units},
};
use base::{
    Error,
    access::{Granted, can},
    platform::{
        audit::Note,
        db::{Db, Tx},
        once::{MoneyOutcome, RepeatableOutcome},
    },
    vocabulary::{Line, Money, PaymentId},
};

/// What is to be given back, and what becomes of the subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundOrder {
    /// Of which payment.
    pub payment: PaymentId,
    /// How much; all that is left of it, if it is not said.
    pub amount: Option<Money>,
    /// How it leaves; as it was paid, if it is not said.
    pub method: Option<Method>,
    /// Why.
    pub reason: Line,
    /// Whether the subscription that was paid for ends with it.
    pub stops_subscription: bool,
    /// Coins or sessions of it that are not used yet and are taken back.
    pub units: Option<Units>,
}

/// A refund, and what it gave back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refunded {
    /// The refund: a payment of a negative amount.
    pub refund: PaymentRecord,
    /// The payment as it stands now.
    pub payment: PaymentRecord,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Given {
    refund: PaymentId,
}

impl RepeatableOutcome for Given {}

impl MoneyOutcome for Given {
    /// For good: a refund is never undone.
    async fn stands(&self, _tx: &mut Tx) -> Result<bool, Error> {
        Ok(true)
    }
}

/// Gives back a payment in part or in full, at the branch that took it.
///
/// # Refuses
/// [`RefundRefused`]; [`PaymentRefused::NotFound`] outside the caller's reach, too; [`PaymentRefused::MoreThanPaid`], if
/// somebody else gives back at the same time; what [`subscriptions::stop`] and [`subscriptions::deduct`] refuse.
///
/// # Locks
/// The subscription and its balance, if it is stopped or units are taken back; then the branch's receipts.
pub async fn refund(
    db: &Db,
    staff: &Granted<can::RefundPayments>,
    order: RefundOrder,
) -> Result<Refunded, Error> {
    let given = db.write_money(staff, async |tx| refund_within(tx, staff, &order).await).await?;
    let mut conn = db.conn().await?;
    let mut read = async |id| {
        let found = payments::find_record(conn.get(), id).await?;
        found.within(staff).ok_or_else(|| Error::from(PaymentRefused::NotFound))
    };
    Ok(Refunded { refund: read(given.refund).await?, payment: read(order.payment).await? })
}

async fn refund_within(
    tx: &mut Tx,
    staff: &Granted<can::RefundPayments>,
    order: &RefundOrder,
) -> Result<Given, Error> {
    // Read without a lock: whoever gives back more than is left at the same time is stopped by the schema.
    let found = payments::find_record(tx.conn(), order.payment).await?;
    let payment = found.within(staff).ok_or(PaymentRefused::NotFound)?;
    tx.stand_at(payment.gym, Some(payment.branch.id));
    let amount = rules::amount(&payment, order.amount)?;
    let today = staff.calendar().today(tx.now());
    if order.stops_subscription || order.units.is_some() {
        let (subscription, _) = payment.subscription.as_ref().ok_or(RefundRefused::NoSubscription)?;
        let ending = subscriptions::Ending {
            subscription: *subscription,
            units: order.units,
            stops: order.stops_subscription,
            reason: &order.reason,
            today,
        };
        subscriptions::take_back(tx, staff, &ending).await?;
    }
    let method = order.method.unwrap_or(payment.method);
    tx.note(Note::on("payment", payment.id.get()).with(json!({
        "amount_minor": amount.minor(), "method": method, "stopped": order.stops_subscription,
        "units": order.units.map(Units::get),
    })));
    // Last, because all sales of the branch wait for the lock on its receipts.
    let giving =
        Giving { payment: &payment, amount, method, reason: &order.reason, by: staff.staff(), today };
    Ok(Given { refund: payments::give_back(tx, &giving).await? })
}
