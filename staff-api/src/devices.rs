//! Devices that receive notifications; the one thing that both apps ask of this door.
//!
//! Both calls need a live session. Without one they answer 401, which neither app turns into a loop: the staff app is
//! signing out already, and the member app refreshes once and is refused with another status.

use axum::extract::State;
use base::{Fields, Invalid, Text};
use gym::notifications::{self, AppType, Device, DeviceToken, Platform};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, Anybody, App, ErrorResponse, Json,
    envelope::{Done, Failure, Success},
};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(register_device)).routes(endpoint!(unregister_device))
}

/// Where the member app signs a device off when it was started with a stored session: it then writes `/api` twice.
pub(crate) fn twice_prefixed() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(unregister_device))
}

/// A device to be registered.
#[derive(Debug, Deserialize, ToSchema)]
struct RegisterDeviceBody {
    /// How the push provider calls it, 1 to 1024 visible ASCII characters; also read as `token`.
    #[serde(alias = "token", default)]
    #[schema(required, value_type = String)]
    fcm_token: Option<String>,
    /// Which app runs on it.
    app_type: AppType,
    /// What it runs.
    platform: Platform,
}

impl TryFrom<RegisterDeviceBody> for Device {
    type Error = Invalid;

    fn try_from(body: RegisterDeviceBody) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let token = fields.required("fcm_token", body.fcm_token.as_deref(), DeviceToken::parse);
        fields.build(token.map(|token| Self { token, app: body.app_type, platform: body.platform }))
    }
}

const REGISTERED: Text = Text { en: "Notifications are on", ar: "تم تفعيل الإشعارات" };
const UNREGISTERED: Text = Text { en: "Notifications are off", ar: "تم إيقاف الإشعارات" };

/// Receive notifications on a device; whoever had it before receives none there. A member's token does as well.
#[utoipa::path(post, path = "/notifications/register-device", tag = "notifications", responses(
    (status = 200, body = Success<Done>),
    (status = 400, description = "DEVICE_TOKEN_INVALID, APP_TYPE_MISMATCH, INVALID_FIELD", body = Failure)))]
async fn register_device(
    caller: Anybody,
    State(app): State<App>,
    Json(body): Json<RegisterDeviceBody>,
) -> Result<Answer<Done>, ErrorResponse> {
    let device = body.try_into()?;
    match caller {
        Anybody::Staff(staff) => notifications::register(&app.db, &staff, &device).await?,
        Anybody::Member(me) => notifications::register_own(&app.db, &me, &device).await?,
    }
    Ok(Answer::done(REGISTERED))
}

/// A device to be signed off.
#[derive(Debug, Deserialize, ToSchema)]
struct UnregisterDeviceBody {
    /// How the push provider calls it; also read as `token`.
    #[serde(alias = "token", default)]
    #[schema(required, value_type = String)]
    fcm_token: Option<String>,
}

impl TryFrom<UnregisterDeviceBody> for DeviceToken {
    type Error = Invalid;

    fn try_from(body: UnregisterDeviceBody) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let token = fields.required("fcm_token", body.fcm_token.as_deref(), Self::parse);
        fields.build(token)
    }
}

/// Receive no more notifications on a device; one that was not registered is left alone. A member's token does as well.
#[utoipa::path(post, path = "/notifications/unregister-device", tag = "notifications", responses(
    (status = 200, body = Success<Done>),
    (status = 400, description = "DEVICE_TOKEN_INVALID", body = Failure)))]
async fn unregister_device(
    caller: Anybody,
    State(app): State<App>,
    Json(body): Json<UnregisterDeviceBody>,
) -> Result<Answer<Done>, ErrorResponse> {
    let token = body.try_into()?;
    match caller {
        Anybody::Staff(staff) => notifications::unregister(&app.db, &staff, &token).await?,
        Anybody::Member(me) => notifications::unregister_own(&app.db, &me, &token).await?,
    }
    Ok(Answer::done(UNREGISTERED))
}
