//! What was paid, and what is given back.

mod lists;
mod receipt;
mod row;

use axum::extract::State;
use base::{
    Fields, Text,
    access::can,
    vocabulary::{BranchId, Calendar, CustomerId, Line, Money, Note, PaymentId, SubscriptionId},
};
use gym::{
    payments::{self, Method, PaymentOrder},
    refunds::{self, RefundOrder, Refunded},
    subscriptions::{Count, Units},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Json, Path, Staff,
    envelope::{Failure, Success},
    wire::loose_integer,
};

use self::row::PaymentRow;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(lists::routes())
        .merge(receipt::routes())
        .routes(endpoint!(record_payment))
        .routes(alias!(
            record_payment => post "/payments" as create_payment,
            "Take money for something other than a sale."
        ))
        .routes(endpoint!(refund_payment))
}

const RECORDED: Text = Text { en: "Payment recorded", ar: "تم تسجيل الدفع" };
const REFUNDED: Text = Text { en: "The money was given back", ar: "تم رد المبلغ" };

/// Money for something other than a sale.
#[derive(Debug, Deserialize, ToSchema)]
struct PaymentBody {
    /// Who pays.
    #[schema(example = 115)]
    customer_id: CustomerId,
    /// How much, above zero.
    #[schema(value_type = f64, example = 150)]
    amount: Money,
    /// `cash`, `card` (also `network`) or `transfer` (also `online`); cash if absent.
    #[serde(alias = "method")]
    payment_method: Option<Method>,
    /// Where; the customer's branch if absent.
    branch_id: Option<BranchId>,
    /// A subscription of theirs that it belongs to.
    subscription_id: Option<SubscriptionId>,
    /// What is to be remembered beside it.
    notes: Option<String>,
}

/// Take money for something other than a sale. An identical repeat within ten seconds answers the first payment. It counts
/// for the gym's business day on which it arrives, whatever the caller's clock says.
#[utoipa::path(post, path = "/payments/record", tag = "payments", request_body = PaymentBody, responses(
    (status = 201, body = Success<PaymentRow>),
    (status = 400, description = "AMOUNT_NOT_POSITIVE", body = Failure),
    (status = 404, description = "CUSTOMER_NOT_FOUND, SUBSCRIPTION_NOT_FOUND, BRANCH_NOT_FOUND", body = Failure),
    (status = 409, description = "REQUEST_STILL_RUNNING", body = Failure),
    (status = 422, description = "IDEMPOTENCY_KEY_REUSED", body = Failure)))]
async fn record_payment(
    staff: Staff<can::RecordPayments>,
    State(app): State<App>,
    Json(body): Json<PaymentBody>,
) -> Result<Answer<PaymentRow>, ErrorResponse> {
    let mut fields = Fields::new();
    let notes = fields.optional("notes", body.notes.as_deref(), Note::parse);
    fields.done()?;
    let order = PaymentOrder {
        customer: body.customer_id,
        branch: body.branch_id,
        subscription: body.subscription_id,
        amount: body.amount,
        method: body.payment_method.unwrap_or(Method::Cash),
        notes,
    };
    let record = payments::record(&app.db, &staff, order).await?;
    Ok(Answer::new(PaymentRow::from((record, staff.calendar()))).created().said(RECORDED))
}

/// What is given back.
#[derive(Debug, Deserialize, ToSchema)]
struct RefundBody {
    /// How much; all that is left of the payment if absent.
    #[schema(value_type = Option<f64>, example = 150)]
    amount: Option<Money>,
    /// Why.
    #[serde(alias = "notes")]
    #[schema(example = "Moves to another city")]
    reason: Option<String>,
    /// How it leaves; as it was paid if absent.
    #[serde(alias = "method")]
    payment_method: Option<Method>,
    /// Whether the subscription that was paid for ends with it; no if absent.
    #[serde(default)]
    stop_subscription: bool,
    /// Coins or sessions of it that are not used yet and are taken back.
    #[serde(default, deserialize_with = "loose_integer")]
    units: Option<i64>,
}

/// A refund.
#[derive(Debug, Serialize, ToSchema)]
struct RefundAnswer {
    /// The refund: a payment of a negative amount, with a receipt of its own.
    refund: PaymentRow,
    /// The payment as it stands now.
    payment: PaymentRow,
}

impl From<(Refunded, Calendar)> for RefundAnswer {
    fn from((refunded, calendar): (Refunded, Calendar)) -> Self {
        Self { refund: (refunded.refund, calendar).into(), payment: (refunded.payment, calendar).into() }
    }
}

/// Give back a payment in part or in full, at the branch that took it. An identical repeat within ten seconds answers the
/// first refund.
#[utoipa::path(post, path = "/payments/{id}/refund", tag = "payments", params(("id" = i64, Path)), request_body = RefundBody, responses(
    (status = 201, body = Success<RefundAnswer>),
    (status = 400, description = "MISSING_FIELDS, AMOUNT_NOT_POSITIVE, NOTHING_TO_DEDUCT, NO_COINS_REMAINING, NO_SESSIONS_REMAINING, NOT_ENOUGH_COINS, NOT_ENOUGH_SESSIONS", body = Failure),
    (status = 404, description = "PAYMENT_NOT_FOUND, SUBSCRIPTION_NOT_FOUND", body = Failure),
    (status = 409, description = "PAYMENT_NOT_REFUNDABLE, PAYMENT_ALREADY_REFUNDED, REFUND_TOO_LARGE, PAYMENT_HAS_NO_SUBSCRIPTION, ALREADY_STOPPED, REQUEST_STILL_RUNNING", body = Failure),
    (status = 422, description = "IDEMPOTENCY_KEY_REUSED", body = Failure)))]
async fn refund_payment(
    staff: Staff<can::RefundPayments>,
    State(app): State<App>,
    Path(payment): Path<PaymentId>,
    Json(body): Json<RefundBody>,
) -> Result<Answer<RefundAnswer>, ErrorResponse> {
    let mut fields = Fields::new();
    let reason = fields.required("reason", body.reason.as_deref(), Line::parse);
    let units: Option<Units> = body.units.and_then(|units| fields.check("units", Count::parse(units)));
    let order = reason.map(|reason| RefundOrder {
        payment,
        amount: body.amount,
        method: body.payment_method,
        reason,
        stops_subscription: body.stop_subscription,
        units,
    });
    let refunded = refunds::refund(&app.db, &staff, fields.build(order)?).await?;
    Ok(Answer::new(RefundAnswer::from((refunded, staff.calendar()))).created().said(REFUNDED))
}
