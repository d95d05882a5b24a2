//! Reports: what was taken, by whom, where and for what.
//!
//! Today's app looks into `data`; the app of February 2026 reads reports at the top level. Both get what they look for: every
//! field of `data` is repeated beside it, and a bare array under the name that the older app knows. `status` at the top level
//! is the envelope's own.

mod comparison;
mod daily;
mod employees;
mod query;
mod revenue;
mod sales;
mod spans;
mod trend;

use utoipa_axum::router::OpenApiRouter;
use web::App;

pub(crate) use employees::EmployeeRow;
pub(crate) use query::BranchQuery;
pub(crate) use revenue::ServiceShare;

pub(crate) fn routes() -> OpenApiRouter<App> {
    daily::routes()
        .merge(sales::routes())
        .merge(spans::routes())
        .merge(revenue::routes())
        .merge(trend::routes())
        .merge(comparison::routes())
        .merge(employees::routes())
}
