//! Closing a branch's day.

use axum::extract::State;
use base::{
    Fields, Text,
    access::can,
    vocabulary::{BranchId, Calendar, ClosingId, Day, Listing, Money, Note, Page, PageQuery},
};
use chrono::NaiveDate;
use gym::closings::{self, Closing, ClosingFilter, ClosingOrder, DayFigures};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Json, Path, Query, Staff,
    envelope::{Failure, Success},
    wire::{self, LocalDateTime},
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(close_day))
        .routes(alias!(
            close_day => post "/finance/daily-closings" as create_closing,
            "Close a branch's day for good."
        ))
        .routes(endpoint!(calculate_day))
        .routes(endpoint!(list_closings))
        .routes(alias!(
            list_closings => get "/finance/daily-closings" as list_finance_closings,
            "List how days were closed, the newest first."
        ))
        .routes(endpoint!(get_closing))
        .routes(endpoint!(list_cash_differences))
}

const CLOSED: Text = Text { en: "The day is closed", ar: "تم إغلاق اليوم" };

/// A day that is to be closed.
#[derive(Debug, Deserialize, ToSchema)]
struct ClosingBody {
    /// At which branch; the only one that one works at if absent.
    branch_id: Option<BranchId>,
    /// Which day, in the gym's calendar; today if absent.
    #[serde(alias = "closing_date")]
    #[schema(value_type = Option<Day>, example = "2026-04-17")]
    date: Option<String>,
    /// The cash of this day that was counted; if absent nobody counted, and the difference is not known.
    #[schema(value_type = Option<f64>, example = 1250.5)]
    actual_cash: Option<Money>,
    /// What is to be remembered.
    notes: Option<String>,
}

/// A branch's day, counted and closed.
#[derive(Debug, Serialize, ToSchema)]
struct ClosingRow {
    /// Id.
    id: i64,
    /// The branch.
    #[schema(example = 1)]
    branch_id: i64,
    /// Its name.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// The day, in the gym's calendar.
    date: NaiveDate,
    /// The same under another name.
    closing_date: NaiveDate,
    /// What had to be in the till of this day.
    expected_cash: Money,
    /// What was counted; null if nobody counted.
    actual_cash: Option<Money>,
    /// What was counted beyond what had to be there; negative: short of it. Null if nobody counted.
    difference: Option<Money>,
    /// Taken by card less what was given back.
    network_total: Money,
    /// Taken by transfer less what left the bank.
    transfer_total: Money,
    /// What the desk wrote down.
    notes: Option<String>,
    /// Who closed it.
    closed_by: i64,
    /// Their name.
    #[schema(example = "Reem Tarek")]
    closed_by_name: String,
    /// When, on the gym's clock.
    created_at: LocalDateTime,
}

impl From<(Closing, Calendar)> for ClosingRow {
    fn from((closing, calendar): (Closing, Calendar)) -> Self {
        let difference = closing.difference();
        let (closed_by, closed_by_name) = closing.closed_by;
        Self {
            id: closing.id.get(),
            branch_id: closing.branch.get(),
            branch_name: closing.branch_name,
            date: closing.day,
            closing_date: closing.day,
            expected_cash: closing.expected,
            actual_cash: closing.counted,
            difference,
            network_total: closing.card,
            transfer_total: closing.transfer,
            notes: closing.notes,
            closed_by: closed_by.get(),
            closed_by_name,
            created_at: wire::local(calendar, closing.closed_at),
        }
    }
}

/// Close a branch's day for good. Money that comes later belongs to the next day and says so. An identical repeat within ten
/// seconds answers the first closing.
#[utoipa::path(post, path = "/payments/daily-closing", tag = "payments", request_body = ClosingBody, responses(
    (status = 200, body = Success<ClosingRow>),
    (status = 400, description = "BRANCH_REQUIRED, DATE_INVALID, DAY_STILL_TO_COME, AMOUNT_NEGATIVE", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure),
    (status = 409, description = "DAY_ALREADY_CLOSED, MONTH_ALREADY_CLOSED, REQUEST_STILL_RUNNING", body = Failure),
    (status = 422, description = "IDEMPOTENCY_KEY_REUSED", body = Failure)))]
