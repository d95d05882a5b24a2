//! The SQL of looking payments up.

use base::{
    Error,
    access::{Place, Scope, Unseen},
    platform::{
        db::Connection,
        list::{List, Table},
    },
    vocabulary::{BranchId, CustomerId, GymId, Money, Page, PaymentId, StaffId, SubscriptionId, Timestamp},
};
use chrono::NaiveDate;
use sqlx::FromRow;

use super::super::model::{
    BranchHeader, Method, OwnPayment, OwnPayments, PaymentFilter, PaymentPurpose, PaymentRecord, PaymentSums,
};

const PAYMENTS: Table = Table { name: "payments", alias: "p", order: &["business_day", "id"] };

struct Row {
    id: i64,
    gym_id: i64,
    branch_id: i64,
    branch_name: String,
    branch_city: Option<String>,
    branch_address: Option<String>,
    branch_phone: Option<String>,
    receipt_number: i64,
    customer_id: Option<i64>,
    customer_name: Option<String>,
    subscription_id: Option<i64>,
    service_name: Option<String>,
    kind: PaymentPurpose,
    method: Method,
    amount_minor: i64,
    discount_minor: i64,
    returned_minor: i64,
    reverses_id: Option<i64>,
    notes: Option<String>,
    taken_by: i64,
    taken_by_name: String,
    taken_at: Timestamp,
    business_day: NaiveDate,
    hash: Vec<u8>,
}

impl From<Row> for PaymentRecord {
    fn from(row: Row) -> Self {
        Self {
            id: PaymentId::new(row.id),
            gym: GymId::new(row.gym_id),
            branch: BranchHeader {
                id: BranchId::new(row.branch_id),
                name: row.branch_name,
                city: row.branch_city,
                address: row.branch_address,
                phone: row.branch_phone,
            },
            receipt_number: row.receipt_number,
            customer: row.customer_id.map(CustomerId::new).zip(row.customer_name),
            subscription: row.subscription_id.map(SubscriptionId::new).zip(row.service_name),
            purpose: row.kind,
            method: row.method,
            amount: Money::from_minor(row.amount_minor),
            discount: Money::from_minor(row.discount_minor),
            returned: Money::from_minor(row.returned_minor),
            reverses: row.reverses_id.map(PaymentId::new),
            notes: row.notes,
            taken_by: (StaffId::new(row.taken_by), row.taken_by_name),
            taken_at: row.taken_at,
            business_day: row.business_day,
            hash: row.hash,
        }
    }
}

/// These payments, the newest day first.
pub(in super::super) async fn list_records(
    conn: &mut Connection,
    ids: &[i64],
) -> Result<Vec<PaymentRecord>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select p.id, p.gym_id, p.branch_id, b.name as branch_name, b.city as branch_city, b.address as branch_address,
               b.phone as branch_phone, p.receipt_number, p.customer_id, c.full_name as "customer_name?", p.subscription_id,
               s.service_name as "service_name?", p.kind as "kind: PaymentPurpose", p.method as "method: Method",
               p.amount_minor, p.discount_minor, coalesce(k.returned_minor, 0) as "returned_minor!", p.reverses_id, p.notes,
               p.taken_by, u.full_name as taken_by_name, p.taken_at, p.business_day, p.hash as "hash!"
           from payments p
           join branches b on b.id = p.branch_id
           join staff_users u on u.id = p.taken_by
           left join customers c on c.id = p.customer_id
           left join subscriptions s on s.id = p.subscription_id
           left join payment_returns k on k.payment_id = p.id
           where p.id = any($1)
           order by p.business_day desc, p.id desc"#,
        ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(PaymentRecord::from).collect())
}

/// The payment `id`.
pub(crate) async fn find_record(
    conn: &mut Connection,
    id: PaymentId,
) -> Result<Unseen<PaymentRecord>, Error> {
    let found = list_records(conn, &[id.get()]).await?.pop();
    Ok(Unseen::new(found, |record| {
        let place = Place::branch(record.gym, record.branch.id);
        record.customer.as_ref().map_or(place, |(customer, _)| place.of(*customer))
    }))
}

/// What a customer paid, the newest first, up to `most`; the sums are of everything.
pub(in super::super) async fn list_own(
    conn: &mut Connection,
    customer: CustomerId,
    most: i64,
) -> Result<OwnPayments, Error> {
    let rows = sqlx::query!(
        r#"select p.id, p.branch_id, p.receipt_number, p.subscription_id, p.kind as "kind: PaymentPurpose", p.method as "method: Method", p.amount_minor,
               p.discount_minor, p.taken_at, (sum(p.amount_minor) over ())::bigint as "total!",
               coalesce(sum(p.amount_minor) filter (where p.subscription_id is null) over (), 0)::bigint as "other_total!"
           from payments p
           where p.customer_id = $1
           order by p.id desc
           limit $2"#,
        customer.get(),
        most,
    )
    .fetch_all(conn)
    .await?;
    let sums = rows.first().map(|row| (Money::from_minor(row.total), Money::from_minor(row.other_total)));
    let (total, other_total) = sums.unwrap_or_default();
    let payments = rows.into_iter().map(|row| OwnPayment {
        id: PaymentId::new(row.id),
        branch: BranchId::new(row.branch_id),
        receipt_number: row.receipt_number,
        subscription: row.subscription_id.map(SubscriptionId::new),
        purpose: row.kind,
        method: row.method,
        amount: Money::from_minor(row.amount_minor),
        discount: Money::from_minor(row.discount_minor),
        taken_at: row.taken_at,
    });
    Ok(OwnPayments { payments: payments.collect(), total, other_total })
}

