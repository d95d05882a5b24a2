//! A member's own profile, subscription and account.

use axum::extract::State;
use base::{
    Text,
    platform::request,
    vocabulary::{CustomerId, Gender, Language, Timestamp},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, NaiveDate, Utc};
use gym::{
    customers::metrics::{BmiCategory, BodyMetrics},
    members::{self, GymFace, MemberProfile},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Json, Member,
    envelope::{Done, Success},
    wire::{self, LocalDateTime},
};

use crate::{
    entrance,
    subscription::{self, Standing, SubscriptionAnswer},
};

/// Under every base path.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(profile))
        .routes(alias!(profile => get "/me" as me, "Read one's own profile, at the path of the apps."))
        .routes(endpoint!(qr))
        .routes(alias!(
            qr => post "/refresh-qr" as refresh_qr,
            "Get a fresh short-lived code. The text stays: only staff make older codes worthless."
        ))
        .routes(endpoint!(choose_language))
        .routes(endpoint!(request_deletion))
        .routes(endpoint!(withdraw_deletion))
}

/// The path of the app of February 2026.
pub(crate) fn aliases() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(alias!(
        qr => post "/qr/refresh" as refresh_qr_nested,
        "Get a fresh short-lived code, at the path of February 2026."
    ))
}

/// A member, as every screen of the app reads them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ProfileAnswer {
    /// Id.
    #[schema(example = 123)]
    id: i64,
    /// Name.
    #[schema(example = "Ahmed Hassan")]
    full_name: String,
    /// Phone as the gym dials it.
    #[schema(example = "01234567890")]
    phone: Option<String>,
    /// E-mail address.
    #[schema(example = "ahmed@example.com")]
    email: Option<String>,
    /// What the QR code shows.
    #[schema(example = "customer_id:123")]
    qr_code: String,
    /// Branch.
    branch_id: i64,
    /// Its name.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// Gender.
    gender: Option<Gender>,
    /// Date of birth.
    date_of_birth: Option<NaiveDate>,
    /// Years.
    age: Option<i32>,
    /// Kilograms.
    #[schema(value_type = Option<f64>, example = 80)]
    weight: Option<wire::Number>,
    /// Centimetres.
    #[schema(value_type = Option<f64>, example = 175)]
    height: Option<wire::Number>,
    /// Body mass index.
    #[schema(value_type = Option<f64>, example = 26.1)]
    bmi: Option<wire::Number>,
    /// Its category, in the member's language.
    #[schema(example = "Overweight")]
    bmi_category: Option<String>,
    /// Basal metabolic rate, kcal a day (Mifflin-St Jeor).
    bmr: Option<i32>,
    /// Kilograms (Devine).
    #[schema(value_type = Option<f64>)]
    ideal_weight: Option<wire::Number>,
    /// Kcal a day.
    daily_calories: Option<i32>,
    /// Language; null until chosen.
    preferred_language: Option<Language>,
    /// Whether a password of their own was chosen.
    password_changed: bool,
    /// Always true: a deactivated account has no session.
    is_active: bool,
    /// How the subscription to show stands; `inactive` without one.
    subscription_status: Standing,
    /// Whether any subscription is active today.
    has_active_subscription: bool,
    /// The subscription to show: an active one, else the latest.
    active_subscription: Option<SubscriptionAnswer>,
    /// When deletion of the account was asked for.
    deletion_requested_at: Option<DateTime<Utc>>,
    /// When they were registered, by the gym's clock.
    created_at: LocalDateTime,
    /// The same moment in UTC.
    created_at_utc: DateTime<Utc>,
}

/// A gym as its members see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct GymAnswer {
    /// Id.
    id: i64,
    /// Name.
    name: String,
    /// `#RRGGBB`.
    #[schema(example = "#DC2626")]
    primary_color: String,
    /// `#RRGGBB`.
    #[schema(example = "#EF4444")]
    secondary_color: String,
    /// Absolute address of the logo.
    logo_url: Option<String>,
    /// Whether the owner finished the setup.
    is_setup_complete: bool,
    /// Whether it is open for business.
    is_active: bool,
}

impl From<GymFace> for GymAnswer {
    fn from(gym: GymFace) -> Self {
        Self {
            id: gym.id.get(),
            name: gym.name,
            primary_color: gym.primary_color,
            secondary_color: gym.secondary_color,
            logo_url: gym.logo_url,
            is_setup_complete: gym.is_setup_complete,
            is_active: gym.is_active,
        }
    }
}

/// The member with their gym.
#[derive(Debug, Serialize, ToSchema)]
struct MeAnswer {
    /// The member.
    #[serde(flatten)]
    profile: ProfileAnswer,
    /// Their gym.
    gym: GymAnswer,
}

/// The member, their gym, and whether they ever chose a password.
pub(crate) async fn load(
    app: &App,
    customer: CustomerId,
    now: Timestamp,
) -> Result<(ProfileAnswer, GymAnswer, bool), ErrorResponse> {
    let member = members::profile(&app.db, customer, now).await?;
    let shown = subscription::shown(app, customer, member.calendar, now).await?;
    let password_changed = member.password_changed;
    let gym = member.gym.clone().into();
    Ok((answer(member, shown), gym, password_changed))
}

