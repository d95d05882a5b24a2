//! The gym: its name and brand; for super admins, all gyms.

use axum::extract::State;
use base::{
    Fields, Invalid, Text,
    access::can,
    vocabulary::{GymId, Language, Line},
};
use chrono::{DateTime, Utc};
use gym::{
    branches,
    gyms::{self, Colour, GymEdit, ImageUrl, Switched, WeekStart},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Json, Path, Staff,
    envelope::{Failure, Success},
    wire::{self, LocalDateTime},
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

use crate::{
    branches::{BRANCHES, BranchRow},
    gym_locale::GymLocaleBody,
};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(list_gyms))
        .routes(endpoint!(switch_gym))
        .routes(endpoint!(list_branches_of_gym))
        .routes(endpoint!(my_gym))
        .routes(endpoint!(set_up_gym))
}

/// A gym.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Gym {
    /// Id.
    #[schema(example = 1)]
    id: i64,
    /// What it is called.
    #[schema(example = "Nile Fitness")]
    name: String,
    /// Its owner's id.
    #[schema(example = 1002)]
    owner_id: Option<i64>,
    /// Its owner's name.
    owner_name: Option<String>,
    /// Its owner's sign-in name.
    #[schema(example = "owner")]
    owner_username: Option<String>,
    /// Whole address of its logo.
    logo_url: Option<String>,
    /// First colour of its brand.
    #[schema(example = "#DC2626")]
    primary_color: String,
    /// Second colour of its brand.
    #[schema(example = "#EF4444")]
    secondary_color: String,
    /// Time zone in which its days are counted.
    #[schema(example = "Africa/Cairo")]
    time_zone: String,
    /// Currency of its money.
    #[schema(example = "EGP")]
    currency: String,
    /// Country calling code of its local phone numbers.
    #[schema(example = "20")]
    calling_code: String,
    /// Language of messages to members who chose none.
    language: Language,
    /// First day of its week.
    week_starts_on: WeekStart,
    /// Whether the owner has finished setting it up.
    is_setup_complete: bool,
    /// Whether it may use the platform.
    is_active: bool,
    /// Branches, open or not; the sizes are absent where somebody signs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    branch_count: Option<i64>,
    /// Active customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_count: Option<i64>,
    /// Active staff users.
    #[serde(skip_serializing_if = "Option::is_none")]
    staff_count: Option<i64>,
    /// When it was opened, on the gym's clock.
    created_at: LocalDateTime,
    /// The same moment in UTC.
    created_at_utc: DateTime<Utc>,
}

impl From<gyms::Gym> for Gym {
    fn from(gym: gyms::Gym) -> Self {
        let (owner_id, owner_name, owner_username) = match gym.owner {
            Some(owner) => (Some(owner.id.get()), Some(owner.name), Some(owner.username)),
            None => (None, None, None),
        };
        Self {
            id: gym.id.get(),
            name: gym.name,
            owner_id,
            owner_name,
            owner_username,
            logo_url: gym.logo_url,
            primary_color: gym.primary_color,
            secondary_color: gym.secondary_color,
            currency: gym.locale.currency,
            calling_code: gym.locale.calling_code,
            language: gym.locale.language,
            week_starts_on: gym.locale.week_starts_on,
            is_setup_complete: gym.is_setup_complete,
            is_active: gym.is_active,
            branch_count: gym.size.map(|size| size.branches),
            customer_count: gym.size.map(|size| size.customers),
            staff_count: gym.size.map(|size| size.staff),
            // The operator sees a damaged gym among the others, to mend it.
            created_at: wire::local(gym.calendar.unwrap_or_default(), gym.created_at),
            created_at_utc: wire::utc(gym.created_at),
            time_zone: gym.locale.time_zone,
        }
    }
}

/// Gyms as a file.
const GYMS: [Sheet; 1] = [Sheet {
    about: Text { en: "Gyms", ar: "الأندية" },
    rows: "",
    columns: &[
        "id",
        "name",
        "owner_name",
        "currency",
        "time_zone",
        "language",
        "branch_count",
        "customer_count",
        "staff_count",
        "is_active",
        "created_at",
    ],
}];

/// Read the gyms of the platform, with the size of each.
#[utoipa::path(get, path = "/gyms", tag = "gyms", params(FormatQuery), responses((status = 200, body = Success<Vec<Gym>>)))]
async fn list_gyms(
    admin: Staff<can::ReadGyms>,
    State(app): State<App>,
    wanted: Wanted,
) -> Result<Given<Vec<Gym>>, ErrorResponse> {
    let gyms = gyms::list(&app.db, &admin).await?;
    wanted.given(&app, &admin, &GYMS, Answer::new(gyms.into_iter().map(Gym::from).collect()))
}

/// Whether a gym is to be on.
#[derive(Debug, Deserialize, ToSchema)]
struct SwitchGymBody {
    /// False ends every session of its staff and members.
    is_active: bool,
}

/// A gym that was switched, and what that ended.
#[derive(Debug, Serialize, ToSchema)]
struct SwitchedGym {
    /// The gym.
    #[serde(flatten)]
    gym: Gym,
    /// Sessions of staff users that ended.
    staff_sessions_ended: u64,
    /// Sessions of members that ended.
    member_sessions_ended: u64,
}

