//! Getting in: codes, passwords, refresh, sign-out.

use axum::extract::State;
use base::{
    Error, Text,
    access::{OneTimeCode, Password},
    vocabulary::{GymId, Timestamp},
};
use gym::members::{self, CodePurpose, Identifier, IdentifierInvalid, MemberSignedIn, OwnAccount};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, Anyone, App, ErrorResponse, Json, Member,
    envelope::{Done, Failure, Success},
    wire::part,
};

use crate::{
    entrance,
    own_accounts::{self, OwnAccountAnswer},
    profile::{self, GymAnswer, ProfileAnswer},
};

/// Under every base path.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(request_activation))
        .routes(endpoint!(verify_activation))
        .routes(endpoint!(sign_in))
        .routes(endpoint!(refresh))
        .routes(endpoint!(change_password))
        .routes(endpoint!(forgot_password))
        .routes(endpoint!(reset_password))
        .routes(endpoint!(sign_out))
}

/// Paths of other generations of the app.
pub(crate) fn aliases() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(sign_in_short)).routes(alias!(
        refresh => post "/auth/refresh" as refresh_at_auth,
        "Get a new access token, where the app of today asks for it."
    ))
}

/// Who asks: one of the three, they mean the same.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct IdentifierBody {
    /// Phone number in any spelling, or e-mail address.
    #[schema(example = "01234567890")]
    identifier: Option<String>,
    /// The same, as the app of today calls it.
    phone: Option<String>,
    /// The same.
    email: Option<String>,
    /// At which gym, for a number that several gyms know; without it the account used last answers, else the oldest.
    #[schema(example = 1)]
    gym_id: Option<i64>,
}

impl IdentifierBody {
    fn parse(&self) -> Result<Identifier, IdentifierInvalid> {
        let named = [&self.identifier, &self.phone, &self.email].into_iter().flatten();
        Identifier::parse(named.map(String::as_str).find(|text| !text.trim().is_empty()).unwrap_or_default())
    }

    fn gym(&self) -> Option<GymId> {
        self.gym_id.map(GymId::new)
    }
}

/// What is on its way.
#[derive(Debug, Serialize, ToSchema)]
struct CodeSent {
    /// Seconds for which the code is good.
    #[schema(example = 600)]
    expires_in: i64,
    /// `phone` or `email`: what the identifier was taken for.
    #[schema(example = "phone")]
    identifier_type: String,
}

const CODE_SENT: Text = Text {
    en: "If an account exists, a code has been sent to it",
    ar: "إذا كان الحساب موجودا فقد تم إرسال الرمز إليه",
};

/// Ask for an activation code, by SMS or mail. The answer is the same whether or not the account exists.
#[utoipa::path(post, path = "/request-activation", tag = "sign-in", request_body = IdentifierBody,
    responses((status = 200, body = Success<CodeSent>)))]
async fn request_activation(
    visitor: Anyone,
    State(app): State<App>,
    Json(body): Json<IdentifierBody>,
) -> Result<Answer<CodeSent>, ErrorResponse> {
    let who = body.parse()?;
    members::request_code(&entrance(&app), &visitor, (&who, body.gym()), CodePurpose::Activation).await?;
    Ok(code_sent(&who))
}

/// Ask for a code to choose a new password with. The answer is the same whether or not the account exists.
#[utoipa::path(post, path = "/auth/forgot-password", tag = "sign-in", request_body = IdentifierBody,
    responses((status = 200, body = Success<CodeSent>)))]
async fn forgot_password(
    visitor: Anyone,
    State(app): State<App>,
    Json(body): Json<IdentifierBody>,
) -> Result<Answer<CodeSent>, ErrorResponse> {
    let who = body.parse()?;
    members::request_code(&entrance(&app), &visitor, (&who, body.gym()), CodePurpose::PasswordReset).await?;
    Ok(code_sent(&who))
}

fn code_sent(who: &Identifier) -> Answer<CodeSent> {
    let sent = CodeSent { expires_in: 600, identifier_type: who.kind().to_owned() };
    Answer::new(sent).said(CODE_SENT)
}

/// A code, and who it was sent to.
#[derive(Debug, Deserialize, ToSchema)]
struct VerifyCodeBody {
    /// Who.
    #[serde(flatten, deserialize_with = "part")]
    who: IdentifierBody,
    /// Six digits.
    #[schema(example = "123456")]
    activation_code: Option<String>,
    /// The same, as one server called it.
    code: Option<String>,
}

/// Signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignedInAnswer {
    /// Bearer token for this service.
    access_token: String,
    /// Gets new access tokens until the session ends; the key is absent when the caller keeps the one they have.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: String,
    /// Seconds until the access token ends.
    #[schema(example = 86400)]
    expires_in: i64,
    /// Whether the member has chosen a password of their own.
    password_changed: bool,
    /// Who signed in.
    client: ProfileAnswer,
    /// The same, as the app of today reads it.
    customer: ProfileAnswer,
    /// Their gym.
    gym: GymAnswer,
    /// All accounts that have the phone number or address which a code has just proved, the one used last first; empty
    /// after a sign-in by password.
    accounts: Vec<OwnAccountAnswer>,
}

