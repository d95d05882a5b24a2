//! The members: found, registered, edited, with their QR codes.

mod editing;
mod finding;
mod qr;
mod registering;
mod row;

use utoipa_axum::router::OpenApiRouter;
use web::App;

/// The fixed paths come before `/customers/{id}` in the reading; the router prefers them in any order.
pub(crate) fn routes() -> OpenApiRouter<App> {
    finding::routes().merge(registering::routes()).merge(editing::routes()).merge(qr::routes())
}
