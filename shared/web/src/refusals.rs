//! Notes in the audit log what was refused, once the answer is made.

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};

use super::{app::App, envelope::Refused};
use base::platform::request;

/// The router of a door, whose refusals are noted.
pub fn noted(router: Router, app: App) -> Router {
    router.layer(from_fn_with_state(app, note))
}

async fn note(State(app): State<App>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let refused = response.extensions().get::<Refused>().copied();
    if let Some(Refused { code, kind, is_recorded: false }) = refused
        && let Some(context) = request::current()
    {
        app.refusals.note(&app.db, &context, code, kind).await;
    }
    response
}
