//! What a member paid.

use axum::extract::State;
use base::vocabulary::{Calendar, Money};
use chrono::NaiveDate;
use gym::{
    payments::{self, OwnPayment, PaymentPurpose},
    subscriptions::{self, ServiceKind},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Member,
    envelope::Success,
    wire::{self, LocalDateTime},
};

use crate::subscription::Standing;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(own_payments))
}

/// Everything that was paid, by what it was paid for.
#[derive(Debug, Serialize, ToSchema)]
struct OwnPaymentsAnswer {
    /// All of it, less what was given back.
    #[schema(value_type = f64, example = 1350.5)]
    total_paid: Money,
    /// Of that, what was paid for no subscription.
    #[schema(value_type = f64, example = 25.5)]
    other_total: Money,
    /// Each subscription with its payments; what is not over first, newest first.
    subscriptions: Vec<PaidSubscription>,
    /// What was paid for no subscription, newest first.
    other_payments: Vec<OwnPaymentRow>,
}

/// A subscription and what was paid for it.
#[derive(Debug, Serialize, ToSchema)]
struct PaidSubscription {
    /// Id.
    id: i64,
    /// What was sold.
    #[schema(example = "Monthly Gym")]
    service_name: String,
    /// How it is used up.
    subscription_type: ServiceKind,
    /// How it stands today.
    status: Standing,
    /// First day.
    start_date: NaiveDate,
    /// Last day, or null when it does not lapse by date.
    end_date: Option<NaiveDate>,
    /// What was paid for it, its renewals and freezes, less what was given back.
    #[schema(value_type = f64, example = 450)]
    total_paid: Money,
    /// Newest first.
    payments: Vec<OwnPaymentRow>,
}

/// A payment.
#[derive(Debug, Serialize, ToSchema)]
struct OwnPaymentRow {
    /// Id, by which its receipt is asked for.
    #[schema(example = 812)]
    id: i64,
    /// What names its receipt on paper: the branch's number of it.
    #[schema(example = "1-431")]
    reference_number: String,
    /// What was paid, net of discount; negative where money went back.
    #[schema(value_type = f64, example = 450)]
    amount: Money,
    /// What was taken off the full price.
    #[schema(value_type = f64, example = 50)]
    discount: Money,
    /// `cash`, `network` (a card) or `transfer`.
    #[schema(example = "cash")]
    payment_method: &'static str,
    /// When, on the gym's clock.
    date: LocalDateTime,
    /// What for: `subscription`, `renewal`, `freeze`, `other`; `refund` and `reversal` where money went back.
    transaction_type: PaymentPurpose,
}

fn row(payment: &OwnPayment, calendar: Calendar) -> OwnPaymentRow {
    OwnPaymentRow {
        id: payment.id.get(),
        reference_number: format!("{}-{}", payment.branch, payment.receipt_number),
        amount: payment.amount,
        discount: payment.discount,
        payment_method: payment.method.reported(),
        date: wire::local(calendar, payment.taken_at),
        transaction_type: payment.purpose,
    }
}

/// Read what one paid.
#[utoipa::path(get, path = "/payments", tag = "profile", responses((status = 200, body = Success<OwnPaymentsAnswer>)))]
async fn own_payments(
    member: Member,
    State(app): State<App>,
) -> Result<Answer<OwnPaymentsAnswer>, ErrorResponse> {
    let (customer, calendar) = (member.customer(), member.calendar());
    let today = calendar.today(member.now());
    let paid = payments::own(&app.db, customer).await?;
    let portfolio = subscriptions::own(&app.db, customer, today).await?;
    let subscriptions = portfolio.held.iter().map(|held| {
        let of_it = paid.payments.iter().filter(|payment| payment.subscription == Some(held.id));
        let total = of_it.clone().fold(0_i64, |sum, payment| sum.saturating_add(payment.amount.minor()));
        PaidSubscription {
            id: held.id.get(),
            service_name: held.service_name.clone(),
            subscription_type: held.kind,
            status: held.status(today).into(),
            start_date: held.standing.starts_on,
            end_date: held.standing.ends_on,
            total_paid: Money::from_minor(total),
            payments: of_it.map(|payment| row(payment, calendar)).collect(),
        }
    });
    let others = paid.payments.iter().filter(|payment| payment.subscription.is_none());
    Ok(Answer::new(OwnPaymentsAnswer {
        total_paid: paid.total,
        other_total: paid.other_total,
        subscriptions: subscriptions.collect(),
        other_payments: others.map(|payment| row(payment, calendar)).collect(),
    }))
}
