//! The SQL of payments.

use super::model::{Method, Receipt, Taking};
use base::{
    Error,
    platform::db::{Connection, Tx},
    vocabulary::{Money, Note, PaymentId},
};

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
             returning last_number
         )
         insert into payments
             (gym_id, branch_id, customer_id, subscription_id, receipt_number, kind, method, amount_minor, discount_minor,
              notes, taken_by, taken_at, business_day)
         select $1, $2, $3, $4, last_number, $5, $6, $7, $8, $9, $10, $11, $12
         from receipt
         returning id",
        taking.gym.get(),
        taking.branch.get(),
        taking.customer.get(),
        taking.subscription.get(),
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
        r#"select id, receipt_number, amount_minor, discount_minor, method as "method: Method"
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
    }))
}
