//! Branches beside each other, and the people who work there.

use super::{
    days::{AskedDays, DayRange},
    model::{BranchPerformance, ComparedBranch, EmployeePerformance},
    rules,
    sight::Sight,
    store,
};
use crate::branches::BranchRefused;
use base::{
    Error,
    access::{Granted, can},
    platform::db::{Connection, Db},
    vocabulary::{BranchId, dates::days_later},
};

/// The branches that a staff user sees, switched off or not, the one that earned most within the days first.
///
/// # Refuses
/// A branch as [`super::overview`] does; [`base::vocabulary::DayRangeInvalid`].
pub async fn compare_branches(
    db: &Db,
    staff: &Granted<can::ReadDashboards>,
    branch: Option<BranchId>,
    asked: AskedDays,
) -> Result<Vec<ComparedBranch>, Error> {
    let mut conn = db.report().await?;
    let conn = conn.get();
    let sight = Sight::open(conn, staff, branch).await?;
    let days = asked.range(sight.today())?;
    let before = DayRange::ending(days_later(days.from, -1), days.length());
    let revenue = store::list_branch_sums(conn, &sight.ids, days).await?;
    let revenue_before = store::list_branch_sums(conn, &sight.ids, before).await?;
    let expenses = store::list_expenses(conn, &sight.ids, days).await?;
    let branches = sight.branches(conn).await?.into_iter().map(|branch| ComparedBranch {
        revenue: rules::amount_of(&revenue, branch.id),
        revenue_before: rules::amount_of(&revenue_before, branch.id),
        expenses: rules::amount_of(&expenses, branch.id),
        branch,
    });
    Ok(rules::by_revenue_of_the_days(branches.collect()))
}

/// Everybody who is employed at the branches that a staff user sees, and an owner who took money or sold there; who took most
/// within the days first.
///
/// # Refuses
/// A branch as [`super::overview`] does; [`base::vocabulary::DayRangeInvalid`].
pub async fn employees(
    db: &Db,
    staff: &Granted<can::ReadDashboards>,
    branch: Option<BranchId>,
    asked: AskedDays,
) -> Result<Vec<EmployeePerformance>, Error> {
    let mut conn = db.report().await?;
    let conn = conn.get();
    let sight = Sight::open(conn, staff, branch).await?;
    let days = asked.range(sight.today())?;
    employees_of(conn, &sight, days).await
}

async fn employees_of(
    conn: &mut Connection,
    sight: &Sight,
    days: DayRange,
) -> Result<Vec<EmployeePerformance>, Error> {
    let place = store::Workplace { gym: sight.gym, sites: &sight.ids, is_whole_gym: sight.is_whole_gym };
    store::list_employees(conn, place, days, days.instants(sight.calendar)).await
}

/// How one branch is doing.
///
/// # Refuses
/// [`base::access::AccessRefused::NoSuchBranch`].
pub async fn performance(
    db: &Db,
    staff: &Granted<can::ReadDashboards>,
    branch: BranchId,
) -> Result<BranchPerformance, Error> {
    let mut conn = db.report().await?;
    let conn = conn.get();
    let sight = Sight::open(conn, staff, Some(branch)).await?;
    let (days, today) = (sight.month(), sight.today());
    let found = sight.branches(conn).await?.pop().ok_or(BranchRefused::NotFound)?;
    let alerts = store::list_alert_counts(conn, &sight.ids, rules::bounds(today), None).await?;
    let (began, ended) = days.instants(sight.calendar);
    let moments = (began, sight.calendar.day_start(today), ended);
    Ok(BranchPerformance {
        days,
        branch: found,
        alerts: super::AlertCounts::of(&alerts),
        activity: store::count_activity(conn, branch, today, moments).await?,
        by_service: store::list_service_takings(conn, &sight.ids, days).await?,
        payers: store::count_payers(conn, branch, days).await?,
        staff: employees_of(conn, &sight, days).await?,
    })
}
