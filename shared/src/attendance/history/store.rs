//! The SQL of looking back.

use super::super::{
    model::{Action, Entry, EntryStatus, Source},
    store::{Flag, denial_of},
};
use crate::{
    access::Scope,
    error::Error,
    platform::db::Connection,
    vocabulary::{BranchId, CustomerId, EntryId, Page, StaffId, SubscriptionId, Timestamp},
};

/// Which entries a list shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// From this instant on.
    pub since: Option<Timestamp>,
    /// Before this instant.
    pub before: Option<Timestamp>,
    pub status: Option<EntryStatus>,
}

impl Wanted {
    fn is_admitted(&self) -> Option<bool> {
        self.status.map(|status| status == EntryStatus::Approved)
    }
}

struct EntryRow {
    id: i64,
    at: Timestamp,
    customer_id: i64,
    customer_name: String,
    branch_id: i64,
    branch_name: String,
    subscription_id: Option<i64>,
    service_name: Option<String>,
    is_admitted: Flag,
    denied_as: Option<String>,
    override_reason: Option<String>,
    source: Source,
    action: Action,
    charged: i32,
    staff_id: Option<i64>,
    staff_name: Option<String>,
}

impl TryFrom<EntryRow> for Entry {
    type Error = Error;

    fn try_from(row: EntryRow) -> Result<Self, Error> {
        Ok(Self {
            id: EntryId::from(row.id),
            at: row.at,
            customer: CustomerId::from(row.customer_id),
            customer_name: row.customer_name,
            branch: BranchId::from(row.branch_id),
            branch_name: row.branch_name,
            subscription: row.subscription_id.map(SubscriptionId::from),
            service_name: row.service_name,
            status: if row.is_admitted.0 { EntryStatus::Approved } else { EntryStatus::Denied },
            denied_as: denial_of(row.id, row.denied_as.as_deref())?,
            override_reason: row.override_reason,
            source: row.source,
            action: row.action,
            charged: row.charged,
            staff: row.staff_id.map(StaffId::from),
            staff_name: row.staff_name,
        })
    }
}

/// Entries of everybody, newest first. Of several branches each gives its newest, so that the index of one branch serves
/// however many are asked for.
pub(super) async fn list_entries(
    conn: &mut Connection,
    scope: &Scope,
    wanted: &Wanted,
    page: Page,
) -> Result<Vec<Entry>, Error> {
    let many = scope.many();
    let rows = sqlx::query_file_as!(
        EntryRow,
        "src/attendance/history/list.sql",
        scope.gym(),
        scope.one(),
        many.as_deref(),
        wanted.since,
        wanted.before,
        wanted.is_admitted(),
        page.limit,
        page.offset,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// Entries of one customer, newest first.
pub(super) async fn list_entries_of_customer(
    conn: &mut Connection,
    scope: Option<&Scope>,
    customer: CustomerId,
    wanted: &Wanted,
    page: Page,
) -> Result<Vec<Entry>, Error> {
    let many = scope.and_then(Scope::many);
    let rows = sqlx::query_file_as!(
        EntryRow,
        "src/attendance/history/list_of_customer.sql",
        customer.get(),
        scope.and_then(Scope::gym),
        scope.and_then(Scope::one),
        many.as_deref(),
        wanted.since,
        wanted.before,
        wanted.is_admitted(),
        page.limit,
        page.offset,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// How many entries of everybody there are, counted up to `most`.
pub(super) async fn count_entries(
    conn: &mut Connection,
    scope: &Scope,
    wanted: &Wanted,
    most: i64,
) -> Result<i64, Error> {
    let many = scope.many();
    Ok(sqlx::query_file_scalar!(
        "src/attendance/history/count.sql",
        scope.gym(),
        scope.one(),
        many.as_deref(),
        wanted.since,
        wanted.before,
        wanted.is_admitted(),
        most,
    )
    .fetch_one(conn)
    .await?)
}

/// How many entries of one customer there are, counted up to `most`.
pub(super) async fn count_entries_of_customer(
    conn: &mut Connection,
    scope: Option<&Scope>,
    customer: CustomerId,
    wanted: &Wanted,
    most: i64,
) -> Result<i64, Error> {
    let many = scope.and_then(Scope::many);
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "total!"
           from (
               select
               from entries e
               where e.customer_id = $1
                 and ($2::bigint is null or e.gym_id = $2)
                 and ($3::bigint is null or e.branch_id = $3)
                 and ($4::bigint[] is null or e.branch_id = any($4))
                 and e.at >= coalesce($5::timestamptz, '-infinity')
                 and e.at < coalesce($6::timestamptz, 'infinity')
                 and ($7::boolean is null or e.is_admitted = $7)
               limit $8
           ) counted"#,
        customer.get(),
        scope.and_then(Scope::gym),
        scope.and_then(Scope::one),
        many.as_deref(),
        wanted.since,
        wanted.before,
        wanted.is_admitted(),
        most,
    )
    .fetch_one(conn)
    .await?)
}

/// An entry of a gym.
pub(super) async fn find_entry(conn: &mut Connection, id: EntryId) -> Result<Option<Entry>, Error> {
    let row = sqlx::query_as!(
        EntryRow,
        r#"select e.id, e.at, e.customer_id, c.full_name as customer_name, e.branch_id, b.name as branch_name,
               e.subscription_id, s.service_name as "service_name?", e.is_admitted as "is_admitted: Flag", e.denied_as,
               e.override_reason, e.source as "source: Source", e.action as "action: Action", e.charged, e.staff_id,
               u.full_name as "staff_name?"
           from entries e
           join customers c on c.id = e.customer_id
           join branches b on b.id = e.branch_id
           left join subscriptions s on s.id = e.subscription_id
           left join staff_users u on u.id = e.staff_id
           where e.id = $1"#,
        id.get(),
    )
    .fetch_optional(conn)
    .await?;
    row.map(Entry::try_from).transpose()
}

/// A customer's visits, summed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SumOfVisits {
    pub visits: i64,
    pub spent: i64,
    pub last_at: Option<Timestamp>,
    /// The instants of those since a given one, newest first.
    pub recent: Vec<Timestamp>,
}

/// Sums up the newest visits of a customer, at most `most` of them.
pub(super) async fn find_sum_of_visits(
    conn: &mut Connection,
    customer: CustomerId,
    since: Timestamp,
    most: i64,
) -> Result<SumOfVisits, Error> {
    let row = sqlx::query!(
        r#"select count(*) as "visits!", coalesce(sum(charged), 0) as "spent!", max(at) as last_at,
               coalesce(array_agg(at order by at desc) filter (where at >= $2), '{}') as "recent!"
           from (
               select at, charged
               from entries
               where customer_id = $1 and is_admitted
               order by id desc
               limit $3
           ) newest"#,
        customer.get(),
        since,
        most,
    )
    .fetch_one(conn)
    .await?;
    Ok(SumOfVisits { visits: row.visits, spent: row.spent, last_at: row.last_at, recent: row.recent })
}

/// How many came in at a branch since an instant, counted up to `most`.
pub(super) async fn count_admitted(
    conn: &mut Connection,
    branch: BranchId,
    since: Timestamp,
    most: i64,
) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "total!"
           from (
               select
               from entries
               where branch_id = $1 and at > $2 and is_admitted
               limit $3
           ) counted"#,
        branch.get(),
        since,
        most,
    )
    .fetch_one(conn)
    .await?)
}
