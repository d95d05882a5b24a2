//! Selling and renewing.

use axum::extract::State;
use base::{
    Fields, Invalid, Text,
    access::can,
    vocabulary::{BranchId, CustomerId, Day, Line, Money, Note, ServiceId, StaffId, SubscriptionId},
};
use gym::{
    payments::Method,
    subscriptions::{self, Asked, Count, Months, Order, Renewal, ServiceKind, SoldTerm, TermDays, Units},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Json, Path, Staff,
    envelope::{Failure, Success},
    wire::{loose_integer, part},
};

use super::row::{Moment, PaidSubscriptionRow};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(create_subscription))
        .routes(alias!(
            create_subscription => post "/subscriptions/activate" as activate_subscription,
            "Sell a service to a customer, at the address that the app calls."
        ))
        .routes(endpoint!(renew_subscription))
        .routes(endpoint!(renew_subscription_by_id))
}

const SOLD: Text =
    Text { en: "Subscription activated successfully", ar: "تم تفعيل الاشتراك بنجاح" };
const RENEWED: Text =
    Text { en: "Subscription renewed successfully", ar: "تم تجديد الاشتراك بنجاح" };
const TWO_COUNTS: Text = Text {
    en: "Two spellings of the same number differ",
    ar: "وردت قيمتان مختلفتان للحقل نفسه",
};

/// What the desk types about price, counters and length; what it leaves out comes from the service or the earlier sale.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct SaleTermsBody {
    /// What is asked, before discount; if absent, what so much of the service costs: its price, as many times as more of it
    /// is sold than it holds.
    #[schema(value_type = Option<f64>, example = 500)]
    amount: Option<Money>,
    /// What is taken off.
    #[schema(value_type = Option<f64>, example = 0)]
    discount: Option<Money>,
    /// `cash`, `card` (also `network`) or `transfer` (also `online`); cash if absent.
    #[serde(alias = "method")]
    payment_method: Option<Method>,
    /// Coins.
    #[serde(default, deserialize_with = "loose_integer")]
    coins: Option<i64>,
    /// Coins again, under another name.
    #[serde(default, deserialize_with = "loose_integer")]
    coin_amount: Option<i64>,
    /// Sessions.
    #[serde(default, deserialize_with = "loose_integer")]
    sessions: Option<i64>,
    /// Sessions again, under another name.
    #[serde(default, deserialize_with = "loose_integer")]
    session_count: Option<i64>,
    /// Calendar months.
    #[serde(default, deserialize_with = "loose_integer")]
    duration_months: Option<i64>,
    /// Days; used when months are absent.
    #[serde(default, deserialize_with = "loose_integer")]
    duration_days: Option<i64>,
    /// What is to be remembered beside the payment.
    notes: Option<String>,
    /// Why it is sold below its price, or beyond what the gym lets a desk give away; there only a manager may, with a reason.
    reason: Option<String>,
}

impl SaleTermsBody {
    fn read(self, fields: &mut Fields) -> Asked {
        let coins = either(fields, "coins", self.coins, self.coin_amount);
        let sessions = either(fields, "sessions", self.sessions, self.session_count);
        let months: Option<Months> = count(fields, "duration_months", self.duration_months);
        let days: Option<TermDays> = count(fields, "duration_days", self.duration_days);
        Asked {
            amount: self.amount,
            discount: self.discount,
            method: self.payment_method.unwrap_or(Method::Cash),
            coins,
            sessions,
            term: months.map(SoldTerm::Months).or(days.map(SoldTerm::Days)),
            notes: fields.optional("notes", self.notes.as_deref(), Note::parse),
            reason: fields.optional("reason", self.reason.as_deref(), Line::parse),
        }
    }
}

fn count<const MAX: i32>(fields: &mut Fields, name: &'static str, number: Option<i64>) -> Option<Count<MAX>> {
    number.and_then(|number| fields.check(name, Count::parse(number)))
}

fn either(fields: &mut Fields, name: &'static str, one: Option<i64>, other: Option<i64>) -> Option<Units> {
    fields.ensure(name, one.is_none() || other.is_none() || one == other, "COUNTS_DIFFER", TWO_COUNTS);
    count(fields, name, one.or(other))
}

/// A sale.
#[derive(Debug, Deserialize, ToSchema)]
struct SaleBody {
    /// To whom.
    #[schema(example = 115)]
    customer_id: CustomerId,
    /// What.
    #[schema(example = 1)]
    service_id: ServiceId,
    /// Where; the customer's branch if absent.
    branch_id: Option<BranchId>,
    /// `coins`, `time_based`, `sessions` or `training`, in any spelling; as the service says if absent.
    #[serde(alias = "type")]
    #[schema(example = "time_based")]
    subscription_type: Option<ServiceKind>,
    /// First day; today if absent.
    start_date: Option<Day>,
    /// Who trains.
    trainer_id: Option<StaffId>,
    #[serde(flatten, deserialize_with = "part")]
    asked: SaleTermsBody,
}

impl TryFrom<SaleBody> for Order {
    type Error = Invalid;

    fn try_from(body: SaleBody) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let asked = body.asked.read(&mut fields);
        fields.done()?;
        Ok(Self {
            customer: body.customer_id,
            service: body.service_id,
            branch: body.branch_id,
            kind: body.subscription_type,
            starts_on: body.start_date.map(Day::date),
            trainer: body.trainer_id,
            asked,
        })
    }
}