async fn close_day(
    staff: Staff<can::CloseDays>,
    State(app): State<App>,
    Json(body): Json<ClosingBody>,
) -> Result<Answer<ClosingRow>, ErrorResponse> {
    let mut fields = Fields::new();
    let day = fields.optional("date", body.date.as_deref(), Day::parse);
    let notes = fields.optional("notes", body.notes.as_deref(), Note::parse);
    fields.done()?;
    let order = ClosingOrder { branch: body.branch_id, day, counted: body.actual_cash, notes };
    let closing = closings::close(&app.db, &staff, order).await?;
    Ok(Answer::new(ClosingRow::from((closing, staff.calendar()))).said(CLOSED))
}

/// Which day.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct DayQuery {
    /// At which branch; the only one that one works at if absent.
    branch_id: Option<BranchId>,
    /// Which day, in the gym's calendar; today if absent.
    #[serde(alias = "closing_date")]
    #[param(value_type = Option<Day>, inline, example = "2026-04-17")]
    date: Option<String>,
}

/// What moved on a day.
#[derive(Debug, Serialize, ToSchema)]
struct TillDayAnswer {
    /// The branch.
    #[schema(example = 1)]
    branch_id: i64,
    /// The day, in the gym's calendar.
    date: NaiveDate,
    /// Cash that came into the till less what left it: what has to be counted.
    expected_cash: Money,
    /// Taken by card less what was given back.
    network_total: Money,
    /// Taken by transfer less what left the bank.
    transfer_total: Money,
    /// Whether the day is closed.
    is_closed: bool,
}

impl From<DayFigures> for TillDayAnswer {
    fn from(figures: DayFigures) -> Self {
        Self {
            branch_id: figures.branch.get(),
            date: figures.day,
            expected_cash: figures.expected,
            network_total: figures.card,
            transfer_total: figures.transfer,
            is_closed: figures.is_closed,
        }
    }
}

/// Read what has to be in the till of a day, without closing it.
#[utoipa::path(get, path = "/payments/daily-closing/calculate", tag = "payments", params(DayQuery), responses(
    (status = 200, body = Success<TillDayAnswer>),
    (status = 400, description = "BRANCH_REQUIRED, DATE_INVALID, DAY_STILL_TO_COME", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn calculate_day(
    staff: Staff<can::ReadClosings>,
    State(app): State<App>,
    Query(query): Query<DayQuery>,
) -> Result<Answer<TillDayAnswer>, ErrorResponse> {
    let mut fields = Fields::new();
    let day = fields.optional("date", query.date.as_deref(), Day::parse);
    fields.done()?;
    let figures = closings::calculate(&app.db, &staff, query.branch_id, day).await?;
    Ok(Answer::new(figures.into()))
}

/// Which closings.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ClosingQuery {
    /// Of this branch; else of every branch one works at.
    branch_id: Option<BranchId>,
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

impl ClosingQuery {
    fn read(&self) -> Result<(ClosingFilter, Page), ErrorResponse> {
        let mut fields = Fields::new();
        let from = fields.optional("date_from", self.date_from.as_deref(), Day::parse);
        let to = fields.optional("date_to", self.date_to.as_deref(), Day::parse);
        let page = fields.page(Page::parse(&self.page));
        let page = fields.build(page)?;
        Ok((ClosingFilter { branch: self.branch_id, from, to }, page))
    }
}

/// Closings.
#[derive(Debug, Serialize, ToSchema)]
struct ClosingPage {
    /// The newest day first.
    items: Vec<ClosingRow>,
    /// How many there are; 10000 for that many or more.
    total: i64,
    /// The number of this page, from 1.
    page: i64,
    /// Rows of a page.
    per_page: i64,
    /// How many pages there are.
    pages: i64,
}

impl ClosingPage {
    fn of(listing: Listing<Closing>, page: Page, calendar: Calendar) -> Self {
        Self {
            items: listing.items.into_iter().map(|closing| (closing, calendar).into()).collect(),
            total: listing.total,
            page: page.number(),
            per_page: page.limit,
            pages: page.pages(listing.total),
        }
    }
}

/// Closings as a file.
const CLOSINGS: Sheet = Sheet {
    about: Text { en: "Closings of days", ar: "إقفال الأيام" },
    rows: "/items",
    columns: &[
        "date",
        "branch_name",
        "expected_cash",
        "actual_cash",
        "difference",
        "network_total",
        "transfer_total",
        "closed_by_name",
        "created_at",
        "notes",
    ],
};

/// List how days were closed, the newest first.
#[utoipa::path(get, path = "/payments/daily-closings", tag = "payments", params(ClosingQuery, PageQuery, FormatQuery), responses(
    (status = 200, body = Success<ClosingPage>),
    (status = 400, description = "DATE_INVALID, DATE_RANGE_REVERSED, DATE_RANGE_TOO_LONG, PAGE_INVALID, PAGE_TOO_DEEP", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn list_closings(
    staff: Staff<can::ReadClosings>,
    State(app): State<App>,
    Query(query): Query<ClosingQuery>,
    wanted: Wanted,
) -> Result<Given<ClosingPage>, ErrorResponse> {
    let (filter, page) = query.read()?;
    if let Some(file) = wanted.file(&app, &staff)? {
        let rows = closings::whole(&app.db, &staff, &filter).await?;
        let calendar = staff.calendar();
        return Ok(file.streamed(&CLOSINGS, rows, move |closing| ClosingRow::from((closing, calendar)))?);
    }
    let listing = closings::list(&app.db, &staff, &filter, page).await?;
    Ok(Answer::new(ClosingPage::of(listing, page, staff.calendar())).into())
}

/// Read how a day was closed.
#[utoipa::path(get, path = "/payments/daily-closings/{id}", tag = "payments", params(("id" = i64, Path)), responses(
    (status = 200, body = Success<ClosingRow>),
    (status = 404, description = "CLOSING_NOT_FOUND", body = Failure)))]
