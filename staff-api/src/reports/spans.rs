//! A week, a month.

use axum::extract::State;
use base::{
    Fields, Invalid, Text,
    access::can,
    vocabulary::{Day, Money},
};
use chrono::NaiveDate;
use gym::reports::{self, SpanReport};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Query, Staff,
    envelope::{Failure, Success},
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

use super::query::{BranchQuery, DayQuery, month};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(weekly_report)).routes(endpoint!(monthly_report))
}

/// What one day came to.
#[derive(Debug, Serialize, ToSchema)]
struct DayOfReport {
    /// The day.
    day: NaiveDate,
    /// The same day.
    date: NaiveDate,
    /// What was taken, net of discount and of what went back.
    revenue: Money,
}

/// A week or a month.
#[derive(Debug, Serialize, ToSchema)]
struct SpanReportAnswer {
    /// First day.
    start_date: NaiveDate,
    /// Last day, which may be still to come.
    end_date: NaiveDate,
    /// What was taken, net of discount and of what went back.
    total_revenue: Money,
    /// Approved expenses.
    total_expenses: Money,
    /// `total_revenue` less `total_expenses`.
    net_profit: Money,
    /// Payments, those that went back included.
    #[schema(example = 240)]
    total_transactions: i64,
    /// `total_revenue` by day that has begun, rounded to the smallest coin, halves away from zero; null before the first day.
    avg_daily_revenue: Option<Money>,
    /// Each day; those without payments and those to come are zero.
    daily_breakdown: Vec<DayOfReport>,
}

impl From<SpanReport> for SpanReportAnswer {
    fn from(report: SpanReport) -> Self {
        let days =
            report.daily.iter().map(|day| DayOfReport { day: day.day, date: day.day, revenue: day.revenue });
        Self {
            start_date: report.days.from,
            end_date: report.days.to,
            total_revenue: report.revenue,
            total_expenses: report.expenses,
            net_profit: reports::difference(report.revenue, report.expenses),
            total_transactions: report.payments,
            avg_daily_revenue: report.revenue_a_day,
            daily_breakdown: days.collect(),
        }
    }
}

/// A report of some days as a file.
const SPAN: [Sheet; 2] = [
    Sheet {
        about: Text { en: "Revenue by day", ar: "الإيراد اليومي" },
        rows: "/daily_breakdown",
        columns: &["date", "revenue"],
    },
    Sheet {
        about: Text { en: "Summary", ar: "الملخص" },
        rows: "",
        columns: &[
            "start_date",
            "end_date",
            "total_revenue",
            "total_expenses",
            "net_profit",
            "avg_daily_revenue",
            "total_transactions",
        ],
    },
];

/// Read what one week came to, day by day: the one that is under way, or that of a day. It begins on the day that the gym says.
#[utoipa::path(get, path = "/reports/weekly", tag = "reports", params(BranchQuery, DayQuery, FormatQuery), responses(
    (status = 200, body = Success<SpanReportAnswer>, description = "Every field of `data` stands at the top level, too"),
    (status = 400, description = "BRANCH_REQUIRED, DATE_INVALID, DATE_OUT_OF_RANGE", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn weekly_report(
    staff: Staff<can::ReadDashboards>,
    State(app): State<App>,
    Query(BranchQuery { branch_id }): Query<BranchQuery>,
    Query(day): Query<DayQuery>,
    wanted: Wanted,
) -> Result<Given<SpanReportAnswer>, ErrorResponse> {
    let report = reports::weekly(&app.db, &staff, branch_id, day.try_into()?).await?;
    wanted.given(&app, &staff, &SPAN, Answer::new(report.into()).with_fields_on_top())
}

/// Which month a report is about.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct MonthQuery {
    /// The month, as `2026-04`; the one that is under way if it is left out.
    #[param(example = "2026-04")]
    month: Option<String>,
    /// A day of the month, in the gym's calendar; not looked at where `month` is there.
    #[param(value_type = Option<Day>, inline)]
    date: Option<String>,
}

impl TryFrom<MonthQuery> for Option<Day> {
    type Error = Invalid;

    fn try_from(query: MonthQuery) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let first = fields.optional("month", query.month.as_deref(), month);
        let day = fields.optional("date", query.date.as_deref(), Day::parse);
        fields.done()?;
        Ok(first.or(day))
    }
}

/// Read what one month came to, day by day: the one that is under way unless another is named.
#[utoipa::path(get, path = "/reports/monthly", tag = "reports", params(BranchQuery, MonthQuery, FormatQuery), responses(
    (status = 200, body = Success<SpanReportAnswer>, description = "Every field of `data` stands at the top level, too"),
    (status = 400, description = "BRANCH_REQUIRED, DATE_INVALID, DATE_OUT_OF_RANGE", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn monthly_report(
    staff: Staff<can::ReadDashboards>,
    State(app): State<App>,
    Query(BranchQuery { branch_id }): Query<BranchQuery>,
    Query(day): Query<MonthQuery>,
    wanted: Wanted,
) -> Result<Given<SpanReportAnswer>, ErrorResponse> {
    let report = reports::monthly(&app.db, &staff, branch_id, day.try_into()?).await?;
    wanted.given(&app, &staff, &SPAN, Answer::new(report.into()).with_fields_on_top())
}
