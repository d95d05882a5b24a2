//! Letting in.

use axum::extract::State;
use base::{
    Fields, Invalid, Text,
    access::can,
    vocabulary::{BranchId, CustomerId, Line, SubscriptionId},
};
use gym::attendance::{self, Action, DoorRequest, Source};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Json, Staff,
    envelope::{Failure, Success},
};

use super::answer::{CHECKED_IN, CheckInAttemptAnswer};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(check_in))
}

const REASON_LENGTH: (&str, Text) = (
    "OVERRIDE_REASON_REQUIRED",
    Text { en: "Say why, in 3 to 200 characters", ar: "اذكر السبب في 3 إلى 200 حرف" },
);

/// Who stands at the door. One of `customer_id`, `qr_code` and `subscription_id` is enough.
#[derive(Debug, Deserialize, ToSchema)]
struct CheckInBody {
    /// The customer.
    #[schema(value_type = Option<i64>, example = 1)]
    customer_id: Option<CustomerId>,
    /// What was scanned: `customer_id:1`, `1`, `GYM-1`, `GYM-1-ABCD1234`, `CUST-1` or the token that a phone shows.
    #[schema(example = "customer_id:1")]
    qr_code: Option<String>,
    /// The subscription to go by, if it opens this door.
    #[schema(value_type = Option<i64>)]
    subscription_id: Option<SubscriptionId>,
    /// The branch; may be left out by somebody who works at one.
    #[schema(value_type = Option<i64>, example = 1)]
    branch_id: Option<BranchId>,
    /// `check_in_only` (unless said otherwise) takes nothing; `check_in_with_deduction` takes one coin or session, if the
    /// subscription counts any.
    action: Option<Action>,
    /// Not believed: the clock of the gym counts. An app that sends it together with `subscription_id` and a deduction
    /// has deducted by a call before; that deduction, if it is less than ten seconds old, is the charge.
    #[schema(value_type = Option<String>)]
    check_in_time: Option<Value>,
    /// Let in although the rules deny; for managers.
    #[serde(rename = "override")]
    overriding: Option<bool>,
    /// Why, in 3 to 200 characters.
    override_reason: Option<String>,
    /// The same; used when `override_reason` is not given.
    reason: Option<String>,
}

impl TryFrom<CheckInBody> for DoorRequest {
    type Error = Invalid;

    fn try_from(body: CheckInBody) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let overriding = if body.overriding == Some(true) {
            let reason = body.override_reason.or(body.reason).unwrap_or_default();
            let line = Line::parse(&reason).ok().filter(|line| line.as_str().chars().count() >= 3);
            fields.check("override_reason", line.ok_or(REASON_LENGTH))
        } else {
            None
        };
        fields.done()?;
        let action = body.action.unwrap_or(Action::CheckInOnly);
        Ok(Self {
            customer: body.customer_id,
            code: body.qr_code.filter(|code| !code.trim().is_empty()),
            subscription: body.subscription_id,
            action,
            source: Source::Attendance,
            follows_deduction: action == Action::CheckInWithDeduction
                && body.check_in_time.is_some()
                && body.subscription_id.is_some(),
            overriding,
        })
    }
}

/// Let a customer in, or record why not. Within ten seconds of an admission at the same branch the same one is answered.
#[utoipa::path(
    post, path = "/attendance", tag = "door", request_body = CheckInBody,
    responses(
        (status = 200, body = Success<CheckInAttemptAnswer>),
        (status = 403, description = "Denied and recorded, `data` shows the record: NO_SUBSCRIPTION, SUBSCRIPTION_FROZEN, SUBSCRIPTION_STOPPED, SUBSCRIPTION_EXPIRED, SUBSCRIPTION_NOT_STARTED, NO_SESSIONS_REMAINING, NO_COINS_REMAINING, TRAINING_ONLY, NOT_FOR_ENTRY, OTHER_BRANCH, CUSTOMER_INACTIVE, BRANCH_INACTIVE, QR_EXPIRED, QR_ALREADY_USED, QR_OUTDATED. Not recorded: NOT_ALLOWED, OVERRIDE_NOT_ALLOWED", body = Failure),
        (status = 404, description = "CUSTOMER_NOT_FOUND, SUBSCRIPTION_NOT_FOUND, BRANCH_NOT_FOUND", body = Failure),
    ),
)]
async fn check_in(
    staff: Staff<can::CheckIn>,
    State(app): State<App>,
    Json(body): Json<CheckInBody>,
) -> Result<Answer<CheckInAttemptAnswer>, ErrorResponse> {
    let desk = staff.place(body.branch_id)?;
    let calendar = staff.calendar();
    let attempt = attendance::check_in(&app.db, app.doorkeeper.keys(), &desk, body.try_into()?).await?;
    let attempt = attempt.admitted(|attempt| CheckInAttemptAnswer::denied(attempt, calendar))?;
    Ok(Answer::new(CheckInAttemptAnswer::from((attempt, calendar))).said(CHECKED_IN))
}
