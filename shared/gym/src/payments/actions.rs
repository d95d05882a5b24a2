//! Taking money, giving it back, and reading what was paid.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    model::{
        Giving, OwnPayments, PaymentFilter, PaymentListing, PaymentOrder, PaymentPurpose, PaymentRecord,
        Taking,
    },
    rules::{self, PaymentRefused},
    store,
};
use base::{
    Error, Fault, Invalid,
    access::{Granted, can},
    platform::{
        audit,
        db::{Db, Tx},
        list::{Rows, whole as read_rows},
        once::{MoneyOutcome, RepeatableOutcome},
    },
    vocabulary::{CustomerId, Money, Page, PaymentId, page::OFFSET_MAX_SIFTED},
};

/// Takes money under the branch's next receipt number. A write that is not protected against double clicks is a fault.
///
/// # Locks
/// The branch's receipts, until the transaction ends: take nothing else after it.
pub(crate) async fn take(tx: &mut Tx, taking: &Taking<'_>) -> Result<PaymentId, Error> {
    moves_money(tx)?;
    store::insert_payment(tx, taking).await
}

/// Gives back a part of a payment, or all of it, under the next receipt number of the branch that took it.
///
/// # Refuses
/// [`PaymentRefused::MoreThanPaid`], whatever else is given back at the same time.
///
/// # Locks
/// The branch's receipts, until the transaction ends: take nothing else after it.
pub(crate) async fn give_back(tx: &mut Tx, giving: &Giving<'_>) -> Result<PaymentId, Error> {
    moves_money(tx)?;
    store::insert_refund(tx, giving).await
}

fn moves_money(tx: &Tx) -> Result<(), Fault> {
    if tx.may_move_money() {
        Ok(())
    } else {
        Err(Fault::new("money is moved in a write that was not opened for it"))
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Recorded {
    payment: PaymentId,
}

impl RepeatableOutcome for Recorded {}

impl MoneyOutcome for Recorded {
    /// Until some of it was given back.
    async fn stands(&self, tx: &mut Tx) -> Result<bool, Error> {
        Ok(!store::exists_return(tx.conn(), self.payment).await?)
    }
}

/// Takes money for something other than a sale, and numbers its receipt.
///
/// # Refuses
/// [`PaymentRefused`]; a branch, customer or subscription outside the caller's reach as one that does not exist.
///
/// # Locks
/// The customer, then the branch's receipts.
pub async fn record(
    db: &Db,
    staff: &Granted<can::RecordPayments>,
    order: PaymentOrder,
) -> Result<PaymentRecord, Error> {
    rules::check(&order)?;
    let recorded = db
        .write_money(staff, async |tx| {
            let payer = store::lock_payer(tx, order.customer).await?.within(staff);
            let payer = payer.ok_or(PaymentRefused::CustomerNotFound)?;
            let desk = staff.at(order.branch.unwrap_or(payer.branch))?;
            tx.stand_at(payer.gym, Some(desk.branch()));
            if let Some(subscription) = order.subscription {
                let is_theirs = store::exists_subscription(tx.conn(), order.customer, subscription).await?;
                is_theirs.then_some(()).ok_or(PaymentRefused::SubscriptionNotFound)?;
            }
            tx.note(audit::Note::on("customer", order.customer.get()).with(json!({
                "amount_minor": order.amount.minor(), "method": order.method, "subscription": order.subscription,
            })));
            let taking = Taking {
                gym: payer.gym,
                branch: desk.branch(),
                customer: order.customer,
                subscription: order.subscription,
                purpose: PaymentPurpose::Other,
                method: order.method,
                amount: order.amount,
                discount: Money::ZERO,
                notes: order.notes.as_ref(),
                taken_by: staff.staff(),
                business_day: staff.calendar().today(tx.now()),
            };
            Ok(Recorded { payment: take(tx, &taking).await? })
        })
        .await?;
    let found = store::find_record(db.conn().await?.get(), recorded.payment).await?;
    Ok(found.within(staff).ok_or(PaymentRefused::NotFound)?)
}

/// One payment.
///
/// # Refuses
/// [`PaymentRefused::NotFound`] outside the caller's reach, too.
pub async fn find(
    db: &Db,
    staff: &Granted<can::ReadPayments>,
    id: PaymentId,
) -> Result<PaymentRecord, Error> {
    let found = store::find_record(db.conn().await?.get(), id).await?;
    Ok(found.within(staff).ok_or(PaymentRefused::NotFound)?)
}

/// Most payments that a member is shown.
const OWN_MOST: i64 = 1_000;

/// What `customer`, who is asking for themselves, paid.
pub async fn own(db: &Db, customer: CustomerId) -> Result<OwnPayments, Error> {
    store::list_own(db.conn().await?.get(), customer, OWN_MOST).await
}

/// Every payment that fits, in the order of [`list`].
///
/// # Refuses
/// As [`list`]; [`base::platform::sheets::FileRefused::TooLong`].
pub async fn whole(
    db: &Db,
    staff: &Granted<can::ReadPayments>,
    filter: &PaymentFilter,
) -> Result<Rows<PaymentRecord>, Error> {
    let scope = staff.scope_at(filter.branch)?;
    let days = rules::days(filter, staff.calendar().today(staff.now()))?;
    let mut snapshot = db.snapshot().await?;
    let keys = store::list_keys(snapshot.get(), &scope, filter, days, Page::WHOLE).await?;
    read_rows(snapshot, keys, |conn, keys| Box::pin(async move { store::list_records(conn, &keys).await }))
        .await
}

/// Payments, the newest day first, with the sums of everything that the filter finds.
///
/// # Refuses
/// [`base::vocabulary::DayRangeInvalid`]; a branch outside the caller's reach as one that does not
/// exist; a page far back.
pub async fn list(
    db: &Db,
    staff: &Granted<can::ReadPayments>,
    filter: &PaymentFilter,
    page: Page,
) -> Result<PaymentListing, Error> {
    let scope = staff.scope_at(filter.branch)?;
    let days = rules::days(filter, staff.calendar().today(staff.now()))?;
    let page = page.within(OFFSET_MAX_SIFTED).map_err(Invalid::from)?;
    let mut conn = db.conn().await?;
    let conn = conn.get();
    let keys = store::list_keys(conn, &scope, filter, days, page).await?;
    let items = store::list_records(conn, &keys).await?;
    let sums = store::sum_payments(conn, &scope, filter, days).await?;
    Ok(PaymentListing { items, sums })
}
