//! Branches, with their figures.
//!
//! The list is answered three times: `data` as a bare array, which every installed app accepts and the older one insists
//! on; `branches` beside it, which that one reads first; and `items`, for the readers of the first source document, whose
//! `data.items` would break the older app.

use axum::extract::State;
use base::{
    Fields, Invalid, Text,
    access::can,
    vocabulary::{BranchId, Calendar, Change, Line, Money, text::TextInvalid},
};
use chrono::{DateTime, Utc};
use gym::{
    branches::{self, Branch, BranchEdit, Code, Draft},
    gyms::Switched,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Json, Path, Staff,
    envelope::{Failure, Success},
    wire::{self, LocalDateTime},
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(list_branches))
        .routes(endpoint!(open_branch))
        .routes(endpoint!(find_branch))
        .routes(endpoint!(edit_branch))
        .routes(alias!(
            edit_branch => patch "/branches/{id}" as patch_branch,
            "Change a branch; the same as PUT."
        ))
        .routes(endpoint!(activate_branch))
        .routes(endpoint!(deactivate_branch))
}

/// A branch and its size. Several fields say the same, each for the screen that reads it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct BranchRow {
    /// Id.
    #[schema(example = 1)]
    id: i64,
    /// The same id.
    #[schema(example = 1)]
    branch_id: i64,
    /// The gym it belongs to.
    #[schema(example = 1)]
    gym_id: i64,
    /// What it is called.
    #[schema(example = "Dragon Club")]
    name: String,
    /// The same name.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// Short name, unique within the gym.
    #[schema(example = "DRA001")]
    code: String,
    /// The city; empty when nobody said.
    #[schema(example = "Cairo")]
    city: String,
    /// The street; empty when nobody said.
    #[schema(example = "1 Nile Street")]
    address: String,
    /// How to find it; empty when nobody said.
    location: String,
    /// Whom to call; empty when nobody said.
    #[schema(example = "+20221234567")]
    phone: String,
    /// Who runs it; empty when nobody does.
    #[schema(example = "Magdy Fawzy")]
    manager: String,
    /// Whether it is open for business.
    is_active: bool,
    /// When it was opened, on the gym's clock.
    created_at: LocalDateTime,
    /// The same moment in UTC.
    created_at_utc: DateTime<Utc>,
    /// Active customers.
    #[schema(example = 75)]
    customers: i64,
    /// The same number.
    #[schema(example = 75)]
    customers_count: i64,
    /// The same number.
    #[schema(example = 75)]
    customer_count: i64,
    /// Subscriptions that are good for today.
    #[schema(example = 61)]
    active_subscriptions: i64,
    /// Active staff users whose home it is.
    #[schema(example = 6)]
    staff_count: i64,
    /// Net revenue of the last thirty days, today included; absent for roles that do not read figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    revenue: Option<Money>,
}

impl BranchRow {
    /// The rows of `branches`, with times on the clock of `calendar`.
    pub(crate) fn all(branches: Vec<Branch>, calendar: Calendar) -> Vec<Self> {
        branches.into_iter().map(|branch| Self::from((branch, calendar))).collect()
    }
}

impl From<(Branch, Calendar)> for BranchRow {
    fn from((branch, calendar): (Branch, Calendar)) -> Self {
        let figures = branch.figures;
        Self {
            id: branch.id.get(),
            branch_id: branch.id.get(),
            gym_id: branch.gym.get(),
            branch_name: branch.name.clone(),
            name: branch.name,
            code: branch.code,
            city: branch.city.unwrap_or_default(),
            address: branch.address.unwrap_or_default(),
            location: branch.location.unwrap_or_default(),
            phone: branch.phone.unwrap_or_default(),
            manager: branch.manager.unwrap_or_default(),
            is_active: branch.is_active,
            created_at: wire::local(calendar, branch.created_at),
            created_at_utc: wire::utc(branch.created_at),
            customers: figures.customers,
            customers_count: figures.customers,
            customer_count: figures.customers,
            active_subscriptions: figures.active_subscriptions,
            staff_count: figures.staff,
            revenue: figures.progress.map(|progress| Money::from_minor(progress.revenue)),
        }
    }
}

