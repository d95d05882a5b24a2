//! The SQL of receipts.

use super::model::{FirstReceipt, ReceiptGym, ReceiptPaper, ReceiptReturn};
use crate::payments::{Method, PaymentPurpose};
use base::{
    Error,
    access::{self, Place, Unseen},
    platform::db::Connection,
    vocabulary::{BranchId, CustomerId, GymId, Money, PaymentId},
};

/// Most refunds that a receipt tells one by one.
const RETURNS_MOST: i64 = 100;

/// The receipt of the payment `id`, of whatever gym.
pub(super) async fn find_receipt(
    conn: &mut Connection,
    id: PaymentId,
) -> Result<Unseen<ReceiptPaper>, Error> {
    let row = sqlx::query!(
        r#"select p.gym_id, g.name as gym_name, g.primary_color, g.currency, g.time_zone, p.branch_id,
               b.name as branch_name, b.city as branch_city, b.address as branch_address, b.phone as branch_phone,
               p.receipt_number, p.customer_id, c.full_name as "customer_name?", s.service_name as "service_name?",
               p.kind as "kind: PaymentPurpose", p.method as "method: Method", p.amount_minor, p.discount_minor,
               u.full_name as taken_by, p.taken_at, p.business_day, p.hash as "hash!", p.previous_hash as "previous_hash!",
               f.id as "first_id?", f.receipt_number as "first_number?", f.business_day as "first_day?"
           from payments p
           join gyms g on g.id = p.gym_id
           join branches b on b.id = p.branch_id
           join staff_users u on u.id = p.taken_by
           left join customers c on c.id = p.customer_id
           left join subscriptions s on s.id = p.subscription_id
           left join payments f on f.id = p.reverses_id
           where p.id = $1"#,
        id.get(),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(Unseen::new(None, |receipt: &ReceiptPaper| place(receipt))) };
    let gym = GymId::new(row.gym_id);
    let (returns, returned) = list_returns(conn, id).await?;
    let receipt = ReceiptPaper {
        id,
        gym: ReceiptGym {
            id: gym,
            name: row.gym_name,
            primary_color: row.primary_color,
            currency: row.currency,
            calendar: access::calendar_of(gym, &row.time_zone)?,
        },
        branch: BranchId::new(row.branch_id),
        branch_name: row.branch_name,
        branch_city: row.branch_city,
        branch_address: row.branch_address,
        branch_phone: row.branch_phone,
        number: row.receipt_number,
        customer: row.customer_id.map(CustomerId::new),
        customer_name: row.customer_name,
        service_name: row.service_name,
        purpose: row.kind,
        method: row.method,
        amount: Money::from_minor(row.amount_minor),
        discount: Money::from_minor(row.discount_minor),
        taken_by: row.taken_by,
        taken_at: row.taken_at,
        business_day: row.business_day,
        hash: row.hash,
        previous_hash: row.previous_hash,
        first: row.first_id.zip(row.first_number).zip(row.first_day).map(|((id, number), business_day)| {
            FirstReceipt { id: PaymentId::new(id), number, business_day }
        }),
        returns,
        returned,
    };
    Ok(Unseen::new(Some(receipt), place))
}

fn place(receipt: &ReceiptPaper) -> Place {
    let place = Place::branch(receipt.gym.id, receipt.branch);
    receipt.customer.map_or(place, |customer| place.of(customer))
}

/// What was given back of a payment, the oldest first, and what all of it comes to.
async fn list_returns(conn: &mut Connection, id: PaymentId) -> Result<(Vec<ReceiptReturn>, Money), Error> {
    let rows = sqlx::query!(
        r#"select r.id, r.receipt_number, r.amount_minor, r.business_day,
               (sum(r.amount_minor) over ())::bigint as "total!"
           from payments r
           where r.reverses_id = $1
           order by r.id
           limit $2"#,
        id.get(),
        RETURNS_MOST,
    )
    .fetch_all(conn)
    .await?;
    // What goes back is written as a negative amount.
    let given = |minor| Money::ZERO.checked_sub(Money::from_minor(minor)).unwrap_or_default();
    let total = rows.first().map_or(Money::ZERO, |row| given(row.total));
    let returns = rows.into_iter().map(|row| ReceiptReturn {
        id: PaymentId::new(row.id),
        number: row.receipt_number,
        amount: given(row.amount_minor),
        business_day: row.business_day,
    });
    Ok((returns.collect(), total))
}
