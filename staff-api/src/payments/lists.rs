//! Looking payments up.

use axum::extract::State;
use base::{
    Fields, Text,
    access::can,
    vocabulary::{
        BranchId, Calendar, CustomerId, Day, Money, Page, PageQuery, PaymentId, StaffId, SubscriptionId,
    },
};
use gym::payments::{self, Method, PaymentFilter, PaymentListing, PaymentPurpose, PaymentRecord};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Path, Query, Staff,
    envelope::{Failure, Success},
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

use super::row::{PaymentRow, TransactionRow};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(list_payments))
        .routes(endpoint!(list_transactions))
        .routes(endpoint!(get_payment))
        .routes(endpoint!(get_transaction))
}

/// Which payments; all of it must hold.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PaymentQuery {
    /// Taken by this branch; else by every branch one works at.
    branch_id: Option<BranchId>,
    /// Of this customer; then of all days, unless some are named.
    customer_id: Option<CustomerId>,
    /// For this subscription; then of all days, unless some are named.
    subscription_id: Option<SubscriptionId>,
    /// For this purpose.
    #[serde(alias = "type", alias = "kind")]
    #[param(inline)]
    transaction_type: Option<PaymentPurpose>,
    /// Paid like this.
    #[serde(alias = "method")]
    #[param(inline)]
    payment_method: Option<Method>,
    /// Taken by this staff user.
    taken_by: Option<StaffId>,
    /// First day, in the gym's calendar; if absent, thirty days are listed.
    #[serde(alias = "start_date")]
    #[param(value_type = Option<Day>, inline, example = "2026-04-01")]
    date_from: Option<String>,
    /// Last day, in the gym's calendar; today if absent.
    #[serde(alias = "end_date")]
    #[param(value_type = Option<Day>, inline, example = "2026-04-30")]
    date_to: Option<String>,
    #[serde(flatten)]
    #[param(ignore)]
    page: PageQuery,
}

impl PaymentQuery {
    fn read(self) -> Result<(PaymentFilter, Page), ErrorResponse> {
        let mut fields = Fields::new();
        let from = fields.optional("date_from", self.date_from.as_deref(), Day::parse);
        let to = fields.optional("date_to", self.date_to.as_deref(), Day::parse);
        let page = fields.page(Page::parse(&self.page));
        let page = fields.build(page)?;
        let filter = PaymentFilter {
            branch: self.branch_id,
            customer: self.customer_id,
            subscription: self.subscription_id,
            purpose: self.transaction_type,
            method: self.payment_method,
            taken_by: self.taken_by,
            from,
            to,
        };
        Ok((filter, page))
    }
}

/// Payments, with the sums of everything that the filter finds.
#[derive(Debug, Serialize, ToSchema)]
struct PaymentPage {
    /// The newest day first.
    items: Vec<PaymentRow>,
    #[serde(flatten)]
    sums: PaymentTotals,
}

/// Payments as accountants look at them, with the sums of everything that the filter finds.
#[derive(Debug, Serialize, ToSchema)]
struct TransactionPage {
    /// The newest day first.
    items: Vec<TransactionRow>,
    #[serde(flatten)]
    sums: PaymentTotals,
}

/// The sums of everything that the filter finds, and which page of it this is.
#[derive(Debug, Serialize, ToSchema)]
struct PaymentTotals {
    /// How many there are.
    #[schema(example = 3)]
    total: i64,
    /// What was taken less what was given back, net of discount, of all of them.
    #[schema(example = 1350.5)]
    total_amount: Money,
    /// What was taken off full prices, of all of them.
    #[schema(example = 20)]
    total_discount: Money,
    /// `total_amount` by method.
    payment_breakdown: MethodSums,
    /// The number of this page, from 1.
    page: i64,
    /// Rows of a page.
    per_page: i64,
    /// How many pages there are.
    pages: i64,
}

/// Sums by method.
#[derive(Debug, Serialize, ToSchema)]
struct MethodSums {
    /// In notes and coins.
    cash: Money,
    /// By card.
    network: Money,
    /// By bank transfer.
    transfer: Money,
}

fn shown<Row: From<(PaymentRecord, Calendar)>>(
    listing: PaymentListing,
    page: Page,
    calendar: Calendar,
) -> (Vec<Row>, PaymentTotals) {
    let sums = listing.sums;
    let totals = PaymentTotals {
        total: sums.count,
        total_amount: sums.amount,
        total_discount: sums.discount,
        payment_breakdown: MethodSums { cash: sums.cash, network: sums.card, transfer: sums.transfer },
        page: page.number(),
        per_page: page.limit,
        pages: page.pages(sums.count),
    };
    (listing.items.into_iter().map(|record| Row::from((record, calendar))).collect(), totals)
}

