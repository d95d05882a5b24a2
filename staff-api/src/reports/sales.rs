//! Payment by payment.

use axum::extract::State;
use base::{
    Fields, Invalid, Text, UnknownWord,
    access::can,
    vocabulary::{BranchId, Calendar, Line, Money, PageQuery, ServiceId},
};
use chrono::{DateTime, NaiveDate, Utc};
use gym::{
    payments::{Method, PaymentPurpose},
    reports::{self, AskedBranch, AskedDays, SalesFilter, SalesLine, SalesReport},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Query, Staff,
    envelope::{Failure, Success},
    wire::{self, LocalDateTime},
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

use super::query::{BranchQuery, DaysQuery, lines};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(daily_sales))
}

/// What was paid in each way, net.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PaymentBreakdown {
    /// In notes and coins.
    pub(super) cash: Money,
    /// By card.
    pub(super) network: Money,
    /// From account to account.
    pub(super) transfer: Money,
}

/// One payment.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SalesLineRow {
    /// The payment.
    #[schema(example = 501)]
    id: i64,
    /// The same id.
    #[schema(example = 501)]
    transaction_id: i64,
    /// Its number at the branch, without gaps.
    #[schema(example = 17)]
    receipt_number: i64,
    /// Who paid; null for somebody who is no customer.
    #[schema(example = 115)]
    customer_id: Option<i64>,
    /// Their name.
    #[schema(example = "Mona Adel")]
    customer_name: Option<String>,
    /// What was sold, as it was called at the sale; empty for what was paid for no subscription.
    #[schema(example = "Monthly Gym")]
    service_name: String,
    /// Before the discount; below zero when it went back.
    amount: Money,
    /// What was taken off.
    discount: Money,
    /// What was paid: `amount` less `discount`.
    net_amount: Money,
    /// How it was paid: `cash`, `network` for card, or `transfer`.
    #[schema(example = "network")]
    payment_method: &'static str,
    /// What was paid for.
    transaction_type: PaymentPurpose,
    /// The branch.
    #[schema(example = 1)]
    branch_id: i64,
    /// Its name.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// Who took it.
    #[schema(example = "Reem Tarek")]
    created_by_name: String,
    /// The day that it counts for.
    date: NaiveDate,
    /// Hour and minute at which it was taken, on the gym's clock.
    #[schema(example = "17:45")]
    time: String,
    /// When it was taken, on the gym's clock.
    created_at: LocalDateTime,
    /// The same moment in UTC.
    created_at_utc: DateTime<Utc>,
}

impl SalesLineRow {
    pub(super) fn all(lines: Vec<SalesLine>, calendar: Calendar) -> Vec<Self> {
        lines.into_iter().map(|line| Self::from((line, calendar))).collect()
    }
}

impl From<(SalesLine, Calendar)> for SalesLineRow {
    fn from((line, calendar): (SalesLine, Calendar)) -> Self {
        let at = wire::local(calendar, line.taken_at);
        Self {
            id: line.id.get(),
            transaction_id: line.id.get(),
            receipt_number: line.receipt_number,
            customer_id: line.customer.map(i64::from),
            customer_name: line.customer_name,
            service_name: line.service_name.unwrap_or_default(),
            amount: reports::total(line.amount, line.discount),
            discount: line.discount,
            net_amount: line.amount,
            payment_method: line.method.reported(),
            transaction_type: line.purpose,
            branch_id: line.branch.get(),
            branch_name: line.branch_name,
            created_by_name: line.taken_by,
            date: line.business_day,
            time: at.0.format("%H:%M").to_string(),
            created_at: at,
            created_at_utc: wire::utc(line.taken_at),
        }
    }
}

/// Which payments.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct SalesQuery {
    /// Only what was paid for a subscription to this service.
    #[param(value_type = Option<i64>)]
    service_id: Option<ServiceId>,
    /// Only what was paid in this way.
    #[param(value_type = Option<Method>, inline)]
    payment_method: Option<String>,
    /// Only at the branch with this name or id; not looked at where `branch_id` is there.
    branch: Option<String>,
    /// Only what was paid for a subscription to the service with this name.
    service: Option<String>,
}

/// A query that was read.
struct SalesRequest {
    branch: AskedBranch,
    days: AskedDays,
    filter: SalesFilter,
}

impl TryFrom<(Option<BranchId>, DaysQuery, SalesQuery)> for SalesRequest {
    type Error = Invalid;

