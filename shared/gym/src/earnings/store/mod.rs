//! The SQL of closing months.

mod lives;
mod reading;

use base::{
    Error, OnConstraint as _,
    platform::db::{Connection, Tx},
    vocabulary::{BranchId, GymId, Month, MonthClosingId, StaffId},
};
use chrono::NaiveDate;

use super::rules::MonthRefused;
pub(super) use lives::{Lived, list_due, list_lives, list_posted, list_running};
pub(super) use reading::{find_ordered, list_branch_months, list_names, list_open_days, list_unknown};

/// Keeps branches of the gym from being opened until the transaction ends.
pub(super) async fn lock_gym(tx: &mut Tx, gym: GymId) -> Result<(), Error> {
    sqlx::query!("select from gyms where id = $1 for no key update", gym.get()).fetch_all(tx.conn()).await?;
    Ok(())
}

/// How far the months of a gym are closed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Course {
    /// The day of the first posting of any branch.
    pub(super) began_on: Option<NaiveDate>,
    /// The latest month that was ordered to be closed.
    pub(super) ordered: Option<NaiveDate>,
    /// Whether it is closed at every branch.
    pub(super) is_done: bool,
}

pub(super) async fn find_course(conn: &mut Connection, gym: GymId) -> Result<Course, Error> {
    Ok(sqlx::query_as!(
        Course,
        r#"select (
               select min(d.began_on)
               from branches b
               cross join lateral (
                   select business_day as began_on from account_days where branch_id = b.id order by business_day limit 1
               ) d
               where b.gym_id = $1
           ) as began_on,
           c.month as "ordered?",
           coalesce(c.branches <= (select count(*) from branch_months m where m.month_closing_id = c.id), true) as "is_done!"
           from (select) nothing
           left join lateral (
               select id, month, branches from month_closings where gym_id = $1 order by month desc limit 1
           ) c on true"#,
        gym.get(),
    )
    .fetch_one(conn)
    .await?)
}

/// Gives every branch of the gym no day before `first` any more, and tells how many branches there are.
pub(super) async fn update_first_open_days(tx: &mut Tx, gym: GymId, first: NaiveDate) -> Result<i64, Error> {
    let updated = sqlx::query!(
        "insert into branch_receipts as r (branch_id, last_number, first_open_day)
         select id, 0, $2::date from branches where gym_id = $1 order by id
         on conflict (branch_id) do update set first_open_day = greatest(r.first_open_day, excluded.first_open_day)",
        gym.get(),
        first,
    )
    .execute(tx.conn())
    .await?;
    Ok(i64::try_from(updated.rows_affected()).unwrap_or(i64::MAX))
}

/// Writes the order to close a month.
pub(super) async fn insert_month_closing(
    tx: &mut Tx,
    gym: GymId,
    month: Month,
    branches: i64,
    by: StaffId,
) -> Result<MonthClosingId, Error> {
    let now = tx.now();
    let id = sqlx::query_scalar!(
        "insert into month_closings (gym_id, month, branches, closed_by, closed_at)
         values ($1, $2, $3, $4, $5)
         returning id",
        gym.get(),
        month.first(),
        i32::try_from(branches).unwrap_or(i32::MAX),
        by.get(),
        now,
    )
    .fetch_one(tx.conn())
    .await
    .on_constraint("month_closings_once", || MonthRefused::AlreadyClosed)?;
    Ok(MonthClosingId::new(id))
}

/// The order to close a month.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) id: MonthClosingId,
    pub(super) gym: GymId,
    pub(super) month: Month,
    /// The order before it, and the last day of its month.
    pub(super) before: Option<(MonthClosingId, NaiveDate)>,
    /// The zone of the gym's calendar.
    pub(super) time_zone: String,
}

pub(super) async fn find_order(conn: &mut Connection, id: MonthClosingId) -> Result<Option<Order>, Error> {
    let row = sqlx::query!(
        r#"select c.id, c.gym_id, c.month, g.time_zone, before.id as "before_id?", before.month as "before_month?"
           from month_closings c
           join gyms g on g.id = c.gym_id
           left join lateral (
               select e.id, e.month from month_closings e
               where e.gym_id = c.gym_id and e.month < c.month
               order by e.month desc
               limit 1
           ) before on true
           where c.id = $1"#,
        id.get(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Order {
        id,
        gym: GymId::new(row.gym_id),
        month: Month::of(row.month),
        before: row
            .before_id
            .zip(row.before_month)
            .map(|(before, month)| (MonthClosingId::new(before), Month::of(month).last())),
        time_zone: row.time_zone,
    }))
}

/// Branches of the gym at which the month is not closed yet.
pub(super) async fn list_branches_to_close(
    conn: &mut Connection,
    order: &Order,
) -> Result<Vec<BranchId>, Error> {
    let ids = sqlx::query_scalar!(
        "select b.id
         from branches b
         where b.gym_id = $1
           and not exists (select from branch_months m where m.month_closing_id = $2 and m.branch_id = b.id)
         order by b.id",
        order.gym.get(),
        order.id.get(),
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(BranchId::new).collect())
}

/// What a branch earned within the month; answers whether nobody wrote it before.
pub(super) async fn insert_branch_month(
    tx: &mut Tx,
    order: &Order,
    branch: BranchId,
    (earned, forfeited, unearned): (i64, i64, i64),
) -> Result<bool, Error> {
    let now = tx.now();
    let written = sqlx::query!(
        "insert into branch_months
             (month_closing_id, gym_id, branch_id, earned_minor, forfeited_minor, unearned_minor, posted_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict do nothing",
        order.id.get(),
        order.gym.get(),
        branch.get(),
        earned,
        forfeited,
        unearned,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// How far subscriptions are delivered, as columns for a statement.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) subscriptions: Vec<i64>,
    pub(super) earned: Vec<i64>,
    pub(super) forfeited: Vec<i64>,
    pub(super) unearned: Vec<i64>,
    pub(super) known: Vec<bool>,
}

pub(super) async fn insert_subscription_months(
    tx: &mut Tx,
    order: &Order,
    branch: BranchId,
    columns: &Columns,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into subscription_months
             (month_closing_id, branch_id, subscription_id, earned_minor, forfeited_minor, unearned_minor, is_known)
         select $1, $2, * from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::boolean[])",
        order.id.get(),
        branch.get(),
        &columns.subscriptions,
        &columns.earned,
        &columns.forfeited,
        &columns.unearned,
        &columns.known,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// From here on nothing is posted at the branch into a month before the one that begins on `first`.
pub(super) async fn update_first_open_month(
    tx: &mut Tx,
    branch: BranchId,
    first: NaiveDate,
) -> Result<(), Error> {
    sqlx::query!(
        "update branch_receipts set first_open_month = greatest(first_open_month, $2::date) where branch_id = $1",
        branch.get(),
        first,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
