//! The SQL of payments.

mod listing;

pub(crate) use listing::find_record;
pub(super) use listing::{list_keys, list_own, list_records, sum_payments};

use super::{
    model::{Giving, Method, PaymentPurpose, Receipt, Taking},
    rules::PaymentRefused,
};
use base::{
    Error, OnConstraint as _,
    access::{Place, Unseen},
    platform::db::{Connection, Tx},
    vocabulary::{BranchId, CustomerId, GymId, Line, Money, Note, PaymentId, SubscriptionId},
};

/// Who pays.
#[derive(Debug, Clone, Copy)]
pub(super) struct Payer {
    pub(super) gym: GymId,
    pub(super) branch: BranchId,
}

/// Finds the customer, and keeps them where they are until the transaction ends.
pub(super) async fn lock_payer(tx: &mut Tx, customer: CustomerId) -> Result<Unseen<Payer>, Error> {
    let row = sqlx::query!("select gym_id, branch_id from customers where id = $1 for share", customer.get())
        .fetch_optional(tx.conn())
        .await?;
    let payer = row.map(|row| Payer { gym: GymId::new(row.gym_id), branch: BranchId::new(row.branch_id) });
    Ok(Unseen::new(payer, |payer| Place::branch(payer.gym, payer.branch).of(customer)))
}

/// Whether the customer holds this subscription.
pub(super) async fn exists_subscription(
    conn: &mut Connection,
    customer: CustomerId,
    id: SubscriptionId,
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from subscriptions where id = $1 and customer_id = $2) as "is_theirs!""#,
        id.get(),
        customer.get(),
    )
    .fetch_one(conn)
    .await?)
}

/// Whether some of the payment was given back.
pub(super) async fn exists_return(conn: &mut Connection, payment: PaymentId) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from payment_returns where payment_id = $1) as "is_returned!""#,
        payment.get(),
    )
    .fetch_one(conn)
    .await?)
}

/// Writes money that goes back, under the next receipt number of the branch that took it.
///
/// # Locks
/// The branch's receipts, until the transaction ends.
pub(super) async fn insert_refund(tx: &mut Tx, giving: &Giving<'_>) -> Result<PaymentId, Error> {
    let now = tx.now();
    let id = sqlx::query_scalar!(
        "with receipt as (
             insert into branch_receipts as r (branch_id, last_number)
             values ($2, 1)
             on conflict (branch_id) do update set last_number = r.last_number + 1
             returning last_number, first_open_day
         )
         insert into payments
             (gym_id, branch_id, customer_id, subscription_id, receipt_number, kind, method, amount_minor, discount_minor,
              reverses_id, notes, taken_by, taken_at, business_day)
         select $1, $2, $3, $4, last_number, $5, $6, -$7::bigint, 0, $8, $9, $10, $11, greatest($12::date, first_open_day)
         from receipt
         returning id",
        giving.payment.gym.get(),
        giving.payment.branch.id.get(),
        giving.payment.customer.as_ref().map(|(customer, _)| customer.get()),
        giving.payment.subscription.as_ref().map(|(subscription, _)| subscription.get()),
        PaymentPurpose::Refund.as_str(),
        giving.method.as_str(),
        giving.amount.minor(),
        giving.payment.id.get(),
        Line::as_str(giving.reason),
        giving.by.get(),
        now,
        giving.today,
    )
    .fetch_one(tx.conn())
    .await
    .on_constraint("payment_returns_never_more_than_paid", || PaymentRefused::MoreThanPaid)?;
    Ok(PaymentId::new(id))
}

/// Writes a payment under the branch's next receipt number.
///
/// # Locks
/// The branch's receipts, until the transaction ends.
pub(super) async fn insert_payment(tx: &mut Tx, taking: &Taking<'_>) -> Result<PaymentId, Error> {
    let now = tx.now();
    let id = sqlx::query_scalar!(
        "with receipt as (
             insert into branch_receipts as r (branch_id, last_number)
             values ($2, 1)
             on conflict (branch_id) do update set last_number = r.last_number + 1
             returning last_number, first_open_day
         )
         insert into payments
             (gym_id, branch_id, customer_id, subscription_id, receipt_number, kind, method, amount_minor, discount_minor,
              notes, taken_by, taken_at, business_day)
         select $1, $2, $3, $4, last_number, $5, $6, $7, $8, $9, $10, $11, greatest($12::date, first_open_day)
         from receipt
         returning id",
        taking.gym.get(),
        taking.branch.get(),
        taking.customer.get(),
        taking.subscription.map(SubscriptionId::get),
        taking.purpose.as_str(),
        taking.method.as_str(),
        taking.amount.minor(),
        taking.discount.minor(),
        taking.notes.map(Note::as_str),
        taking.taken_by.get(),
        now,
        taking.business_day,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(PaymentId::from(id))
}

/// The receipt of the payment `id`.
pub(crate) async fn find_receipt(conn: &mut Connection, id: PaymentId) -> Result<Option<Receipt>, Error> {
    let row = sqlx::query!(
        r#"select id, receipt_number, amount_minor, discount_minor, method as "method: Method", business_day
           from payments
           where id = $1"#,
        id.get(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Receipt {
        id: PaymentId::from(row.id),
        number: row.receipt_number,
        amount: Money::from_minor(row.amount_minor),
        discount: Money::from_minor(row.discount_minor),
        method: row.method,
        business_day: row.business_day,
    }))
}
