//! Success and failure bodies, exactly as the contract asks; the only file that knows them.

use std::borrow::Cow;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, ser::SerializeMap};
use serde_json::{Map, Value};
use utoipa::{
    ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

use base::{Error, Fault, Refusal, RefusalKind, Text, platform::request};

/// A success, on its way to the caller.
///
/// `data` is the answer; `also` repeats fields at the top level where a source document or an old app reads them there.
#[derive(Debug)]
pub struct Answer<T> {
    status: StatusCode,
    message: Option<Text>,
    also: Map<String, Value>,
    data: T,
}

impl<T: Serialize> Answer<T> {
    /// An answer 200 with `data`, without a message.
    pub fn new(data: T) -> Self {
        Self { status: StatusCode::OK, message: None, also: Map::new(), data }
    }

    /// What it answers.
    pub const fn data(&self) -> &T {
        &self.data
    }

    /// Says it in words as well.
    #[must_use]
    pub fn said(mut self, message: Text) -> Self {
        self.message = Some(message);
        self
    }

    /// Answers 201 instead of 200: something was made.
    #[must_use]
    pub fn created(mut self) -> Self {
        self.status = StatusCode::CREATED;
        self
    }

    /// Repeats one field at the top level.
    #[must_use]
    pub fn also(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.also.insert(key.to_owned(), value.into());
        self
    }

    /// Repeats every field of `data` at the top level, for the app of February 2026, which does not look into `data` for
    /// reports. The envelope's own words stay what they are.
    #[must_use]
    pub fn with_fields_on_top(mut self) -> Self {
        // What cannot be written is told when the answer is.
        if let Ok(Value::Object(fields)) = serde_json::to_value(&self.data) {
            self.also.extend(fields.into_iter().filter(|(key, _)| !OWN_WORDS.contains(&key.as_str())));
        }
        self
    }
}

/// The keys of the envelope itself.
const OWN_WORDS: [&str; 4] = ["success", "status", "message", "data"];

impl Answer<Done> {
    /// An answer 200 with a message, whose `data` is null.
    pub fn done(message: Text) -> Self {
        Self::new(Done).said(message)
    }
}

impl<T: Serialize> Serialize for Answer<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("success", &true)?;
        map.serialize_entry("status", "success")?;
        if let Some(message) = self.message {
            map.serialize_entry("message", message.say(request::language()))?;
        }
        map.serialize_entry("data", &self.data)?;
        for (key, value) in &self.also {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self) {
            Ok(body) => json(self.status, body),
            Err(error) => ErrorResponse::from(Fault::new(error)).into_response(),
        }
    }
}

/// The answer where there is nothing to tell: null.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Done;

impl utoipa::PartialSchema for Done {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Null).description(Some("Nothing more to tell")).into()
    }
}

impl ToSchema for Done {}

/// An answer that is a picture and nothing else.
#[derive(Debug, Clone, Copy)]
pub struct Picture;

impl utoipa::PartialSchema for Picture {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
            .into()
    }
}

impl ToSchema for Picture {}

