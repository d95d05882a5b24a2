//! Who works here: lists under the names that the apps know.
//!
//! `GET /api/staff` has two shapes. Document 1 shows `{items}`; the February app, which always sends `start_date`, takes
//! nothing but a bare array. So a request with `start_date` or `end_date` gets the array and any other the object.

use axum::extract::State;
use base::{
    Error, Fields, Text,
    access::{Role, can},
    vocabulary::{BranchId, Calendar, Page, PageQuery, StaffId},
};
use gym::staff::{self, Found, StaffFilter, Whom};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{Answer, App, ErrorResponse, Path, Query, Staff, envelope::Success};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

use super::{StaffUserRow, UNKNOWN_ROLE};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(list_users))
        .routes(endpoint!(list_staff))
        .routes(endpoint!(list_employees))
        .routes(alias!(
            list_employees => get "/users/staff" as list_user_staff,
            "List employees as a bare list, as `/api/employees`."
        ))
        .routes(alias!(
            list_employees => get "/users/employees" as list_user_employees,
            "List employees as a bare list, as `/api/employees`."
        ))
        .routes(endpoint!(get_user))
}

/// Which staff users are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct StaffQuery {
    /// Only this role, in any spelling: also manager, receptionist, reception, accountant.
    role: Option<String>,
    /// Only those who work at this branch.
    #[param(value_type = Option<i64>)]
    branch_id: Option<BranchId>,
    /// Only active ones (`true`) or only others (`false`).
    is_active: Option<String>,
    /// Part of a name, sign-in name, e-mail address or phone.
    #[serde(alias = "search")]
    q: Option<String>,
    /// Begin of a period, which the February app always sends: `/api/staff` then answers a bare list.
    start_date: Option<String>,
    /// End of a period, as `start_date`.
    end_date: Option<String>,
}

impl StaffQuery {
    /// Whether the February app asks: it always names a period.
    fn is_of_february(&self) -> bool {
        self.start_date.is_some() || self.end_date.is_some()
    }
}

/// A query that was read.
struct StaffListRequest {
    branch: Option<BranchId>,
    filter: StaffFilter,
    page: Page,
}

impl StaffListRequest {
    /// At most `rows` rows unless the query says how many.
    fn read(query: StaffQuery, page: &PageQuery, whom: Whom, rows: i64) -> Result<Self, Error> {
        let mut fields = Fields::new();
        let role =
            fields.optional("role", query.role.as_deref(), |text| Role::parse(text).ok_or(UNKNOWN_ROLE));
        let is_active = fields.optional("is_active", query.is_active.as_deref(), |text| {
            match text.trim().to_ascii_lowercase().as_str() {
                "true" | "1" => Ok(true),
                "false" | "0" => Ok(false),
                _ => Err(NOT_A_SWITCH),
            }
        });
        let page = fields.page(Page::parse_or(page, rows));
        let filter = StaffFilter { role, is_active, search: query.q, whom };
        Ok(Self { branch: query.branch_id, filter, page: fields.build(page)? })
    }

    /// All of them, for a file.
    fn paged(self, wanted: Wanted) -> Self {
        Self { page: wanted.lines(self.page), ..self }
    }

    async fn find(&self, app: &App, staff: &Staff<can::ReadStaff>) -> Result<Found, Error> {
        staff::list(&app.db, staff, self.branch, &self.filter, self.page).await
    }
}

const NOT_A_SWITCH: (&str, Text) =
    ("INVALID_BOOLEAN", Text { en: "Say true or false", ar: "القيمة true أو false" });

/// A page of staff users.
#[derive(Debug, Serialize, ToSchema)]
struct StaffPage {
    /// The page, by id.
    items: Vec<StaffUserRow>,
    /// How many there are on all pages.
    total: i64,
    /// Number of the page, from 1.
    page: i64,
    /// Rows of a page.
    per_page: i64,
}

impl StaffPage {
    fn new(found: Found, calendar: Calendar, page: Page) -> Self {
        Self { total: found.total, items: rows(found, calendar), page: page.number(), per_page: page.limit }
    }
}

