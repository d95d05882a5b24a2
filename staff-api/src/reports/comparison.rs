//! Branches beside each other.

use axum::extract::State;
use base::{Text, access::can, vocabulary::Money};
use gym::reports::{self, AskedDays, ComparedBranch};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Query, Staff,
    envelope::{Failure, Success},
    wire::{self, Number},
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

use super::query::{BranchQuery, DaysQuery};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(branch_comparison))
}

/// A branch beside the others, open or not. Several fields say the same, each for the screen that reads it.
#[derive(Debug, Serialize, ToSchema)]
struct ComparedBranchRow {
    /// Id.
    #[schema(example = 1)]
    id: i64,
    /// The same id.
    #[schema(example = 1)]
    branch_id: i64,
    /// What it is called.
    #[schema(example = "Dragon Club")]
    name: String,
    /// The same name.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// The city; empty when nobody said.
    #[schema(example = "Cairo")]
    city: String,
    /// The street; empty when nobody said.
    #[schema(example = "1 Nile Street")]
    address: String,
    /// Whom to call; empty when nobody said.
    #[schema(example = "+20221234567")]
    phone: String,
    /// Who runs it; empty when nobody does.
    #[schema(example = "Magdy Fawzy")]
    manager: String,
    /// Whether it is open for business.
    is_active: bool,
    /// What was taken within the days, net of discount and of what went back.
    revenue: Money,
    /// The same within as many days before them.
    previous_revenue: Money,
    /// By how many percent `revenue` is above `previous_revenue`, to a tenth, halves away from zero; null where nothing was
    /// taken before.
    #[schema(value_type = Option<f64>, example = 12.5)]
    revenue_change: Option<Number>,
    /// Approved expenses of the days.
    expenses: Money,
    /// The same.
    total_expenses: Money,
    /// `revenue` less `expenses`.
    net: Money,
    /// Active customers, now.
    #[schema(example = 75)]
    customers: i64,
    /// The same number.
    #[schema(example = 75)]
    customers_count: i64,
    /// The same number.
    #[schema(example = 75)]
    customer_count: i64,
    /// Subscriptions that are good for today.
    #[schema(example = 61)]
    active_subscriptions: i64,
    /// Active staff users whose home it is.
    #[schema(example = 6)]
    staff_count: i64,
    /// Always null: the gym has no measure by which a branch would be marked.
    #[schema(example = json!(null))]
    performance_score: Option<i64>,
}

impl From<ComparedBranch> for ComparedBranchRow {
    fn from(compared: ComparedBranch) -> Self {
        let ComparedBranch { branch, revenue, revenue_before, expenses } = compared;
        let figures = branch.figures;
        Self {
            id: branch.id.get(),
            branch_id: branch.id.get(),
            branch_name: branch.name.clone(),
            name: branch.name,
            city: branch.city.unwrap_or_default(),
            address: branch.address.unwrap_or_default(),
            phone: branch.phone.unwrap_or_default(),
            manager: branch.manager.unwrap_or_default(),
            is_active: branch.is_active,
            revenue,
            previous_revenue: revenue_before,
            revenue_change: reports::change_in_tenths(revenue_before, revenue).map(wire::tenths),
            expenses,
            total_expenses: expenses,
            net: reports::difference(revenue, expenses),
            customers: figures.customers,
            customers_count: figures.customers,
            customer_count: figures.customers,
            active_subscriptions: figures.active_subscriptions,
            staff_count: figures.staff,
            performance_score: None,
        }
    }
}

/// The report as a file.
const COMPARISON: [Sheet; 1] = [Sheet {
    about: Text { en: "Comparison of branches", ar: "مقارنة الفروع" },
    rows: "",
    columns: &[
        "branch_name",
        "city",
        "manager",
        "is_active",
        "revenue",
        "previous_revenue",
        "revenue_change",
        "expenses",
        "net",
        "customer_count",
        "active_subscriptions",
        "staff_count",
        "performance_score",
    ],
}];

/// Compare the branches one works with, open or not, the one that took most within some days first.
#[utoipa::path(get, path = "/reports/branch-comparison", tag = "reports", params(BranchQuery, DaysQuery, FormatQuery), responses(
    (status = 200, body = Success<Vec<ComparedBranchRow>>, description = "The same list stands at the top level as `branches`"),
    (status = 400, description = "BRANCH_REQUIRED, DATE_INVALID, DATE_OUT_OF_RANGE, DATE_RANGE_REVERSED, DATE_RANGE_TOO_LONG",
        body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn branch_comparison(
    staff: Staff<can::ReadDashboards>,
    State(app): State<App>,
    Query(BranchQuery { branch_id }): Query<BranchQuery>,
    Query(days): Query<DaysQuery>,
    wanted: Wanted,
) -> Result<Given<Vec<ComparedBranchRow>>, ErrorResponse> {
    let days = AskedDays::try_from(&days)?;
    let branches = reports::compare_branches(&app.db, &staff, branch_id, days).await?;
    let rows: Vec<ComparedBranchRow> = branches.into_iter().map(ComparedBranchRow::from).collect();
    let again = json!(rows);
    wanted.given(&app, &staff, &COMPARISON, Answer::new(rows).also("branches", again))
}
