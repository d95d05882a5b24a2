//! Subscriptions at the desk: look up, sell, renew, freeze, stop, take.

mod deductions;
mod freezes;
mod lists;
mod row;
mod sales;

use utoipa_axum::router::OpenApiRouter;
use web::App;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(lists::routes())
        .merge(sales::routes())
        .merge(freezes::routes())
        .merge(deductions::routes())
}
