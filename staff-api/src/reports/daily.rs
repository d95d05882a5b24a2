//! One day.

use axum::extract::State;
use base::{
    Text,
    access::can,
    vocabulary::{Calendar, Money, PageQuery},
};
use chrono::NaiveDate;
use gym::{
    payments::Method,
    reports::{self, DailyReport},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Query, Staff,
    envelope::{Failure, Success},
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

use super::{
    query::{BranchQuery, DayQuery, lines},
    sales::{PaymentBreakdown, SalesLineRow},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(daily_report))
}

/// What was taken on one day, and what else happened on it.
#[derive(Debug, Serialize, ToSchema)]
struct DailyReportAnswer {
    /// The day.
    date: NaiveDate,
    /// What was taken, net of discount and of what went back.
    total_revenue: Money,
    /// The same.
    today_revenue: Money,
    /// Payments of the day, those that went back included.
    #[schema(example = 12)]
    total_transactions: i64,
    /// What was taken off full prices.
    total_discount: Money,
    /// Subscriptions sold on the day, paid or not; renewals are none.
    #[schema(example = 4)]
    new_subscriptions: i64,
    /// People let in on the day, each time.
    #[schema(example = 87)]
    check_ins: i64,
    /// The same.
    #[schema(example = 87)]
    today_checkins: i64,
    /// `total_revenue` by way of paying.
    payment_breakdown: PaymentBreakdown,
    /// The payments, the last first: 200 of them unless the query says how many.
    transactions: Vec<SalesLineRow>,
}

impl From<(DailyReport, Calendar)> for DailyReportAnswer {
    fn from((report, calendar): (DailyReport, Calendar)) -> Self {
        let sales = report.sales;
        Self {
            date: sales.days.from,
            total_revenue: sales.total.amount,
            today_revenue: sales.total.amount,
            total_transactions: sales.total.payments,
            total_discount: sales.total.discount,
            new_subscriptions: report.traffic.subscriptions,
            check_ins: report.traffic.check_ins,
            today_checkins: report.traffic.check_ins,
            payment_breakdown: PaymentBreakdown {
                cash: sales.paid_by(Method::Cash),
                network: sales.paid_by(Method::Card),
                transfer: sales.paid_by(Method::Transfer),
            },
            transactions: SalesLineRow::all(sales.lines, calendar),
        }
    }
}

/// The report as a file.
const DAILY: [Sheet; 2] = [
    Sheet {
        about: Text { en: "Daily report", ar: "التقرير اليومي" },
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
            "date",
            "total_revenue",
            "total_discount",
            "total_transactions",
            "sum_cash=payment_breakdown/cash",
            "sum_network=payment_breakdown/network",
            "sum_transfer=payment_breakdown/transfer",
            "check_ins",
            "new_subscriptions",
        ],
    },
];

/// Read what was taken on one day, today if none is named.
#[utoipa::path(get, path = "/reports/daily", tag = "reports", params(BranchQuery, DayQuery, PageQuery, FormatQuery), responses(
    (status = 200, body = Success<DailyReportAnswer>, description = "Every field of `data` stands at the top level, too"),
    (status = 400, description = "BRANCH_REQUIRED, DATE_INVALID, DATE_OUT_OF_RANGE, PAGE_INVALID, PAGE_TOO_DEEP", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn daily_report(
    staff: Staff<can::ReadDashboards>,
    State(app): State<App>,
    Query(BranchQuery { branch_id }): Query<BranchQuery>,
    Query(day): Query<DayQuery>,
    Query(page): Query<PageQuery>,
    wanted: Wanted,
) -> Result<Given<DailyReportAnswer>, ErrorResponse> {
    let report =
        reports::daily(&app.db, &staff, branch_id, day.try_into()?, wanted.lines(lines(&page)?)).await?;
    wanted.given(&app, &staff, &DAILY, Answer::new((report, staff.calendar()).into()).with_fields_on_top())
}
