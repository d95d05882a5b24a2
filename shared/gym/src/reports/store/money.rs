//! What was taken and spent.

use chrono::NaiveDate;

use super::super::{
    days::DayRange,
    model::{DayRevenue, SalesFilter, SalesLine, ServiceTakings, Takings, TakingsGroup},
};
use crate::payments::{Method, PaymentPurpose};
use base::{
    Error,
    platform::db::Connection,
    vocabulary::{BranchId, CustomerId, Line, Money, Page, PaymentId, ServiceId, Timestamp},
};

/// Services that one report tells apart.
const MOST_SERVICES: i64 = 1000;

/// What the branches took within the days and the filter leaves, by branch, purpose and method.
pub(in super::super) async fn list_takings(
    conn: &mut Connection,
    sites: &[i64],
    days: DayRange,
    filter: &SalesFilter,
) -> Result<Vec<TakingsGroup>, Error> {
    let rows = sqlx::query_as!(
        GroupRow,
        r#"select d.branch_id, d.kind as "purpose: PaymentPurpose", d.method as "method: Method",
               sum(d.payments)::bigint as "payments!", sum(d.amount_minor)::bigint as "amount!",
               sum(d.discount_minor)::bigint as "discount!"
           from payment_days d
           where d.branch_id = any($1) and d.business_day between $2 and $3
             and ($4::text is null or d.method = $4)
             and ($5::bigint is null or d.service_id = $5)
             and ($6::text is null or d.service_id in (select v.id from services v where lower(v.name) = lower($6)))
           group by d.branch_id, d.kind, d.method
           order by d.branch_id, d.kind, d.method"#,
        sites,
        days.from,
        days.to,
        filter.method.map(Method::as_str),
        filter.service.map(ServiceId::get),
        filter.service_name.as_ref().map(Line::as_str),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(TakingsGroup::from).collect())
}

struct GroupRow {
    branch_id: i64,
    purpose: PaymentPurpose,
    method: Method,
    payments: i64,
    amount: i64,
    discount: i64,
}

impl From<GroupRow> for TakingsGroup {
    fn from(row: GroupRow) -> Self {
        Self {
            branch: BranchId::from(row.branch_id),
            purpose: row.purpose,
            method: row.method,
            takings: takings(row.payments, row.amount, row.discount),
        }
    }
}

fn takings(payments: i64, amount: i64, discount: i64) -> Takings {
    Takings { payments, amount: Money::from_minor(amount), discount: Money::from_minor(discount) }
}

/// What the branches took within the days for subscriptions to each service, the one that brought most first; what was paid
/// for no subscription is one of the rows.
pub(in super::super) async fn list_service_takings(
    conn: &mut Connection,
    sites: &[i64],
    days: DayRange,
) -> Result<Vec<ServiceTakings>, Error> {
    let rows = sqlx::query!(
        r#"select t.service_id as "service_id?", v.name as "name?", t.payments as "payments!", t.amount as "amount!"
           from (
               select d.service_id, sum(d.payments)::bigint as payments, sum(d.amount_minor)::bigint as amount
               from payment_days d
               where d.branch_id = any($1) and d.business_day between $2 and $3
               group by d.service_id
           ) t
           left join services v on v.id = t.service_id
           order by t.amount desc, t.service_id nulls last
           limit $4"#,
        sites,
        days.from,
        days.to,
        MOST_SERVICES,
    )
    .fetch_all(conn)
    .await?;
    let services = rows.into_iter().map(|row| ServiceTakings {
        service: row.service_id.map(ServiceId::from),
        name: row.name,
        takings: takings(row.payments, row.amount, 0),
    });
    Ok(services.collect())
}

/// How many different customers paid for subscriptions to each service at one branch within the days.
///
/// Each subscription is looked up by its id (`limit 1`): joined, Postgres would read all that were ever sold for the few that are
/// meant.
pub(in super::super) async fn count_payers(
    conn: &mut Connection,
    branch: BranchId,
    days: DayRange,
) -> Result<Vec<(ServiceId, i64)>, Error> {
    let rows = sqlx::query!(
        r#"select s.service_id as "service_id!", count(distinct s.customer_id) as "customers!"
           from payments p
           cross join lateral (
               select s.service_id, s.customer_id from subscriptions s where s.id = p.subscription_id limit 1
           ) s
           where p.branch_id = $1 and p.business_day between $2 and $3
           group by s.service_id"#,
        branch.get(),
        days.from,
        days.to,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (ServiceId::from(row.service_id), row.customers)).collect())
}

/// Net revenue of the branches together by day, in order; days without payments are left out.
pub(in super::super) async fn list_days(
    conn: &mut Connection,
    sites: &[i64],
    days: DayRange,
) -> Result<Vec<DayRevenue>, Error> {
    let rows = sqlx::query!(
        r#"select r.business_day as "business_day!", sum(r.amount_minor)::bigint as "amount!"
           from revenue r
           where r.branch_id = any($1) and r.business_day between $2 and $3
           group by r.business_day
           order by r.business_day"#,
        sites,
        days.from,
        days.to,
    )
    .fetch_all(conn)
    .await?;
    let revenue = rows
        .into_iter()
        .map(|row| DayRevenue { day: row.business_day, revenue: Money::from_minor(row.amount) });
    Ok(revenue.collect())
}

/// Net revenue of each branch within the days; branches without payments are left out.
pub(in super::super) async fn list_branch_sums(
    conn: &mut Connection,
    sites: &[i64],
    days: DayRange,
) -> Result<Vec<(BranchId, Money)>, Error> {
    let rows = sqlx::query!(
        r#"select r.branch_id as "branch_id!", sum(r.amount_minor)::bigint as "amount!"
           from revenue r
           where r.branch_id = any($1) and r.business_day between $2 and $3
           group by r.branch_id
           order by r.branch_id"#,
        sites,
        days.from,
        days.to,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (BranchId::from(row.branch_id), Money::from_minor(row.amount))).collect())
}

