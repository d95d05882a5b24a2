//! The door of the gym: letting in, scanning, asking whether, and who came.

mod answer;
mod asking;
mod checking_in;
mod listing;
mod scanning;

use utoipa_axum::router::OpenApiRouter;
use web::App;

pub(crate) fn routes() -> OpenApiRouter<App> {
    checking_in::routes().merge(listing::routes()).merge(asking::routes()).merge(scanning::routes())
}