/// Branches as a file.
pub(crate) const BRANCHES: [Sheet; 1] = [Sheet {
    about: Text { en: "Branches", ar: "الفروع" },
    rows: "",
    columns: &[
        "id",
        "name",
        "code",
        "city",
        "address",
        "phone",
        "manager",
        "is_active",
        "customer_count",
        "active_subscriptions",
        "staff_count",
        "revenue",
        "created_at",
    ],
}];

/// Read the branches one works with, open or not.
#[utoipa::path(get, path = "/branches", tag = "branches", params(FormatQuery), responses((status = 200, body = Success<Vec<BranchRow>>,
    description = "The same list stands at the top level as `branches` and as `items`")))]
async fn list_branches(
    staff: Staff<can::ReadBranches>,
    State(app): State<App>,
    wanted: Wanted,
) -> Result<Given<Vec<BranchRow>>, ErrorResponse> {
    let rows = BranchRow::all(branches::list(&app.db, &staff).await?, staff.calendar());
    let again = json!(rows);
    wanted.given(
        &app,
        &staff,
        &BRANCHES,
        Answer::new(rows).also("branches", again.clone()).also("items", again),
    )
}

/// Read one branch.
#[utoipa::path(get, path = "/branches/{id}", tag = "branches", params(("id" = i64, Path, description = "The branch")),
    responses((status = 200, body = Success<BranchRow>)))]
async fn find_branch(
    staff: Staff<can::ReadBranches>,
    State(app): State<App>,
    Path(id): Path<i64>,
) -> Result<Answer<BranchRow>, ErrorResponse> {
    let branch = branches::find(&app.db, &staff, BranchId::from(id)).await?;
    Ok(Answer::new((branch, staff.calendar()).into()))
}

/// A branch to be opened.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct OpenBranchBody {
    /// What it is called, up to 100 characters.
    #[schema(required, value_type = String, example = "Dragon Club")]
    name: Option<String>,
    /// Short name, up to 20 characters, unique within the gym whatever its letter case.
    #[schema(required, value_type = String, example = "DRA001")]
    code: Option<String>,
    /// The city.
    #[schema(example = "Cairo")]
    city: Option<String>,
    /// The street.
    #[schema(example = "1 Nile Street")]
    address: Option<String>,
    /// How to find it.
    location: Option<String>,
    /// Whom to call, as it is to be printed, up to 30 characters.
    #[schema(example = "+20221234567")]
    phone: Option<String>,
}

impl TryFrom<OpenBranchBody> for Draft {
    type Error = Invalid;

    fn try_from(body: OpenBranchBody) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let name = fields.required("name", body.name.as_deref(), name);
        let code = fields.required("code", body.code.as_deref(), Code::parse);
        let city = fields.optional("city", body.city.as_deref(), Line::parse);
        let address = fields.optional("address", body.address.as_deref(), Line::parse);
        let location = fields.optional("location", body.location.as_deref(), Line::parse);
        let phone = fields.optional("phone", body.phone.as_deref(), phone);
        let draft = name.zip(code);
        fields.build(draft.map(|(name, code)| Self { name, code, city, address, location, phone }))
    }
}

fn name(text: &str) -> Result<Line, TextInvalid> {
    Line::parse_within(text, 100)
}

fn phone(text: &str) -> Result<Line, TextInvalid> {
    Line::parse_within(text, 30)
}

const OPENED: Text = Text { en: "The branch is open", ar: "تم إنشاء الفرع" };

/// Open a branch.
#[utoipa::path(post, path = "/branches", tag = "branches", responses(
    (status = 201, body = Success<BranchRow>),
    (status = 409, description = "BRANCH_CODE_TAKEN", body = Failure)))]
async fn open_branch(
    owner: Staff<can::ManageBranches>,
    State(app): State<App>,
    Json(body): Json<OpenBranchBody>,
) -> Result<Answer<BranchRow>, ErrorResponse> {
    let branch = branches::open(&app.db, &owner, &body.try_into()?).await?;
    // The session remembers the branches of the gym; the very next request of the owner names this one.
    app.doorkeeper.forget(owner.session().id);
    Ok(Answer::new((branch, owner.calendar()).into()).created().said(OPENED))
}

