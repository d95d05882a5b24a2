//! A handler says who may call it, in its first argument; the document repeats it.
//!
//! `endpoint!` in the doors demands a guard, writes the OpenAPI `security` from it, adds the failures every operation
//! can have, and says which roles are served. `alias!` gives the same handler a second address.

use axum::handler::Handler;
use utoipa::openapi::{
    extensions::ExtensionsBuilder, path::Operation, path::Paths, security::SecurityRequirement,
};

use super::document;
use base::access::{Capability, Reach, Role, reach};

/// What an endpoint asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// Nothing: anybody may call it, without a token.
    Public,
    /// A staff session with a capability.
    Staff(Capability),
    /// A live session of a member.
    Member,
    /// Any live session, of either audience.
    Anybody,
}

/// An extractor that settles who is calling.
#[diagnostic::on_unimplemented(
    message = "this handler does not say who may call it",
    note = "its first argument must be a guard: `Staff<can::…>`, `Member`, or `Anyone` for a public endpoint"
)]
pub trait Guard {
    /// What the guard asks of the caller, also for the OpenAPI document.
    const REQUIREMENT: Requirement;
}

/// The arguments of a handler that begins with a guard.
#[diagnostic::on_unimplemented(
    message = "this handler does not say who may call it",
    note = "its first argument must be a guard: `Staff<can::…>`, `Member`, or `Anyone` for a public endpoint"
)]
pub trait GuardedArgs {
    /// The guard that is the first of the arguments.
    type Guard: Guard;
}

macro_rules! guarded_args {
    ($($($argument:ident)*;)+) => {
        $( impl<M, G: Guard, $($argument),*> GuardedArgs for (M, G, $($argument,)*) { type Guard = G; } )+
    };
}

guarded_args! { ; A; A B; A B C; A B C D; A B C D E; }

/// The requirement in the signature of `handler`.
pub const fn requirement_of<H, T, S>(_handler: &H) -> Requirement
where
    H: Handler<T, S>,
    T: GuardedArgs,
{
    <T::Guard as Guard>::REQUIREMENT
}

/// Writes the requirement, the roles and the common failures into every operation of `paths`.
pub fn require(paths: &mut Paths, requirement: Requirement) {
    for item in paths.paths.values_mut() {
        let is_read_only = item.get.is_some();
        for operation in document::operations(item) {
            describe(operation, requirement, is_read_only);
        }
    }
}

fn describe(operation: &mut Operation, requirement: Requirement, is_read_only: bool) {
    let (security, roles) = match requirement {
        Requirement::Public => (Vec::new(), Vec::new()),
        Requirement::Staff(capability) => (
            vec![SecurityRequirement::new("staff", [capability.code()])],
            Role::ALL
                .into_iter()
                .filter(|role| reach(*role, capability) != Reach::Nowhere)
                .map(Role::as_str)
                .collect(),
        ),
        Requirement::Member => (vec![SecurityRequirement::new("client", Vec::<String>::new())], Vec::new()),
        // The page of a service asks for its own tokens only; the operation says in words that others are taken.
        Requirement::Anybody => (vec![SecurityRequirement::new("staff", Vec::<String>::new())], Vec::new()),
    };
    operation.security = Some(security);
    if !roles.is_empty() {
        let extension = ExtensionsBuilder::new().add("x-roles", serde_json::json!(roles)).build();
        operation.extensions.get_or_insert_default().merge(extension);
    }
    let is_guarded = requirement != Requirement::Public;
    let has_body = operation.request_body.is_some();
    let failures = [
        (true, document::INVALID),
        // Where nobody is signed in yet, the body says who asks, and may be wrong about it.
        (is_guarded || has_body, document::SIGNED_OUT),
        (is_guarded || has_body, document::NOT_ALLOWED),
        // In its path, its query or its body nearly every one names a branch or a person.
        (is_guarded, document::NOT_FOUND),
        (is_guarded && !is_read_only, document::NOT_NOW),
        // Whoever sends one where none is read hears of its size, too.
        (true, document::TOO_LARGE),
        (has_body, document::NOT_JSON),
        (is_guarded && !is_read_only, document::KEY_REUSED),
        (true, document::TOO_OFTEN),
        (true, document::FAULT),
        (true, document::BUSY),
    ];
    for (_, failure) in failures.into_iter().filter(|(applies, _)| *applies) {
        let known = &mut operation.responses.responses;
        known.entry(failure.status.to_owned()).or_insert_with(|| failure.reference());
    }
}

/// The one operation of `paths` as another address documents it: with the name `id`, and `summary` if there is one.
pub fn renamed(paths: Paths, id: &str, summary: Option<&str>) -> Option<Operation> {
    let mut item = paths.paths.into_values().next()?;
    let mut operation = document::operations(&mut item).next().cloned()?;
    if let Some(preferred) = operation.operation_id.replace(id.to_owned()) {
        document::mark(&mut operation, &preferred);
    }
    if let Some(summary) = summary {
        operation.summary = Some(summary.to_owned());
    }
    Some(operation)
}

/// `utoipa_axum::routes!` for handlers that say who may call them.
#[macro_export]
macro_rules! guarded {
    ($app:ty, $handler:ident) => {{
        let requirement = $crate::guard::requirement_of::<_, _, $app>(&$handler);
        let (schemas, mut paths, methods) = ::utoipa_axum::routes!($handler);
        $crate::guard::require(&mut paths, requirement);
        (schemas, paths, methods)
    }};
}

/// `guarded!` for the second address of a handler: `handler => patch "/things/{id}" as edit_thing, "Summary."`, where a
/// summary that is left out is the handler's own. Guard, body and answers are the handler's.
#[macro_export]
macro_rules! aliased {
    ($app:ty, $handler:ident => $method:ident $path:literal as $id:ident $(, $summary:literal)?) => {{
        let (schemas, paths, _) = $crate::guarded!($app, $handler);
        let summary: &[&str] = &[$($summary)?];
        let mut item = ::utoipa::openapi::path::PathItem::default();
        item.$method = $crate::guard::renamed(paths, stringify!($id), summary.first().copied());
        let paths = ::utoipa::openapi::path::PathsBuilder::new().path($path, item).build();
        (schemas, paths, ::axum::routing::$method($handler))
    }};
}
