//! What is earned of what was sold, and the months of the gym.

use axum::extract::State;
use base::{
    Fields, Text,
    access::can,
    vocabulary::{BranchId, Calendar, Day, Money, Month},
};
use chrono::NaiveDate;
use gym::earnings::{
    self, BranchMonth, GymMonth, MonthState, OpenDay, Sums, Unearned, UnearnedService, UnknownSale,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Path, Query, Staff,
    envelope::{Failure, Success},
    wire::{self, LocalDateTime},
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(get_unearned))
        .routes(endpoint!(get_month))
        .routes(endpoint!(close_month))
}

const CLOSED: Text = Text { en: "The month is closed", ar: "تم إغلاق الشهر" };
const CLOSING: Text = Text { en: "The month is being closed", ar: "جارٍ إغلاق الشهر" };

/// Which day.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct UnearnedQuery {
    /// Only what this branch sold; else of every branch one works at.
    branch_id: Option<BranchId>,
    /// The day at whose end it is told, in the gym's calendar; today if absent.
    #[param(value_type = Option<Day>, inline, example = "2026-04-30")]
    date: Option<String>,
}

/// What is still owed in service at the end of a day.
#[derive(Debug, Serialize, ToSchema)]
struct UnearnedAnswer {
    /// The day, in the gym's calendar.
    date: NaiveDate,
    /// By branch and service, where something is owed; only subscriptions that are not over.
    services: Vec<UnearnedServiceRow>,
    /// Over all of them.
    total: DeliveredSums,
    /// Subscriptions of which it is not known what was sold: what was paid for them counts as owed until they end.
    unknown_subscriptions: i64,
}

/// What a branch owes in service for one service that it sold.
#[derive(Debug, Serialize, ToSchema)]
struct UnearnedServiceRow {
    /// The branch.
    #[schema(example = 1)]
    branch_id: i64,
    /// Its name.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// The service.
    #[schema(example = 1)]
    service_id: i64,
    /// Its name.
    #[schema(example = "Monthly Gym")]
    service_name: String,
    /// How many subscriptions still owe something.
    subscriptions: i64,
    /// How far those are delivered.
    #[serde(flatten)]
    delivered: DeliveredSums,
}

/// How far what was sold is delivered; together what was paid.
#[derive(Debug, Serialize, ToSchema)]
struct DeliveredSums {
    /// Delivered: by day for what runs by time, by use for what is counted.
    earned: Money,
    /// Lapsed before it was used, or taken back.
    forfeited: Money,
    /// Still to be delivered.
    unearned: Money,
}

impl From<Sums> for DeliveredSums {
    fn from(sums: Sums) -> Self {
        Self { earned: sums.earned, forfeited: sums.forfeited, unearned: sums.unearned }
    }
}

impl From<UnearnedService> for UnearnedServiceRow {
    fn from(of: UnearnedService) -> Self {
        Self {
            branch_id: of.branch.0.get(),
            branch_name: of.branch.1,
            service_id: of.service.0.get(),
            service_name: of.service.1,
            subscriptions: of.subscriptions,
            delivered: of.delivered.into(),
        }
    }
}

impl From<Unearned> for UnearnedAnswer {
    fn from(unearned: Unearned) -> Self {
        Self {
            date: unearned.day,
            services: unearned.services.into_iter().map(UnearnedServiceRow::from).collect(),
            total: unearned.total.into(),
            unknown_subscriptions: unearned.unknown,
        }
    }
}

/// The report as a file.
const UNEARNED: [Sheet; 1] = [Sheet {
    about: Text { en: "Sold, not yet delivered", ar: "الإيرادات المؤجلة" },
    rows: "/services",
    columns: &["branch_name", "service_name", "count=subscriptions", "earned", "forfeited", "unearned"],
}];

