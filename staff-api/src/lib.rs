//! The door for staff: `/api/…`.

/// One endpoint: its route, its OpenAPI operation, and the guard its signature names.
macro_rules! endpoint {
    ($handler:ident) => {
        ::shared::guarded!(::shared::web::App, $handler)
    };
}

mod account;
mod branches;
mod gyms;
mod services;
mod subscriptions;

use axum::Router;
use shared::web::{App, document};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// The table of contents.
pub fn router(app: App) -> (Router, OpenApi) {
    let contents = OpenApiRouter::new()
        .nest("/api", account::routes())
        .nest("/api", gyms::routes())
        .nest("/api", branches::routes())
        .nest("/api", services::routes())
        .nest("/api", subscriptions::routes());
    let (router, mut api) = contents.with_state(app).split_for_parts();
    document::finish(&mut api, "staff-api", "The staff app's side of the gym: desk, sales, door, figures.");
    (router, api)
}
