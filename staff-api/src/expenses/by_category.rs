//! What was spent on what.

use axum::extract::State;
use base::{
    Fields, Invalid, Text,
    access::can,
    vocabulary::{BranchId, Day, Money},
};
use chrono::NaiveDate;
use gym::expenses::{self, CategorySpending, ExpenseCategory, Spending};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Query, Staff,
    envelope::{Failure, Success},
    wire,
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(expenses_by_category))
}

/// Of which branch, within which days.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct SpendingQuery {
    /// Only what this branch spent; a super admin must name one.
    #[serde(deserialize_with = "wire::loose_integer")]
    #[param(value_type = Option<i64>)]
    branch_id: Option<i64>,
    /// First business day, in the gym's calendar; thirty days with the last one if absent.
    #[param(value_type = Option<Day>, inline)]
    date_from: Option<String>,
    /// Last business day, in the gym's calendar; today if absent.
    #[param(value_type = Option<Day>, inline)]
    date_to: Option<String>,
    /// The same as `date_from`, which is read first.
    #[param(value_type = Option<Day>, inline)]
    start_date: Option<String>,
    /// The same as `date_to`, which is read first.
    #[param(value_type = Option<Day>, inline)]
    end_date: Option<String>,
}

/// The first and the last day that were named.
struct NamedDays(Option<Day>, Option<Day>);

impl TryFrom<SpendingQuery> for NamedDays {
    type Error = Invalid;

    fn try_from(query: SpendingQuery) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let (from, to) = (query.date_from.or(query.start_date), query.date_to.or(query.end_date));
        let from = fields.optional("date_from", from.as_deref(), Day::parse);
        let to = fields.optional("date_to", to.as_deref(), Day::parse);
        fields.done()?;
        Ok(Self(from, to))
    }
}

/// What approved expenses come to, by what they were for.
#[derive(Debug, Serialize, ToSchema)]
struct SpendingAnswer {
    /// Each category that something was spent on, the dearest first.
    categories: Vec<CategoryRow>,
    /// What they all come to.
    total: Money,
    /// First day, in the gym's calendar.
    date_from: NaiveDate,
    /// Last day, in the gym's calendar.
    date_to: NaiveDate,
}

/// What was spent on one kind of thing.
#[derive(Debug, Serialize, ToSchema)]
struct CategoryRow {
    /// On what.
    category: ExpenseCategory,
    /// How much.
    total: Money,
    /// The same.
    amount: Money,
    /// How many expenses that were.
    #[schema(example = 1)]
    count: i64,
}

impl From<CategorySpending> for CategoryRow {
    fn from(spent: CategorySpending) -> Self {
        let CategorySpending { category, total, count } = spent;
        Self { category, total, amount: total, count }
    }
}

impl From<Spending> for SpendingAnswer {
    fn from(spending: Spending) -> Self {
        Self {
            total: spending.total(),
            date_from: spending.days.from,
            date_to: spending.days.to,
            categories: spending.categories.into_iter().map(CategoryRow::from).collect(),
        }
    }
}

/// The report as a file.
const BY_CATEGORY: [Sheet; 1] = [Sheet {
    about: Text { en: "Expenses by category", ar: "المصروفات حسب البند" },
    rows: "/categories",
    columns: &["category", "count", "amount"],
}];

/// Read what was spent on what: approved expenses, by the day that they count for.
#[utoipa::path(get, path = "/reports/expenses-by-category", tag = "expenses", params(SpendingQuery, FormatQuery), responses(
    (status = 200, description = "The categories stand at the top level, too", body = Success<SpendingAnswer>),
    (status = 400, description = "DATE_INVALID, DATE_OUT_OF_RANGE, DATE_RANGE_REVERSED, BRANCH_REQUIRED", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn expenses_by_category(
    staff: Staff<can::ReadExpenses>,
    State(app): State<App>,
    Query(query): Query<SpendingQuery>,
    wanted: Wanted,
) -> Result<Given<SpendingAnswer>, ErrorResponse> {
    let branch = query.branch_id.map(BranchId::from);
    let NamedDays(from, to) = query.try_into()?;
    let spending = expenses::spent_by_category(&app.db, &staff, branch, (from, to)).await?;
    let answer = SpendingAnswer::from(spending);
    let again = json!(answer.categories);
    wanted.given(&app, &staff, &BY_CATEGORY, Answer::new(answer).also("categories", again))
}
