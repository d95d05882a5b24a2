//! What a handler takes from a request, with refusals of our own: JSON, query, path, the clock, the bearer token.

use std::sync::Arc;

use axum::{
    body::{Bytes, to_bytes},
    extract::{FromRequest, FromRequestParts, OptionalFromRequest, Request, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::de::{DeserializeOwned, DeserializeSeed as _};
use sha2::{Digest, Sha256};

use super::{
    envelope::{ErrorResponse, machine_failure},
    reading::{Gathering, Members, known},
};
use base::{
    Error, Fault, FieldProblem, Invalid, Text,
    platform::request::{self, RequestContext},
    vocabulary::{Page, PageQuery, Timestamp, page::LIMIT_DEFAULT},
};

const NOT_JSON: Text =
    Text { en: "The body is not valid JSON", ar: "محتوى الطلب ليس JSON صالحا" };
const EMPTY: Text = Text { en: "A JSON body is required", ar: "محتوى JSON مطلوب" };
const NOT_JSON_TYPE: Text = Text {
    en: "Send the body as application/json",
    ar: "أرسل المحتوى بصيغة application/json",
};
const TOO_LARGE: Text = Text { en: "The request is too large", ar: "حجم الطلب كبير جدا" };
const CUT: Text =
    Text { en: "The body did not arrive whole", ar: "لم يصل محتوى الطلب كاملا" };
const NO_OBJECT: Text = Text {
    en: "The body must be a JSON object",
    ar: "محتوى الطلب يجب أن يكون كائن JSON",
};
const WRONG_QUERY: Text = Text {
    en: "The query does not hold what it should",
    ar: "معاملات الاستعلام غير صحيحة",
};
const WRONG_ID: Text =
    Text { en: "The id in the path is not a number", ar: "المعرف في المسار ليس رقما" };
const NUL: Text = Text {
    en: "Text must not contain NUL characters",
    ar: "يحتوي النص على رموز غير مسموح بها",
};

/// The context of the request being answered; without one, a fault: the outermost layer is missing.
pub fn context(parts: &Parts) -> Result<Arc<RequestContext>, Error> {
    parts
        .extensions
        .get::<Arc<RequestContext>>()
        .cloned()
        .or_else(request::current)
        .ok_or_else(|| Fault::new("a request came past the outermost layer").into())
}

/// The token of an `Authorization: Bearer` header.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// The one reading of the clock for this request.
#[derive(Debug, Clone, Copy)]
pub struct Now(pub Timestamp);

impl<S: Send + Sync> FromRequestParts<S> for Now {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorResponse> {
        Ok(Self(context(parts)?.arrived_at()))
    }
}

/// The page of a list that the query asks for; of `ROWS` rows if it does not say how many.
#[derive(Debug, Clone, Copy)]
pub struct Paged<const ROWS: i64 = LIMIT_DEFAULT>(pub Page);

impl<S: Send + Sync, const ROWS: i64> FromRequestParts<S> for Paged<ROWS> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let Query(query) = Query::<PageQuery>::from_request_parts(parts, state).await?;
        let page =
            Page::parse_or(&query, ROWS).map_err(|refused| ErrorResponse::from(Invalid::from(refused)));
        Ok(Self(page.map_err(IntoResponse::into_response)?))
    }
}

/// A JSON body of the shape `T`. As `Option<Json<T>>` it may also be absent.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let is_json = speaks_json(request.headers());
        let body = read(request, state).await?;
        if body.is_empty() {
            return Err(invalid("body", "EMPTY_BODY", EMPTY));
        }
        parse(&body, is_json).map(Self)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> OptionalFromRequest<S> for Json<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Response> {
        let is_json = speaks_json(request.headers());
        let body = read(request, state).await?;
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(None);
        }
        parse(&body, is_json).map(|value| Some(Self(value)))
    }
}

