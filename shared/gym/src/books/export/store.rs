//! The SQL of the books as a file. Every statement names the branches, which were found within a scope.

use base::{
    Error,
    access::Scope,
    platform::db::Connection,
    vocabulary::{Money, Timestamp},
};
use chrono::NaiveDate;

use super::{
    super::model::{LedgerAccount, TransferSource},
    chart::{Balance, Entry, Ledger},
};
use crate::payments::PaymentPurpose;

/// The branches that somebody may see, open or not.
pub(super) async fn list_ledgers(conn: &mut Connection, scope: &Scope) -> Result<Vec<Ledger>, Error> {
    let many = scope.many();
    Ok(sqlx::query_as!(
        Ledger,
        "select b.id as branch, b.name, b.code, b.gym_id as gym, g.name as gym_name, g.currency
         from branches b
         join gyms g on g.id = b.gym_id
         where ($1::bigint is null or b.gym_id = $1)
           and ($2::bigint is null or b.id = $2)
           and ($3::bigint[] is null or b.id = any($3))
         order by b.gym_id, b.id",
        scope.gym(),
        scope.one(),
        many.as_deref(),
    )
    .fetch_all(conn)
    .await?)
}

/// How many transfers there are, counted up to one more than `most`.
pub(super) async fn count_transfers(
    conn: &mut Connection,
    branches: &[i64],
    (from, to): (NaiveDate, NaiveDate),
    most: usize,
) -> Result<usize, Error> {
    let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    let counted = sqlx::query_scalar!(
        r#"select count(*) as "counted!"
           from (
               select from transfers t
               where t.branch_id = any($1) and t.business_day between $2 and $3
               limit $4
           ) first"#,
        branches,
        from,
        to,
        limit,
    )
    .fetch_one(conn)
    .await?;
    Ok(usize::try_from(counted).unwrap_or(usize::MAX))
}

/// What each account of each branch had before the first day, and what moved on it within the days.
pub(super) async fn list_balances(
    conn: &mut Connection,
    branches: &[i64],
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<Balance>, Error> {
    Ok(sqlx::query_as!(
        Balance,
        r#"select d.branch_id as branch, d.account as "account: LedgerAccount",
               coalesce(sum(d.debit_minor - d.credit_minor) filter (where d.business_day < $2), 0)::bigint as "opening!",
               coalesce(sum(d.debit_minor) filter (where d.business_day >= $2), 0)::bigint as "debit!",
               coalesce(sum(d.credit_minor) filter (where d.business_day >= $2), 0)::bigint as "credit!"
           from account_days d
           where d.branch_id = any($1) and d.business_day <= $3
           group by d.branch_id, d.account"#,
        branches,
        from,
        to,
    )
    .fetch_all(conn)
    .await?)
}

/// The days on which something moved.
pub(super) async fn list_days(
    conn: &mut Connection,
    branches: &[i64],
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<NaiveDate>, Error> {
    Ok(sqlx::query_scalar!(
        "select distinct d.business_day
         from account_days d
         where d.branch_id = any($1) and d.business_day between $2 and $3
         order by d.business_day",
        branches,
        from,
        to,
    )
    .fetch_all(conn)
    .await?)
}

/// The transfers of one day, those of one posting beside each other.
pub(super) async fn list_entries(
    conn: &mut Connection,
    branches: &[i64],
    day: NaiveDate,
) -> Result<Vec<Entry>, Error> {
    struct Row {
        id: i64,
        posting_id: i64,
        branch_id: i64,
        debit: LedgerAccount,
        credit: LedgerAccount,
        amount_minor: i64,
        source: TransferSource,
        source_id: i64,
        reverses_id: Option<i64>,
        posted_at: Timestamp,
        purpose: Option<PaymentPurpose>,
        receipt_number: Option<i64>,
        returns_id: Option<i64>,
    }
    let rows = sqlx::query_as!(
        Row,
        r#"select t.id, t.posting_id as "posting_id!", t.branch_id, t.debit as "debit: LedgerAccount",
               t.credit as "credit: LedgerAccount", t.amount_minor, t.source as "source: TransferSource", t.source_id,
               t.reverses_id, t.posted_at, p.kind as "purpose?: PaymentPurpose", p.receipt_number as "receipt_number?",
               p.reverses_id as returns_id
           from transfers t
           left join payments p on p.id = t.source_id and t.source in ('payment', 'refund')
           where t.branch_id = any($1) and t.business_day = $2
           order by t.branch_id, t.posting_id, t.id"#,
        branches,
        day,
    )
    .fetch_all(conn)
    .await?;
    let entry = |row: Row| Entry {
        id: row.id,
        posting: row.posting_id,
        branch: row.branch_id,
        debit: row.debit,
        credit: row.credit,
        amount: Money::from_minor(row.amount_minor),
        business_day: day,
        source: row.source,
        source_id: row.source_id,
        reverses: row.reverses_id,
        posted_at: row.posted_at,
        purpose: row.purpose,
        receipt: row.receipt_number,
        returns: row.returns_id,
    };
    Ok(rows.into_iter().map(entry).collect())
}
