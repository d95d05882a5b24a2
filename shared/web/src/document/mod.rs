//! Finishes the OpenAPI document of a door: its cover, how to sign in, the failures they all have, names, aliases.

mod aliases;
mod examples;
mod failures;
mod files;
mod headers;
mod shapes;

use serde_json::Value;
use utoipa::{
    PartialSchema,
    openapi::{
        Components, InfoBuilder, License, OpenApi, PathItem, RefOr, ServerBuilder,
        path::{Operation, ParameterIn},
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
        tag::TagBuilder,
    },
};

use super::envelope::Failure;
pub(super) use aliases::mark;
pub use aliases::mark_as_alias;
pub(super) use failures::{
    BUSY, FAULT, INVALID, KEY_REUSED, NOT_ALLOWED, NOT_FOUND, NOT_JSON, NOT_NOW, SIGNED_OUT, TOO_LARGE,
    TOO_OFTEN,
};

/// A finished OpenAPI document.
pub type Document = Value;

/// What stands at the head of a document.
#[derive(Debug)]
pub struct Cover {
    /// The title of the document and of the page that shows it.
    pub title: &'static str,
    /// What the service is for and how to begin, in Markdown.
    pub about: &'static str,
    /// The security scheme of the service's own tokens, and where a token comes from.
    pub scheme: (&'static str, &'static str),
    /// Every tag, in the order of the page, and what its operations are about.
    pub tags: &'static [(&'static str, &'static str)],
    /// Operations that another one does as well, and which one it is. Aliases of a handler need not be named.
    pub instead: &'static [(&'static str, &'static str)],
    /// What each operation with a body, or with a slot in its path, is filled in with: by operation and, within it, by place.
    pub examples: &'static str,
}

/// The document of `api` in full: with its cover, the security scheme, the common failures and the names of its shapes.
pub fn finish(mut api: OpenApi, cover: &Cover) -> Document {
    let mut licence = License::new("MIT");
    licence.identifier = Some("MIT".to_owned());
    api.info = InfoBuilder::new()
        .title(cover.title)
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(cover.about))
        .license(Some(licence))
        .build();
    let here = ServerBuilder::new().url("/").description(Some("Where this document was read")).build();
    api.servers = Some(vec![here]);
    let tag = |(name, about): &(&str, &str)| TagBuilder::new().name(*name).description(Some(*about)).build();
    api.tags = Some(cover.tags.iter().map(tag).collect());
    for (path, item) in &mut api.paths.paths {
        for operation in operations(item) {
            describe_successes(operation);
            describe_parameters(path, operation);
        }
    }
    let components = api.components.get_or_insert_with(Components::new);
    let (scheme, source) = cover.scheme;
    components.add_security_scheme(scheme, bearer(source));
    components.schemas.insert("Failure".to_owned(), Failure::schema());
    failures::describe(components);
    // It is made of texts, numbers and lists, and can be written; the sweep would find an empty one.
    let mut document = serde_json::to_value(api).unwrap_or_default();
    shapes::rename(&mut document);
    aliases::tell(&mut document, cover.instead);
    examples::fill(&mut document, cover.examples);
    files::describe(&mut document);
    headers::describe(&mut document);
    document
}

fn bearer(description: &str) -> SecurityScheme {
    SecurityScheme::Http(
        HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(description))
            .build(),
    )
}

/// A response must be described, also where there is nothing to say beyond what the operation does.
fn describe_successes(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            "Done".clone_into(&mut response.description);
        }
    }
}

/// An id in a path names one of the things that stand before it.
fn describe_parameters(path: &str, operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        let slot = format!("/{{{}}}", parameter.name);
        if parameter.parameter_in == ParameterIn::Path && parameter.description.is_none() {
            let before = path.split(&slot).next().unwrap_or_default();
            let things = before.rsplit('/').next().unwrap_or_default().replace('-', " ");
            parameter.description = Some(format!("Which of the {things}"));
        }
    }
}

/// The operations of one path.
pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}
