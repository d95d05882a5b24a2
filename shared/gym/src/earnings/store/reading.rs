//! The SQL of reading months.

use base::{
    Error,
    access::Scope,
    platform::db::Connection,
    vocabulary::{BranchId, GymId, Money, Month, MonthClosingId, SubscriptionId, Timestamp},
};

use super::super::model::{BranchMonth, OpenDay, UnknownSale};

/// Days of a month that are named at most, and sales.
const NAMED: i64 = 100;

/// Days of the month on which something was posted and which nobody closed, the earliest first.
pub(in super::super) async fn list_open_days(
    conn: &mut Connection,
    scope: &Scope,
    month: Month,
) -> Result<Vec<OpenDay>, Error> {
    let many = scope.many();
    let rows = sqlx::query!(
        r#"select b.id, b.name, d.business_day as "day!"
           from branches b
           cross join lateral (
               select distinct business_day
               from account_days
               where branch_id = b.id and business_day between $4 and $5 and source <> 'recognition'
           ) d
           where ($1::bigint is null or b.gym_id = $1)
             and ($2::bigint is null or b.id = $2)
             and ($3::bigint[] is null or b.id = any($3))
             and not exists (
                 select from daily_closings k where k.branch_id = b.id and k.business_day = d.business_day
             )
           order by d.business_day, b.id
           limit $6"#,
        scope.gym(),
        scope.one(),
        many.as_deref(),
        month.first(),
        month.last(),
        NAMED,
    )
    .fetch_all(conn)
    .await?;
    let day = |id, name, day| OpenDay { branch: (BranchId::new(id), name), day };
    Ok(rows.into_iter().map(|row| day(row.id, row.name, row.day)).collect())
}

/// A month that was ordered to be closed.
#[derive(Debug, Clone)]
pub(in super::super) struct Ordered {
    pub(in super::super) id: i64,
    pub(in super::super) closed_by: i64,
    pub(in super::super) closed_by_name: String,
    pub(in super::super) closed_at: Timestamp,
    /// Whether it is closed at every branch.
    pub(in super::super) is_done: bool,
}

pub(in super::super) async fn find_ordered(
    conn: &mut Connection,
    gym: GymId,
    month: Month,
) -> Result<Option<Ordered>, Error> {
    Ok(sqlx::query_as!(
        Ordered,
        r#"select c.id, c.closed_by, u.full_name as closed_by_name, c.closed_at,
               c.branches <= (select count(*) from branch_months m where m.month_closing_id = c.id) as "is_done!"
           from month_closings c
           join staff_users u on u.id = c.closed_by
           where c.gym_id = $1 and c.month = $2"#,
        gym.get(),
        month.first(),
    )
    .fetch_optional(conn)
    .await?)
}

/// What the branches in sight earned in a closed month.
pub(in super::super) async fn list_branch_months(
    conn: &mut Connection,
    scope: &Scope,
    closing: MonthClosingId,
) -> Result<Vec<BranchMonth>, Error> {
    let many = scope.many();
    let rows = sqlx::query!(
        "select b.id, b.name, m.earned_minor, m.forfeited_minor, m.unearned_minor
         from branch_months m
         join branches b on b.id = m.branch_id
         where m.month_closing_id = $4
           and ($1::bigint is null or b.gym_id = $1)
           and ($2::bigint is null or b.id = $2)
           and ($3::bigint[] is null or b.id = any($3))
         order by b.id",
        scope.gym(),
        scope.one(),
        many.as_deref(),
        closing.get(),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| BranchMonth {
            branch: (BranchId::new(row.id), row.name),
            earned: Money::from_minor(row.earned_minor),
            forfeited: Money::from_minor(row.forfeited_minor),
            unearned: Money::from_minor(row.unearned_minor),
        })
        .collect())
}

/// Subscriptions of the branches in sight of which it was not known what was sold when the month was closed.
pub(in super::super) async fn list_unknown(
    conn: &mut Connection,
    scope: &Scope,
    closing: MonthClosingId,
) -> Result<Vec<UnknownSale>, Error> {
    let many = scope.many();
    let rows = sqlx::query!(
        "select m.subscription_id, m.branch_id, m.unearned_minor
         from branches b
         join subscription_months m on m.month_closing_id = $4 and m.branch_id = b.id
         where ($1::bigint is null or b.gym_id = $1)
           and ($2::bigint is null or b.id = $2)
           and ($3::bigint[] is null or b.id = any($3))
           and not m.is_known
         order by m.branch_id, m.subscription_id
         limit $5",
        scope.gym(),
        scope.one(),
        many.as_deref(),
        closing.get(),
        NAMED,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| UnknownSale {
            subscription: SubscriptionId::new(row.subscription_id),
            branch: BranchId::new(row.branch_id),
            unearned: Money::from_minor(row.unearned_minor),
        })
        .collect())
}

/// The names of branches and of services, as they are now.
pub(in super::super) async fn list_names(
    conn: &mut Connection,
    branches: &[i64],
    services: &[i64],
) -> Result<(Vec<(i64, String)>, Vec<(i64, String)>), Error> {
    let rows = sqlx::query!(
        r#"select true as "is_branch!", id as "id!", name as "name!" from branches where id = any($1)
           union all
           select false, id, name from services where id = any($2)"#,
        branches,
        services,
    )
    .fetch_all(conn)
    .await?;
    let (branches, services): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.is_branch);
    Ok((
        branches.into_iter().map(|row| (row.id, row.name)).collect(),
        services.into_iter().map(|row| (row.id, row.name)).collect(),
    ))
}
