//! The headers that every operation reads and every answer carries: described once, named by each.

use serde_json::{Value, json};

use super::failures;

const PARAMETERS: &str = "#/components/parameters/";
const HEADERS: &str = "#/components/headers/";

/// Describes the headers, and names at each operation and each answer those that it has.
pub(super) fn describe(document: &mut Value) {
    let Some(document) = document.as_object_mut() else { return };
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    for (method, operation) in paths.filter_map(|(_, item)| item.as_object_mut()).flatten() {
        let is_write = method != "get";
        let asked = operation.get_mut("parameters").and_then(Value::as_array_mut);
        let named = asked_of(is_write).map(|name| json!({ "$ref": format!("{PARAMETERS}{name}") }));
        match asked {
            Some(parameters) => parameters.extend(named),
            None => operation["parameters"] = named.collect(),
        }
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten();
        responses.for_each(|(status, response)| answer(status, is_write, response));
    }
    let Some(components) = document.get_mut("components") else { return };
    let common = components.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten();
    common.for_each(|(name, response)| answer(failures::status_of(name), false, response));
    components["parameters"] = parameters();
    components["headers"] = headers();
}

fn asked_of(is_write: bool) -> impl Iterator<Item = &'static str> {
    ["AcceptLanguage", "RequestId"].into_iter().chain(is_write.then_some("IdempotencyKey"))
}

/// A response that only refers to a common one has its headers there.
fn answer(status: &str, is_write: bool, response: &mut Value) {
    if response.get("$ref").is_some() {
        return;
    }
    let names = [
        (true, "X-Request-Id", "RequestId"),
        (true, "RateLimit", "RateLimit"),
        (true, "RateLimit-Policy", "RateLimitPolicy"),
        (is_write && status.starts_with('2'), "Idempotency-Replayed", "IdempotencyReplayed"),
        (matches!(status, "429" | "503"), "Retry-After", "RetryAfter"),
    ];
    let Some(response) = response.as_object_mut() else { return };
    let headers = response.entry("headers").or_insert_with(|| json!({}));
    let Some(headers) = headers.as_object_mut() else { return };
    for (_, header, name) in names.into_iter().filter(|(applies, ..)| *applies) {
        headers.insert(header.to_owned(), json!({ "$ref": format!("{HEADERS}{name}") }));
    }
}

fn parameters() -> Value {
    json!({
        "AcceptLanguage": {
            "name": "Accept-Language", "in": "header", "schema": { "type": "string" }, "example": "ar",
            "description": "The language of messages: `ar` or `en`, with weights as browsers send them. Once an account has \
                chosen a language, that one counts and this header does not.",
        },
        "RequestId": {
            "name": "X-Request-Id", "in": "header",
            "schema": { "type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$" },
            "description": "The caller's own name for the request, to find it in the log again: it stands there, and in the \
                answer as `X-Client-Request-Id`, beside the service's own `X-Request-Id`. Anything else than 1 to 64 letters, \
                digits, dots, dashes or underscores is left aside.",
        },
        "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header",
            "schema": { "type": "string", "pattern": "^[!-~]{1,200}$" },
            "description": "Makes a write happen once: with the same key, the same body and the same caller, a repeat within 24 \
                hours does nothing and is answered about what the first one did. The same key for something else is 422 \
                `IDEMPOTENCY_KEY_REUSED`; while the first still runs it is 409 `REQUEST_STILL_RUNNING`.",
        },
    })
}

fn headers() -> Value {
    json!({
        "RequestId": {
            "description": "Names the request in the log; a failure repeats it as `request_id`.",
            "schema": { "type": "string" },
        },
        "RateLimit": {
            "description": "What is left of the limit of the client's address: `r` requests now, all of them again in `t` \
                seconds. Absent where nothing is counted.",
            "schema": { "type": "string" }, "example": "\"address\";r=598;t=1",
        },
        "RateLimitPolicy": {
            "description": "That limit: `q` requests in `w` seconds. Absent where nothing is counted.",
            "schema": { "type": "string" }, "example": "\"address\";q=600;w=6",
        },
        "IdempotencyReplayed": {
            "description": "`true` where the answer is about what an earlier request did, and this one did nothing; else absent.",
            "schema": { "type": "string", "enum": ["true"] },
        },
        "RetryAfter": {
            "description": "Seconds until another try makes sense.",
            "schema": { "type": "integer", "minimum": 1 },
        },
    })
}
