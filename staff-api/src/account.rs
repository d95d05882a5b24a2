//! One's own account: signing in and out, who one is, language, password.

use axum::extract::State;
use base::{
    Error, Fields, Text,
    access::{Password, can},
    vocabulary::{Language, Timestamp},
};
use gym::accounts::{self, Credentials, PasswordChange, Profile, StaffSignIn, StaffSignedIn};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, Anyone, App, ErrorResponse, Json, Leaving, Staff,
    envelope::{Done, Failure, Success},
};

use crate::{gyms::Gym, users::StaffUserRow};

/// What signing in to staff-api needs.
pub(crate) fn entrance(app: &App) -> StaffSignIn<'_> {
    StaffSignIn {
        db: &app.db,
        limits: &app.limits,
        passwords: &app.passwords,
        doorkeeper: &app.doorkeeper,
        lifetime: app.lifetimes.staff_access,
    }
}

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(sign_in))
        .routes(endpoint!(sign_out))
        .routes(endpoint!(refresh_token))
        .routes(endpoint!(me))
        .routes(alias!(me => get "/auth/profile" as profile, "Read who one is, as `/api/auth/me`."))
        .routes(endpoint!(choose_language))
        .routes(endpoint!(change_password))
}

/// A name and a password.
#[derive(Debug, Deserialize, ToSchema)]
struct SignInBody {
    /// Sign-in name, in any letter case.
    #[schema(required, value_type = String, example = "reception1")]
    username: Option<String>,
    /// Password.
    #[schema(required, value_type = String, example = "demo-gym-2026")]
    password: Option<String>,
}

/// An open session. The older app reads the same fields beside `data`.
#[derive(Debug, Serialize, ToSchema)]
struct SignedInAnswer {
    /// Goes into the Authorization header as `Bearer …`.
    access_token: String,
    /// The same token.
    token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: String,
    /// Seconds until the token ends.
    #[schema(example = 43200)]
    expires_in: i64,
    /// Who signed in.
    user: StaffUserRow,
    /// Where they work; null for a super admin.
    gym: Option<Gym>,
}

impl SignedInAnswer {
    fn answer(now: Timestamp, signed: StaffSignedIn) -> Answer<Self> {
        let MeAnswer { user, gym, .. } = signed.profile.into();
        let lasts = signed.expires_at.signed_duration_since(now).num_seconds();
        let (token, user_again, gym_again) = (signed.token, json!(user), json!(gym));
        let data = Self {
            access_token: token.clone(),
            token: token.clone(),
            token_type: "Bearer".to_owned(),
            expires_in: lasts,
            user,
            gym,
        };
        Answer::new(data)
            .also("access_token", token.clone())
            .also("token", token)
            .also("user", user_again)
            .also("gym", gym_again)
    }
}

/// Sign in. Members who try their phone or e-mail address here get the same 401 as everybody else.
#[utoipa::path(post, path = "/auth/login", tag = "sign-in", request_body = SignInBody, responses(
    (status = 200, body = Success<SignedInAnswer>),
    (status = 401, description = "INVALID_CREDENTIALS", body = Failure),
    (status = 403, description = "ACCOUNT_DISABLED", body = Failure),
    (status = 429, description = "RATE_LIMIT_EXCEEDED", body = Failure),
))]
async fn sign_in(
    visitor: Anyone,
    State(app): State<App>,
    Json(body): Json<SignInBody>,
) -> Result<Answer<SignedInAnswer>, ErrorResponse> {
    let typed = Credentials::typed(body.username.as_deref(), body.password.as_deref())?;
    let signed = accounts::sign_in(&entrance(&app), &visitor, typed).await?;
    Ok(SignedInAnswer::answer(visitor.now(), signed))
}

/// Sign out: the session ends at once. Without a live session nothing happens, and that is fine too.
#[utoipa::path(post, path = "/auth/logout", tag = "sign-in", responses((status = 200, body = Success<Done>)))]
async fn sign_out(leaving: Leaving, State(app): State<App>) -> Result<Answer<Done>, ErrorResponse> {
    if let Some(staff) = leaving.staff() {
        accounts::sign_out(&entrance(&app), staff).await?;
    }
    Ok(Answer::done(Text { en: "Signed out", ar: "تم تسجيل الخروج" }))
}