impl From<(gyms::Gym, Switched)> for SwitchedGym {
    fn from((gym, switched): (gyms::Gym, Switched)) -> Self {
        Self {
            gym: gym.into(),
            staff_sessions_ended: switched.ended.staff_sessions,
            member_sessions_ended: switched.ended.member_sessions,
        }
    }
}

/// Switch a gym on or off.
#[utoipa::path(put, path = "/gyms/{id}", tag = "gyms", params(("id" = i64, Path, description = "The gym")),
    responses((status = 200, body = Success<SwitchedGym>)))]
async fn switch_gym(
    admin: Staff<can::SwitchGyms>,
    State(app): State<App>,
    Path(id): Path<i64>,
    Json(body): Json<SwitchGymBody>,
) -> Result<Answer<SwitchedGym>, ErrorResponse> {
    Ok(Answer::new(gyms::switch(&app.db, &admin, GymId::from(id), body.is_active).await?.into()))
}

/// Read the branches of a gym, with the size of each.
#[utoipa::path(get, path = "/gyms/{id}/branches", tag = "gyms", params(("id" = i64, Path, description = "The gym"), FormatQuery),
    responses((status = 200, body = Success<Vec<BranchRow>>)))]
async fn list_branches_of_gym(
    admin: Staff<can::ReadGyms>,
    State(app): State<App>,
    Path(id): Path<i64>,
    wanted: Wanted,
) -> Result<Given<Vec<BranchRow>>, ErrorResponse> {
    let branches = branches::list_of_gym(&app.db, &admin, GymId::from(id)).await?;
    wanted.given(&app, &admin, &BRANCHES, Answer::new(BranchRow::all(branches, admin.calendar())))
}

/// Read one's own gym.
#[utoipa::path(get, path = "/gyms/my-gym", tag = "gyms", responses((status = 200, body = Success<Gym>)))]
async fn my_gym(staff: Staff<can::ReadOwnGym>, State(app): State<App>) -> Result<Answer<Gym>, ErrorResponse> {
    Ok(Answer::new(gyms::find_own(&app.db, &staff).await?.into()))
}

/// What an owner says about the gym; what is absent, null or blank stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct GymSetupBody {
    /// What it is called, up to 100 characters.
    #[schema(example = "Nile Fitness")]
    name: Option<String>,
    /// First colour of its brand.
    #[schema(example = "#DC2626")]
    primary_color: Option<String>,
    /// Second colour of its brand.
    #[schema(example = "#EF4444")]
    secondary_color: Option<String>,
    /// Whole address of its logo, up to 500 characters.
    logo_url: Option<String>,
    /// Time zone of the tz database in which its days are counted; like the four fields below, only until the first sale.
    #[schema(example = "Africa/Cairo")]
    time_zone: Option<String>,
    /// Currency of its money, by its ISO 4217 code: EGP, AED, SAR, QAR, MAD, USD, EUR or GBP.
    #[schema(example = "EGP")]
    currency: Option<String>,
    /// Country calling code of its local phone numbers, one to three digits.
    #[schema(example = "20")]
    calling_code: Option<String>,
    /// Language of messages to members who chose none.
    #[schema(value_type = Option<Language>)]
    language: Option<String>,
    /// First day of its week, for the calendars of the apps.
    #[schema(value_type = Option<WeekStart>)]
    week_starts_on: Option<String>,
    /// Whether setting it up is finished.
    is_setup_complete: Option<bool>,
}

impl TryFrom<GymSetupBody> for GymEdit {
    type Error = Invalid;

    fn try_from(body: GymSetupBody) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let locale = GymLocaleBody {
            time_zone: body.time_zone,
            currency: body.currency,
            calling_code: body.calling_code,
            language: body.language,
            week_starts_on: body.week_starts_on,
        };
        let edit = Self {
            name: fields.optional("name", body.name.as_deref(), |name| Line::parse_within(name, 100)),
            primary_color: fields.optional("primary_color", body.primary_color.as_deref(), Colour::parse),
            secondary_color: fields.optional(
                "secondary_color",
                body.secondary_color.as_deref(),
                Colour::parse,
            ),
            logo_url: fields.optional("logo_url", body.logo_url.as_deref(), ImageUrl::parse),
            locale: locale.read(&mut fields),
            is_setup_complete: body.is_setup_complete,
        };
        fields.build(Some(edit))
    }
}

/// Also said by the other settings of a gym.
pub(crate) const SAVED: Text = Text { en: "Saved", ar: "تم الحفظ" };

/// Name, colour and set up one's own gym; until the first sale also say how it counts and speaks.
#[utoipa::path(put, path = "/gyms/setup", tag = "gyms", responses(
    (status = 200, body = Success<Gym>),
    (status = 400, description = "COLOR_INVALID, URL_INVALID, TEXT_TOO_LONG, TIME_ZONE_UNKNOWN, CURRENCY_UNKNOWN, CALLING_CODE_INVALID, UNKNOWN_LANGUAGE, WEEK_START_UNKNOWN", body = Failure),
    (status = 409, description = "GYM_ALREADY_SELLS: nothing of the body was changed", body = Failure)))]
async fn set_up_gym(
    owner: Staff<can::EditOwnGym>,
    State(app): State<App>,
    Json(body): Json<GymSetupBody>,
) -> Result<Answer<Gym>, ErrorResponse> {
    let gym = gyms::edit(&app.db, &owner, &body.try_into()?).await?;
    Ok(Answer::new(gym.into()).said(SAVED))
}
