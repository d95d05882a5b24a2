//! What each role looks at first.

use axum::extract::State;
use base::{
    access::can,
    vocabulary::{BranchId, Money},
};
use gym::{
    payments::Method,
    reports::{self, AccountantBoard, AlertCounts, ManagerBoard, Takings},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Path, Query, Staff,
    envelope::{Failure, Success},
    wire::{self, Number},
};

use crate::reports::BranchQuery;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(owner_dashboard))
        .routes(endpoint!(manager_dashboard))
        .routes(endpoint!(branch_dashboard))
        .routes(endpoint!(accountant_dashboard))
}

/// How many there are of what asks to be looked at.
#[derive(Debug, Serialize, ToSchema)]
struct BoardAlerts {
    /// Subscriptions that are good for today, and whose last day is one of seven, today included.
    #[schema(example = 9)]
    expiring_subscriptions: i64,
    /// Of those, the ones whose last day is one of three, today included.
    #[schema(example = 4)]
    expiring_soon: i64,
    /// Always 0: complaints are not kept.
    #[schema(example = 0)]
    open_complaints: i64,
    /// Expenses that nobody has decided on.
    #[schema(example = 2)]
    pending_expenses: i64,
}

impl From<AlertCounts> for BoardAlerts {
    fn from(counts: AlertCounts) -> Self {
        Self {
            expiring_subscriptions: counts.expiring_week,
            expiring_soon: counts.expiring_soon,
            open_complaints: 0,
            pending_expenses: counts.pending_expenses,
        }
    }
}

/// What the branches bring.
#[derive(Debug, Serialize, ToSchema)]
struct OwnerFigures {
    /// Net revenue of the last thirty days, today included.
    total_30_days: Money,
    /// Net revenue of today.
    today: Money,
    /// Subscriptions that are good for today.
    #[schema(example = 112)]
    active_subscriptions: i64,
    /// Active customers.
    #[schema(example = 150)]
    total_customers: i64,
}

/// What an owner looks at first.
#[derive(Debug, Serialize, ToSchema)]
struct OwnerDashboard {
    /// What the branches bring.
    revenue: OwnerFigures,
    /// What asks to be looked at.
    alerts: BoardAlerts,
}

impl From<ManagerBoard> for OwnerDashboard {
    fn from(board: ManagerBoard) -> Self {
        Self {
            revenue: OwnerFigures {
                total_30_days: board.totals.revenue,
                today: board.totals.revenue_today,
                active_subscriptions: board.totals.active_subscriptions,
                total_customers: board.totals.customers,
            },
            alerts: board.alerts.into(),
        }
    }
}

