//! Freezing, unfreezing, stopping.

use axum::extract::State;
use base::{
    Fields, Invalid, Text,
    access::can,
    vocabulary::{Line, SubscriptionId},
};
use gym::{
    payments::Method,
    subscriptions::{self, FreezeDays, FreezeOrder},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Json, Path, Staff,
    envelope::{Failure, Success},
    wire::{loose_integer, part},
};

use super::row::{Moment, PaidSubscriptionRow, SubscriptionRow};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(freeze_subscription))
        .routes(endpoint!(freeze_subscription_by_id))
        .routes(endpoint!(unfreeze_subscription))
        .routes(endpoint!(unfreeze_subscription_by_id))
        .routes(endpoint!(stop_subscription))
        .routes(endpoint!(stop_subscription_by_id))
}

const FROZEN: Text =
    Text { en: "Subscription frozen successfully", ar: "تم تجميد الاشتراك بنجاح" };
const UNFROZEN: Text = Text {
    en: "Subscription unfrozen successfully", ar: "تم إلغاء تجميد الاشتراك بنجاح"
};
const STOPPED: Text =
    Text { en: "Subscription stopped successfully", ar: "تم إيقاف الاشتراك بنجاح" };

/// A freeze of the subscription in the path.
#[derive(Debug, Deserialize, ToSchema)]
struct FreezeBody {
    /// Days, today included.
    #[serde(default, alias = "days", deserialize_with = "loose_integer")]
    #[schema(required, value_type = i64, minimum = 1, maximum = 366, example = 7)]
    freeze_days: Option<i64>,
    /// How a fee is paid; cash if absent.
    payment_method: Option<Method>,
    /// Why.
    #[serde(alias = "freeze_reason")]
    reason: Option<String>,
}

impl FreezeBody {
    fn order(self, subscription: SubscriptionId) -> Result<FreezeOrder, Invalid> {
        let mut fields = Fields::new();
        let reason = fields.optional("reason", self.reason.as_deref(), Line::parse);
        let days = fields.present("freeze_days", self.freeze_days);
        let days = days.and_then(|days| fields.check("freeze_days", FreezeDays::parse(days)));
        let method = self.payment_method.unwrap_or(Method::Cash);
        Ok(FreezeOrder { subscription, days: fields.build(days)?, method, reason })
    }
}

/// A freeze of the named subscription.
#[derive(Debug, Deserialize, ToSchema)]
struct NamedFreezeBody {
    /// Which.
    #[schema(example = 1)]
    subscription_id: SubscriptionId,
    #[serde(flatten, deserialize_with = "part")]
    freeze: FreezeBody,
}

/// Freeze a subscription from today; its end moves by as many days.
#[utoipa::path(
    post,
    path = "/subscriptions/freeze",
    tag = "subscriptions",
    request_body = NamedFreezeBody,
    responses(
        (status = 200, body = Success<PaidSubscriptionRow>),
        (status = 404, description = "SUBSCRIPTION_NOT_FOUND", body = Failure),
        (status = 409, description = "ALREADY_FROZEN, FREEZE_NOT_ALLOWED, NO_FREEZES_LEFT, TOO_MANY_FREEZE_DAYS, SUBSCRIPTION_STOPPED, SUBSCRIPTION_EXPIRED, SUBSCRIPTION_NOT_STARTED", body = Failure),
    )
)]
async fn freeze_subscription(
    staff: Staff<can::FreezeSubscriptions>,
    State(app): State<App>,
    Json(body): Json<NamedFreezeBody>,
) -> Result<Answer<PaidSubscriptionRow>, ErrorResponse> {
    let order = body.freeze.order(body.subscription_id)?;
    let frozen = subscriptions::freeze(&app.db, &staff, order).await?;
    Ok(Answer::new(PaidSubscriptionRow::at(Moment::of(&staff), frozen.subscription, frozen.payment))
        .said(FROZEN))
}

/// Freeze the subscription in the path.
#[utoipa::path(
    post,
    path = "/subscriptions/{id}/freeze",
    tag = "subscriptions",
    params(("id" = i64, Path)),
    request_body = FreezeBody,
    responses(
        (status = 200, body = Success<PaidSubscriptionRow>),
        (status = 409, description = "ALREADY_FROZEN, FREEZE_NOT_ALLOWED, NO_FREEZES_LEFT, TOO_MANY_FREEZE_DAYS, SUBSCRIPTION_STOPPED, SUBSCRIPTION_EXPIRED, SUBSCRIPTION_NOT_STARTED", body = Failure),
    )
)]
async fn freeze_subscription_by_id(
    staff: Staff<can::FreezeSubscriptions>,
    State(app): State<App>,
    Path(id): Path<SubscriptionId>,
    Json(body): Json<FreezeBody>,
) -> Result<Answer<PaidSubscriptionRow>, ErrorResponse> {
    let frozen = subscriptions::freeze(&app.db, &staff, body.order(id)?).await?;
    Ok(Answer::new(PaidSubscriptionRow::at(Moment::of(&staff), frozen.subscription, frozen.payment))
        .said(FROZEN))
}

