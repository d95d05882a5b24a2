//! The members' door: `/api/clients/…`, also under `/api/client/…` for the installed apps.

/// One endpoint: its route, its OpenAPI operation, and the guard its signature names.
macro_rules! endpoint {
    ($handler:ident) => {
        ::shared::guarded!(::shared::web::App, $handler)
    };
}

mod profile;

use axum::Router;
use shared::web::{App, document};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// The table of contents.
pub fn router(app: App) -> (Router, OpenApi) {
    let members = || OpenApiRouter::new().merge(profile::routes());
    let mut aliases = OpenApiRouter::new().nest("/api/client", members());
    document::mark_as_alias(aliases.get_openapi_mut(), "alias");
    let routes = OpenApiRouter::new().nest("/api/clients", members()).merge(aliases);
    let (router, mut api) = routes.with_state(app).split_for_parts();
    document::finish(
        &mut api,
        "client-api",
        "The member app's side of the gym: sign-in, subscription, QR, entries.",
    );
    (router, api)
}
