//! The SQL of branches.

use super::{Branch, BranchEdit, BranchProgress, BranchView, Code, Draft, Figures, Site, Window};
use base::{
    Error,
    access::{Place, Unseen},
    platform::db::{Connection, Tx},
    vocabulary::{BranchId, GymId, Line, StaffId, Timestamp},
};

/// Branches that one list answers.
const MOST_BRANCHES: i64 = 1000;

struct Row {
    id: i64,
    gym_id: i64,
    name: String,
    code: String,
    city: Option<String>,
    address: Option<String>,
    location: Option<String>,
    phone: Option<String>,
    is_active: bool,
    created_at: Timestamp,
    manager: Option<String>,
    staff: i64,
    customers: i64,
    customers_today: i64,
    customers_month: i64,
    active: i64,
    in_window: i64,
    revenue_today: i64,
    revenue_month: i64,
}

impl Row {
    fn branch(self, shows_progress: bool) -> Branch {
        let progress = BranchProgress {
            revenue: self.in_window,
            revenue_today: self.revenue_today,
            revenue_this_month: self.revenue_month,
            customers_today: self.customers_today,
            customers_this_month: self.customers_month,
        };
        Branch {
            id: BranchId::from(self.id),
            gym: GymId::from(self.gym_id),
            name: self.name,
            code: self.code,
            city: self.city,
            address: self.address,
            location: self.location,
            phone: self.phone,
            is_active: self.is_active,
            created_at: self.created_at,
            manager: self.manager,
            figures: Figures {
                customers: self.customers,
                active_subscriptions: self.active,
                staff: self.staff,
                progress: shows_progress.then_some(progress),
            },
        }
    }
}

/// The branches in view with their figures, by id.
///
/// Each figure is a range of one index for each branch: customers and subscriptions that no longer count are in neither,
/// and `revenue` is read from the first day on.
pub(super) async fn list_branches(
    conn: &mut Connection,
    view: &BranchView,
    window: &Window,
) -> Result<Vec<Branch>, Error> {
    let rows = sqlx::query_file_as!(
        Row,
        "src/branches/list_branches.sql",
        view.gym.map(GymId::get),
        view.branches.as_deref(),
        view.managed_by.map(StaffId::get),
        view.only.map(BranchId::get),
        window.today_began,
        window.month_began,
        window.today,
        window.since,
        window.month,
        view.shows_progress,
        MOST_BRANCHES,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.branch(view.shows_progress)).collect())
}

/// The names of the branches in view, by id.
pub(super) async fn list_sites(conn: &mut Connection, view: &BranchView) -> Result<Vec<Site>, Error> {
    let rows = sqlx::query!(
        "select b.id, b.name
         from branches b
         where ($1::bigint is null or b.gym_id = $1)
           and ($2::bigint[] is null or b.id = any($2) or b.id in (
               select w.branch_id from staff_branches w where w.staff_id = $3
           ))
           and ($4::bigint is null or b.id = $4)
         order by b.id
         limit $5",
        view.gym.map(GymId::get),
        view.branches.as_deref(),
        view.managed_by.map(StaffId::get),
        view.only.map(BranchId::get),
        MOST_BRANCHES,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| Site { id: BranchId::from(row.id), name: row.name }).collect())
}

/// Opens a branch, with its receipts at zero.
pub(super) async fn insert_branch(
    tx: &mut Tx,
    gym: GymId,
    draft: &Draft,
    now: Timestamp,
) -> Result<BranchId, sqlx::Error> {
    let id = sqlx::query_scalar!(
        "with opened as (
             insert into branches (gym_id, name, code, city, address, location, phone, is_active, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, true, $8)
             returning id
         ), receipts as (
             insert into branch_receipts (branch_id, last_number, first_open_day, first_open_month)
             -- What the gym has closed is closed for it, too.
             select o.id, 0, closed.until, closed.until
             from opened o
             cross join (
                 select (max(month) + interval '1 month')::date as until from month_closings where gym_id = $1
             ) closed
         )
         select id from opened",
        gym.get(),
        draft.name.as_str(),
        draft.code.as_str(),
        draft.city.as_ref().map(Line::as_str),
        draft.address.as_ref().map(Line::as_str),
        draft.location.as_ref().map(Line::as_str),
        draft.phone.as_ref().map(Line::as_str),
        now,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(BranchId::from(id))
}

/// What a switch or an edit has to know of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Locked {
    /// The gym it belongs to.
    pub(super) gym: GymId,
    /// Whether it is open for business.
    pub(super) is_active: bool,
    pub(super) city: Option<String>,
    pub(super) address: Option<String>,
    pub(super) location: Option<String>,
    pub(super) phone: Option<String>,
}

/// The branch as it stands; its row is held until the transaction ends.
pub(super) async fn lock_branch(tx: &mut Tx, id: BranchId) -> Result<Unseen<Locked>, Error> {
    let row = sqlx::query!(
        "select gym_id, is_active, city, address, location, phone from branches where id = $1 for update",
        id.get(),
    )
    .fetch_optional(tx.conn())
    .await?;
    let locked = row.map(|row| Locked {
        gym: GymId::from(row.gym_id),
        is_active: row.is_active,
        city: row.city,
        address: row.address,
        location: row.location,
        phone: row.phone,
    });
    Ok(Unseen::new(locked, |locked| Place::branch(locked.gym, id)))
}

/// Whether the branch is in the managed set of a staff user.
pub(super) async fn find_managed(
    conn: &mut Connection,
    staff: StaffId,
    branch: BranchId,
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from staff_branches where staff_id = $1 and branch_id = $2) as "is_managed!""#,
        staff.get(),
        branch.get(),
    )
    .fetch_one(conn)
    .await?)
}

/// Writes what a branch is to be; `locked` is what it was.
pub(super) async fn update_branch(
    tx: &mut Tx,
    id: BranchId,
    locked: Locked,
    edit: BranchEdit,
) -> Result<(), sqlx::Error> {
    let text = String::from;
    sqlx::query!(
        "update branches
         set name = coalesce($2, name), code = coalesce($3, code), city = $4, address = $5, location = $6, phone = $7
         where id = $1",
        id.get(),
        edit.name.as_ref().map(Line::as_str),
        edit.code.as_ref().map(Code::as_str),
        edit.city.parsed(|line| Some(text(line))).over(locked.city),
        edit.address.parsed(|line| Some(text(line))).over(locked.address),
        edit.location.parsed(|line| Some(text(line))).over(locked.location),
        edit.phone.parsed(|line| Some(text(line))).over(locked.phone),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Switches a branch on or off.
pub(super) async fn update_is_active(tx: &mut Tx, id: BranchId, is_active: bool) -> Result<(), Error> {
    sqlx::query!("update branches set is_active = $2 where id = $1", id.get(), is_active)
        .execute(tx.conn())
        .await?;
    Ok(())
}
