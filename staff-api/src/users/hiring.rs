//! Hiring, editing, switching, new passwords.

use axum::extract::State;
use base::{
    Error, Fields, Text,
    access::{Password, Role, can},
    vocabulary::{BranchId, Email, PersonName, Phone, StaffId},
};
use gym::{
    accounts,
    staff::{self, NewStaff, StaffEdit, Username},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Json, Path, Staff,
    envelope::{Failure, Success},
};

use super::{StaffUserRow, UNKNOWN_ROLE};
use crate::account::entrance;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(create_user))
        .routes(alias!(
            create_user => post "/staff" as create_staff,
            "Hire somebody of lower rank, as `POST /api/users`."
        ))
        .routes(endpoint!(edit_user))
        .routes(alias!(
            deactivate_user => delete "/users/{id}" as delete_user,
            "Deactivate somebody of lower rank; nobody is ever deleted."
        ))
        .routes(endpoint!(deactivate_user))
        .routes(endpoint!(activate_user))
        .routes(endpoint!(reset_user_password))
}

/// Somebody to be hired.
#[derive(Debug, Deserialize, ToSchema)]
struct CreateUserBody {
    /// Sign-in name, 3 to 60 letters, digits, dots, dashes or underscores; once on the whole platform.
    #[schema(required, value_type = String, example = "reception3")]
    username: Option<String>,
    /// Their name.
    #[schema(required, value_type = String, example = "Rana Fouad")]
    full_name: Option<String>,
    /// The password they begin with: 8 characters or more, no common one, not their own name.
    #[schema(required, value_type = String, example = "begin-2026")]
    password: Option<String>,
    /// What they will be, in any spelling.
    #[schema(required, value_type = String, example = "front_desk")]
    role: Option<String>,
    /// E-mail address.
    email: Option<String>,
    /// Phone.
    phone: Option<String>,
    /// Home branch, for roles that have one.
    #[schema(value_type = Option<i64>, example = 1)]
    branch_id: Option<BranchId>,
    /// Managed branches, for regional roles.
    #[schema(value_type = Option<Vec<i64>>)]
    managed_branch_ids: Option<Vec<BranchId>>,
}

impl TryFrom<CreateUserBody> for NewStaff {
    type Error = Error;

    fn try_from(body: CreateUserBody) -> Result<Self, Error> {
        let mut fields = Fields::new();
        let username = fields.required("username", body.username.as_deref(), Username::parse);
        let full_name = fields.required("full_name", body.full_name.as_deref(), PersonName::parse);
        let names = [&body.username, &body.full_name].map(|name| name.as_deref().unwrap_or_default());
        let password = fields.required("password", body.password.as_deref(), |text| {
            Password::chosen_for_staff(text)?.unlike(&names)
        });
        let role =
            fields.required("role", body.role.as_deref(), |text| Role::parse(text).ok_or(UNKNOWN_ROLE));
        let email = fields.optional("email", body.email.as_deref().filter(is_address), Email::parse);
        let phone = fields.optional("phone", body.phone.as_deref(), Phone::parse);
        let (branch, managed) = (body.branch_id, body.managed_branch_ids.unwrap_or_default());
        let new = match (username, full_name, password, role) {
            (Some(username), Some(full_name), Some(password), Some(role)) => {
                Some(Self { username, full_name, password, role, branch, managed, email, phone })
            }
            _ => None,
        };
        Ok(fields.build(new)?)
    }
}

/// The app proposes `<username>@<letters of the gym's name>.com` and shows every refusal as a success: an Arabic name
/// leaves no letters, and the person would silently not be there.
fn is_address(text: &&str) -> bool {
    !text.trim().ends_with("@.com")
}

/// Hire somebody of lower rank. A super admin hires owners, and each gets a gym that is still to be set up.
#[utoipa::path(post, path = "/users", tag = "staff", request_body = CreateUserBody, responses(
    (status = 201, body = Success<StaffUserRow>),
    (status = 403, description = "NOT_ALLOWED, ROLE_NOT_ALLOWED", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure),
    (status = 409, description = "USERNAME_TAKEN", body = Failure),
    (status = 429, description = "RATE_LIMIT_EXCEEDED", body = Failure),
))]
async fn create_user(
    staff: Staff<can::ManageStaff>,
    State(app): State<App>,
    Json(body): Json<CreateUserBody>,
) -> Result<Answer<StaffUserRow>, ErrorResponse> {
    let user = staff::create(&app.db, (&app.passwords, &app.limits), &staff, body.try_into()?).await?;
    let said = Text { en: "Staff member created", ar: "تم إنشاء حساب الموظف" };
    Ok(Answer::new(StaffUserRow::new(user, staff.calendar())).created().said(said))
}

/// What is to be changed; what is absent or null stays. A sign-in name and a password are not changed here.
#[derive(Debug, Deserialize, ToSchema)]
struct EditUserBody {
    /// Their name.
    full_name: Option<String>,
    /// E-mail address; an empty text takes it away.
    email: Option<String>,
    /// Phone; an empty text takes it away.
    phone: Option<String>,
    /// Whether they may sign in.
    is_active: Option<bool>,
    /// What they are, in any spelling.
    role: Option<String>,
    /// Home branch.
    #[schema(value_type = Option<i64>)]
    branch_id: Option<BranchId>,
    /// Managed branches.
    #[schema(value_type = Option<Vec<i64>>)]
    managed_branch_ids: Option<Vec<BranchId>>,
}

impl TryFrom<EditUserBody> for StaffEdit {
    type Error = Error;