/// The keys of one page, the newest day first.
pub(in super::super) async fn list_keys(
    conn: &mut Connection,
    scope: &Scope,
    filter: &PaymentFilter,
    days: (NaiveDate, NaiveDate),
    page: Page,
) -> Result<Vec<i64>, Error> {
    payments(scope, filter, days).keys(conn, page).await
}

fn payments(scope: &Scope, filter: &PaymentFilter, (from, to): (NaiveDate, NaiveDate)) -> List {
    List::of(&PAYMENTS, scope)
        .led_by("p.customer_id = {}", filter.customer.map(CustomerId::get))
        .led_by("p.subscription_id = {}", filter.subscription.map(SubscriptionId::get))
        .all("p.business_day >= {} and p.business_day <= {}", [from.into(), to.into()])
        .only("p.kind = {}", filter.purpose.map(PaymentPurpose::as_str))
        .only("p.method = {}", filter.method.map(Method::as_str))
        .only("p.taken_by = {}", filter.taken_by.map(StaffId::get))
}

#[derive(FromRow)]
struct SumsRow {
    count: i64,
    amount: i64,
    discount: i64,
    cash: i64,
    card: i64,
    transfer: i64,
}

impl From<SumsRow> for PaymentSums {
    fn from(row: SumsRow) -> Self {
        let money = Money::from_minor;
        Self {
            count: row.count,
            amount: money(row.amount),
            discount: money(row.discount),
            cash: money(row.cash),
            card: money(row.card),
            transfer: money(row.transfer),
        }
    }
}

/// What a list of payments comes to.
const SUMS: &str = "count(*) as count, coalesce(sum(p.amount_minor), 0)::bigint as amount,
    coalesce(sum(p.discount_minor), 0)::bigint as discount,
    coalesce(sum(p.amount_minor) filter (where p.method = 'cash'), 0)::bigint as cash,
    coalesce(sum(p.amount_minor) filter (where p.method = 'card'), 0)::bigint as card,
    coalesce(sum(p.amount_minor) filter (where p.method = 'transfer'), 0)::bigint as transfer";

/// The sums of everything that the filter finds: payment by payment where somebody is named, else from the sums by day,
/// because a month of a large gym is a hundred thousand payments.
pub(in super::super) async fn sum_payments(
    conn: &mut Connection,
    scope: &Scope,
    filter: &PaymentFilter,
    days: (NaiveDate, NaiveDate),
) -> Result<PaymentSums, Error> {
    let row = if filter.customer.is_none() && filter.subscription.is_none() && filter.taken_by.is_none() {
        sum_days(conn, scope, filter, days).await?
    } else {
        payments(scope, filter, days).sums(conn, SUMS).await?
    };
    Ok(row.into())
}

async fn sum_days(
    conn: &mut Connection,
    scope: &Scope,
    filter: &PaymentFilter,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<SumsRow, Error> {
    let many = scope.many();
    Ok(sqlx::query_as!(
        SumsRow,
        r#"select coalesce(sum(d.payments), 0)::bigint as "count!", coalesce(sum(d.amount_minor), 0)::bigint as "amount!",
               coalesce(sum(d.discount_minor), 0)::bigint as "discount!",
               coalesce(sum(d.amount_minor) filter (where d.method = 'cash'), 0)::bigint as "cash!",
               coalesce(sum(d.amount_minor) filter (where d.method = 'card'), 0)::bigint as "card!",
               coalesce(sum(d.amount_minor) filter (where d.method = 'transfer'), 0)::bigint as "transfer!"
           from branches b
           join payment_days d on d.branch_id = b.id and d.business_day between $4 and $5
           where ($1::bigint is null or b.gym_id = $1)
             and ($2::bigint is null or b.id = $2)
             and ($3::bigint[] is null or b.id = any($3))
             and ($6::text is null or d.kind = $6)
             and ($7::text is null or d.method = $7)"#,
        scope.gym(),
        scope.one(),
        many.as_deref(),
        from,
        to,
        filter.purpose.map(PaymentPurpose::as_str),
        filter.method.map(Method::as_str),
    )
    .fetch_one(conn)
    .await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::testing::{assert_lists_sound, scopes};

    #[tokio::test]
    async fn every_list_that_the_filters_make_is_found_by_an_index() {
        let days = (NaiveDate::default(), NaiveDate::MAX);
        let mut lists = Vec::new();
        for scope in scopes() {
            for customer in [None, Some(CustomerId::new(1))] {
                for subscription in [None, Some(SubscriptionId::new(1))] {
                    let filter = PaymentFilter { customer, subscription, ..PaymentFilter::default() };
                    lists.push(payments(&scope, &filter, days));
                    let filter = PaymentFilter {
                        purpose: Some(PaymentPurpose::Refund),
                        method: Some(Method::Cash),
                        taken_by: Some(StaffId::new(1)),
                        ..filter
                    };
                    lists.push(payments(&scope, &filter, days));
                }
            }
        }
        assert_lists_sound(lists).await;
    }
}