const SIGNED_IN: Text = Text { en: "Login successful", ar: "تم تسجيل الدخول بنجاح" };

/// Sign in with the code that was sent.
///
/// `INVALID_CODE` for a wrong, expired, used or never sent code and for an unknown account alike.
#[utoipa::path(post, path = "/verify-activation", tag = "sign-in", request_body = VerifyCodeBody,
    responses((status = 200, body = Success<SignedInAnswer>), (status = 401, description = "INVALID_CODE", body = Failure)))]
async fn verify_activation(
    visitor: Anyone,
    State(app): State<App>,
    Json(body): Json<VerifyCodeBody>,
) -> Result<Answer<SignedInAnswer>, ErrorResponse> {
    let (who, gym) = (body.who.parse()?, body.who.gym());
    let code = code_of(body.activation_code.or(body.code))?;
    let signed_in = members::verify_activation(&entrance(&app), &visitor, (&who, gym), &code).await?;
    welcome(&app, signed_in, visitor.now()).await
}

fn code_of(typed: Option<String>) -> Result<OneTimeCode, Error> {
    let mut fields = base::Fields::new();
    let text = fields.present("activation_code", typed.filter(|text| !text.trim().is_empty()));
    Ok(fields.build(text.map(|text| OneTimeCode::typed(&text)))?)
}

/// A password, and whose.
#[derive(Debug, Deserialize, ToSchema)]
struct SignInBody {
    /// Who.
    #[serde(flatten, deserialize_with = "part")]
    who: IdentifierBody,
    /// The password; a first-login one is good for 72 hours.
    #[schema(required, value_type = String, example = "RX04AF")]
    password: Option<String>,
}

/// Sign in with phone or e-mail and password.
#[utoipa::path(post, path = "/auth/login", tag = "sign-in", request_body = SignInBody,
    responses((status = 200, body = Success<SignedInAnswer>),
        (status = 401, description = "INVALID_CREDENTIALS", body = Failure),
        (status = 403, description = "ACCOUNT_INACTIVE", body = Failure)))]
async fn sign_in(
    visitor: Anyone,
    State(app): State<App>,
    Json(body): Json<SignInBody>,
) -> Result<Answer<SignedInAnswer>, ErrorResponse> {
    let (who, gym) = (body.who.parse()?, body.who.gym());
    let password = Password::typed(&required("password", body.password)?);
    let signed_in = members::sign_in(&entrance(&app), &visitor, (&who, gym), password).await?;
    welcome(&app, signed_in, visitor.now()).await
}

/// Sign in, at a short path.
#[utoipa::path(post, path = "/login", tag = "sign-in", request_body = SignInBody,
    responses((status = 200, body = Success<SignedInAnswer>), (status = 401, description = "INVALID_CREDENTIALS", body = Failure)))]
async fn sign_in_short(
    visitor: Anyone,
    app: State<App>,
    body: Json<SignInBody>,
) -> Result<Answer<SignedInAnswer>, ErrorResponse> {
    sign_in(visitor, app, body).await
}

fn required(field: &'static str, text: Option<String>) -> Result<String, Error> {
    let mut fields = base::Fields::new();
    let text = fields.present(field, text.filter(|text| !text.trim().is_empty()));
    Ok(fields.build(text)?)
}

/// What every way in answers.
pub(crate) async fn welcome(
    app: &App,
    signed_in: MemberSignedIn,
    now: Timestamp,
) -> Result<Answer<SignedInAnswer>, ErrorResponse> {
    let (me, gym, password_changed) = profile::load(app, signed_in.customer, now).await?;
    let own = members::own_accounts(&entrance(app), signed_in.session).await?;
    let expires_in = signed_in.expires_at.signed_duration_since(now).num_seconds();
    Ok(Answer::new(SignedInAnswer {
        access_token: signed_in.access_token,
        refresh_token: signed_in.refresh_token,
        token_type: "Bearer".to_owned(),
        expires_in,
        password_changed,
        client: me.clone(),
        customer: me,
        gym,
        accounts: own_accounts::shown(signed_in.customer, own),
    })
    .said(SIGNED_IN))
}

/// A refresh token.
#[derive(Debug, Deserialize, ToSchema)]
struct RefreshBody {
    /// As it came with the sign-in.
    #[schema(required, value_type = String)]
    refresh_token: Option<String>,
}

/// A new access token.
#[derive(Debug, Serialize, ToSchema)]
struct RefreshedTokenAnswer {
    /// Bearer token for this service.
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: String,
    /// Seconds until the access token ends.
    #[schema(example = 86400)]
    expires_in: i64,
}

