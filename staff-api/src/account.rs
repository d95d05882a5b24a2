//! One's own account.

use serde::Serialize;
use shared::{
    access::can,
    web::{Answer, Staff},
};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use shared::web::{App, envelope::Success};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(me))
}

/// Who one is.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    /// Id.
    id: i64,
    /// Sign-in name.
    username: String,
}

/// Read who one is.
#[utoipa::path(get, path = "/auth/me", tag = "account", responses((status = 200, body = Success<Me>)))]
async fn me(staff: Staff<can::UseTheApp>) -> Answer<Me> {
    Answer::new(Me { id: staff.staff().get(), username: staff.session().username.clone() })
}