/// Names a subscription.
#[derive(Debug, Deserialize, ToSchema)]
struct UnfreezeBody {
    /// Which.
    #[schema(example = 1)]
    subscription_id: SubscriptionId,
}

/// End a freeze today; the days that were not used come off the end again.
#[utoipa::path(
    post,
    path = "/subscriptions/unfreeze",
    tag = "subscriptions",
    request_body = UnfreezeBody,
    responses(
        (status = 200, body = Success<SubscriptionRow>),
        (status = 404, description = "SUBSCRIPTION_NOT_FOUND", body = Failure),
        (status = 409, description = "NOT_FROZEN, SUBSCRIPTION_STOPPED", body = Failure),
    )
)]
async fn unfreeze_subscription(
    staff: Staff<can::FreezeSubscriptions>,
    State(app): State<App>,
    Json(body): Json<UnfreezeBody>,
) -> Result<Answer<SubscriptionRow>, ErrorResponse> {
    let held = subscriptions::unfreeze(&app.db, &staff, body.subscription_id).await?;
    Ok(Answer::new(SubscriptionRow::at(Moment::of(&staff), held)).said(UNFROZEN))
}

/// End the freeze of the subscription in the path.
#[utoipa::path(
    post,
    path = "/subscriptions/{id}/unfreeze",
    tag = "subscriptions",
    params(("id" = i64, Path)),
    responses(
        (status = 200, body = Success<SubscriptionRow>),
        (status = 409, description = "NOT_FROZEN, SUBSCRIPTION_STOPPED", body = Failure),
    )
)]
async fn unfreeze_subscription_by_id(
    staff: Staff<can::FreezeSubscriptions>,
    State(app): State<App>,
    Path(id): Path<SubscriptionId>,
) -> Result<Answer<SubscriptionRow>, ErrorResponse> {
    let held = subscriptions::unfreeze(&app.db, &staff, id).await?;
    Ok(Answer::new(SubscriptionRow::at(Moment::of(&staff), held)).said(UNFROZEN))
}

/// Why something is stopped.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct StopBody {
    /// Why.
    #[serde(alias = "stop_reason")]
    reason: Option<String>,
}

impl StopBody {
    fn line(&self) -> Result<Option<Line>, Invalid> {
        let mut fields = Fields::new();
        let reason = fields.optional("reason", self.reason.as_deref(), Line::parse);
        fields.done()?;
        Ok(reason)
    }
}

/// Stops the named subscription.
#[derive(Debug, Deserialize, ToSchema)]
struct NamedStopBody {
    /// Which.
    #[schema(example = 1)]
    subscription_id: SubscriptionId,
    #[serde(flatten, deserialize_with = "part")]
    stop: StopBody,
}

/// Stop a subscription for good.
#[utoipa::path(
    post,
    path = "/subscriptions/stop",
    tag = "subscriptions",
    request_body = NamedStopBody,
    responses(
        (status = 200, body = Success<SubscriptionRow>),
        (status = 404, description = "SUBSCRIPTION_NOT_FOUND", body = Failure),
        (status = 409, description = "ALREADY_STOPPED, SUBSCRIPTION_EXPIRED", body = Failure),
    )
)]
async fn stop_subscription(
    staff: Staff<can::StopSubscriptions>,
    State(app): State<App>,
    Json(body): Json<NamedStopBody>,
) -> Result<Answer<SubscriptionRow>, ErrorResponse> {
    let held = subscriptions::stop(&app.db, &staff, body.subscription_id, body.stop.line()?).await?;
    Ok(Answer::new(SubscriptionRow::at(Moment::of(&staff), held)).said(STOPPED))
}

/// Stop the subscription in the path.
#[utoipa::path(
    post,
    path = "/subscriptions/{id}/stop",
    tag = "subscriptions",
    params(("id" = i64, Path)),
    request_body = Option<StopBody>,
    responses(
        (status = 200, body = Success<SubscriptionRow>),
        (status = 409, description = "ALREADY_STOPPED, SUBSCRIPTION_EXPIRED", body = Failure),
    )
)]
async fn stop_subscription_by_id(
    staff: Staff<can::StopSubscriptions>,
    State(app): State<App>,
    Path(id): Path<SubscriptionId>,
    body: Option<Json<StopBody>>,
) -> Result<Answer<SubscriptionRow>, ErrorResponse> {
    let reason = body.map(|Json(body)| body).unwrap_or_default().line()?;
    let held = subscriptions::stop(&app.db, &staff, id, reason).await?;
    Ok(Answer::new(SubscriptionRow::at(Moment::of(&staff), held)).said(STOPPED))
}
