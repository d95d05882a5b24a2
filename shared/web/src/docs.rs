//! The page that shows a service's document: everything it loads comes from the service itself.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::Path,
    http::{HeaderName, HeaderValue, header},
    middleware::map_response,
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use serde_json::Value;
use utoipa_swagger_ui::{self as swagger, Config};

use super::{document::Document, edge::EdgeRefusal};

/// What the page may load: its own files. Its styles are partly written into its elements, its icons into its styles, and
/// a picture that was answered is shown from memory.
const LOADS: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const AS_JSON: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];

const AS_TEXT: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/markdown; charset=utf-8")];
/// Every code of a failure, with its meaning and what to do; written by a test, from the lists of refusals.
const CODES: &str = include_str!("codes.md");

/// The document at `{path}/openapi.json`, every code at `{path}/codes.md`, and at `path` the page that shows them.
pub(super) fn routes(path: &'static str, document: &Document) -> Router {
    let title = document.pointer("/info/title").and_then(Value::as_str).unwrap_or_default();
    let page = Html(PAGE.replace("{title}", title));
    let config = Arc::new(
        Config::new([format!("{path}/openapi.json")])
            .validator_url("none")
            .persist_authorization(true)
            .default_models_expand_depth(0),
    );
    let document = Bytes::from(document.to_string());
    Router::new()
        // Without the slash the browser would look for the page's parts one level up.
        .route(path, get(move || async move { Redirect::permanent(&format!("{path}/")) }))
        .route(&format!("{path}/"), get(move || async move { page }))
        .route(&format!("{path}/openapi.json"), get(move || async move { (AS_JSON, document) }))
        .route(&format!("{path}/codes.md"), get(async || (AS_TEXT, CODES)))
        .route(
            &format!("{path}/{{file}}"),
            get(move |Path(file): Path<String>| async move { part(&file, config) }),
        )
        .layer(map_response(async |mut response: Response| {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(LOADS));
            response
        }))
}

fn part(name: &str, config: Arc<Config<'static>>) -> Response {
    match swagger::serve(name, config) {
        Ok(Some(part)) => {
            let mut answer =
                ([(header::CONTENT_TYPE, part.content_type)], part.bytes.into_owned()).into_response();
            if part.gzpipped {
                answer.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            answer
        }
        // It only fails where its own parts are not text.
        Ok(None) | Err(_) => EdgeRefusal::Unknown.into_response(),
    }
}

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="favicon-32x32.png">
<link rel="stylesheet" href="swagger-ui.css">
<link rel="stylesheet" href="index.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="swagger-ui-bundle.js"></script>
<script src="swagger-ui-standalone-preset.js"></script>
<script src="swagger-initializer.js"></script>
</body>
</html>
"#;