    fn try_from((id, days, query): (Option<BranchId>, DaysQuery, SalesQuery)) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let request = Self {
            days: days.read(&mut fields),
            branch: AskedBranch { id, name: fields.optional("branch", query.branch.as_deref(), Line::parse) },
            filter: SalesFilter {
                method: fields.optional("payment_method", query.payment_method.as_deref(), |word| {
                    UnknownWord::unless(Method::from_word(word))
                }),
                service: query.service_id,
                service_name: fields.optional("service", query.service.as_deref(), Line::parse),
            },
        };
        fields.done()?;
        Ok(request)
    }
}

/// What was taken within some days.
#[derive(Debug, Serialize, ToSchema)]
struct DailySalesAnswer {
    /// First day.
    start_date: NaiveDate,
    /// Last day.
    end_date: NaiveDate,
    /// What was taken, net of discount and of what went back.
    total_sales: Money,
    /// Of that, in notes and coins.
    cash_sales: Money,
    /// Of that, by card.
    network_sales: Money,
    /// The same.
    card_sales: Money,
    /// Of that, from account to account.
    transfer_sales: Money,
    /// The same.
    online_sales: Money,
    /// Payments, those that went back included.
    #[schema(example = 12)]
    transaction_count: i64,
    /// What was taken off full prices.
    total_discount: Money,
    /// The payments, the last first: 200 of them unless the query says how many.
    transactions: Vec<SalesLineRow>,
}

impl From<(SalesReport, Calendar)> for DailySalesAnswer {
    fn from((report, calendar): (SalesReport, Calendar)) -> Self {
        let paid = |method| report.paid_by(method);
        Self {
            start_date: report.days.from,
            end_date: report.days.to,
            total_sales: report.total.amount,
            cash_sales: paid(Method::Cash),
            network_sales: paid(Method::Card),
            card_sales: paid(Method::Card),
            transfer_sales: paid(Method::Transfer),
            online_sales: paid(Method::Transfer),
            transaction_count: report.total.payments,
            total_discount: report.total.discount,
            transactions: SalesLineRow::all(report.lines, calendar),
        }
    }
}

/// The report as a file.
const SALES: [Sheet; 2] = [
    Sheet {
        about: Text { en: "Sales", ar: "المبيعات" },
        rows: "/transactions",
        columns: &[
            "receipt_number",
            "taken_at=created_at",
            "branch_name",
            "customer_name",
            "transaction_type",
            "service_name",
            "payment_method",
            "discount",
            "net_amount",
            "taken_by_name=created_by_name",
        ],
    },
    Sheet {
        about: Text { en: "Summary", ar: "الملخص" },
        rows: "",
        columns: &[
            "start_date",
            "end_date",
            "total_revenue=total_sales",
            "total_discount",
            "total_transactions=transaction_count",
            "sum_cash=cash_sales",
            "sum_network=network_sales",
            "sum_transfer=transfer_sales",
        ],
    },
];

/// Read what was taken within some days, today if none are named, payment by payment.
#[utoipa::path(get, path = "/finance/daily-sales", tag = "reports", params(BranchQuery, DaysQuery, SalesQuery, PageQuery, FormatQuery), responses(
    (status = 200, body = Success<DailySalesAnswer>, description = "Every field of `data` stands at the top level, too, and \
        `transactions` once more as `sales`"),
    (status = 400, description = "BRANCH_REQUIRED, DATE_INVALID, DATE_OUT_OF_RANGE, DATE_RANGE_REVERSED, DATE_RANGE_TOO_LONG, \
        PAGE_INVALID, PAGE_TOO_DEEP, UNKNOWN_VALUE", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn daily_sales(
    staff: Staff<can::ReadDashboards>,
    State(app): State<App>,
    Query(BranchQuery { branch_id }): Query<BranchQuery>,
    Query(days): Query<DaysQuery>,
    asked: (Query<SalesQuery>, Wanted),
    Query(page): Query<PageQuery>,
) -> Result<Given<DailySalesAnswer>, ErrorResponse> {
    let (Query(query), wanted) = asked;
    let SalesRequest { branch, days, filter } = (branch_id, days, query).try_into()?;
    let report =
        reports::daily_sales(&app.db, &staff, &branch, (days, &filter), wanted.lines(lines(&page)?)).await?;
    let answer = DailySalesAnswer::from((report, staff.calendar()));
    let sales = serde_json::to_value(&answer.transactions).unwrap_or_default();
    wanted.given(&app, &staff, &SALES, Answer::new(answer).with_fields_on_top().also("sales", sales))
}