/// What changes of a branch: absent stays, null or blank empties. `is_active` is ignored: see activate and deactivate.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct EditBranchBody {
    /// What it is called, up to 100 characters; stays when it is blank.
    name: Option<String>,
    /// Short name, up to 20 characters; stays when it is blank.
    code: Option<String>,
    /// The city.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    city: Change<String>,
    /// The street.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    address: Change<String>,
    /// How to find it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    location: Change<String>,
    /// Whom to call, up to 30 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    phone: Change<String>,
}

impl TryFrom<EditBranchBody> for BranchEdit {
    type Error = Invalid;

    fn try_from(body: EditBranchBody) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let edit = Self {
            name: fields.optional("name", body.name.as_deref(), name),
            code: fields.optional("code", body.code.as_deref(), Code::parse),
            city: body.city.parsed(|text| fields.optional("city", Some(&text), Line::parse)),
            address: body.address.parsed(|text| fields.optional("address", Some(&text), Line::parse)),
            location: body.location.parsed(|text| fields.optional("location", Some(&text), Line::parse)),
            phone: body.phone.parsed(|text| fields.optional("phone", Some(&text), phone)),
        };
        fields.build(Some(edit))
    }
}

const SAVED: Text = Text { en: "Saved", ar: "تم الحفظ" };

/// Change a branch.
#[utoipa::path(put, path = "/branches/{id}", tag = "branches", params(("id" = i64, Path, description = "The branch")),
    responses((status = 200, body = Success<BranchRow>), (status = 409, description = "BRANCH_CODE_TAKEN", body = Failure)))]
async fn edit_branch(
    owner: Staff<can::ManageBranches>,
    State(app): State<App>,
    Path(id): Path<i64>,
    Json(body): Json<EditBranchBody>,
) -> Result<Answer<BranchRow>, ErrorResponse> {
    let branch = branches::edit(&app.db, &owner, BranchId::from(id), &body.try_into()?).await?;
    Ok(Answer::new((branch, owner.calendar()).into()).said(SAVED))
}

/// What switching a branch came to.
#[derive(Debug, Serialize, ToSchema)]
struct SwitchedBranch {
    /// The branch.
    #[schema(example = 1)]
    id: i64,
    /// Whether it is open for business now.
    is_active: bool,
    /// Whether it was the other way before.
    is_changed: bool,
    /// Sessions of its staff that ended.
    staff_sessions_ended: u64,
    /// Sessions of its members that ended.
    member_sessions_ended: u64,
}

impl From<(i64, Switched)> for SwitchedBranch {
    fn from((id, switched): (i64, Switched)) -> Self {
        Self {
            id,
            is_active: switched.is_active,
            is_changed: switched.is_changed,
            staff_sessions_ended: switched.ended.staff_sessions,
            member_sessions_ended: switched.ended.member_sessions,
        }
    }
}

const ACTIVATED: Text = Text { en: "The branch is active", ar: "تم تفعيل الفرع" };
const DEACTIVATED: Text = Text {
    en: "The branch is inactive; its staff and members are signed out",
    ar: "تم إيقاف الفرع وتسجيل خروج موظفيه وأعضائه",
};

/// Switch a branch on.
#[utoipa::path(post, path = "/branches/{id}/activate", tag = "branches",
    params(("id" = i64, Path, description = "The branch")), responses((status = 200, body = Success<SwitchedBranch>)))]
async fn activate_branch(
    staff: Staff<can::SwitchBranches>,
    State(app): State<App>,
    Path(id): Path<i64>,
) -> Result<Answer<SwitchedBranch>, ErrorResponse> {
    let switched = branches::switch(&app.db, &staff, BranchId::from(id), true).await?;
    app.doorkeeper.forget(staff.session().id);
    Ok(Answer::new((id, switched).into()).said(ACTIVATED))
}

/// Switch a branch off, and sign its staff and members out.
#[utoipa::path(post, path = "/branches/{id}/deactivate", tag = "branches",
    params(("id" = i64, Path, description = "The branch")), responses((status = 200, body = Success<SwitchedBranch>)))]
async fn deactivate_branch(
    staff: Staff<can::SwitchBranches>,
    State(app): State<App>,
    Path(id): Path<i64>,
) -> Result<Answer<SwitchedBranch>, ErrorResponse> {
    let switched = branches::switch(&app.db, &staff, BranchId::from(id), false).await?;
    app.doorkeeper.forget(staff.session().id);
    Ok(Answer::new((id, switched).into()).said(DEACTIVATED))
}
