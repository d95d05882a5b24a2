//! The members' door: `/api/clients/…`, also under `/api/client/…` for the installed apps.

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

mod entries;
mod own_accounts;
mod payments;
mod profile;
mod receipts;
mod sign_in;
mod subscription;

use axum::Router;
use gym::members::MemberSignIn;
use utoipa_axum::router::OpenApiRouter;
use web::{
    App,
    document::{self, Cover, Document},
    refusals,
};

/// What signing in needs to reach.
fn entrance(app: &App) -> MemberSignIn<'_> {
    MemberSignIn {
        db: &app.db,
        keys: app.doorkeeper.keys(),
        passwords: &app.passwords,
        codes: &app.codes,
        limits: &app.limits,
        lifetimes: app.lifetimes,
    }
}

/// What the source document names.
fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(sign_in::routes())
        .merge(own_accounts::routes())
        .merge(profile::routes())
        .merge(subscription::routes())
        .merge(payments::routes())
        .merge(receipts::routes())
        .merge(entries::routes())
}

/// Every spelling of it that an installed app knows.
fn everything() -> OpenApiRouter<App> {
    documented().merge(sign_in::aliases()).merge(profile::aliases())
}

const COVER: Cover = Cover {
    title: "Gym member API",
    about: include_str!("about.md"),
    scheme: (
        "client",
        "The `access_token` of `POST /api/clients/auth/login` or `POST /api/clients/verify-activation`",
    ),
    tags: &[
        ("sign-in", "Codes, passwords, tokens"),
        ("profile", "Oneself and one's subscriptions"),
        ("qr", "What opens the door"),
        ("entries", "Coming in: whether one may, when one did, how full it is"),
        ("account", "Language, password, deleting the account"),
    ],
    instead: &[("sign_in_short", "sign_in"), ("list_entries", "entry_history")],
    examples: include_str!("examples.json"),
};

/// The table of contents.
pub fn router(app: App) -> (Router, Document) {
    let mut aliases = OpenApiRouter::new().nest("/api/client", everything().merge(entries::listed()));
    document::mark_as_alias(aliases.get_openapi_mut(), "alias");
    let contents =
        OpenApiRouter::new().nest("/api/clients", everything().merge(entries::documented())).merge(aliases);
    let (router, api) = contents.with_state(app.clone()).split_for_parts();
    (refusals::noted(router, app), document::finish(api, &COVER))
}
