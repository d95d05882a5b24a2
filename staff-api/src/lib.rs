//! The door for staff: `/api/…`.

/// One endpoint: its route, its OpenAPI operation, and the guard its signature names.
macro_rules! endpoint {
    ($handler:ident) => {
        ::web::guarded!(::web::App, $handler)
    };
}

/// The endpoint of a handler at a second address, which some app knows instead.
macro_rules! alias {
    ($handler:ident => $($address:tt)+) => {
        ::web::aliased!(::web::App, $handler => $($address)+)
    };
}

mod account;
mod attendance;
mod audit;
mod books;
mod branches;
mod closings;
mod customers;
mod dashboards;
mod devices;
mod earnings;
mod expenses;
mod files;
mod gym_locale;
mod gym_settings;
mod gyms;
mod operator;
mod payments;
mod reports;
mod services;
mod shifts;
mod subscriptions;
mod users;

pub use self::{books::verify_books, operator::add_operator};

use axum::Router;
use std::sync::Arc;

use base::platform::{clock::Clock, config, db::Db, files::Files, outbox::Jobs};
use gym::expenses::attachments;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;
use web::{
    App,
    document::{self, Cover, Document},
    layers::Roomy,
    refusals,
};

const COVER: Cover = Cover {
    title: "Gym staff API",
    about: include_str!("about.md"),
    scheme: ("staff", "The `access_token` of `POST /api/auth/login`"),
    tags: &[
        ("sign-in", "Getting a token, renewing it, giving it back"),
        ("account", "Oneself: who one is, language, password"),
        ("customers", "Registering, finding and editing customers, and their QR codes"),
        ("door", "Letting in, and who came"),
        ("subscriptions", "Selling, renewing, freezing, stopping, taking sessions and coins"),
        ("services", "What is sold"),
        ("staff", "Who works here"),
        ("branches", "The branches of the gym"),
        ("gyms", "The gym itself and its rules; for super admins all gyms"),
        ("dashboards", "The gym at a glance, and what asks to be looked at"),
        ("reports", "What was taken: by day, branch, service, way of paying and person"),
        ("payments", "What was paid, and what was given back"),
        ("books", "The ledger: accounts, trial balance, journal"),
        ("expenses", "What the branches spend, and who approves it"),
        ("audit", "Who did what"),
        ("notifications", "The devices that receive pushes, of both apps"),
    ],
    instead: &[
        ("find_customer_by_phone_query", "find_customer_by_phone"),
        ("freeze_subscription", "freeze_subscription_by_id"),
        ("unfreeze_subscription", "unfreeze_subscription_by_id"),
        ("stop_subscription", "stop_subscription_by_id"),
        ("renew_subscription", "renew_subscription_by_id"),
        ("list_employees", "list_staff"),
        ("list_entries_by_branch", "list_entries"),
        ("list_entry_logs", "list_entries"),
    ],
    examples: include_str!("examples.json"),
};

/// The table of contents.
pub fn router(app: App) -> (Router, Document) {
    let contents = OpenApiRouter::new()
        .nest("/api", account::routes())
        .nest("/api", attendance::routes())
        .nest("/api", users::routes())
        .nest("/api", gyms::routes())
        .nest("/api", gym_locale::routes())
        .nest("/api", gym_settings::routes())
        .nest("/api", branches::routes())
        .nest("/api", services::routes())
        .nest("/api", customers::routes())
        .nest("/api", devices::routes())
        .nest("/api", audit::routes())
        .nest("/api", dashboards::routes())
        .nest("/api", payments::routes())
        .nest("/api", closings::routes())
        .nest("/api", shifts::routes())
        .nest("/api", books::routes())
        .nest("/api", earnings::routes())
        .nest("/api", expenses::routes())
        .nest("/api", reports::routes())
        .nest("/api", subscriptions::routes())
        .nest("/api/api", alias(devices::twice_prefixed(), "twice_prefixed"));
    let (router, api) = contents.with_state(app.clone()).split_for_parts();
    (refusals::noted(router, app), document::finish(api, &COVER))
}

/// What the worker does: the jobs of every feature that has some.
pub fn jobs() -> Jobs {
    [gym::customers::JOBS, gym::earnings::JOBS, gym::members::JOBS].concat()
}

/// Paths that take larger bodies than others.
pub const ROOMY: &[Roomy] = &[expenses::ROOMY];

/// Deletes what is of no use any more, and files that nobody names, until it is told to stop.
pub async fn housekeeping(
    db: Db,
    files: Files,
    kept: config::Audit,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) {
    let tidy = attachments::keep_tidy(db.clone(), files, Arc::clone(&clock), stop.clone());
    futures_util::future::join(gym::housekeeping::keep(db, kept, clock, stop), tidy).await;
}

/// The same operations at another address, for installed apps.
fn alias(mut routes: OpenApiRouter<App>, suffix: &str) -> OpenApiRouter<App> {
    document::mark_as_alias(routes.get_openapi_mut(), suffix);
    routes
}