fn json(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = (status, body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The body of every success.
#[derive(Debug, Serialize, ToSchema)]
pub struct Success<T> {
    /// Always true.
    #[schema(example = true)]
    pub success: bool,
    /// Always `success`.
    #[schema(example = "success")]
    pub status: String,
    /// What happened, in the caller's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub message: Option<String>,
    /// The answer.
    pub data: T,
}

/// The body of every failure.
#[derive(Debug, Serialize, ToSchema)]
pub struct Failure {
    /// Always false.
    #[schema(example = false)]
    pub success: bool,
    /// Always `error`.
    #[schema(example = "error")]
    pub status: String,
    /// What went wrong, in the caller's language.
    #[schema(example = "Customer not found")]
    pub message: String,
    /// The same text again: which one an app reads differs by call.
    #[schema(example = "Customer not found")]
    pub error: String,
    /// Stable name of the reason.
    #[schema(example = "CUSTOMER_NOT_FOUND")]
    pub code: String,
    /// Names this request in the log.
    pub request_id: String,
    /// What is wrong with which field, when fields are the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub errors: Option<std::collections::BTreeMap<String, String>>,
    /// What was recorded of it, e.g. a denied entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

const BROKEN: Text = Text {
    en: "Something broke on our side; please try again",
    ar: "حدث خطأ لدينا، يرجى المحاولة مرة أخرى",
};
const AWAY: Text = Text {
    en: "The service is busy or restarting; please try again in a moment",
    ar: "الخدمة مشغولة أو يعاد تشغيلها، يرجى المحاولة بعد لحظات",
};

/// One status per kind; a handler cannot choose the status of a failure.
fn status_of(kind: RefusalKind) -> StatusCode {
    match kind {
        RefusalKind::Invalid | RefusalKind::Rejected => StatusCode::BAD_REQUEST,
        RefusalKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        RefusalKind::Forbidden => StatusCode::FORBIDDEN,
        RefusalKind::NotFound => StatusCode::NOT_FOUND,
        RefusalKind::Conflict => StatusCode::CONFLICT,
        RefusalKind::Mismatch => StatusCode::UNPROCESSABLE_ENTITY,
        RefusalKind::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        RefusalKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// What a caller is told of an error; `?` makes it.
#[derive(Debug)]
pub struct ErrorResponse(Error);

impl<E: Into<Error>> From<E> for ErrorResponse {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for ErrorResponse {
    fn into_response(self) -> Response {
        match self.0 {
            Error::Refused(refusal) => refused(refusal.as_ref()),
            Error::Fault(fault) => failed(&fault),
        }
    }
}

fn refused(refusal: &dyn Refusal) -> Response {
    let language = request::language();
    let kind = refusal.kind();
    let retry_after = match kind {
        RefusalKind::TooMany { retry_after } => Some(retry_after),
        RefusalKind::Unavailable => Some(1),
        RefusalKind::Invalid
        | RefusalKind::Rejected
        | RefusalKind::Unauthenticated
        | RefusalKind::Forbidden
        | RefusalKind::NotFound
        | RefusalKind::Conflict
        | RefusalKind::Mismatch => None,
    };
    let fields = refusal.fields();
    let errors = (!fields.is_empty()).then(|| {
        fields
            .iter()
            .map(|problem| (problem.field.clone().into_owned(), problem.say(language).into_owned()))
            .collect()
    });
    let also = Also { errors, data: refusal.data().cloned(), retry_after };
    let is_recorded = refusal.data().is_some();
    let mut response = failure(status_of(kind), refusal.code(), refusal.say(language), also);
    response.extensions_mut().insert(Refused { code: refusal.code(), kind, is_recorded });
    response
}

/// What a refusal was, for those who note it on its way out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refused {
    pub(crate) code: &'static str,
    pub(crate) kind: RefusalKind,
    /// Whether the attempt has a record of its own, as a denied entry.
    pub(crate) is_recorded: bool,
}

fn failed(fault: &Fault) -> Response {
    let request_id = request::current().map(|context| context.id().to_owned());
    if fault.is_outage() {
        tracing::warn!(request_id, at = %fault.at(), error = fault.chain(), "the database cannot be had");
        metrics::counter!("faults_total", "kind" => "outage").increment(1);
        return unavailable("UNAVAILABLE", 1);
    }
    tracing::error!(request_id, at = %fault.at(), error = fault.chain(), "fault");
    metrics::counter!("faults_total", "kind" => "fault").increment(1);
    fault_response()
}

/// The answer 500 of every fault: it names the request, never the cause.
pub fn fault_response() -> Response {
    failure(
        StatusCode::INTERNAL_SERVER_ERROR,
        "INTERNAL_ERROR",
        BROKEN.say(request::language()).into(),
        Also::default(),
    )
}

/// 503, come back in `retry_after` seconds.
pub fn unavailable(code: &'static str, retry_after: u32) -> Response {
    failure(
        StatusCode::SERVICE_UNAVAILABLE,
        code,
        AWAY.say(request::language()).into(),
        Also { retry_after: Some(retry_after), ..Also::default() },
    )
}

/// A failure that the HTTP machinery itself decides: 404 of an unknown path, 405, 408, 413, 415, 429.
pub fn machine_failure(
    status: StatusCode,
    code: &'static str,
    text: Text,
    retry_after: Option<u32>,
) -> Response {
    failure(status, code, text.say(request::language()).into(), Also { retry_after, ..Also::default() })
}

/// What a failure carries beside its sentence.
#[derive(Default)]
struct Also {
    errors: Option<std::collections::BTreeMap<String, String>>,
    data: Option<Value>,
    retry_after: Option<u32>,
}

fn failure(status: StatusCode, code: &'static str, text: Cow<'static, str>, also: Also) -> Response {
    let context = request::current();
    if let Some(context) = &context {
        context.settle_code(code);
    }
    let body = Failure {
        success: false,
        status: "error".to_owned(),
        message: text.clone().into_owned(),
        error: text.into_owned(),
        code: code.to_owned(),
        request_id: context.map_or_else(String::new, |context| context.id().to_owned()),
        errors: also.errors,
        data: also.data,
    };
    let mut response = json(status, serde_json::to_vec(&body).unwrap_or_default());
    if status == StatusCode::UNAUTHORIZED {
        // RFC 9110 asks for it with every 401. No browser opens a window of its own for this scheme.
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = also.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