    fn try_from(body: EditUserBody) -> Result<Self, Error> {
        let mut fields = Fields::new();
        let full_name = body.full_name.and_then(|text| fields.check("full_name", PersonName::parse(&text)));
        let email = body.email.as_deref().filter(is_address);
        let email = email.map(|text| fields.optional("email", Some(text), Email::parse));
        let phone = body.phone.map(|text| fields.optional("phone", Some(&text), Phone::parse));
        let role =
            fields.optional("role", body.role.as_deref(), |text| Role::parse(text).ok_or(UNKNOWN_ROLE));
        fields.done()?;
        Ok(Self {
            full_name,
            email,
            phone,
            is_active: body.is_active,
            role,
            branch: body.branch_id,
            managed: body.managed_branch_ids,
        })
    }
}

/// Change somebody of lower rank. Deactivation and a new role end their sessions at once.
#[utoipa::path(put, path = "/users/{id}", tag = "staff", params(("id" = i64, Path)), request_body = EditUserBody, responses(
    (status = 200, body = Success<StaffUserRow>),
    (status = 403, description = "NOT_ALLOWED, OWN_ACCOUNT, RANK_TOO_HIGH, OUT_OF_REACH, ROLE_NOT_ALLOWED", body = Failure),
    (status = 404, description = "STAFF_NOT_FOUND, BRANCH_NOT_FOUND", body = Failure),
))]
async fn edit_user(
    staff: Staff<can::ManageStaff>,
    State(app): State<App>,
    Path(id): Path<StaffId>,
    Json(body): Json<EditUserBody>,
) -> Result<Answer<StaffUserRow>, ErrorResponse> {
    let user = staff::edit(&app.db, &staff, id, body.try_into()?).await?;
    let said = Text { en: "Staff member updated", ar: "تم تحديث بيانات الموظف" };
    Ok(Answer::new(StaffUserRow::new(user, staff.calendar())).said(said))
}

/// Deactivate somebody of lower rank: their sessions end at once.
#[utoipa::path(post, path = "/users/{id}/deactivate", tag = "staff", params(("id" = i64, Path)), responses(
    (status = 200, body = Success<StaffUserRow>),
    (status = 403, description = "NOT_ALLOWED, OWN_ACCOUNT, RANK_TOO_HIGH, OUT_OF_REACH", body = Failure),
    (status = 404, description = "STAFF_NOT_FOUND", body = Failure),
))]
async fn deactivate_user(
    staff: Staff<can::ManageStaff>,
    State(app): State<App>,
    Path(id): Path<StaffId>,
) -> Result<Answer<StaffUserRow>, ErrorResponse> {
    let user = staff::switch(&app.db, &staff, id, false).await?;
    let said = Text { en: "Account deactivated", ar: "تم إيقاف الحساب" };
    Ok(Answer::new(StaffUserRow::new(user, staff.calendar())).said(said))
}

/// Let somebody of lower rank sign in again.
#[utoipa::path(post, path = "/users/{id}/activate", tag = "staff", params(("id" = i64, Path)), responses(
    (status = 200, body = Success<StaffUserRow>),
    (status = 403, description = "NOT_ALLOWED, OWN_ACCOUNT, RANK_TOO_HIGH, OUT_OF_REACH", body = Failure),
    (status = 404, description = "STAFF_NOT_FOUND", body = Failure),
))]
async fn activate_user(
    staff: Staff<can::ManageStaff>,
    State(app): State<App>,
    Path(id): Path<StaffId>,
) -> Result<Answer<StaffUserRow>, ErrorResponse> {
    let user = staff::switch(&app.db, &staff, id, true).await?;
    let said = Text { en: "Account activated", ar: "تم تفعيل الحساب" };
    Ok(Answer::new(StaffUserRow::new(user, staff.calendar())).said(said))
}

/// A staff user and the password to tell them, once.
#[derive(Debug, Serialize, ToSchema)]
struct NewStaffPasswordAnswer {
    /// Who.
    #[serde(flatten)]
    user: StaffUserRow,
    /// The password, until they change it.
    #[schema(example = "RX04AF")]
    temporary_password: String,
    /// The same password.
    temp_password: String,
}

/// Give somebody of lower rank a temporary password: it is shown here only, and their sessions end at once.
#[utoipa::path(post, path = "/users/{id}/reset-password", tag = "staff", params(("id" = i64, Path)), responses(
    (status = 200, body = Success<NewStaffPasswordAnswer>),
    (status = 403, description = "NOT_ALLOWED, OWN_ACCOUNT, RANK_TOO_HIGH, OUT_OF_REACH", body = Failure),
    (status = 404, description = "STAFF_NOT_FOUND", body = Failure),
))]
async fn reset_user_password(
    staff: Staff<can::ResetStaffPasswords>,
    State(app): State<App>,
    Path(id): Path<StaffId>,
) -> Result<Answer<NewStaffPasswordAnswer>, ErrorResponse> {
    let (user, temporary) = accounts::reset_password(&entrance(&app), &staff, id).await?;
    let user = StaffUserRow::new(user, staff.calendar());
    let temporary = temporary.expose().to_owned();
    let said = Text { en: "Temporary password created", ar: "تم إنشاء كلمة مرور مؤقتة" };
    let answer = NewStaffPasswordAnswer {
        user,
        temporary_password: temporary.clone(),
        temp_password: temporary.clone(),
    };
    Ok(Answer::new(answer).said(said).also("temporary_password", temporary))
}