fn answer(member: MemberProfile, shown: subscription::Shown) -> ProfileAnswer {
    let metrics = BodyMetrics::of(member.height_mm, member.weight_g, member.gender, member.age_years);
    ProfileAnswer {
        id: member.id.get(),
        qr_code: format!("customer_id:{}", member.id),
        full_name: member.full_name,
        phone: member.phone,
        email: member.email,
        branch_id: member.branch.get(),
        branch_name: member.branch_name,
        gender: member.gender,
        date_of_birth: member.date_of_birth,
        age: member.age_years,
        weight: member.weight_g.map(wire::thousandths),
        height: member.height_mm.map(wire::tenths),
        bmi: metrics.bmi.map(wire::Number),
        bmi_category: metrics
            .bmi_category
            .map(|category: BmiCategory| category.say(request::language()).to_owned()),
        bmr: metrics.bmr_kcal,
        ideal_weight: metrics.ideal_weight_kg.map(wire::Number),
        daily_calories: metrics.daily_calories_kcal,
        preferred_language: member.language,
        password_changed: member.password_changed,
        is_active: true,
        subscription_status: shown.status,
        has_active_subscription: shown.has_active,
        active_subscription: shown.subscription,
        deletion_requested_at: member.deletion_requested_at,
        created_at: wire::local(member.calendar, member.created_at),
        created_at_utc: wire::utc(member.created_at),
    }
}

/// Read one's own profile.
#[utoipa::path(get, path = "/profile", tag = "profile", responses((status = 200, body = Success<MeAnswer>)))]
async fn profile(member: Member, State(app): State<App>) -> Result<Answer<MeAnswer>, ErrorResponse> {
    let (profile, gym, _) = load(&app, member.customer(), member.now()).await?;
    Ok(Answer::new(MeAnswer { profile, gym }))
}

/// What opens the door.
#[derive(Debug, Serialize, ToSchema)]
struct QrPassAnswer {
    /// The text that never changes.
    #[schema(example = "customer_id:123")]
    qr_code: String,
    /// Signed, short-lived, accepted once at a door.
    qr_token: String,
    /// When the token ends.
    expires_at: DateTime<Utc>,
    /// The text as a PNG, base64.
    qr_image_base64: String,
    /// Name.
    customer_name: String,
    /// Whether any subscription is active today.
    has_active_subscription: bool,
}

/// Read one's own QR code.
#[utoipa::path(get, path = "/qr", tag = "qr", responses((status = 200, body = Success<QrPassAnswer>)))]
async fn qr(member: Member, State(app): State<App>) -> Result<Answer<QrPassAnswer>, ErrorResponse> {
    let pass = members::qr_pass(&entrance(&app), &member).await?;
    let shown = subscription::shown(&app, member.customer(), pass.profile.calendar, member.now()).await?;
    Ok(Answer::new(QrPassAnswer {
        qr_code: pass.text,
        qr_token: pass.token,
        expires_at: pass.expires_at,
        qr_image_base64: STANDARD.encode(&pass.image),
        customer_name: pass.profile.full_name,
        has_active_subscription: shown.has_active,
    }))
}

/// A language.
#[derive(Debug, Deserialize, ToSchema)]
struct LanguageBody {
    /// `ar` or `en`.
    #[schema(required, value_type = Language, example = "ar")]
    preferred_language: Option<String>,
}

/// The language from now on.
#[derive(Debug, Serialize, ToSchema)]
struct ChosenLanguageAnswer {
    /// `ar` or `en`.
    preferred_language: Language,
}

/// Choose the language of the app and of messages.
#[utoipa::path(patch, path = "/language", tag = "account", request_body = LanguageBody,
    responses((status = 200, body = Success<ChosenLanguageAnswer>)))]
async fn choose_language(
    member: Member,
    State(app): State<App>,
    Json(body): Json<LanguageBody>,
) -> Result<Answer<ChosenLanguageAnswer>, ErrorResponse> {
    let mut fields = base::Fields::new();
    let language =
        fields.required("preferred_language", body.preferred_language.as_deref(), Language::choose);
    let language = fields.build(language)?;
    members::choose_language(&app.db, &member, language).await?;
    app.doorkeeper.forget(member.session());
    Ok(Answer::new(ChosenLanguageAnswer { preferred_language: language }))
}

/// A wish to be forgotten.
#[derive(Debug, Serialize, ToSchema)]
struct AccountDeletionAnswer {
    /// When it was first made.
    requested_at: DateTime<Utc>,
    /// When the account ends.
    deletes_at: DateTime<Utc>,
}

const DELETION_NOTED: Text = Text {
    en: "Your account will be deleted in 90 days. You can take this back until then.",
    ar: "سيتم حذف حسابك بعد 90 يوما. يمكنك التراجع قبل ذلك.",
};
const DELETION_WITHDRAWN: Text =
    Text { en: "Your account will not be deleted", ar: "لن يتم حذف حسابك" };

/// Ask for the account to be deleted. Asking again changes nothing.
#[utoipa::path(post, path = "/account/delete-request", tag = "account",
    responses((status = 200, body = Success<AccountDeletionAnswer>)))]
async fn request_deletion(
    member: Member,
    State(app): State<App>,
) -> Result<Answer<AccountDeletionAnswer>, ErrorResponse> {
    let asked = members::request_deletion(&app.db, &member).await?;
    let answer = AccountDeletionAnswer { requested_at: asked.requested_at, deletes_at: asked.deletes_at };
    Ok(Answer::new(answer).said(DELETION_NOTED))
}

/// Take back the wish to be deleted.
#[utoipa::path(delete, path = "/account/delete-request", tag = "account",
    responses((status = 200, body = Success<Done>)))]
async fn withdraw_deletion(member: Member, State(app): State<App>) -> Result<Answer<Done>, ErrorResponse> {
    members::withdraw_deletion_request(&app.db, &member).await?;
    Ok(Answer::done(DELETION_WITHDRAWN))
}