async fn get_closing(
    staff: Staff<can::ReadClosings>,
    State(app): State<App>,
    Path(id): Path<ClosingId>,
) -> Result<Answer<ClosingRow>, ErrorResponse> {
    let closing = closings::find(&app.db, &staff, id).await?;
    Ok(Answer::new((closing, staff.calendar()).into()))
}

/// Closings whose till was not right.
#[derive(Debug, Serialize, ToSchema)]
struct CashDifferences {
    /// The sum of all differences of the filter: over less short.
    total_difference: Money,
    #[serde(flatten)]
    closings: ClosingPage,
}

/// Cash differences as a file.
const DIFFERENCES: Sheet = Sheet {
    about: Text { en: "Cash differences", ar: "فروق النقدية" },
    rows: "/items",
    columns: &[
        "date",
        "branch_name",
        "expected_cash",
        "actual_cash",
        "difference",
        "network_total",
        "transfer_total",
        "closed_by_name",
        "created_at",
        "notes",
    ],
};

/// List the days whose till was not right, the newest first, and the sum of all differences.
#[utoipa::path(get, path = "/finance/cash-differences", tag = "payments", params(ClosingQuery, PageQuery, FormatQuery), responses(
    (status = 200, body = Success<CashDifferences>),
    (status = 400, description = "DATE_INVALID, DATE_RANGE_REVERSED, DATE_RANGE_TOO_LONG, PAGE_INVALID, PAGE_TOO_DEEP", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn list_cash_differences(
    staff: Staff<can::ReadBooks>,
    State(app): State<App>,
    Query(query): Query<ClosingQuery>,
    wanted: Wanted,
) -> Result<Given<CashDifferences>, ErrorResponse> {
    let (filter, page) = query.read()?;
    if let Some(file) = wanted.file(&app, &staff)? {
        let rows = closings::whole_differences(&app.db, &staff, &filter).await?;
        let calendar = staff.calendar();
        return Ok(file.streamed(&DIFFERENCES, rows, move |closing| ClosingRow::from((closing, calendar)))?);
    }
    let found = closings::differences(&app.db, &staff, &filter, page).await?;
    let closings = ClosingPage::of(found.closings, page, staff.calendar());
    Ok(Answer::new(CashDifferences { total_difference: found.total, closings }).into())
}