/// Read what an owner or a regional manager looks at first.
#[utoipa::path(get, path = "/dashboards/owner", tag = "dashboards", params(BranchQuery), responses(
    (status = 200, body = Success<OwnerDashboard>, description = "Every field of `data` stands at the top level, too"),
    (status = 400, description = "BRANCH_REQUIRED", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn owner_dashboard(
    staff: Staff<can::ReadDashboards>,
    State(app): State<App>,
    Query(query): Query<BranchQuery>,
) -> Result<Answer<OwnerDashboard>, ErrorResponse> {
    let board = reports::board(&app.db, &staff, query.branch_id).await?;
    Ok(Answer::new(board.into()).with_fields_on_top())
}

/// How many customers there are.
#[derive(Debug, Serialize, ToSchema)]
struct ManagerCustomers {
    /// Subscriptions that are good for today: what the screen shows as active.
    #[schema(example = 61)]
    active: i64,
    /// Active customers.
    #[schema(example = 75)]
    total: i64,
}

/// What came in.
#[derive(Debug, Serialize, ToSchema)]
struct ManagerRevenue {
    /// Net revenue of the last seven days, today included.
    last_7_days: Money,
    /// Net revenue of today.
    today: Money,
}

/// How many work here.
#[derive(Debug, Serialize, ToSchema)]
struct ManagerStaff {
    /// Active staff users with a home branch.
    #[schema(example = 6)]
    count: i64,
}

/// What a branch manager looks at first.
#[derive(Debug, Serialize, ToSchema)]
struct ManagerDashboard {
    /// How many customers there are.
    customers: ManagerCustomers,
    /// What came in.
    revenue: ManagerRevenue,
    /// How many work here.
    staff: ManagerStaff,
    /// What asks to be looked at.
    alerts: BoardAlerts,
}

impl From<ManagerBoard> for ManagerDashboard {
    fn from(board: ManagerBoard) -> Self {
        let totals = board.totals;
        Self {
            customers: ManagerCustomers { active: totals.active_subscriptions, total: totals.customers },
            revenue: ManagerRevenue { last_7_days: board.revenue_of_the_week, today: totals.revenue_today },
            staff: ManagerStaff { count: totals.staff },
            alerts: board.alerts.into(),
        }
    }
}

/// Read what a branch manager looks at first.
#[utoipa::path(get, path = "/dashboards/branch-manager", tag = "dashboards", params(BranchQuery), responses(
    (status = 200, body = Success<ManagerDashboard>, description = "Every field of `data` stands at the top level, too"),
    (status = 400, description = "BRANCH_REQUIRED", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn manager_dashboard(
    staff: Staff<can::ReadDashboards>,
    State(app): State<App>,
    Query(query): Query<BranchQuery>,
) -> Result<Answer<ManagerDashboard>, ErrorResponse> {
    let board = reports::board(&app.db, &staff, query.branch_id).await?;
    Ok(Answer::new(board.into()).with_fields_on_top())
}

/// One branch at a glance.
#[derive(Debug, Serialize, ToSchema)]
struct BranchDashboard {
    /// Net revenue of the last thirty days, today included.
    total_revenue: Money,
    /// Net revenue of today.
    today_revenue: Money,
    /// Subscriptions that are good for today.
    #[schema(example = 61)]
    active_subscriptions: i64,
    /// Active customers.
    #[schema(example = 75)]
    total_customers: i64,
    /// Active staff users whose home it is.
    #[schema(example = 6)]
    staff_count: i64,
    /// Always 0: complaints are not kept.
    #[schema(example = 0)]
    open_complaints: i64,
    /// What asks to be looked at.
    alerts: BoardAlerts,
}

impl From<ManagerBoard> for BranchDashboard {
    fn from(board: ManagerBoard) -> Self {
        let totals = board.totals;
        Self {
            total_revenue: totals.revenue,
            today_revenue: totals.revenue_today,
            active_subscriptions: totals.active_subscriptions,
            total_customers: totals.customers,
            staff_count: totals.staff,
            open_complaints: 0,
            alerts: board.alerts.into(),
        }
    }
}

/// Read one branch at a glance.
#[utoipa::path(get, path = "/dashboards/branch/{id}", tag = "dashboards",
    params(("id" = i64, Path, description = "The branch")), responses(
    (status = 200, body = Success<BranchDashboard>, description = "Every field of `data` stands at the top level, too"),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn branch_dashboard(
    staff: Staff<can::ReadDashboards>,
    State(app): State<App>,
    Path(id): Path<i64>,
) -> Result<Answer<BranchDashboard>, ErrorResponse> {
    let board = reports::board(&app.db, &staff, Some(BranchId::from(id))).await?;
    Ok(Answer::new(board.into()).with_fields_on_top())
}

/// What was taken today.
#[derive(Debug, Serialize, ToSchema)]
struct TodayTaken {
    /// Net of discount and of what went back.
    total: Money,
    /// Of that, in notes and coins.
    cash: Money,
    /// Of that, by card.
    network: Money,
    /// The same.
    card: Money,
    /// Of that, from account to account.
    transfer: Money,
    /// The same.
    online: Money,
    /// Payments, those that went back included.
    #[schema(example = 12)]
    count: i64,
}

/// The month that is under way.
#[derive(Debug, Serialize, ToSchema)]
struct CurrentMonth {
    /// Net revenue since the first of the month.
    revenue: Money,
    /// Approved expenses since the first of the month.
    expenses: Money,
    /// `revenue` less `expenses`.
    net: Money,
    /// How many expenses of this month nobody has decided on.
    #[schema(example = 2)]
    pending_expenses: i64,
}

/// The month before.
#[derive(Debug, Serialize, ToSchema)]
struct LastMonth {
    /// Net revenue of the whole month.
    revenue: Money,
    /// Net revenue up to the same day of the month as today, or up to its end where it is shorter.
    revenue_to_date: Money,
}

/// This month beside as many days of the one before: a month that has just begun is not compared with a whole one.
#[derive(Debug, Serialize, ToSchema)]
struct MonthComparison {
    /// `current_month.revenue` less `last_month.revenue_to_date`.
    change: Money,
    /// The same in percent of `last_month.revenue_to_date`, to a tenth, halves away from zero; null where that is not above zero.
    #[schema(value_type = Option<f64>, example = 12.5)]
    percentage: Option<Number>,
}

/// What an accountant looks at first.
#[derive(Debug, Serialize, ToSchema)]
struct AccountantDashboard {
    /// What was taken today.
    today: TodayTaken,
    /// The month that is under way.
    current_month: CurrentMonth,
    /// The month before.
    last_month: LastMonth,
    /// The two beside each other.
    comparison: MonthComparison,
}

impl From<AccountantBoard> for AccountantDashboard {
    fn from(board: AccountantBoard) -> Self {
        let paid = |method| Takings::of(&board.today_by, |group| group.method == method).amount;
        let months = board.months;
        Self {
            today: TodayTaken {
                total: board.today.amount,
                cash: paid(Method::Cash),
                network: paid(Method::Card),
                card: paid(Method::Card),
                transfer: paid(Method::Transfer),
                online: paid(Method::Transfer),
                count: board.today.payments,
            },
            current_month: CurrentMonth {
                revenue: months.revenue,
                expenses: board.expenses,
                net: reports::difference(months.revenue, board.expenses),
                pending_expenses: board.pending_expenses,
            },
            last_month: LastMonth { revenue: months.last_month, revenue_to_date: months.same_days },
            comparison: MonthComparison {
                change: reports::difference(months.revenue, months.same_days),
                percentage: reports::change_in_tenths(months.same_days, months.revenue).map(wire::tenths),
            },
        }
    }
}

/// Read what an accountant looks at first.
#[utoipa::path(get, path = "/dashboards/accountant", tag = "dashboards", params(BranchQuery), responses(
    (status = 200, body = Success<AccountantDashboard>, description = "Every field of `data` stands at the top level, too"),
    (status = 400, description = "BRANCH_REQUIRED", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn accountant_dashboard(
    staff: Staff<can::ReadDashboards>,
    State(app): State<App>,
    Query(query): Query<BranchQuery>,
) -> Result<Answer<AccountantDashboard>, ErrorResponse> {
    let board = reports::accountant_board(&app.db, &staff, query.branch_id).await?;
    Ok(Answer::new(board.into()).with_fields_on_top())
}