fn speaks_json(headers: &HeaderMap) -> bool {
    let Some(given) = headers.get(header::CONTENT_TYPE) else { return false };
    let Ok(given) = given.to_str() else { return false };
    let kind = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// A body that is a file, whatever it says that it is.
#[derive(Debug, Clone)]
pub struct Upload(pub Vec<u8>);

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Response;

    async fn from_request(request: Request, _: &S) -> Result<Self, Response> {
        let context = request.extensions().get::<Arc<RequestContext>>().cloned();
        // As large as the layers let it be, who have all of it: axum's own limit is smaller than a file.
        let body = to_bytes(request.into_body(), usize::MAX).await;
        let body = body.map_err(|_broken| machine_failure(StatusCode::BAD_REQUEST, "BODY_CUT", CUT, None))?;
        if let Some(context) = context {
            context.settle_body_hash(Sha256::digest(&body).into());
        }
        Ok(Self(body.into()))
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Response> {
    let context = request.extensions().get::<Arc<RequestContext>>().cloned();
    let body = Bytes::from_request(request, state).await.map_err(|rejection| unread(&rejection))?;
    if let Some(context) = context {
        context.settle_body_hash(Sha256::digest(&body).into());
    }
    Ok(body)
}

fn unread(rejection: &BytesRejection) -> Response {
    let status = rejection.status();
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        machine_failure(status, "BODY_TOO_LARGE", TOO_LARGE, None)
    } else {
        machine_failure(StatusCode::BAD_REQUEST, "BODY_CUT", CUT, None)
    }
}

fn parse<T: DeserializeOwned>(body: &[u8], is_json: bool) -> Result<T, Response> {
    if !is_json {
        return Err(machine_failure(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            NOT_JSON_TYPE,
            None,
        ));
    }
    let members = members(body)?;
    if let Some(key) = members.with_nul() {
        return Err(refused(named(key, "NUL_CHARACTER", NUL)));
    }
    members.read().map_err(|trouble| refused(trouble.problem("body", "INVALID_FIELD")))
}

/// The members of a body that is one JSON object.
fn members(body: &[u8]) -> Result<Members, Response> {
    use serde_json::error::Category;

    let mut reader = serde_json::Deserializer::from_slice(body);
    let mut under_way = None;
    let members = Gathering { under_way: &mut under_way }.deserialize(&mut reader);
    let members = members.map_err(|error| match (error.classify(), under_way) {
        (Category::Data, _) => invalid("body", "INVALID_FIELD", NO_OBJECT),
        (Category::Syntax | Category::Eof | Category::Io, Some(key)) => {
            refused(named(&key, "INVALID_JSON", NOT_JSON))
        }
        (Category::Syntax | Category::Eof | Category::Io, None) => invalid("body", "INVALID_JSON", NOT_JSON),
    })?;
    reader.end().map_err(|_trailing| invalid("body", "INVALID_JSON", NOT_JSON))?;
    Ok(members)
}

/// A problem of the member `key`, or of the whole body if nobody calls a field so.
fn named(key: &str, code: &'static str, text: Text) -> FieldProblem {
    let problem = FieldProblem::new("body", code, text);
    match known(key) {
        Some(key) => FieldProblem { field: key.to_owned().into(), ..problem },
        None => problem,
    }
}

fn invalid(field: &'static str, code: &'static str, text: Text) -> Response {
    refused(FieldProblem::new(field, code, text))
}

fn refused(problem: FieldProblem) -> Response {
    ErrorResponse::from(Invalid::one(problem)).into_response()
}

/// The query of the shape `T`; unknown parameters are ignored, a blank one counts as absent.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        query(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn query<T: DeserializeOwned>(text: &str) -> Result<T, Response> {
    let unread = |_mistyped| invalid("query", "INVALID_QUERY", WRONG_QUERY);
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(text).map_err(unread)?;
    let mut kept: Vec<(String, String)> = Vec::with_capacity(pairs.len());
    for (key, value) in pairs {
        if key.contains('\0') || value.contains('\0') {
            return Err(refused(named(&key, "NUL_CHARACTER", NUL)));
        }
        if !value.trim().is_empty() && kept.iter().all(|(known, _)| *known != key) {
            kept.push((key, value));
        }
    }
    Members::of_texts(kept).read().map_err(|trouble| refused(trouble.problem("query", "INVALID_QUERY")))
}

/// The part of the path that names a thing.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|_mistyped| invalid("id", "INVALID_ID", WRONG_ID))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_may_leave_anything_out_and_says_the_first_thing_twice() {
        #[derive(Debug, serde::Deserialize)]
        struct Sample {
            branch_id: Option<base::vocabulary::BranchId>,
            search: Option<String>,
            #[serde(flatten)]
            page: PageQuery,
        }
        let wanted: Sample = query("branch_id=7&branch_id=8&search=&per_page=20&other=%D9%85").unwrap();
        assert_eq!(wanted.branch_id, Some(base::vocabulary::BranchId::new(7)));
        assert_eq!((wanted.search, wanted.page.per_page.as_deref()), (None, Some("20")));
        assert!(query::<Sample>("").unwrap().branch_id.is_none());
        for odd in ["branch_id=x", "branch_id=1%00", "branch_id=1e9"] {
            assert_eq!(query::<Sample>(odd).unwrap_err().status(), StatusCode::BAD_REQUEST, "{odd}");
        }
    }

    #[test]
    fn only_an_object_is_a_body() {
        #[derive(Debug, Default, serde::Deserialize)]
        struct Sample {
            _name: Option<String>,
        }
        for odd in ["[]", "[null]", "[{}]", "null", "1", "true", r#""x""#] {
            assert_eq!(
                parse::<Sample>(odd.as_bytes(), true).unwrap_err().status(),
                StatusCode::BAD_REQUEST,
                "{odd}"
            );
        }
        parse::<Sample>(b" {} ", true).unwrap();
    }
}
