//! Shifts at the till.

use axum::extract::State;
use base::{
    Fields, Text,
    access::can,
    vocabulary::{BranchId, Calendar, Day, Money, Note, Page, PageQuery, ShiftId, StaffId},
};
use chrono::NaiveDate;
use gym::shifts::{self, Moved, Shift, ShiftClosing, ShiftFigures, ShiftFilter, ShiftOrder};
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
        .routes(endpoint!(look_at_shift))
        .routes(endpoint!(close_shift))
        .routes(endpoint!(list_shifts))
        .routes(endpoint!(get_shift))
}

const CLOSED: Text = Text { en: "The shift is closed", ar: "تم إغلاق الوردية" };

/// Whose shift, and where.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ShiftQuery {
    /// At which branch; the only one that one works at if absent.
    branch_id: Option<BranchId>,
    /// Whose; one's own if absent.
    staff_id: Option<StaffId>,
}

/// What one person moved.
#[derive(Debug, Serialize, ToSchema)]
struct MovedSums {
    /// Cash that they took less what they gave out: what has to be counted.
    expected_cash: Money,
    /// Taken by card less what was given back.
    network_total: Money,
    /// Taken by transfer less what left the bank.
    transfer_total: Money,
    /// How many payments and refunds.
    payments_count: i32,
}

impl From<Moved> for MovedSums {
    fn from(moved: Moved) -> Self {
        Self {
            expected_cash: moved.expected,
            network_total: moved.card,
            transfer_total: moved.transfer,
            payments_count: moved.payments,
        }
    }
}

/// A shift that is still open.
#[derive(Debug, Serialize, ToSchema)]
struct OpenShift {
    /// The branch.
    #[schema(example = 1)]
    branch_id: i64,
    /// Whose it is.
    staff_id: i64,
    /// Their name.
    #[schema(example = "Reem Tarek")]
    staff_name: String,
    /// When their last shift was closed, on the gym's clock; null if it is their first.
    since: Option<LocalDateTime>,
    /// What they moved since.
    #[serde(flatten)]
    moved: MovedSums,
}

impl From<(ShiftFigures, Calendar)> for OpenShift {
    fn from((figures, calendar): (ShiftFigures, Calendar)) -> Self {
        let (staff, staff_name) = figures.staff;
        Self {
            branch_id: figures.branch.get(),
            staff_id: staff.get(),
            staff_name,
            since: figures.since.map(|since| wire::local(calendar, since)),
            moved: figures.moved.into(),
        }
    }
}

/// Read what somebody moved since their last shift was closed, without closing it: an X report.
#[utoipa::path(get, path = "/payments/shifts/current", tag = "payments", params(ShiftQuery), responses(
    (status = 200, body = Success<OpenShift>),
    (status = 400, description = "BRANCH_REQUIRED", body = Failure),
    (status = 403, description = "SHIFT_OF_ANOTHER", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND, STAFF_NOT_FOUND", body = Failure)))]
async fn look_at_shift(
    staff: Staff<can::ReadClosings>,
    State(app): State<App>,
    Query(query): Query<ShiftQuery>,
) -> Result<Answer<OpenShift>, ErrorResponse> {
    let shift = Shift { branch: query.branch_id, staff: query.staff_id };
    let figures = shifts::look(&app.db, &staff, shift).await?;
    Ok(Answer::new((figures, staff.calendar()).into()))
}

/// A shift that is to be closed.
#[derive(Debug, Deserialize, ToSchema)]
struct ShiftBody {
    /// At which branch; the only one that one works at if absent.
    branch_id: Option<BranchId>,
    /// Whose; one's own if absent.
    staff_id: Option<StaffId>,
    /// The cash that was counted; if absent nobody counted, and the difference is not known.
    #[schema(value_type = Option<f64>, example = 1250.5)]
    actual_cash: Option<Money>,
    /// What is to be remembered.
    notes: Option<String>,
}

/// A shift, counted and closed.
#[derive(Debug, Serialize, ToSchema)]
struct ShiftRow {
    /// Id.
    id: i64,
    /// The branch.
    #[schema(example = 1)]
    branch_id: i64,
    /// Its name.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// Whose shift it was.
    staff_id: i64,
    /// Their name.
    #[schema(example = "Reem Tarek")]
    staff_name: String,
    /// The day on which it was closed, in the gym's calendar.
    date: NaiveDate,
    /// What was moved.
    #[serde(flatten)]
    moved: MovedSums,
    /// What was counted; null if nobody counted.
    actual_cash: Option<Money>,
    /// What was counted beyond what had to be there; negative: short of it. Null if nobody counted. It is posted when the day
    /// is closed, not before.
    difference: Option<Money>,
    /// What was written down.
    notes: Option<String>,
    /// Who closed it.
    #[schema(example = "Magdy Fawzy")]
    closed_by_name: String,
    /// When, on the gym's clock.
    created_at: LocalDateTime,
}

impl From<(ShiftClosing, Calendar)> for ShiftRow {
    fn from((shift, calendar): (ShiftClosing, Calendar)) -> Self {
        let difference = shift.difference();
        let ((branch, branch_name), (staff, staff_name)) = (shift.branch, shift.staff);
        Self {
            id: shift.id.get(),
            branch_id: branch.get(),
            branch_name,
            staff_id: staff.get(),
            staff_name,
            date: shift.day,
            moved: shift.moved.into(),
            actual_cash: shift.counted,
            difference,
            notes: shift.notes,
            closed_by_name: shift.closed_by.1,
            created_at: wire::local(calendar, shift.closed_at),
        }
    }
}

/// Close a shift at the till, one's own or that of somebody else: a Z report. Two desks share a day so; the day itself stays
/// open. An identical repeat within ten seconds answers the first closing.
#[utoipa::path(post, path = "/payments/shifts/close", tag = "payments", request_body = ShiftBody, responses(
    (status = 200, body = Success<ShiftRow>),
    (status = 400, description = "BRANCH_REQUIRED, AMOUNT_NEGATIVE", body = Failure),
    (status = 403, description = "SHIFT_OF_ANOTHER", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND, STAFF_NOT_FOUND", body = Failure),
    (status = 409, description = "SHIFT_JUST_CLOSED, REQUEST_STILL_RUNNING", body = Failure),
    (status = 422, description = "IDEMPOTENCY_KEY_REUSED", body = Failure)))]