/// Approved expenses of each branch that count within the days; branches without any are left out.
pub(in super::super) async fn list_expenses(
    conn: &mut Connection,
    sites: &[i64],
    days: DayRange,
) -> Result<Vec<(BranchId, Money)>, Error> {
    let rows = sqlx::query!(
        r#"select e.branch_id, sum(e.amount_minor)::bigint as "amount!"
           from expenses e
           where e.branch_id = any($1) and e.decision = 'approved' and e.business_day between $2 and $3
           group by e.branch_id
           order by e.branch_id"#,
        sites,
        days.from,
        days.to,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (BranchId::from(row.branch_id), Money::from_minor(row.amount))).collect())
}

struct LineRow {
    id: i64,
    receipt_number: i64,
    branch_id: i64,
    branch_name: String,
    customer_id: Option<i64>,
    customer_name: Option<String>,
    service_name: Option<String>,
    purpose: PaymentPurpose,
    method: Method,
    amount_minor: i64,
    discount_minor: i64,
    taken_at: Timestamp,
    business_day: NaiveDate,
    taken_by: String,
}

impl From<LineRow> for SalesLine {
    fn from(row: LineRow) -> Self {
        Self {
            id: PaymentId::from(row.id),
            receipt_number: row.receipt_number,
            branch: BranchId::from(row.branch_id),
            branch_name: row.branch_name,
            customer: row.customer_id.map(CustomerId::from),
            customer_name: row.customer_name,
            service_name: row.service_name,
            purpose: row.purpose,
            method: row.method,
            amount: Money::from_minor(row.amount_minor),
            discount: Money::from_minor(row.discount_minor),
            taken_at: row.taken_at,
            business_day: row.business_day,
            taken_by: row.taken_by,
        }
    }
}

/// A page of what the branches took within the days, the last first.
///
/// Each branch is walked from its own end: an index of the whole gym beside that of the branches would cost every sale.
pub(in super::super) async fn list_lines(
    conn: &mut Connection,
    sites: &[i64],
    days: DayRange,
    page: Page,
) -> Result<Vec<SalesLine>, Error> {
    let keys = sqlx::query_scalar!(
        r#"select newest.id as "id!"
           from unnest($1::bigint[]) site (id)
           cross join lateral (
               select p.id, p.business_day
               from payments p
               where p.branch_id = site.id and p.business_day between $2 and $3
               order by p.business_day desc, p.id desc
               limit $4::bigint + $5::bigint
           ) newest
           order by newest.business_day desc, newest.id desc
           limit $4 offset $5"#,
        sites,
        days.from,
        days.to,
        page.limit,
        page.offset,
    )
    .fetch_all(&mut *conn)
    .await?;
    list_shown(conn, &keys).await
}

/// The same of what the filter leaves.
///
/// The sums by day tell on which days there is enough for the page; only these are walked, so that what was seldom sold is
/// not looked for among everything else.
pub(in super::super) async fn list_filtered_lines(
    conn: &mut Connection,
    sites: &[i64],
    days: DayRange,
    filter: &SalesFilter,
    page: Page,
) -> Result<Vec<SalesLine>, Error> {
    let keys = sqlx::query_scalar!(
        r#"with busy as (
               select d.branch_id, d.business_day, sum(d.payments) as payments
               from payment_days d
               where d.branch_id = any($1) and d.business_day between $2 and $3
                 and ($4::text is null or d.method = $4)
                 and ($5::bigint is null or d.service_id = $5)
                 and ($6::text is null or d.service_id in (select v.id from services v where lower(v.name) = lower($6)))
               group by d.branch_id, d.business_day
           ), walked as (
               select b.branch_id, b.business_day, sum(b.payments) over (
                   order by b.business_day desc groups between unbounded preceding and 1 preceding
               ) as later
               from busy b
           )
           select p.id
           from walked w
           join payments p on p.branch_id = w.branch_id and p.business_day = w.business_day
           left join lateral (
               select s.service_id from subscriptions s where s.id = p.subscription_id limit 1
           ) s on true
           where coalesce(w.later, 0) < $7::bigint + $8::bigint
             and ($4 is null or p.method = $4)
             and ($5 is null or s.service_id = $5)
             and ($6 is null or s.service_id in (select v.id from services v where lower(v.name) = lower($6)))
           order by p.business_day desc, p.id desc
           limit $7 offset $8"#,
        sites,
        days.from,
        days.to,
        filter.method.map(Method::as_str),
        filter.service.map(ServiceId::get),
        filter.service_name.as_ref().map(Line::as_str),
        page.limit,
        page.offset,
    )
    .fetch_all(&mut *conn)
    .await?;
    list_shown(conn, &keys).await
}

/// Payments as a ledger shows them, the last first.
async fn list_shown(conn: &mut Connection, keys: &[i64]) -> Result<Vec<SalesLine>, Error> {
    let rows = sqlx::query_as!(
        LineRow,
        r#"select p.id, p.receipt_number, p.branch_id, b.name as branch_name, p.customer_id,
               c.full_name as "customer_name?", s.service_name as "service_name?", p.kind as "purpose: PaymentPurpose",
               p.method as "method: Method", p.amount_minor, p.discount_minor, p.taken_at, p.business_day,
               u.full_name as taken_by
           from payments p
           join branches b on b.id = p.branch_id
           join staff_users u on u.id = p.taken_by
           left join customers c on c.id = p.customer_id
           left join subscriptions s on s.id = p.subscription_id
           where p.id = any($1)
           order by p.business_day desc, p.id desc"#,
        keys,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(SalesLine::from).collect())
}
