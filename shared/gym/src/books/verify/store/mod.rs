//! The SQL of verifying the books.

mod months;

use base::{Error, platform::db::Connection, vocabulary::Timestamp};
use chrono::NaiveDate;

use super::super::rules::PaymentRules;
pub(super) use months::{list_wrong_months, list_wrongly_delivered};

/// A payment with the hashes that it carries.
#[derive(Debug, Clone)]
pub(super) struct ChainedReceipt {
    pub(super) id: i64,
    pub(super) branch_id: i64,
    pub(super) receipt_number: i64,
    pub(super) kind: String,
    pub(super) method: String,
    pub(super) amount_minor: i64,
    pub(super) discount_minor: i64,
    pub(super) customer_id: Option<i64>,
    pub(super) subscription_id: Option<i64>,
    pub(super) reverses_id: Option<i64>,
    pub(super) taken_by: i64,
    pub(super) taken_at: Timestamp,
    pub(super) business_day: NaiveDate,
    pub(super) notes: Option<String>,
    pub(super) previous_hash: Option<Vec<u8>>,
    pub(super) hash: Option<Vec<u8>>,
}

/// The receipts after this branch and number, in their order.
pub(super) async fn list_receipts(
    conn: &mut Connection,
    (branch, number): (i64, i64),
    most: i64,
) -> Result<Vec<ChainedReceipt>, Error> {
    Ok(sqlx::query_as!(
        ChainedReceipt,
        "select id, branch_id, receipt_number, kind, method, amount_minor, discount_minor, customer_id, subscription_id,
             reverses_id, taken_by, taken_at, business_day, notes, previous_hash, hash
         from payments
         where (branch_id, receipt_number) > ($1, $2)
         order by branch_id, receipt_number
         limit $3",
        branch,
        number,
        most,
    )
    .fetch_all(conn)
    .await?)
}

/// How many transfers there are.
pub(super) async fn count_transfers(conn: &mut Connection) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(r#"select count(*) as "count!" from transfers"#).fetch_one(conn).await?)
}

/// Branches whose last receipt is not the one that their counter says.
pub(super) async fn list_lost_receipts(conn: &mut Connection, most: i64) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!(
        r#"select 'branch ' || b.id as "place!"
           from branches b
           left join branch_receipts r on r.branch_id = b.id
           where coalesce(r.last_number, 0) <> (
               select coalesce(max(p.receipt_number), 0) from payments p where p.branch_id = b.id
           )
           order by b.id
           limit $1"#,
        most,
    )
    .fetch_all(conn)
    .await?)
}

/// Payments that are not posted by exactly one transfer, with the accounts that the rules say.
pub(super) async fn list_wrongly_posted(
    conn: &mut Connection,
    rules: &PaymentRules,
    most: i64,
) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!(
        r#"select 'payment ' || p.id as "place!"
           from payments p
           left join unnest($1::text[], $2::text[], $3::text[], $4::text[]) r (kind, method, debit, credit)
               on r.kind = p.kind and r.method = p.method
           left join transfers t on t.source_id = p.id and t.source in ('payment', 'refund')
           left join transfers undone on undone.id = t.reverses_id
           group by p.id
           having count(t.id) <> 1 or not bool_and(coalesce(
               (t.gym_id, t.branch_id, t.amount_minor, t.business_day, t.posted_at, t.first_id is null)
                   = (p.gym_id, p.branch_id, abs(p.amount_minor), p.business_day, p.taken_at, true)
               and t.source = case p.kind when 'refund' then 'refund' else 'payment' end
               and case p.kind
                   when 'reversal' then undone.source_id = p.reverses_id
                   else (t.debit, t.credit) = (r.debit, r.credit) and t.reverses_id is null
               end, false))
           order by p.id
           limit $5"#,
        &rules.kinds,
        &rules.methods,
        &rules.debits,
        &rules.credits,
        most,
    )
    .fetch_all(conn)
    .await?)
}

/// A closing with the hashes that it carries, and what the books say of its day.
#[derive(Debug, Clone)]
pub(super) struct ChainedClosing {
    pub(super) id: i64,
    pub(super) branch_id: i64,
    pub(super) business_day: NaiveDate,
    pub(super) expected_minor: i64,
    pub(super) counted_minor: Option<i64>,
    pub(super) card_minor: i64,
    pub(super) transfer_minor: i64,
    pub(super) closed_by: i64,
    pub(super) closed_at: Timestamp,
    pub(super) notes: Option<String>,
    pub(super) previous_hash: Vec<u8>,
    pub(super) hash: Vec<u8>,
    /// Whether its figures are those of the books, and the difference is posted once, no more and no less.
    pub(super) fits: bool,
}