async fn close_shift(
    staff: Staff<can::CloseShifts>,
    State(app): State<App>,
    Json(body): Json<ShiftBody>,
) -> Result<Answer<ShiftRow>, ErrorResponse> {
    let mut fields = Fields::new();
    let notes = fields.optional("notes", body.notes.as_deref(), Note::parse);
    fields.done()?;
    let shift = Shift { branch: body.branch_id, staff: body.staff_id };
    let order = ShiftOrder { shift, counted: body.actual_cash, notes };
    let closed = shifts::close(&app.db, &staff, order).await?;
    Ok(Answer::new(ShiftRow::from((closed, staff.calendar()))).said(CLOSED))
}

/// Which shifts.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ShiftsQuery {
    /// At this branch; else at every branch one works at.
    branch_id: Option<BranchId>,
    /// Only those of this person.
    staff_id: Option<StaffId>,
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

/// Shifts.
#[derive(Debug, Serialize, ToSchema)]
struct ShiftPage {
    /// The newest day first.
    items: Vec<ShiftRow>,
    /// How many there are; 10000 for that many or more.
    total: i64,
    /// The number of this page, from 1.
    page: i64,
    /// Rows of a page.
    per_page: i64,
    /// How many pages there are.
    pages: i64,
}

/// Shifts as a file.
const SHIFTS: Sheet = Sheet {
    about: Text { en: "Shifts", ar: "الورديات" },
    rows: "/items",
    columns: &[
        "date",
        "branch_name",
        "staff_name",
        "transactions_count=payments_count",
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

/// List closed shifts, the newest first.
#[utoipa::path(get, path = "/payments/shifts", tag = "payments", params(ShiftsQuery, PageQuery, FormatQuery), responses(
    (status = 200, body = Success<ShiftPage>),
    (status = 400, description = "DATE_INVALID, DATE_RANGE_REVERSED, DATE_RANGE_TOO_LONG, PAGE_INVALID, PAGE_TOO_DEEP", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn list_shifts(
    staff: Staff<can::ReadClosings>,
    State(app): State<App>,
    Query(query): Query<ShiftsQuery>,
    wanted: Wanted,
) -> Result<Given<ShiftPage>, ErrorResponse> {
    let mut fields = Fields::new();
    let from = fields.optional("date_from", query.date_from.as_deref(), Day::parse);
    let to = fields.optional("date_to", query.date_to.as_deref(), Day::parse);
    let page = fields.page(Page::parse(&query.page));
    let page = fields.build(page)?;
    let filter = ShiftFilter { branch: query.branch_id, staff: query.staff_id, from, to };
    if let Some(file) = wanted.file(&app, &staff)? {
        let rows = shifts::whole(&app.db, &staff, &filter).await?;
        let calendar = staff.calendar();
        return Ok(file.streamed(&SHIFTS, rows, move |shift| ShiftRow::from((shift, calendar)))?);
    }
    let listing = shifts::list(&app.db, &staff, &filter, page).await?;
    let row = |shift| ShiftRow::from((shift, staff.calendar()));
    Ok(Answer::new(ShiftPage {
        page: page.number(),
        per_page: page.limit,
        pages: page.pages(listing.total),
        total: listing.total,
        items: listing.items.into_iter().map(row).collect(),
    })
    .into())
}

/// Read one closed shift.
#[utoipa::path(get, path = "/payments/shifts/{id}", tag = "payments", params(("id" = i64, Path, description = "The shift")),
    responses(
    (status = 200, body = Success<ShiftRow>),
    (status = 404, description = "SHIFT_NOT_FOUND", body = Failure)))]
async fn get_shift(
    staff: Staff<can::ReadClosings>,
    State(app): State<App>,
    Path(id): Path<ShiftId>,
) -> Result<Answer<ShiftRow>, ErrorResponse> {
    let shift = shifts::find(&app.db, &staff, id).await?;
    Ok(Answer::new((shift, staff.calendar()).into()))
}