/// Get a new token for the same session, which lasts longer with it, up to 30 days in all.
#[utoipa::path(post, path = "/auth/refresh", tag = "sign-in", responses((status = 200, body = Success<SignedInAnswer>)))]
async fn refresh_token(
    staff: Staff<can::UseTheApp>,
    State(app): State<App>,
) -> Result<Answer<SignedInAnswer>, ErrorResponse> {
    let signed = accounts::refresh(&entrance(&app), &staff).await?;
    Ok(SignedInAnswer::answer(staff.now(), signed))
}

/// Who one is. The fields of `user` also stand in `data` itself.
#[derive(Debug, Serialize, ToSchema)]
struct MeAnswer {
    /// Who.
    #[serde(flatten)]
    own: StaffUserRow,
    /// The same again.
    user: StaffUserRow,
    /// Where they work; null for a super admin.
    gym: Option<Gym>,
}

impl From<Profile> for MeAnswer {
    fn from(profile: Profile) -> Self {
        let calendar = profile.calendar;
        let user = StaffUserRow::new(profile.user, calendar);
        Self { own: user.clone(), user, gym: profile.gym.map(Gym::from) }
    }
}

/// Read who one is.
#[utoipa::path(get, path = "/auth/me", tag = "account", responses((status = 200, body = Success<MeAnswer>)))]
async fn me(staff: Staff<can::UseTheApp>, State(app): State<App>) -> Result<Answer<MeAnswer>, ErrorResponse> {
    Ok(Answer::new(accounts::profile(&app.db, &staff).await?.into()))
}

/// A language.
#[derive(Debug, Deserialize, ToSchema)]
struct LanguageBody {
    /// `ar` or `en`.
    preferred_language: Language,
}

/// The language from now on.
#[derive(Debug, Serialize, ToSchema)]
struct ChosenLanguageAnswer {
    /// `ar` or `en`.
    preferred_language: Language,
}

/// Choose the language of one's account; messages follow at once.
#[utoipa::path(patch, path = "/auth/language", tag = "account", request_body = LanguageBody,
    responses((status = 200, body = Success<ChosenLanguageAnswer>)))]
async fn choose_language(
    staff: Staff<can::UseTheApp>,
    State(app): State<App>,
    Json(body): Json<LanguageBody>,
) -> Result<Answer<ChosenLanguageAnswer>, ErrorResponse> {
    let preferred_language = body.preferred_language;
    accounts::choose_language(&entrance(&app), &staff, preferred_language).await?;
    Ok(Answer::new(ChosenLanguageAnswer { preferred_language }))
}

/// An old password and a new one.
#[derive(Debug, Deserialize, ToSchema)]
struct ChangePasswordBody {
    /// The password until now.
    #[serde(alias = "old_password")]
    #[schema(required, value_type = String)]
    current_password: Option<String>,
    /// The password from now on: 8 characters or more, no common one, not one's own name.
    #[schema(required, value_type = String)]
    new_password: Option<String>,
}

impl TryFrom<ChangePasswordBody> for PasswordChange {
    type Error = Error;

    fn try_from(body: ChangePasswordBody) -> Result<Self, Error> {
        let mut fields = Fields::new();
        let current =
            fields.present("current_password", body.current_password.filter(|text| !text.is_empty()));
        let new = fields.required("new_password", body.new_password.as_deref(), Password::chosen_for_staff);
        let both = current.zip(new).map(|(current, new)| Self { current: Password::typed(&current), new });
        Ok(fields.build(both)?)
    }
}

/// Change one's own password. The session in use stays; all others end.
#[utoipa::path(post, path = "/auth/change-password", tag = "account", request_body = ChangePasswordBody, responses(
    (status = 200, body = Success<Done>),
    (status = 400, description = "WRONG_PASSWORD, PASSWORD_UNCHANGED, PASSWORD_TOO_SHORT, PASSWORD_TOO_COMMON, PASSWORD_IS_OWN_NAME, MISSING_FIELDS", body = Failure),
    (status = 429, description = "RATE_LIMIT_EXCEEDED", body = Failure),
))]
async fn change_password(
    staff: Staff<can::ChangeOwnPassword>,
    State(app): State<App>,
    Json(body): Json<ChangePasswordBody>,
) -> Result<Answer<Done>, ErrorResponse> {
    accounts::change_password(&entrance(&app), &staff, body.try_into()?).await?;
    Ok(Answer::done(Text { en: "Password changed", ar: "تم تغيير كلمة المرور" }))
}
