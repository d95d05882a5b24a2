//! Looking expenses up.
//!
//! The app of today reads `data.items`; the February app reads `expenses` at the top level, and takes no other object.

use axum::extract::State;
use base::{
    Fields, Invalid, Text, UnknownWord,
    access::can,
    vocabulary::{BranchId, Calendar, Day, ExpenseId, Money, Page, PageQuery, StaffId},
};
use gym::expenses::{self, ExpenseCategory, ExpenseFilter, ExpenseListing, ExpenseStatus};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Path, Query, Staff,
    envelope::{Failure, Success},
    wire,
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

use super::row::ExpenseRow;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(list_expenses))
        .routes(alias!(
            list_expenses => get "/finance/expenses" as list_finance_expenses,
            "List expenses, at the address that the app calls."
        ))
        .routes(endpoint!(find_expense))
}

/// Rows when nobody says how many: the accountants' screen never says, and shows what it gets.
const ROWS: i64 = 1000;

const UNKNOWN_STATUS: (&str, Text) = (
    "INVALID_STATUS",
    Text {
        en: "Must be pending, approved or rejected", ar: "القيمة pending أو approved أو rejected"
    },
);

/// Which expenses; all of it must hold.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct ExpenseQuery {
    /// Only those of this branch; a super admin must name one.
    #[serde(deserialize_with = "wire::loose_integer")]
    #[param(value_type = Option<i64>)]
    branch_id: Option<i64>,
    /// Only those spent on this day of the gym's calendar or later.
    #[param(value_type = Option<Day>, inline)]
    date_from: Option<String>,
    /// Only those spent on this day of the gym's calendar or before.
    #[param(value_type = Option<Day>, inline)]
    date_to: Option<String>,
    /// The same as `date_from`, which is read first.
    #[param(value_type = Option<Day>, inline)]
    start_date: Option<String>,
    /// The same as `date_to`, which is read first.
    #[param(value_type = Option<Day>, inline)]
    end_date: Option<String>,
    /// Only those that stand so: `pending`, `approved` or `rejected`. Those that were taken back are in no list.
    status: Option<String>,
    /// Only those of this kind.
    #[param(value_type = Option<ExpenseCategory>, inline)]
    category: Option<String>,
    /// Only those that this staff user wrote down.
    #[serde(deserialize_with = "wire::loose_integer")]
    #[param(value_type = Option<i64>)]
    created_by: Option<i64>,
}

/// What is wanted, and which part of it.
struct ExpenseRequest {
    filter: ExpenseFilter,
    page: Page,
}

impl TryFrom<(ExpenseQuery, PageQuery)> for ExpenseRequest {
    type Error = Invalid;

    fn try_from((query, page): (ExpenseQuery, PageQuery)) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let from = query.date_from.or(query.start_date);
        let to = query.date_to.or(query.end_date);
        let filter = ExpenseFilter {
            branch: query.branch_id.map(BranchId::from),
            from: fields.optional("date_from", from.as_deref(), Day::parse),
            to: fields.optional("date_to", to.as_deref(), Day::parse),
            status: fields.optional("status", query.status.as_deref(), |word| {
                let known = ExpenseStatus::from_word(word);
                known.filter(|status| *status != ExpenseStatus::Withdrawn).ok_or(UNKNOWN_STATUS)
            }),
            category: fields.optional("category", query.category.as_deref(), |word| {
                UnknownWord::unless(ExpenseCategory::from_word(word))
            }),
            written_by: query.created_by.map(StaffId::from),
        };
        let page = fields.page(Page::parse_or(&page, ROWS));
        fields.build(page.map(|page| Self { filter, page }))
    }
}

/// Expenses.
#[derive(Debug, Serialize, ToSchema)]
struct ExpensePage {
    /// The latest days first.
    items: Vec<ExpenseRow>,
    /// How many there are; 10000 for that many or more.
    #[schema(example = 1)]
    total: i64,
    /// What those come to that nobody has decided about: of all that fit, on this page or not.
    total_pending: Money,
    /// What those come to that count, likewise.
    total_approved: Money,
    /// The number of this page, from 1.
    #[schema(example = 1)]
    page: i64,
    /// Rows of a page.
    #[schema(example = 1000)]
    per_page: i64,
    /// How many pages there are.
    #[schema(example = 1)]
    pages: i64,
}

impl From<(ExpenseListing, Calendar, Page)> for ExpensePage {
    fn from((listing, calendar, page): (ExpenseListing, Calendar, Page)) -> Self {
        let (found, sums) = (listing.page, listing.sums);
        Self {
            items: found.items.into_iter().map(|expense| ExpenseRow::from((expense, calendar))).collect(),
            total: found.total,
            total_pending: sums.pending,
            total_approved: sums.approved,
            page: page.number(),
            per_page: page.limit,
            pages: page.pages(found.total),
        }
    }
}

/// Expenses as a file.
const EXPENSES: Sheet = Sheet {
    about: Text { en: "Expenses", ar: "المصروفات" },
    rows: "/items",
    columns: &[
        "id",
        "expense_date",
        "business_day",
        "branch_name",
        "title",
        "category",
        "amount",
        "status",
        "created_by_name",
        "created_at",
        "reviewed_by_name",
        "reviewed_at",
        "is_paid",
        "paid_from",
        "paid_at",
        "paid_by_name",
        "description",
        "review_notes",
    ],
};

/// List expenses, the latest days first, and what all of them come to.
#[utoipa::path(get, path = "/expenses", tag = "expenses", params(ExpenseQuery, PageQuery, FormatQuery), responses(
    (status = 200, description = "The rows stand at the top level as `expenses`, too", body = Success<ExpensePage>),
    (status = 400, description = "DATE_INVALID, DATE_OUT_OF_RANGE, DATE_RANGE_REVERSED, INVALID_STATUS, UNKNOWN_VALUE, PAGE_INVALID, PAGE_TOO_DEEP, BRANCH_REQUIRED", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn list_expenses(
    staff: Staff<can::ReadExpenses>,
    State(app): State<App>,
    Query(query): Query<ExpenseQuery>,
    Query(page): Query<PageQuery>,
    wanted: Wanted,
) -> Result<Given<ExpensePage>, ErrorResponse> {
    let ExpenseRequest { filter, page } = (query, page).try_into()?;
    if let Some(file) = wanted.file(&app, &staff)? {
        let rows = expenses::whole(&app.db, &staff, &filter).await?;
        let calendar = staff.calendar();
        return Ok(file.streamed(&EXPENSES, rows, move |expense| ExpenseRow::from((expense, calendar)))?);
    }
    let listing = expenses::list(&app.db, &staff, &filter, page).await?;
    let page = ExpensePage::from((listing, staff.calendar(), page));
    let again = json!(page.items);
    Ok(Answer::new(page).also("expenses", again).into())
}

/// Read one expense, also one that was taken back.
#[utoipa::path(get, path = "/expenses/{id}", tag = "expenses", params(("id" = i64, Path, description = "The expense")),
    responses(
        (status = 200, body = Success<ExpenseRow>),
        (status = 404, description = "EXPENSE_NOT_FOUND", body = Failure)))]
async fn find_expense(
    staff: Staff<can::ReadExpenses>,
    State(app): State<App>,
    Path(id): Path<ExpenseId>,
) -> Result<Answer<ExpenseRow>, ErrorResponse> {
    let expense = expenses::find(&app.db, &staff, id).await?;
    Ok(Answer::new((expense, staff.calendar()).into()))
}
