//! Staff users.

mod hiring;
mod lists;

use base::{
    Text,
    vocabulary::{BranchId, Calendar, GymId, Language, StaffId},
};
use chrono::{DateTime, Utc};
use gym::staff::StaffUser;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    App,
    wire::{self, LocalDateTime},
};

pub(crate) fn routes() -> OpenApiRouter<App> {
    lists::routes().merge(hiring::routes())
}

const UNKNOWN_ROLE: (&str, Text) = ("UNKNOWN_ROLE", Text { en: "No such role", ar: "لا يوجد دور بهذا الاسم" });

/// A staff user, under every name that a screen reads.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct StaffUserRow {
    /// Id.
    #[schema(value_type = i64, example = 1006)]
    id: StaffId,
    /// The same id.
    #[schema(value_type = i64, example = 1006)]
    user_id: StaffId,
    /// The same id.
    #[schema(value_type = i64, example = 1006)]
    staff_id: StaffId,
    /// Sign-in name.
    #[schema(example = "reception1")]
    username: String,
    /// Their name.
    #[schema(example = "Reem Tarek")]
    full_name: String,
    /// The same name.
    name: String,
    /// The same name.
    employee_name: String,
    /// The same name.
    staff_name: String,
    /// What they are.
    #[schema(example = "front_desk")]
    role: &'static str,
    /// Home branch; null for roles without one.
    #[schema(value_type = Option<i64>, example = 1)]
    branch_id: Option<BranchId>,
    /// What that branch is called.
    #[schema(example = "Dragon Club")]
    branch_name: Option<String>,
    /// Branches that a regional role manages.
    #[schema(value_type = Vec<i64>)]
    managed_branch_ids: Vec<BranchId>,
    /// Their gym; null for a super admin.
    #[schema(value_type = Option<i64>, example = 1)]
    gym_id: Option<GymId>,
    /// E-mail address.
    email: Option<String>,
    /// Phone.
    phone: Option<String>,
    /// Language; null until chosen.
    preferred_language: Option<Language>,
    /// Whether they may sign in.
    is_active: bool,
    /// Whether somebody else chose their password.
    must_change_password: bool,
    /// When the account was made, gym-local.
    created_at: LocalDateTime,
    /// The same moment in UTC.
    created_at_utc: DateTime<Utc>,
    /// When they last signed in, gym-local.
    last_login: Option<LocalDateTime>,
    /// The same moment in UTC.
    last_login_utc: Option<DateTime<Utc>>,
}

impl StaffUserRow {
    pub(crate) fn new(user: StaffUser, calendar: Calendar) -> Self {
        Self {
            id: user.id,
            user_id: user.id,
            staff_id: user.id,
            username: user.username,
            name: user.full_name.clone(),
            employee_name: user.full_name.clone(),
            staff_name: user.full_name.clone(),
            full_name: user.full_name,
            role: user.role.as_str(),
            branch_id: user.branch,
            branch_name: user.branch_name,
            managed_branch_ids: user.managed,
            gym_id: user.gym,
            email: user.email,
            phone: user.phone,
            preferred_language: user.language,
            is_active: user.is_active,
            must_change_password: user.must_change_password,
            created_at: wire::local(calendar, user.created_at),
            created_at_utc: wire::utc(user.created_at),
            last_login: user.last_login_at.map(|at| wire::local(calendar, at)),
            last_login_utc: user.last_login_at.map(wire::utc),
        }
    }
}
