//! The failures that any operation of its kind can have: described once, named by each.

use serde_json::json;
use utoipa::openapi::{Components, ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

/// A failure that any operation of its kind can have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommonFailure {
    /// The HTTP status in digits, as the document has it.
    pub(crate) status: &'static str,
    name: &'static str,
    description: &'static str,
    code: &'static str,
    message: &'static str,
}

impl CommonFailure {
    /// Where the document describes it.
    pub(crate) fn reference(self) -> RefOr<Response> {
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
        $(pub(crate) const $constant: CommonFailure = CommonFailure {
            status: $status, name: $name, description: $description, code: $code, message: $message,
        };)+
        const ALL: &[CommonFailure] = &[$($constant),+];
    };
}

failures! {
    INVALID: "400" "Invalid" "INVALID_FIELD" "phone: is not a phone number", "What was sent is not valid; errors says which field";
    SIGNED_OUT: "401" "SignedOut" "SIGNED_OUT" "Please sign in again", "No live session, or what was sent proves nobody";
    NOT_ALLOWED: "403" "NotAllowed" "NOT_ALLOWED" "Your role does not allow this", "This session, or this account, may not do it";
    NOT_FOUND: "404" "NotFound" "CUSTOMER_NOT_FOUND" "Customer not found", "It does not exist, or not within the caller's branches";
    NOT_NOW: "409" "NotNow" "REQUEST_STILL_RUNNING" "The same request is still being processed", "As things stand it cannot be done, or the same request is still running";
    TOO_LARGE: "413" "TooLarge" "BODY_TOO_LARGE" "The request is too large", "The body is over the limit";
    NOT_JSON: "415" "NotJson" "UNSUPPORTED_MEDIA_TYPE" "Send the body as application/json", "The body is not JSON";
    KEY_REUSED: "422" "KeyReused" "IDEMPOTENCY_KEY_REUSED" "This Idempotency-Key was already used for a different request", "The Idempotency-Key belongs to another request";
    TOO_OFTEN: "429" "TooOften" "TOO_MANY_REQUESTS" "Too many requests; please try again in a moment", "Too often; Retry-After says when to try again";
    FAULT: "500" "Fault" "INTERNAL_ERROR" "Something broke on our side; please try again", "A fault of ours; request_id names it";
    BUSY: "503" "Busy" "UNAVAILABLE" "The service is busy or restarting; please try again in a moment", "Busy or restarting; Retry-After says when to try again";
}

/// The status of the failure that the document describes under `name`; empty for another.
pub(super) fn status_of(name: &str) -> &'static str {
    ALL.iter().find(|failure| failure.name == name).map_or("", |failure| failure.status)
}

/// Describes all of them among the parts that operations refer to.
pub(super) fn describe(components: &mut Components) {
    for failure in ALL {
        components.responses.insert(failure.name.to_owned(), RefOr::T(failure.response()));
    }
}