/// What a file of payments shows of each.
const COLUMNS: &[&str] = &[
    "receipt_number",
    "business_day",
    "taken_at=created_at",
    "branch_name",
    "customer_name",
    "transaction_type",
    "service_name",
    "payment_method",
    "full_amount=gross_amount",
    "discount",
    "net_amount",
    "refunded_amount",
    "taken_by_name=created_by_name",
    "is_late",
    "notes",
];

/// Payments as a file.
const PAYMENTS: Sheet =
    Sheet { about: Text { en: "Payments", ar: "المدفوعات" }, rows: "/items", columns: COLUMNS };

/// List payments, the newest day first; `amount` is what was paid.
#[utoipa::path(get, path = "/payments", tag = "payments", params(PaymentQuery, PageQuery, FormatQuery), responses(
    (status = 200, body = Success<PaymentPage>),
    (status = 400, description = "DATE_INVALID, DATE_RANGE_REVERSED, DATE_RANGE_TOO_LONG, PAGE_INVALID, PAGE_TOO_DEEP", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn list_payments(
    staff: Staff<can::ReadPayments>,
    State(app): State<App>,
    Query(query): Query<PaymentQuery>,
    wanted: Wanted,
) -> Result<Given<PaymentPage>, ErrorResponse> {
    let (filter, page) = query.read()?;
    if let Some(file) = wanted.file(&app, &staff)? {
        let rows = payments::whole(&app.db, &staff, &filter).await?;
        let calendar = staff.calendar();
        return Ok(file.streamed(&PAYMENTS, rows, move |record| PaymentRow::from((record, calendar)))?);
    }
    let listing = payments::list(&app.db, &staff, &filter, page).await?;
    let (items, sums) = shown(listing, page, staff.calendar());
    Ok(Answer::new(PaymentPage { items, sums }).into())
}

/// The same for accountants.
const TRANSACTIONS: Sheet =
    Sheet { about: Text { en: "Transactions", ar: "المعاملات" }, rows: "/items", columns: COLUMNS };

/// List payments as accountants look at them; `amount` is the full price, before discount.
#[utoipa::path(get, path = "/transactions", tag = "payments", params(PaymentQuery, PageQuery, FormatQuery), responses(
    (status = 200, body = Success<TransactionPage>),
    (status = 400, description = "DATE_INVALID, DATE_RANGE_REVERSED, DATE_RANGE_TOO_LONG, PAGE_INVALID, PAGE_TOO_DEEP", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn list_transactions(
    staff: Staff<can::ReadPayments>,
    State(app): State<App>,
    Query(query): Query<PaymentQuery>,
    wanted: Wanted,
) -> Result<Given<TransactionPage>, ErrorResponse> {
    let (filter, page) = query.read()?;
    if let Some(file) = wanted.file(&app, &staff)? {
        let rows = payments::whole(&app.db, &staff, &filter).await?;
        let calendar = staff.calendar();
        return Ok(
            file.streamed(&TRANSACTIONS, rows, move |record| TransactionRow::from((record, calendar)))?
        );
    }
    let listing = payments::list(&app.db, &staff, &filter, page).await?;
    let (items, sums) = shown(listing, page, staff.calendar());
    Ok(Answer::new(TransactionPage { items, sums }).into())
}

/// Read one payment: everything that stands on its receipt.
#[utoipa::path(get, path = "/payments/{id}", tag = "payments", params(("id" = i64, Path)), responses(
    (status = 200, body = Success<PaymentRow>),
    (status = 404, description = "PAYMENT_NOT_FOUND", body = Failure)))]
async fn get_payment(
    staff: Staff<can::ReadPayments>,
    State(app): State<App>,
    Path(id): Path<PaymentId>,
) -> Result<Answer<PaymentRow>, ErrorResponse> {
    let record = payments::find(&app.db, &staff, id).await?;
    Ok(Answer::new((record, staff.calendar()).into()))
}

/// Read one payment as accountants look at it: everything that stands on its receipt.
#[utoipa::path(get, path = "/transactions/{id}", tag = "payments", params(("id" = i64, Path)), responses(
    (status = 200, body = Success<TransactionRow>),
    (status = 404, description = "PAYMENT_NOT_FOUND", body = Failure)))]
async fn get_transaction(
    staff: Staff<can::ReadPayments>,
    State(app): State<App>,
    Path(id): Path<PaymentId>,
) -> Result<Answer<TransactionRow>, ErrorResponse> {
    let record = payments::find(&app.db, &staff, id).await?;
    Ok(Answer::new((record, staff.calendar()).into()))
}