/// Sell a service to a customer. An identical repeat within ten seconds answers the first sale.
#[utoipa::path(
    post,
    path = "/subscriptions",
    tag = "subscriptions",
    request_body = SaleBody,
    responses(
        (status = 201, body = Success<PaidSubscriptionRow>),
        (status = 400, description = "SALE_REASON_REQUIRED", body = Failure),
        (status = 403, description = "NOT_ALLOWED, DISCOUNT_NEEDS_MANAGER, UNITS_NEED_MANAGER, DAYS_NEED_MANAGER", body = Failure),
        (status = 404, description = "CUSTOMER_NOT_FOUND, SERVICE_NOT_FOUND, TRAINER_NOT_FOUND, BRANCH_NOT_FOUND", body = Failure),
        (status = 409, description = "CUSTOMER_INACTIVE, SERVICE_INACTIVE, BRANCH_INACTIVE, REQUEST_STILL_RUNNING", body = Failure),
        (status = 422, description = "IDEMPOTENCY_KEY_REUSED", body = Failure),
    )
)]
async fn create_subscription(
    staff: Staff<can::SellSubscriptions>,
    State(app): State<App>,
    Json(body): Json<SaleBody>,
) -> Result<Answer<PaidSubscriptionRow>, ErrorResponse> {
    let sold = subscriptions::sell(&app.db, &staff, body.try_into()?).await?;
    Ok(Answer::new(PaidSubscriptionRow::at(Moment::of(&staff), sold.subscription, sold.payment))
        .created()
        .said(SOLD))
}

/// A renewal of the named subscription.
#[derive(Debug, Deserialize, ToSchema)]
struct RenewalBody {
    /// Of which.
    #[schema(example = 1)]
    subscription_id: SubscriptionId,
    #[serde(flatten, deserialize_with = "part")]
    asked: SaleTermsBody,
}

/// Renew a subscription: before its end it goes on with what was left, after it a new one begins today.
#[utoipa::path(
    post,
    path = "/subscriptions/renew",
    tag = "subscriptions",
    request_body = RenewalBody,
    responses(
        (status = 200, body = Success<PaidSubscriptionRow>),
        (status = 400, description = "SALE_REASON_REQUIRED", body = Failure),
        (status = 403, description = "NOT_ALLOWED, DISCOUNT_NEEDS_MANAGER, UNITS_NEED_MANAGER, DAYS_NEED_MANAGER", body = Failure),
        (status = 404, description = "SUBSCRIPTION_NOT_FOUND", body = Failure),
        (status = 409, description = "ALREADY_RENEWED, TOO_MANY_UNITS, CUSTOMER_INACTIVE, SERVICE_INACTIVE, BRANCH_INACTIVE, REQUEST_STILL_RUNNING", body = Failure),
        (status = 422, description = "IDEMPOTENCY_KEY_REUSED", body = Failure),
    )
)]
async fn renew_subscription(
    staff: Staff<can::RenewSubscriptions>,
    State(app): State<App>,
    Json(body): Json<RenewalBody>,
) -> Result<Answer<PaidSubscriptionRow>, ErrorResponse> {
    let mut fields = Fields::new();
    let asked = body.asked.read(&mut fields);
    fields.done()?;
    let renewal = Renewal { subscription: body.subscription_id, asked };
    let sold = subscriptions::renew(&app.db, &staff, renewal).await?;
    Ok(Answer::new(PaidSubscriptionRow::at(Moment::of(&staff), sold.subscription, sold.payment))
        .said(RENEWED))
}

/// Renew the subscription in the path.
#[utoipa::path(
    post,
    path = "/subscriptions/{id}/renew",
    tag = "subscriptions",
    params(("id" = i64, Path)),
    request_body = Option<SaleTermsBody>,
    responses(
        (status = 200, body = Success<PaidSubscriptionRow>),
        (status = 400, description = "SALE_REASON_REQUIRED", body = Failure),
        (status = 403, description = "NOT_ALLOWED, DISCOUNT_NEEDS_MANAGER, UNITS_NEED_MANAGER, DAYS_NEED_MANAGER", body = Failure),
        (status = 409, description = "ALREADY_RENEWED, TOO_MANY_UNITS, CUSTOMER_INACTIVE, SERVICE_INACTIVE, BRANCH_INACTIVE, REQUEST_STILL_RUNNING", body = Failure),
        (status = 422, description = "IDEMPOTENCY_KEY_REUSED", body = Failure),
    )
)]
async fn renew_subscription_by_id(
    staff: Staff<can::RenewSubscriptions>,
    State(app): State<App>,
    Path(subscription): Path<SubscriptionId>,
    body: Option<Json<SaleTermsBody>>,
) -> Result<Answer<PaidSubscriptionRow>, ErrorResponse> {
    let mut fields = Fields::new();
    let asked = body.map(|Json(body)| body).unwrap_or_default().read(&mut fields);
    fields.done()?;
    let sold = subscriptions::renew(&app.db, &staff, Renewal { subscription, asked }).await?;
    Ok(Answer::new(PaidSubscriptionRow::at(Moment::of(&staff), sold.subscription, sold.payment))
        .said(RENEWED))
}