fn rows(found: Found, calendar: Calendar) -> Vec<StaffUserRow> {
    found.staff.into_iter().map(|user| StaffUserRow::new(user, calendar)).collect()
}

/// A page, or the bare rows of it for the February app.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum StaffList {
    /// As document 1 shows it.
    Page(StaffPage),
    /// As the February app reads it.
    Rows(Vec<StaffUserRow>),
}

/// Rows of a list for which nobody says how many.
const ROWS: i64 = 200;
/// Rows of the lists that the apps take for everybody.
const ALL_ROWS: i64 = 1000;

/// Staff users as a file.
const PEOPLE: [Sheet; 1] = [Sheet {
    about: Text { en: "Staff", ar: "الموظفون" },
    rows: "/items",
    columns: &[
        "id",
        "full_name",
        "username",
        "role",
        "branch_name",
        "phone",
        "email",
        "is_active",
        "language=preferred_language",
        "last_login",
        "created_at",
    ],
}];

/// List staff users, with owners. A super admin sees those of every gym.
#[utoipa::path(get, path = "/users", tag = "staff", params(StaffQuery, PageQuery, FormatQuery),
    responses((status = 200, body = Success<StaffPage>)))]
async fn list_users(
    staff: Staff<can::ReadStaff>,
    State(app): State<App>,
    Query(query): Query<StaffQuery>,
    Query(page): Query<PageQuery>,
    wanted: Wanted,
) -> Result<Given<StaffPage>, ErrorResponse> {
    let asked = StaffListRequest::read(query, &page, Whom::Everybody, ROWS)?.paged(wanted);
    let found = asked.find(&app, &staff).await?;
    wanted.given(&app, &staff, &PEOPLE, Answer::new(StaffPage::new(found, staff.calendar(), asked.page)))
}

/// List employees: everybody but owners. With a period in the query, `data` is the bare list.
#[utoipa::path(get, path = "/staff", tag = "staff", params(StaffQuery, PageQuery, FormatQuery),
    responses((status = 200, body = Success<StaffList>)))]
async fn list_staff(
    staff: Staff<can::ReadStaff>,
    State(app): State<App>,
    Query(query): Query<StaffQuery>,
    Query(page): Query<PageQuery>,
    wanted: Wanted,
) -> Result<Given<StaffList>, ErrorResponse> {
    let is_bare = query.is_of_february() && !wanted.is_file();
    let asked = StaffListRequest::read(query, &page, Whom::Employees, ALL_ROWS)?.paged(wanted);
    let page = StaffPage::new(asked.find(&app, &staff).await?, staff.calendar(), asked.page);
    wanted.given(
        &app,
        &staff,
        &PEOPLE,
        Answer::new(if is_bare { StaffList::Rows(page.items) } else { StaffList::Page(page) }),
    )
}

/// List employees as a bare list.
#[utoipa::path(get, path = "/employees", tag = "staff", params(StaffQuery, PageQuery),
    responses((status = 200, body = Success<Vec<StaffUserRow>>)))]
async fn list_employees(
    staff: Staff<can::ReadStaff>,
    State(app): State<App>,
    Query(query): Query<StaffQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Answer<Vec<StaffUserRow>>, ErrorResponse> {
    let wanted = StaffListRequest::read(query, &page, Whom::Employees, ALL_ROWS)?;
    Ok(Answer::new(rows(wanted.find(&app, &staff).await?, staff.calendar())))
}

/// Read one staff user.
#[utoipa::path(get, path = "/users/{id}", tag = "staff", params(("id" = i64, Path)), responses((status = 200, body = Success<StaffUserRow>)))]
async fn get_user(
    staff: Staff<can::ReadStaff>,
    State(app): State<App>,
    Path(id): Path<StaffId>,
) -> Result<Answer<StaffUserRow>, ErrorResponse> {
    let user = staff::find(&app.db, &staff, id).await?;
    Ok(Answer::new(StaffUserRow::new(user, staff.calendar())))
}
