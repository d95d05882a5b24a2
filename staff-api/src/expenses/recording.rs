//! Writing an expense down.

use axum::extract::State;
use base::{
    Fields, Invalid, Text, UnknownWord,
    access::can,
    vocabulary::{BranchId, Day, Line, Money, Note},
};
use gym::expenses::{self, ExpenseCategory, ExpenseDraft};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Json, Staff,
    envelope::{Failure, Success},
    wire,
};

use super::row::ExpenseRow;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(record_expense))
}

/// An expense to be written down.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct RecordExpenseBody {
    /// What the money was spent on, in a few words; up to 200 characters.
    #[schema(required, value_type = String, example = "Towels for the changing rooms")]
    title: Option<String>,
    /// How much it was; more than zero, with at most two decimals.
    #[serde(default, deserialize_with = "wire::loose_text")]
    #[schema(required, value_type = f64, example = 450)]
    amount: Option<String>,
    /// The branch that spends it; may be left out by those who work at one branch.
    #[serde(default, deserialize_with = "wire::loose_integer")]
    #[schema(value_type = Option<i64>, example = 1)]
    branch_id: Option<i64>,
    /// The day on its bill, in the gym's calendar; not after today. Today if absent.
    #[schema(value_type = Option<Day>)]
    expense_date: Option<String>,
    /// The same as `expense_date`, which is read first.
    #[schema(value_type = Option<Day>)]
    date: Option<String>,
    /// What kind of thing it is; `other` if absent or blank.
    #[schema(value_type = Option<ExpenseCategory>, example = "supplies")]
    category: Option<String>,
    /// What else is to be known; up to 2000 characters.
    description: Option<String>,
}

impl TryFrom<RecordExpenseBody> for ExpenseDraft {
    type Error = Invalid;

    fn try_from(body: RecordExpenseBody) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let title = fields.required("title", body.title.as_deref(), Line::parse);
        let amount = fields.required("amount", body.amount.as_deref(), Money::parse);
        let day = body.expense_date.filter(|text| !text.trim().is_empty()).or(body.date);
        let spent_on = fields.optional("expense_date", day.as_deref(), Day::parse);
        let category = fields.optional("category", body.category.as_deref(), |word| {
            UnknownWord::unless(ExpenseCategory::from_word(word))
        });
        let category = category.unwrap_or(ExpenseCategory::Other);
        let description = fields.optional("description", body.description.as_deref(), Note::parse);
        let draft = title.zip(amount);
        fields.build(draft.map(|(title, amount)| Self { title, category, amount, spent_on, description }))
    }
}

const RECORDED: Text = Text {
    en: "The expense was written down and waits for a decision",
    ar: "تم تسجيل المصروف وهو في انتظار المراجعة",
};

/// Write down what a branch spends. It counts once somebody else has approved it.
#[utoipa::path(post, path = "/expenses", tag = "expenses", responses(
    (status = 201, body = Success<ExpenseRow>),
    (status = 400, description = "MISSING_FIELDS, AMOUNT_INVALID, AMOUNT_NOT_POSITIVE, AMOUNT_TOO_PRECISE, AMOUNT_TOO_LARGE, DATE_INVALID, DATE_IN_FUTURE, DATE_OUT_OF_RANGE, TEXT_TOO_LONG, TEXT_UNPRINTABLE, UNKNOWN_VALUE, BRANCH_REQUIRED", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn record_expense(
    staff: Staff<can::RecordExpenses>,
    State(app): State<App>,
    Json(body): Json<RecordExpenseBody>,
) -> Result<Answer<ExpenseRow>, ErrorResponse> {
    let desk = staff.place(body.branch_id.map(BranchId::from))?;
    let expense = expenses::record(&app.db, &desk, &body.try_into()?).await?;
    Ok(Answer::new(ExpenseRow::from((expense, staff.calendar()))).created().said(RECORDED))
}
