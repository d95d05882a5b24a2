//! What each role looks at first.

use super::{
    days::DayRange,
    model::{
        AccountantBoard, AlertCounts, Alerts, ManagerBoard, MonthsCompared, Overview, SalesFilter, Takings,
        Totals,
    },
    rules,
    sight::Sight,
    store,
};
use crate::audit_trail;
use base::{
    Error,
    access::{Granted, can},
    platform::db::Db,
    vocabulary::{AuditFlag, BranchId},
};

/// Days of the week that a manager looks back on, today included.
const WEEK_DAYS: i64 = 7;

/// What a staff user's branches, or one of them, earned, and how large they are.
///
/// # Refuses
/// [`base::access::AccessRefused::NoSuchBranch`]; [`base::access::PlaceRefused::BranchRequired`] for a super admin who names
/// none, for the gyms of a platform have no calendar and no currency in common.
pub async fn overview(
    db: &Db,
    staff: &Granted<can::ReadDashboards>,
    branch: Option<BranchId>,
) -> Result<Overview, Error> {
    let (sight, mut branches, expenses) = {
        let mut conn = db.report().await?;
        let conn = conn.get();
        let sight = Sight::open(conn, staff, branch).await?;
        let branches = sight.branches(conn).await?;
        let expenses = store::list_expenses(conn, &sight.ids, sight.month()).await?;
        (sight, branches, expenses)
    };
    let window = sight.window();
    rules::by_revenue(&mut branches);
    let began = sight.calendar.day_start(window.since);
    let sales_below_price =
        audit_trail::count_flagged(db, &sight.scope, AuditFlag::BelowPrice, began).await?;
    Ok(Overview {
        window,
        totals: Totals::of(&branches),
        expenses: rules::sum(expenses.into_iter().map(|(_, amount)| amount)),
        sales_below_price,
        branches,
    })
}

/// What an owner or a regional manager looks at first: how large the branches are, and what asks to be looked at.
///
/// # Refuses
/// A branch as [`overview`] does.
pub async fn board(
    db: &Db,
    staff: &Granted<can::ReadDashboards>,
    branch: Option<BranchId>,
) -> Result<ManagerBoard, Error> {
    let mut conn = db.report().await?;
    let conn = conn.get();
    let sight = Sight::open(conn, staff, branch).await?;
    let today = sight.today();
    let week = store::list_days(conn, &sight.ids, DayRange::ending(today, WEEK_DAYS)).await?;
    let alerts = store::list_alert_counts(conn, &sight.ids, rules::bounds(today), None).await?;
    Ok(ManagerBoard {
        totals: Totals::of(&sight.branches(conn).await?),
        revenue_of_the_week: rules::sum(week.into_iter().map(|day| day.revenue)),
        alerts: AlertCounts::of(&alerts),
    })
}

/// What an accountant looks at first.
///
/// # Refuses
/// A branch as [`overview`] does.
pub async fn accountant_board(
    db: &Db,
    staff: &Granted<can::ReadDashboards>,
    branch: Option<BranchId>,
) -> Result<AccountantBoard, Error> {
    let mut conn = db.report().await?;
    let conn = conn.get();
    let sight = Sight::open(conn, staff, branch).await?;
    let today = sight.today();
    let spans = rules::MonthSpans::at(today);
    let today_by =
        store::list_takings(conn, &sight.ids, DayRange::day(today), &SalesFilter::default()).await?;
    let both = DayRange { from: spans.last_month.from, to: today };
    let paid = store::list_days(conn, &sight.ids, both).await?;
    let of =
        |days: DayRange| rules::sum(rules::revenue_of(&paid, &[days]).into_iter().map(|one| one.revenue));
    let expenses = store::list_expenses(conn, &sight.ids, spans.this_month).await?;
    let whole_month = DayRange::month_of(today);
    let pending = store::list_alert_counts(conn, &sight.ids, rules::bounds(today), Some(whole_month)).await?;
    Ok(AccountantBoard {
        today: Takings::of(&today_by, |_| true),
        today_by,
        months: MonthsCompared {
            revenue: of(spans.this_month),
            last_month: of(spans.last_month),
            same_days: of(spans.same_days),
        },
        expenses: rules::sum(expenses.into_iter().map(|(_, amount)| amount)),
        pending_expenses: AlertCounts::of(&pending).pending_expenses,
    })
}

/// Everything that asks to be looked at, branch by branch.
///
/// # Refuses
/// A branch as [`overview`] does.
pub async fn alerts(
    db: &Db,
    staff: &Granted<can::ReadDashboards>,
    branch: Option<BranchId>,
) -> Result<Alerts, Error> {
    let (sight, counts) = {
        let mut conn = db.report().await?;
        let conn = conn.get();
        let sight = Sight::open(conn, staff, branch).await?;
        let bounds = rules::bounds(sight.today());
        let counts = store::list_alert_counts(conn, &sight.ids, bounds, None).await?;
        (sight, counts)
    };
    let began = sight.calendar.day_start(sight.window().since);
    let below_price = audit_trail::count_flagged(db, &sight.scope, AuditFlag::BelowPrice, began).await?;
    Ok(Alerts { counts: AlertCounts::of(&counts), alerts: rules::alerts(&sight.sites, &counts, below_price) })
}