impl RefreshedTokenAnswer {
    fn new(signed_in: MemberSignedIn, now: Timestamp) -> Self {
        Self {
            access_token: signed_in.access_token,
            token_type: "Bearer".to_owned(),
            expires_in: signed_in.expires_at.signed_duration_since(now).num_seconds(),
        }
    }
}

/// Get a new access token. The refresh token may be used again until the session ends; a refused one is 403, never 401.
#[utoipa::path(post, path = "/refresh", tag = "sign-in", request_body = RefreshBody,
    responses((status = 200, body = Success<RefreshedTokenAnswer>), (status = 403, description = "INVALID_REFRESH_TOKEN", body = Failure)))]
async fn refresh(
    visitor: Anyone,
    State(app): State<App>,
    Json(body): Json<RefreshBody>,
) -> Result<Answer<RefreshedTokenAnswer>, ErrorResponse> {
    let token = required("refresh_token", body.refresh_token)?;
    let signed_in = members::refresh(&entrance(&app), &visitor, token.trim()).await?;
    Ok(Answer::new(RefreshedTokenAnswer::new(signed_in, visitor.now())))
}

/// The old password and the new one.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "as the apps spell them")]
struct ChangePasswordBody {
    /// The present password; only a member who never had one may leave it out.
    current_password: Option<String>,
    /// The present password, as one app calls it.
    old_password: Option<String>,
    /// At least six characters, other than the present one.
    #[schema(required, value_type = String)]
    new_password: Option<String>,
}

const PASSWORD_CHANGED: Text = Text { en: "Password changed", ar: "تم تغيير كلمة المرور" };

/// Choose a new password. Other sessions end; the caller's stays, with the access token in the answer.
#[utoipa::path(post, path = "/change-password", tag = "account", request_body = ChangePasswordBody,
    responses((status = 200, body = Success<RefreshedTokenAnswer>)))]
async fn change_password(
    member: Member,
    State(app): State<App>,
    Json(body): Json<ChangePasswordBody>,
) -> Result<Answer<RefreshedTokenAnswer>, ErrorResponse> {
    let new = Password::chosen(&required("new_password", body.new_password)?)?;
    let current = body.current_password.or(body.old_password).map(|text| Password::typed(&text));
    let signed_in = members::change_password(&entrance(&app), &member, current, new).await?;
    Ok(Answer::new(RefreshedTokenAnswer::new(signed_in, member.now())).said(PASSWORD_CHANGED))
}

/// A code, and the password to have from now on.
#[derive(Debug, Deserialize, ToSchema)]
struct ResetPasswordBody {
    /// Who.
    #[serde(flatten, deserialize_with = "part")]
    who: IdentifierBody,
    /// Six digits.
    #[schema(example = "123456")]
    code: Option<String>,
    /// The same, under its other name.
    activation_code: Option<String>,
    /// At least six characters.
    #[schema(required, value_type = String)]
    new_password: Option<String>,
}

/// Whose password is new: the account that the code was sent to.
#[derive(Debug, Serialize, ToSchema)]
struct PasswordResetAnswer {
    /// The name under which that gym knows them.
    #[schema(example = "Ahmed Hassan")]
    full_name: String,
    /// The gym.
    #[schema(example = 1)]
    gym_id: i64,
    /// Its name.
    #[schema(example = "Dragon Fitness")]
    gym_name: String,
}

impl From<OwnAccount> for PasswordResetAnswer {
    fn from(account: OwnAccount) -> Self {
        Self { full_name: account.full_name, gym_id: account.gym.get(), gym_name: account.gym_name }
    }
}

/// Choose a new password with the code that was sent, for the account that it was sent to; a wrong one is 400 `INVALID_CODE`. Every session ends; the member signs in again.
#[utoipa::path(post, path = "/auth/reset-password", tag = "sign-in", request_body = ResetPasswordBody,
    responses((status = 200, body = Success<PasswordResetAnswer>)))]
async fn reset_password(
    visitor: Anyone,
    State(app): State<App>,
    Json(body): Json<ResetPasswordBody>,
) -> Result<Answer<PasswordResetAnswer>, ErrorResponse> {
    let who = body.who.parse()?;
    let code = code_of(body.code.or(body.activation_code))?;
    let password = Password::chosen(&required("new_password", body.new_password)?)?;
    let account = members::reset_password(&entrance(&app), &visitor, &who, &code, password).await?;
    Ok(Answer::new(account.into()).said(PASSWORD_CHANGED))
}

const SIGNED_OUT: Text = Text { en: "Signed out", ar: "تم تسجيل الخروج" };

/// Sign out: the session ends, and this member's phones get no more pushes.
#[utoipa::path(post, path = "/auth/logout", tag = "sign-in", responses((status = 200, body = Success<Done>)))]
async fn sign_out(member: Member, State(app): State<App>) -> Result<Answer<Done>, ErrorResponse> {
    members::sign_out(&entrance(&app), &app.doorkeeper, &member).await?;
    Ok(Answer::done(SIGNED_OUT))
}
