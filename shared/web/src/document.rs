//! Finishes the OpenAPI document of a door: who it is, how to sign in, the failures they all have, aliases.

use std::collections::BTreeSet;

use serde_json::json;
use utoipa::{
    PartialSchema,
    openapi::{
        Components, ContentBuilder, Deprecated, InfoBuilder, License, OpenApi, PathItem, Ref, RefOr,
        Response, ResponseBuilder, ServerBuilder,
        path::{Operation, ParameterIn},
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
        tag::TagBuilder,
    },
};

use super::envelope::Failure;

/// What the page that shows a document may load: its own files. Its styles are partly written into its elements, its
/// icons into its styles, and a picture that was answered is shown from memory.
pub(super) const PAGE_LOADS: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A failure that any operation of its kind can have: described once, named by each.
#[derive(Debug, Clone, Copy)]
pub(super) struct CommonFailure {
    /// The HTTP status in digits, as the document has it.
    pub(super) status: &'static str,
    name: &'static str,
    description: &'static str,
    code: &'static str,
    message: &'static str,
}

impl CommonFailure {
    /// Where the document describes it.
    pub(super) fn reference(self) -> RefOr<Response> {
        RefOr::Ref(Ref::from_response_name(self.name))
    }

    fn response(self) -> Response {
        let example = json!({
            "success": false, "status": "error", "message": self.message, "error": self.message,
            "code": self.code, "request_id": "0198c5f2-6f0e-7cc3-9f51-0c2d8a7e4b10",
        });
        let schema = Ref::from_schema_name("Failure");
        let content = ContentBuilder::new().schema(Some(schema)).example(Some(example)).build();
        ResponseBuilder::new().description(self.description).content("application/json", content).build()
    }
}

macro_rules! failures {
    ($($constant:ident: $status:literal $name:literal $code:literal $message:literal, $description:literal;)+) => {
        $(pub(super) const $constant: CommonFailure = CommonFailure {
            status: $status, name: $name, description: $description, code: $code, message: $message,
        };)+
        const FAILURES: &[CommonFailure] = &[$($constant),+];
    };
}

failures! {
    INVALID: "400" "Invalid" "INVALID_FIELD" "phone: is not a phone number", "What was sent is not valid; errors says which field";
    SIGNED_OUT: "401" "SignedOut" "SIGNED_OUT" "Please sign in again", "No live session";
    NOT_ALLOWED: "403" "NotAllowed" "NOT_ALLOWED" "Your role does not allow this", "This session may not do it";
    NOT_FOUND: "404" "NotFound" "CUSTOMER_NOT_FOUND" "Customer not found", "It does not exist, or not within the caller's branches";
    TOO_LARGE: "413" "TooLarge" "BODY_TOO_LARGE" "The request is too large", "The body is over the limit";
    NOT_JSON: "415" "NotJson" "UNSUPPORTED_MEDIA_TYPE" "Send the body as application/json", "The body is not JSON";
    TOO_OFTEN: "429" "TooOften" "TOO_MANY_REQUESTS" "Too many requests; please try again in a moment", "Too often; Retry-After says when to try again";
    FAULT: "500" "Fault" "INTERNAL_ERROR" "Something broke on our side; please try again", "A fault of ours; request_id names it";
    BUSY: "503" "Busy" "UNAVAILABLE" "The service is busy or restarting; please try again in a moment", "Busy or restarting; Retry-After says when to try again";
}

/// Adds title, licence, address, tags, the security schemes and the common failures.
pub fn finish(api: &mut OpenApi, title: &str, description: &str) {
    let mut licence = License::new("MIT");
    licence.identifier = Some("MIT".to_owned());
    api.info = InfoBuilder::new()
        .title(title)
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(description))
        .license(Some(licence))
        .build();
    let here = ServerBuilder::new().url("/").description(Some("Where this document was read")).build();
    api.servers = Some(vec![here]);
    let mut tags = BTreeSet::new();
    for (path, item) in &mut api.paths.paths {
        for operation in operations(item) {
            tags.extend(operation.tags.iter().flatten().cloned());
            describe_successes(operation);
            describe_parameters(path, operation);
        }
    }
    api.tags = Some(tags.into_iter().map(|name| TagBuilder::new().name(name).build()).collect());
    let components = api.components.get_or_insert_with(Components::new);
    components.add_security_scheme("staff", bearer("A staff token of POST /api/auth/login"));
    components.add_security_scheme("client", bearer("A member token of POST /api/clients/verify-activation"));
    components.schemas.insert("Failure".to_owned(), Failure::schema());
    for failure in FAILURES {
        components.responses.insert(failure.name.to_owned(), RefOr::T(failure.response()));
    }
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

/// Marks every operation as an alias of another path, kept for installed apps.
pub fn mark_as_alias(api: &mut OpenApi, suffix: &str) {
    for operation in api.paths.paths.values_mut().flat_map(operations) {
        operation.deprecated = Some(Deprecated::True);
        if let Some(id) = &mut operation.operation_id {
            id.push('_');
            id.push_str(suffix);
        }
    }
}

/// The operations of one path.
pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}
