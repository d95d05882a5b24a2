//! What was taken, payment by payment and added up.

use super::{
    days::{AskedDays, DayRange, TrendPeriod},
    model::{DailyReport, RevenueReport, SalesFilter, SalesReport, SpanReport, Takings, Totals, TrendPoint},
    rules,
    sight::Sight,
    store,
};
use crate::branches::BranchRefused;
use base::{
    Error, Invalid,
    access::{Granted, can},
    platform::db::{Connection, Db},
    vocabulary::{BranchId, Day, Line, Page, page::OFFSET_MAX_JUDGED},
};

/// Which branch is meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskedBranch {
    /// The branch, by its id.
    pub id: Option<BranchId>,
    /// The branch, by its id or its name in any letter case; not looked at where `id` is there.
    pub name: Option<Line>,
}

/// What was taken on one day, today if none is named, and what else happened on it.
///
/// # Refuses
/// A branch as [`super::overview`] does; a page too far back.
pub async fn daily(
    db: &Db,
    staff: &Granted<can::ReadDashboards>,
    branch: Option<BranchId>,
    day: Option<Day>,
    page: Page,
) -> Result<DailyReport, Error> {
    let page = page.within(OFFSET_MAX_JUDGED).map_err(Invalid::from)?;
    let mut conn = db.report().await?;
    let conn = conn.get();
    let sight = Sight::open(conn, staff, branch).await?;
    let days = DayRange::day(day.map_or_else(|| sight.today(), Day::date));
    let traffic = store::count_traffic(conn, &sight.ids, days.instants(sight.calendar)).await?;
    let sales = sales_of(conn, &sight, days, &SalesFilter::default(), page).await?;
    Ok(DailyReport { sales, traffic })
}

/// What was taken within some days, today if none are named.
///
/// # Refuses
/// A branch as [`super::overview`] does, and one whose name nobody knows; [`base::vocabulary::DayRangeInvalid`]; a page too far back.
pub async fn daily_sales(
    db: &Db,
    staff: &Granted<can::ReadDashboards>,
    branch: &AskedBranch,
    (asked, filter): (AskedDays, &SalesFilter),
    page: Page,
) -> Result<SalesReport, Error> {
    let page = page.within(OFFSET_MAX_JUDGED).map_err(Invalid::from)?;
    let mut conn = db.report().await?;
    let conn = conn.get();
    let sight = Sight::open(conn, staff, branch.id).await?;
    let sight = match (&branch.name, branch.id) {
        (Some(name), None) => {
            let named = rules::site_named(&sight.sites, name.as_str()).ok_or(BranchRefused::NotFound)?;
            sight.narrowed_to(named)
        }
        (_, Some(_)) | (None, None) => sight,
    };
    let is_asked = asked != AskedDays::default();
    let days = if is_asked { asked.range(sight.today())? } else { DayRange::day(sight.today()) };
    sales_of(conn, &sight, days, filter, page).await
}

async fn sales_of(
    conn: &mut Connection,
    sight: &Sight,
    days: DayRange,
    filter: &SalesFilter,
    page: Page,
) -> Result<SalesReport, Error> {
    let groups = store::list_takings(conn, &sight.ids, days, filter).await?;
    let lines = if *filter == SalesFilter::default() {
        store::list_lines(conn, &sight.ids, days, page).await?
    } else {
        store::list_filtered_lines(conn, &sight.ids, days, filter, page).await?
    };
    Ok(SalesReport { days, total: Takings::of(&groups, |_| true), groups, lines })
}

/// Where the money of some days came from.
///
/// # Refuses
/// A branch as [`super::overview`] does; [`base::vocabulary::DayRangeInvalid`].
pub async fn revenue(
    db: &Db,
    staff: &Granted<can::ReadDashboards>,
    branch: Option<BranchId>,
    asked: AskedDays,
) -> Result<RevenueReport, Error> {
    let mut conn = db.report().await?;
    let conn = conn.get();
    let sight = Sight::open(conn, staff, branch).await?;
    let days = asked.range(sight.today())?;
    let groups = store::list_takings(conn, &sight.ids, days, &SalesFilter::default()).await?;
    let expenses = store::list_expenses(conn, &sight.ids, days).await?;
    Ok(RevenueReport {
        days,
        total: Takings::of(&groups, |_| true),
        expenses: rules::sum(expenses.into_iter().map(|(_, amount)| amount)),
        by_branch: rules::takings_by_branch(&sight.sites, &groups),
        by_service: store::list_service_takings(conn, &sight.ids, days).await?,
        standing: Totals::of(&sight.branches(conn).await?),
        groups,
    })
}

/// The week in which the day lies, today if none is named, from the day on which the gym's week begins.
///
/// # Refuses
/// A branch as [`super::overview`] does.
pub async fn weekly(
    db: &Db,
    staff: &Granted<can::ReadDashboards>,
    branch: Option<BranchId>,
    day: Option<Day>,
) -> Result<SpanReport, Error> {
    let mut conn = db.report().await?;
    let conn = conn.get();
    let sight = Sight::open(conn, staff, branch).await?;
    let begins = store::find_week_start(conn, sight.gym).await?;
    let day = day.map_or_else(|| sight.today(), Day::date);
    span_of(conn, &sight, DayRange::week_of(day, begins)).await
}

/// The month in which the day lies, today if none is named.
///
/// # Refuses
/// A branch as [`super::overview`] does.
pub async fn monthly(
    db: &Db,
    staff: &Granted<can::ReadDashboards>,
    branch: Option<BranchId>,
    day: Option<Day>,
) -> Result<SpanReport, Error> {
    let mut conn = db.report().await?;
    let conn = conn.get();
    let sight = Sight::open(conn, staff, branch).await?;
    let day = day.map_or_else(|| sight.today(), Day::date);
    span_of(conn, &sight, DayRange::month_of(day)).await
}

async fn span_of(conn: &mut Connection, sight: &Sight, days: DayRange) -> Result<SpanReport, Error> {
    let paid = store::list_days(conn, &sight.ids, days).await?;
    let expenses = store::list_expenses(conn, &sight.ids, days).await?;
    let groups = store::list_takings(conn, &sight.ids, days, &SalesFilter::default()).await?;
    let each: Vec<DayRange> = days.days().map(DayRange::day).collect();
    let revenue = rules::sum(paid.iter().map(|day| day.revenue));
    Ok(SpanReport {
        days,
        revenue,
        expenses: rules::sum(expenses.into_iter().map(|(_, amount)| amount)),
        payments: Takings::of(&groups, |_| true).payments,
        revenue_a_day: rules::a_day(revenue, days.begun(sight.today())),
        daily: rules::revenue_of(&paid, &each).into_iter().map(Into::into).collect(),
    })
}

/// How revenue went, point by point, without a gap.
///
/// # Refuses
/// A branch as [`super::overview`] does.
pub async fn trend(
    db: &Db,
    staff: &Granted<can::ReadDashboards>,
    branch: Option<BranchId>,
    period: TrendPeriod,
) -> Result<Vec<TrendPoint>, Error> {
    let mut conn = db.report().await?;
    let conn = conn.get();
    let sight = Sight::open(conn, staff, branch).await?;
    let begins = store::find_week_start(conn, sight.gym).await?;
    let window = period.window(sight.today(), begins);
    let paid = store::list_days(conn, &sight.ids, window).await?;
    Ok(rules::revenue_of(&paid, &period.points(window, begins)))
}
