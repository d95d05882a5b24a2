//! Deciding about an expense, taking it back, paying it.

use axum::extract::State;
use base::{
    Fields, Invalid, Text, UnknownWord,
    access::can,
    vocabulary::{ExpenseId, Note},
};
use gym::expenses::{self, Expense, ExpenseReview, ExpenseStatus, PaidFrom};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Json, Path, Staff,
    envelope::{Failure, Success},
};

use super::row::ExpenseRow;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(review_expense))
        .routes(endpoint!(pay_expense))
        .routes(endpoint!(withdraw_expense))
}

const UNKNOWN_ACTION: (&str, Text) =
    ("INVALID_ACTION", Text { en: "Say whether to approve or to reject it", ar: "حدد الموافقة أو الرفض" });

/// What is decided.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct ReviewExpenseBody {
    /// `approve` or `reject`.
    #[schema(required, value_type = ExpenseReview, example = "approve")]
    action: Option<String>,
    /// What is to be remembered about it; up to 2000 characters.
    notes: Option<String>,
}

/// A decision that was read.
struct SaidOfExpense {
    review: ExpenseReview,
    notes: Option<Note>,
}

impl TryFrom<ReviewExpenseBody> for SaidOfExpense {
    type Error = Invalid;

    fn try_from(body: ReviewExpenseBody) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let review = fields.required("action", body.action.as_deref(), |word| {
            ExpenseReview::from_word(word).ok_or(UNKNOWN_ACTION)
        });
        let notes = fields.optional("notes", body.notes.as_deref(), Note::parse);
        fields.build(review.map(|review| Self { review, notes }))
    }
}

const APPROVED: Text = Text { en: "The expense was approved", ar: "تم اعتماد المصروف" };
const REJECTED: Text = Text { en: "The expense was rejected", ar: "تم رفض المصروف" };

/// The sentence for what became of `expense`.
fn reviewed(expense: &Expense) -> Text {
    if expense.status() == ExpenseStatus::Approved { APPROVED } else { REJECTED }
}

/// Approve or reject an expense that somebody else wrote down. An approved one counts for the day it was spent.
#[utoipa::path(post, path = "/expenses/{id}/review", tag = "expenses",
    params(("id" = i64, Path, description = "The expense")), responses(
    (status = 200, body = Success<ExpenseRow>),
    (status = 400, description = "MISSING_FIELDS, INVALID_ACTION, TEXT_TOO_LONG, TEXT_UNPRINTABLE", body = Failure),
    (status = 403, description = "NOT_ALLOWED, OWN_EXPENSE", body = Failure),
    (status = 404, description = "EXPENSE_NOT_FOUND", body = Failure),
    (status = 409, description = "EXPENSE_ALREADY_REVIEWED, EXPENSE_WITHDRAWN, REQUEST_STILL_RUNNING", body = Failure)))]
async fn review_expense(
    staff: Staff<can::ReviewExpenses>,
    State(app): State<App>,
    Path(id): Path<ExpenseId>,
    Json(body): Json<ReviewExpenseBody>,
) -> Result<Answer<ExpenseRow>, ErrorResponse> {
    let SaidOfExpense { review, notes } = body.try_into()?;
    let expense = expenses::review(&app.db, &staff, id, review, notes.as_ref()).await?;
    let said = reviewed(&expense);
    Ok(Answer::new(ExpenseRow::from((expense, staff.calendar()))).said(said))
}

/// How it is paid.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct PayExpenseBody {
    /// `till` (also `cash`), or `bank` (also `card`, `network`, `transfer`).
    #[serde(alias = "payment_method", alias = "method")]
    #[schema(required, value_type = PaidFrom, example = "till")]
    paid_from: Option<String>,
}

impl TryFrom<PayExpenseBody> for PaidFrom {
    type Error = Invalid;

    fn try_from(body: PayExpenseBody) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let from = fields.required("paid_from", body.paid_from.as_deref(), |word| {
            UnknownWord::unless(Self::from_word(word))
        });
        fields.build(from)
    }
}

const PAID: Text = Text { en: "The expense was paid", ar: "تم دفع المصروف" };

/// Pay an approved expense. An identical repeat within ten seconds answers the first payment.
#[utoipa::path(post, path = "/expenses/{id}/pay", tag = "expenses",
    params(("id" = i64, Path, description = "The expense")), responses(
    (status = 200, body = Success<ExpenseRow>),
    (status = 400, description = "MISSING_FIELDS, UNKNOWN_VALUE", body = Failure),
    (status = 404, description = "EXPENSE_NOT_FOUND", body = Failure),
    (status = 409, description = "EXPENSE_NOT_APPROVED, EXPENSE_ALREADY_PAID, REQUEST_STILL_RUNNING", body = Failure)))]
async fn pay_expense(
    staff: Staff<can::PayExpenses>,
    State(app): State<App>,
    Path(id): Path<ExpenseId>,
    Json(body): Json<PayExpenseBody>,
) -> Result<Answer<ExpenseRow>, ErrorResponse> {
    let expense = expenses::pay(&app.db, &staff, id, body.try_into()?).await?;
    Ok(Answer::new(ExpenseRow::from((expense, staff.calendar()))).said(PAID))
}

const WITHDRAWN: Text = Text { en: "The expense was taken back", ar: "تم سحب المصروف" };

/// Take an expense back that is not decided yet: one's own, or any for who reviews expenses. It stays on record, in no list.
#[utoipa::path(delete, path = "/expenses/{id}", tag = "expenses",
    params(("id" = i64, Path, description = "The expense")), responses(
    (status = 200, body = Success<ExpenseRow>),
    (status = 403, description = "NOT_ALLOWED, NOT_YOUR_EXPENSE", body = Failure),
    (status = 404, description = "EXPENSE_NOT_FOUND", body = Failure),
    (status = 409, description = "EXPENSE_ALREADY_REVIEWED, EXPENSE_WITHDRAWN, REQUEST_STILL_RUNNING", body = Failure)))]
async fn withdraw_expense(
    staff: Staff<can::WithdrawExpenses>,
    State(app): State<App>,
    Path(id): Path<ExpenseId>,
) -> Result<Answer<ExpenseRow>, ErrorResponse> {
    let expense = expenses::withdraw(&app.db, &staff, id).await?;
    Ok(Answer::new(ExpenseRow::from((expense, staff.calendar()))).said(WITHDRAWN))
}
