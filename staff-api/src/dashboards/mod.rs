//! The gym at a glance, and what each role looks at first.
//!
//! Complaints are not kept, so none is open: where an app wants a number of them, it is 0.

mod alerts;
mod boards;
mod performance;

use axum::extract::State;
use base::{
    access::can,
    vocabulary::{Calendar, Money},
};
use chrono::NaiveDate;
use gym::reports::{self, Overview};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Query, Staff,
    envelope::{Failure, Success},
};

use crate::{branches::BranchRow, reports::BranchQuery};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(overview))
        .merge(boards::routes())
        .merge(performance::routes())
        .merge(alerts::routes())
}

/// The figures of the branches one works with.
#[derive(Debug, Serialize, ToSchema)]
struct OverviewAnswer {
    /// Net revenue of `period`.
    total_revenue: Money,
    /// Approved expenses of `period`.
    total_expenses: Money,
    /// `total_revenue` less `total_expenses`.
    net_profit: Money,
    /// Subscriptions that are good for today.
    #[schema(example = 112)]
    active_subscriptions: i64,
    /// Active customers.
    #[schema(example = 150)]
    total_customers: i64,
    /// Branches, open or not.
    #[schema(example = 3)]
    total_branches: i64,
    /// Branches that are open for business.
    #[schema(example = 3)]
    active_branches: i64,
    /// Active staff users with a home branch.
    #[schema(example = 14)]
    total_staff: i64,
    /// The days that the totals of money and the revenue of each branch are about.
    period: Period,
    /// Today, in the gym's calendar.
    today: Figures,
    /// Since the first of the month, in the gym's calendar.
    this_month: Figures,
    /// What asks to be looked at.
    alerts: OverviewAlerts,
    /// Each branch, the one that earned most first.
    revenue_by_branch: Vec<BranchRow>,
}

/// What asks to be looked at.
#[derive(Debug, Serialize, ToSchema)]
struct OverviewAlerts {
    /// Sales below their price within `period`, at most 1000. An owner reads them with `GET /api/audit-log?flag=below_price`.
    #[schema(example = 2)]
    sales_below_price: i64,
}

/// Days, in the gym's calendar.
#[derive(Debug, Serialize, ToSchema)]
struct Period {
    /// First day.
    from: NaiveDate,
    /// Last day: today.
    to: NaiveDate,
}

/// What happened within some days.
#[derive(Debug, Serialize, ToSchema)]
struct Figures {
    /// First of the days.
    from: NaiveDate,
    /// Net revenue.
    revenue: Money,
    /// Customers who registered and are active.
    #[schema(example = 3)]
    new_customers: i64,
}

impl From<(Overview, Calendar)> for OverviewAnswer {
    fn from((overview, calendar): (Overview, Calendar)) -> Self {
        let (totals, window) = (overview.totals, overview.window);
        Self {
            total_revenue: totals.revenue,
            total_expenses: overview.expenses,
            net_profit: reports::difference(totals.revenue, overview.expenses),
            active_subscriptions: totals.active_subscriptions,
            total_customers: totals.customers,
            total_branches: totals.branches,
            active_branches: totals.active_branches,
            total_staff: totals.staff,
            period: Period { from: window.since, to: window.today },
            today: Figures {
                from: window.today,
                revenue: totals.revenue_today,
                new_customers: totals.customers_today,
            },
            this_month: Figures {
                from: window.month,
                revenue: totals.revenue_this_month,
                new_customers: totals.customers_this_month,
            },
            alerts: OverviewAlerts { sales_below_price: overview.sales_below_price },
            revenue_by_branch: BranchRow::all(overview.branches, calendar),
        }
    }
}

/// Read what the gym earned and how large it is.
#[utoipa::path(get, path = "/dashboards/overview", tag = "dashboards", params(BranchQuery), responses(
    (status = 200, body = Success<OverviewAnswer>),
    (status = 400, description = "BRANCH_REQUIRED", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn overview(
    staff: Staff<can::ReadDashboards>,
    State(app): State<App>,
    Query(query): Query<BranchQuery>,
) -> Result<Answer<OverviewAnswer>, ErrorResponse> {
    let overview = reports::overview(&app.db, &staff, query.branch_id).await?;
    Ok(Answer::new((overview, staff.calendar()).into()))
}
