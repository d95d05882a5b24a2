//! A member's own profile.

use serde::Serialize;
use shared::web::{Answer, App, Member, envelope::Success};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(me))
}

/// Who one is.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    /// Id.
    id: i64,
}

/// Read who one is.
#[utoipa::path(get, path = "/me", tag = "profile", responses((status = 200, body = Success<Me>)))]
async fn me(member: Member) -> Answer<Me> {
    Answer::new(Me { id: member.customer().get() })
}