/// The closings after this branch and id, in their order.
pub(super) async fn list_closings(
    conn: &mut Connection,
    (branch, id): (i64, i64),
    most: i64,
) -> Result<Vec<ChainedClosing>, Error> {
    Ok(sqlx::query_as!(
        ChainedClosing,
        r#"select k.id, k.branch_id, k.business_day, k.expected_minor, k.counted_minor, k.card_minor, k.transfer_minor,
               k.closed_by, k.closed_at, k.notes, k.previous_hash, k.hash,
               coalesce((k.expected_minor, k.card_minor, k.transfer_minor) = (
                   select coalesce(sum(debit_minor - credit_minor) filter (where account = 'till'), 0),
                          coalesce(sum(debit_minor - credit_minor) filter (where account = 'card'), 0),
                          coalesce(sum(debit_minor - credit_minor) filter (where account = 'transfer'), 0)
                   from account_days d
                   where d.branch_id = k.branch_id and d.business_day = k.business_day and d.source <> 'closing'
               ) and coalesce((
                   select sum(case when t.debit = 'till' and t.credit = 'cash_over_short' then t.amount_minor
                                   when t.credit = 'till' and t.debit = 'cash_over_short' then -t.amount_minor end)
                   from transfers t
                   where t.source = 'closing' and t.source_id = k.id
                   having count(*) = 1
                      and bool_and((t.gym_id, t.branch_id, t.business_day, t.posted_at, t.first_id is null)
                          = (k.gym_id, k.branch_id, k.business_day, k.closed_at, true))
               ), 0) = coalesce(k.counted_minor - k.expected_minor, 0)
               and k.business_day < r.first_open_day, false) as "fits!"
           from daily_closings k
           join branch_receipts r on r.branch_id = k.branch_id
           where (k.branch_id, k.id) > ($1, $2)
           order by k.branch_id, k.id
           limit $3"#,
        branch,
        id,
        most,
    )
    .fetch_all(conn)
    .await?)
}

/// Branches whose first open day is not the one after the latest that was closed, by itself or with its month; and those
/// whose first open month is not the one after the latest that was closed.
pub(super) async fn list_wrongly_open(conn: &mut Connection, most: i64) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!(
        r#"select 'branch ' || r.branch_id as "place!"
           from branch_receipts r
           join branches b on b.id = r.branch_id
           where r.first_open_day is distinct from greatest(
               (select max(k.business_day) + 1 from daily_closings k where k.branch_id = r.branch_id),
               (select (max(c.month) + interval '1 month')::date from month_closings c where c.gym_id = b.gym_id)
           ) or r.first_open_month is distinct from (
               select (max(c.month) + interval '1 month')::date
               from month_closings c
               where c.gym_id = b.gym_id
                 and (b.created_at >= c.closed_at or exists (
                     select from branch_months m where m.month_closing_id = c.id and m.branch_id = b.id
                 ))
           )
           order by r.branch_id
           limit $1"#,
        most,
    )
    .fetch_all(conn)
    .await?)
}

/// Transfers whose document is not there.
pub(super) async fn list_orphans(conn: &mut Connection, most: i64) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!(
        r#"select 'transfer ' || t.id as "place!"
           from transfers t
           left join payments p on t.source in ('payment', 'refund') and p.id = t.source_id
           left join daily_closings k on t.source = 'closing' and k.id = t.source_id
           left join expenses e on t.source = 'expense' and e.id = t.source_id
           left join branch_months m on t.source = 'recognition' and m.month_closing_id = t.source_id and m.branch_id = t.branch_id
           where coalesce(p.id, k.id, e.id, m.branch_id) is null
           order by t.id
           limit $1"#,
        most,
    )
    .fetch_all(conn)
    .await?)
}

/// Expenses that are not posted once when they were approved, and once when they were paid.
pub(super) async fn list_wrong_expenses(conn: &mut Connection, most: i64) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!(
        r#"with due (id, gym_id, branch_id, debit, credit, amount_minor, business_day, posted_at) as (
               select id, gym_id, branch_id, 'expense:' || category, 'owed_to_suppliers', amount_minor, business_day, decided_at
               from expenses
               where decision = 'approved'
               union all
               select id, gym_id, branch_id, 'owed_to_suppliers', case paid_from when 'till' then 'till' else 'transfer' end,
                   amount_minor, paid_business_day, paid_at
               from expenses
               where paid_from is not null
           ), posted as (
               select source_id as id, gym_id, branch_id, debit, credit, amount_minor, business_day, posted_at
               from transfers
               where source = 'expense' and first_id is null and reverses_id is null
           ), odd as (
               (select id, debit from due except all select id, debit from posted)
               union all
               (select id, debit from posted except all select id, debit from due)
               union all
               select d.id, d.debit
               from due d
               join posted p on p.id = d.id and p.debit = d.debit
               where (d.gym_id, d.branch_id, d.credit, d.amount_minor, d.business_day, d.posted_at)
                   is distinct from (p.gym_id, p.branch_id, p.credit, p.amount_minor, p.business_day, p.posted_at)
           )
           select distinct 'expense ' || id as "place!"
           from odd
           order by 1
           limit $1"#,
        most,
    )
    .fetch_all(conn)
    .await?)
}

