//! How revenue went.

use axum::extract::State;
use base::{Fields, Invalid, Text, UnknownWord, access::can, vocabulary::Money};
use chrono::NaiveDate;
use gym::reports::{self, TrendPeriod, TrendPoint};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Query, Staff,
    envelope::{Failure, Success},
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

use super::query::BranchQuery;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(revenue_trend))
}

/// How long the points of a trend are.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct TrendQuery {
    /// A day, a week or a month; a day if it is left out.
    #[param(value_type = Option<TrendPeriod>, inline)]
    period: Option<String>,
}

impl TryFrom<TrendQuery> for TrendPeriod {
    type Error = Invalid;

    fn try_from(query: TrendQuery) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let period = fields
            .optional("period", query.period.as_deref(), |word| UnknownWord::unless(Self::from_word(word)));
        fields.done()?;
        Ok(period.unwrap_or(Self::Daily))
    }
}

/// One point.
#[derive(Debug, Serialize, ToSchema)]
struct PointOfTrend {
    /// What the axis says: month and day on which it begins, or year and month.
    #[schema(example = "04-17")]
    label: String,
    /// First day.
    start_date: NaiveDate,
    /// Last day.
    end_date: NaiveDate,
    /// What was taken, net of discount and of what went back; zero for days without payments.
    revenue: Money,
}

impl From<(TrendPeriod, TrendPoint)> for PointOfTrend {
    fn from((period, point): (TrendPeriod, TrendPoint)) -> Self {
        let form = match period {
            TrendPeriod::Daily | TrendPeriod::Weekly => "%m-%d",
            TrendPeriod::Monthly => "%Y-%m",
        };
        Self {
            label: point.days.from.format(form).to_string(),
            start_date: point.days.from,
            end_date: point.days.to,
            revenue: point.revenue,
        }
    }
}

/// How revenue went, without a gap.
#[derive(Debug, Serialize, ToSchema)]
struct TrendAnswer {
    /// How long a point is.
    period: TrendPeriod,
    /// The points, the oldest first: thirty days, twelve weeks or twelve months; the last one is under way.
    points: Vec<PointOfTrend>,
}

/// The report as a file.
const TREND: [Sheet; 1] = [Sheet {
    about: Text { en: "Revenue trend", ar: "اتجاه الإيراد" },
    rows: "/points",
    columns: &["label", "start_date", "end_date", "revenue"],
}];

/// Read how revenue went: thirty days, twelve weeks or twelve months up to today.
#[utoipa::path(get, path = "/reports/revenue-trend", tag = "reports", params(BranchQuery, TrendQuery, FormatQuery), responses(
    (status = 200, body = Success<TrendAnswer>, description = "Every field of `data` stands at the top level, too"),
    (status = 400, description = "BRANCH_REQUIRED, UNKNOWN_VALUE", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn revenue_trend(
    staff: Staff<can::ReadDashboards>,
    State(app): State<App>,
    Query(BranchQuery { branch_id }): Query<BranchQuery>,
    Query(query): Query<TrendQuery>,
    wanted: Wanted,
) -> Result<Given<TrendAnswer>, ErrorResponse> {
    let period = query.try_into()?;
    let points = reports::trend(&app.db, &staff, branch_id, period).await?;
    let points = points.into_iter().map(|point| PointOfTrend::from((period, point))).collect();
    wanted.given(&app, &staff, &TREND, Answer::new(TrendAnswer { period, points }).with_fields_on_top())
}