/// Read what is still owed in service: what was paid for subscriptions and is not delivered yet.
#[utoipa::path(get, path = "/books/unearned", tag = "books", params(UnearnedQuery, FormatQuery), responses(
    (status = 200, body = Success<UnearnedAnswer>),
    (status = 400, description = "DATE_INVALID, DAY_STILL_TO_COME", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn get_unearned(
    staff: Staff<can::ReadBooks>,
    State(app): State<App>,
    Query(query): Query<UnearnedQuery>,
    wanted: Wanted,
) -> Result<Given<UnearnedAnswer>, ErrorResponse> {
    let mut fields = Fields::new();
    let day = fields.optional("date", query.date.as_deref(), Day::parse);
    fields.done()?;
    let unearned = earnings::unearned(&app.db, &staff, query.branch_id, day).await?;
    wanted.given(&app, &staff, &UNEARNED, Answer::new(unearned.into()))
}

/// A month of the gym: what stands in the way of closing it, or what was earned in it.
#[derive(Debug, Serialize, ToSchema)]
struct GymMonthAnswer {
    /// The month.
    #[schema(value_type = String, example = "2026-04")]
    month: Month,
    /// How far it is closed.
    state: MonthState,
    /// The month that is to be closed next; null if nothing was ever posted.
    #[schema(value_type = Option<String>, example = "2026-05")]
    next_month: Option<Month>,
    /// Who closed it; null while it is open.
    closed_by_name: Option<String>,
    /// When it was closed, on the gym's clock; null while it is open.
    closed_at: Option<LocalDateTime>,
    /// Days on which money moved and which have to be closed first, the earliest first; at most a hundred.
    open_days: Vec<OpenDayRow>,
    /// What was earned at the branches one works at; empty while the month is open.
    branches: Vec<BranchMonthRow>,
    /// Over all of them.
    total: DeliveredSums,
    /// Subscriptions of which it was not known what was sold; nothing of them is earned before they end. At most a hundred.
    unknown: Vec<UnknownSaleRow>,
}

/// A day that has to be closed first.
#[derive(Debug, Serialize, ToSchema)]
struct OpenDayRow {
    /// The branch.
    #[schema(example = 1)]
    branch_id: i64,
    /// Its name.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// The day, in the gym's calendar.
    date: NaiveDate,
}

/// What a branch earned in a month.
#[derive(Debug, Serialize, ToSchema)]
struct BranchMonthRow {
    /// The branch.
    #[schema(example = 1)]
    branch_id: i64,
    /// Its name.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// Delivered within the month; negative if more was put right than was delivered.
    earned: Money,
    /// Lapsed before it was used, or taken back, within the month.
    forfeited: Money,
    /// Still to be delivered at the end of the month.
    unearned: Money,
}

/// A subscription of which it is not known what was sold.
#[derive(Debug, Serialize, ToSchema)]
struct UnknownSaleRow {
    /// The subscription.
    #[schema(example = 1)]
    subscription_id: i64,
    /// The branch that sold it.
    #[schema(example = 1)]
    branch_id: i64,
    /// What was paid for it and counts as owed.
    unearned: Money,
}

impl From<OpenDay> for OpenDayRow {
    fn from(open: OpenDay) -> Self {
        Self { branch_id: open.branch.0.get(), branch_name: open.branch.1, date: open.day }
    }
}

impl From<BranchMonth> for BranchMonthRow {
    fn from(of: BranchMonth) -> Self {
        Self {
            branch_id: of.branch.0.get(),
            branch_name: of.branch.1,
            earned: of.earned,
            forfeited: of.forfeited,
            unearned: of.unearned,
        }
    }
}

impl From<UnknownSale> for UnknownSaleRow {
    fn from(sale: UnknownSale) -> Self {
        Self {
            subscription_id: sale.subscription.get(),
            branch_id: sale.branch.get(),
            unearned: sale.unearned,
        }
    }
}

impl From<(GymMonth, Calendar)> for GymMonthAnswer {
    fn from((month, calendar): (GymMonth, Calendar)) -> Self {
        let (closed_by_name, closed_at) =
            month.closed.map(|((_, name), at)| (name, wire::local(calendar, at))).unzip();
        Self {
            month: month.month,
            state: month.state,
            next_month: month.next,
            closed_by_name,
            closed_at,
            open_days: month.open_days.into_iter().map(OpenDayRow::from).collect(),
            branches: month.branches.into_iter().map(BranchMonthRow::from).collect(),
            total: month.total.into(),
            unknown: month.unknown.into_iter().map(UnknownSaleRow::from).collect(),
        }
    }
}

fn month_of(text: &str) -> Result<Month, base::Error> {
    let mut fields = Fields::new();
    let month = fields.check("month", Month::parse(text));
    Ok(fields.build(month)?)
}

/// Read a month of the gym: the days that have to be closed before it, or what was earned in it.
#[utoipa::path(get, path = "/books/months/{month}", tag = "books", params(("month" = String, Path, example = "2026-03")),
    responses(
    (status = 200, body = Success<GymMonthAnswer>),
    (status = 400, description = "MONTH_INVALID", body = Failure),
    (status = 409, description = "NOTHING_TO_CLOSE", body = Failure)))]
async fn get_month(
    staff: Staff<can::ReadBooks>,
    State(app): State<App>,
    Path(month): Path<String>,
) -> Result<Answer<GymMonthAnswer>, ErrorResponse> {
    let month = earnings::find_month(&app.db, &staff, month_of(&month)?).await?;
    Ok(Answer::new((month, staff.calendar()).into()))
}

/// Close a month of the gym for good. What was earned in it is posted, and nothing goes into it any more.
///
/// A large gym is closed branch by branch; until the last one is done the month is `closing`.
#[utoipa::path(post, path = "/books/months/{month}/close", tag = "books", params(("month" = String, Path, example = "2026-03")),
    responses(
    (status = 200, body = Success<GymMonthAnswer>),
    (status = 400, description = "MONTH_INVALID", body = Failure),
    (status = 409, description = "NOTHING_TO_CLOSE, MONTH_NOT_OVER, MONTH_ALREADY_CLOSED, EARLIER_MONTH_OPEN, MONTH_HAS_OPEN_DAYS, REQUEST_STILL_RUNNING", body = Failure)))]
async fn close_month(
    staff: Staff<can::CloseMonths>,
    State(app): State<App>,
    Path(month): Path<String>,
) -> Result<Answer<GymMonthAnswer>, ErrorResponse> {
    let month = earnings::close_month(&app.db, &staff, month_of(&month)?).await?;
    let said = if month.state == MonthState::Closed { CLOSED } else { CLOSING };
    Ok(Answer::new((month, staff.calendar()).into()).said(said))
}
