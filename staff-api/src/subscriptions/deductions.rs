//! Taking coins and sessions by hand.

use axum::extract::State;
use base::{
    Fields, Invalid, Text,
    access::can,
    vocabulary::{CustomerId, Line, SubscriptionId},
};
use gym::subscriptions::{self, Deducted, Deduction, ServiceKind, Status, Unit, Units};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Json, Path, Staff,
    envelope::{Failure, Success},
    wire::loose_integer,
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(deduct))
        .routes(alias!(
            deduct => post "/subscriptions/{id}/deduct-session" as deduct_session,
            "Take sessions, at the address of the app of February 2026."
        ))
        .routes(alias!(
            deduct => post "/subscriptions/{id}/use-coins" as use_coins,
            "Take coins, at the address of the app of February 2026."
        ))
}

/// What is to be taken; one session or coin if nothing is said.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct DeductionBody {
    /// How much; one if absent.
    #[serde(default, deserialize_with = "loose_integer")]
    #[schema(minimum = 1, example = 1)]
    amount: Option<i64>,
    /// Whose it must be.
    customer_id: Option<CustomerId>,
    /// Why.
    reason: Option<String>,
}

impl DeductionBody {
    fn deduction(self, subscription: SubscriptionId) -> Result<Deduction, Invalid> {
        let mut fields = Fields::new();
        let reason = fields.optional("reason", self.reason.as_deref(), Line::parse);
        let amount = fields.check("amount", Units::parse(self.amount.unwrap_or(1)));
        Ok(Deduction { subscription, amount: fields.build(amount)?, customer: self.customer_id, reason })
    }
}

/// What is left.
#[derive(Debug, Serialize, ToSchema)]
struct DeductionAnswer {
    /// Which subscription.
    subscription_id: i64,
    /// Whose.
    customer_id: i64,
    /// What it counts.
    subscription_type: ServiceKind,
    /// What is left of what it counts, be it sessions or coins.
    #[schema(example = 19)]
    remaining_sessions: i32,
    /// Coins left; null when it counts sessions.
    remaining_coins: Option<i32>,
    /// The same as `remaining_coins`.
    coins: Option<i32>,
    /// What was ever granted.
    total: Option<i32>,
    /// `expired` once nothing is left.
    status: Status,
}

impl From<Deducted> for DeductionAnswer {
    fn from(deducted: Deducted) -> Self {
        let held = deducted.subscription;
        let coins = (held.kind.unit() == Some(Unit::Coins)).then_some(deducted.remaining);
        Self {
            subscription_id: held.id.get(),
            customer_id: held.customer.get(),
            subscription_type: held.kind,
            remaining_sessions: deducted.remaining,
            remaining_coins: coins,
            coins,
            total: held.total,
            status: deducted.status,
        }
    }
}

impl DeductionAnswer {
    fn answer(deducted: Deducted) -> Answer<Self> {
        let said = match deducted.subscription.kind.unit() {
            Some(Unit::Coins) => {
                Text { en: "Coins deducted successfully", ar: "تم خصم العملات بنجاح" }
            }
            Some(Unit::Sessions) | None => {
                Text { en: "Session deducted successfully", ar: "تم خصم الحصة بنجاح" }
            }
        };
        let (remaining, status) = (deducted.remaining, deducted.status.as_str());
        Answer::new(Self::from(deducted))
            .said(said)
            .also("remaining_sessions", remaining)
            .also("subscription_status", status)
    }
}

/// Take one session or coin, whichever the subscription counts.
#[utoipa::path(
    post,
    path = "/subscriptions/{id}/deduct",
    tag = "subscriptions",
    params(("id" = i64, Path)),
    request_body = Option<DeductionBody>,
    responses(
        (status = 200, body = Success<DeductionAnswer>),
        (status = 400, description = "NO_SESSIONS_REMAINING, NO_COINS_REMAINING, NOT_ENOUGH_SESSIONS, NOT_ENOUGH_COINS, NOTHING_TO_DEDUCT, CUSTOMER_MISMATCH, COUNT_OUT_OF_RANGE", body = Failure),
        (status = 409, description = "SUBSCRIPTION_FROZEN, SUBSCRIPTION_STOPPED, SUBSCRIPTION_EXPIRED, SUBSCRIPTION_NOT_STARTED", body = Failure),
    )
)]
async fn deduct(
    staff: Staff<can::SpendSubscriptions>,
    State(app): State<App>,
    Path(id): Path<SubscriptionId>,
    body: Option<Json<DeductionBody>>,
) -> Result<Answer<DeductionAnswer>, ErrorResponse> {
    let deduction = body.map(|Json(body)| body).unwrap_or_default().deduction(id)?;
    Ok(DeductionAnswer::answer(subscriptions::deduct(&app.db, &staff, deduction).await?))
}
