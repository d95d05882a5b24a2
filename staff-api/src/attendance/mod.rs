//! The door of the gym: letting in, scanning, asking whether, and who came.

mod answer;
mod asking;
mod checking_in;
mod listing;
mod scanning;

use shared::web::App;
use utoipa_axum::router::OpenApiRouter;

pub(crate) fn routes() -> OpenApiRouter<App> {
    checking_in::routes().merge(listing::routes()).merge(asking::routes()).merge(scanning::routes())
}
