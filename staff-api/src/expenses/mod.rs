//! What the branches spend: writing it down, deciding, paying, and what it comes to.

mod attachments;
mod by_category;
mod deciding;
mod listing;
mod recording;
mod row;

use utoipa_axum::router::OpenApiRouter;
use web::{App, layers::Roomy};

/// A file is larger than what an app sends otherwise.
pub(crate) const ROOMY: Roomy =
    Roomy { path: "/api/expenses/*/attachments", bytes: gym::expenses::attachments::ATTACHMENT_BYTES_MOST };

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(recording::routes())
        .merge(listing::routes())
        .merge(deciding::routes())
        .merge(by_category::routes())
        .merge(attachments::routes())
}
