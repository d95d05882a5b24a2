//! The people who work here, and what they took.

use axum::extract::State;
use base::{Fields, Invalid, Text, access::can, vocabulary::Money};
use gym::reports::{self, AskedDays, EmployeePerformance};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Query, Staff,
    envelope::{Failure, Success},
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

use super::query::{BranchQuery, DaysQuery, month};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(employee_performance))
}

/// Somebody who works here, and what they took. Several fields say the same, each for the screen that reads it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EmployeeRow {
    /// Id.
    #[schema(example = 1006)]
    id: i64,
    /// The same id.
    #[schema(example = 1006)]
    user_id: i64,
    /// The same id.
    #[schema(example = 1006)]
    staff_id: i64,
    /// Sign-in name.
    #[schema(example = "reception1")]
    username: String,
    /// Their name.
    #[schema(example = "Reem Tarek")]
    full_name: String,
    /// The same name.
    #[schema(example = "Reem Tarek")]
    name: String,
    /// The same name.
    #[schema(example = "Reem Tarek")]
    staff_name: String,
    /// The same name.
    #[schema(example = "Reem Tarek")]
    employee_name: String,
    /// What they are.
    #[schema(example = "front_desk")]
    role: &'static str,
    /// Whether they may sign in.
    is_active: bool,
    /// Home branch; null for roles without one.
    #[schema(example = 1)]
    branch_id: Option<i64>,
    /// What that branch is called; empty for roles without one.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// Phone; empty when nobody said.
    #[schema(example = "+201001234567")]
    phone: String,
    /// E-mail address; empty when nobody said.
    #[schema(example = "reem@example.com")]
    email: String,
    /// What they took within the days, net of discount and of what went back.
    total_revenue: Money,
    /// The same.
    revenue: Money,
    /// Payments that they took, those that went back included.
    #[schema(example = 40)]
    transactions_count: i64,
    /// The same.
    #[schema(example = 40)]
    transaction_count: i64,
    /// Different customers to whom they sold a subscription within the days; renewals are none.
    #[schema(example = 12)]
    customers_signed: i64,
    /// The same.
    #[schema(example = 12)]
    customers: i64,
    /// Always null: the gym does not know because of whom a customer stays.
    #[schema(example = json!(null))]
    retention_rate: Option<i64>,
    /// Always null: the gym does not know because of whom a subscription is renewed.
    #[schema(example = json!(null))]
    renewal_rate: Option<i64>,
    /// Always null: the gym has no measure by which its people would be marked.
    #[schema(example = json!(null))]
    performance_score: Option<i64>,
}

impl From<EmployeePerformance> for EmployeeRow {
    fn from(employee: EmployeePerformance) -> Self {
        let id = employee.staff.get();
        let name = employee.full_name;
        Self {
            id,
            user_id: id,
            staff_id: id,
            username: employee.username,
            name: name.clone(),
            staff_name: name.clone(),
            employee_name: name.clone(),
            full_name: name,
            role: employee.role.as_str(),
            is_active: employee.is_active,
            branch_id: employee.branch.map(i64::from),
            branch_name: employee.branch_name.unwrap_or_default(),
            phone: employee.phone.unwrap_or_default(),
            email: employee.email.unwrap_or_default(),
            total_revenue: employee.takings.amount,
            revenue: employee.takings.amount,
            transactions_count: employee.takings.payments,
            transaction_count: employee.takings.payments,
            customers_signed: employee.customers_signed,
            customers: employee.customers_signed,
            retention_rate: None,
            renewal_rate: None,
            performance_score: None,
        }
    }
}

/// Which days, as one month.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct WorkMonthQuery {
    /// A month, as `2026-04`; not looked at where days are named.
    #[param(example = "2026-04")]
    month: Option<String>,
}

/// The days that a query asks for.
struct WorkDays(AskedDays);

impl TryFrom<(DaysQuery, WorkMonthQuery)> for WorkDays {
    type Error = Invalid;

    fn try_from((days, query): (DaysQuery, WorkMonthQuery)) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let asked = days.read(&mut fields);
        let first = fields.optional("month", query.month.as_deref(), month);
        fields.done()?;
        Ok(Self(first.filter(|_| days.is_empty()).map_or(asked, AskedDays::month_of)))
    }
}

/// The report as a file.
const EMPLOYEES: [Sheet; 1] = [Sheet {
    about: Text { en: "Performance of the staff", ar: "أداء الموظفين" },
    rows: "",
    columns: &[
        "full_name",
        "role",
        "branch_name",
        "revenue",
        "transactions_count",
        "customers_signed",
        "renewal_rate",
        "performance_score",
        "is_active",
    ],
}];

/// Read what everybody who works here took within some days, also those who took nothing; who took most first.
#[utoipa::path(get, path = "/reports/employee-performance", tag = "reports", params(BranchQuery, DaysQuery, WorkMonthQuery, FormatQuery),
    responses(
    (status = 200, body = Success<Vec<EmployeeRow>>, description = "The same list stands at the top level as `employees`. An \
        owner is on it only if they took money or sold"),
    (status = 400, description = "BRANCH_REQUIRED, DATE_INVALID, DATE_OUT_OF_RANGE, DATE_RANGE_REVERSED, DATE_RANGE_TOO_LONG",
        body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn employee_performance(
    staff: Staff<can::ReadDashboards>,
    State(app): State<App>,
    Query(BranchQuery { branch_id }): Query<BranchQuery>,
    Query(days): Query<DaysQuery>,
    Query(query): Query<WorkMonthQuery>,
    wanted: Wanted,
) -> Result<Given<Vec<EmployeeRow>>, ErrorResponse> {
    let WorkDays(days) = (days, query).try_into()?;
    let employees = reports::employees(&app.db, &staff, branch_id, days).await?;
    let rows: Vec<EmployeeRow> = employees.into_iter().map(EmployeeRow::from).collect();
    let again = json!(rows);
    wanted.given(&app, &staff, &EMPLOYEES, Answer::new(rows).also("employees", again))
}