/// Transfers that name another and do not undo it.
pub(super) async fn list_wrong_reversals(conn: &mut Connection, most: i64) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!(
        r#"select 'transfer ' || t.id as "place!"
           from transfers t
           join transfers undone on undone.id = t.reverses_id
           where (t.gym_id, t.branch_id, t.debit, t.credit, t.amount_minor)
               <> (undone.gym_id, undone.branch_id, undone.credit, undone.debit, undone.amount_minor)
           order by t.id
           limit $1"#,
        most,
    )
    .fetch_all(conn)
    .await?)
}

/// Sums of days that are not those of the transfers.
pub(super) async fn list_wrong_days(conn: &mut Connection, most: i64) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!(
        r#"with summed as (
               select gym_id, branch_id, business_day, account, source,
                      sum(debit_minor) as debit_minor, sum(credit_minor) as credit_minor
               from (
                   select gym_id, branch_id, business_day, debit, source, amount_minor, 0 from transfers
                   union all
                   select gym_id, branch_id, business_day, credit, source, 0, amount_minor from transfers
               ) legs (gym_id, branch_id, business_day, account, source, debit_minor, credit_minor)
               group by gym_id, branch_id, business_day, account, source
           )
           select format('branch %s, %s, %s (%s)', branch_id, business_day, account, source) as "place!"
           from account_days d
           full join summed s using (gym_id, branch_id, business_day, account, source)
           where d.debit_minor is distinct from s.debit_minor or d.credit_minor is distinct from s.credit_minor
           order by 1
           limit $1"#,
        most,
    )
    .fetch_all(conn)
    .await?)
}

/// Sums of days that reports read and that are not those of the payments.
pub(super) async fn list_wrong_report_days(conn: &mut Connection, most: i64) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!(
        r#"with summed as (
               select p.gym_id, p.branch_id, p.business_day,
                      concat_ws(' ', p.kind, p.method, 'service', s.service_id) as part, count(*) as payments,
                      sum(p.amount_minor) as amount_minor, sum(p.discount_minor) as discount_minor
               from payments p
               left join subscriptions s on s.id = p.subscription_id
               group by p.gym_id, p.branch_id, p.business_day, part
               union all
               select gym_id, branch_id, business_day, 'staff user ' || taken_by, count(*), sum(amount_minor), null
               from payments
               group by gym_id, branch_id, business_day, taken_by
           ), kept as (
               select gym_id, branch_id, business_day, concat_ws(' ', kind, method, 'service', service_id) as part, payments,
                      amount_minor, discount_minor
               from payment_days
               union all
               select gym_id, branch_id, business_day, 'staff user ' || taken_by, payments, amount_minor, null
               from staff_days
           )
           select format('branch %s, %s, %s', branch_id, business_day, part) as "place!"
           from kept k
           full join summed s using (gym_id, branch_id, business_day, part)
           where (k.payments, k.amount_minor, k.discount_minor)
               is distinct from (s.payments, s.amount_minor, s.discount_minor)
           order by 1
           limit $1"#,
        most,
    )
    .fetch_all(conn)
    .await?)
}

/// Payments of which another sum was given back than is kept, or more than was paid, or at another branch.
pub(super) async fn list_wrong_returns(conn: &mut Connection, most: i64) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!(
        r#"with summed as (
               select r.reverses_id as payment_id, -sum(r.amount_minor) as returned_minor,
                      bool_and(r.branch_id = p.branch_id and r.taken_at >= p.taken_at) as fits
               from payments r
               join payments p on p.id = r.reverses_id
               group by r.reverses_id
           )
           select 'payment ' || payment_id as "place!"
           from payment_returns k
           full join summed s using (payment_id)
           left join payments p on p.id = payment_id
           where k.returned_minor is distinct from s.returned_minor or k.paid_minor is distinct from p.amount_minor
              or not s.fits or s.returned_minor > p.amount_minor
           order by payment_id
           limit $1"#,
        most,
    )
    .fetch_all(conn)
    .await?)
}
