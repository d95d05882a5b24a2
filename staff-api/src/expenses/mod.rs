//! What the branches spend: writing it down, deciding, paying, and what it comes to.

mod by_category;
mod deciding;
mod listing;
mod recording;
mod row;

use utoipa_axum::router::OpenApiRouter;
use web::App;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(recording::routes())
        .merge(listing::routes())
        .merge(deciding::routes())
        .merge(by_category::routes())
}
