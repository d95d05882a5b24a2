//! Sends requests to a router in the same process, as one person.

use std::{net::IpAddr, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use base::{
    platform::{
        clock::Clock as _,
        idempotency::IdempotencyKey,
        request::{self, Arrival, RequestContext},
    },
    testing::TestClock,
    vocabulary::Language,
};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::promised;

/// One person at one door.
#[derive(Debug, Clone)]
pub struct Caller {
    router: Router,
    clock: TestClock,
    token: Option<String>,
    headers: Vec<(&'static str, String)>,
    address: IpAddr,
}

/// The answer to a request, read to its end.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The HTTP status of the answer.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The body as JSON; null when it is not JSON.
    pub body: Value,
    /// The body as it came.
    pub bytes: Vec<u8>,
    /// How often the database was asked.
    pub queries: u32,
}

impl Answered {
    /// The value at a JSON pointer, e.g. `/data/id`; null when absent.
    pub fn at(&self, pointer: &str) -> &Value {
        self.body.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The refusal code; empty for a success.
    pub fn code(&self) -> &str {
        self.at("/code").as_str().unwrap_or_default()
    }

    /// Fails the test unless the status is `status`; shows the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }

    /// Fails the test unless it is this refusal, with both error keys as the same text.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        let answered = self.expect(status);
        assert_eq!(answered.code(), code, "{}", answered.body);
        assert_eq!(answered.at("/success"), &Value::Bool(false));
        assert_eq!(answered.at("/status"), "error");
        assert!(answered.at("/error").is_string() && answered.at("/error") == answered.at("/message"));
        answered
    }
}

impl Caller {
    pub(super) fn new(router: Router, clock: TestClock, token: Option<String>) -> Self {
        Self { router, clock, token, headers: Vec::new(), address: IpAddr::from([192, 0, 2, 7]) }
    }

    /// The same person, sending one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same person, calling from another address.
    #[must_use]
    pub fn from_address(mut self, address: impl Into<IpAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// The token, if they have one.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Sends a GET to this path.
    pub async fn get(&self, path: &str) -> Answered {
        self.send("GET", path, None).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answered {
        self.send("POST", path, Some(body.to_string().into_bytes())).await
    }

    /// POST without a body.
    pub async fn post_empty(&self, path: &str) -> Answered {
        self.send("POST", path, None).await
    }

    /// PUT with a JSON body.
    pub async fn put(&self, path: &str, body: Value) -> Answered {
        self.send("PUT", path, Some(body.to_string().into_bytes())).await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Answered {
        self.send("PATCH", path, Some(body.to_string().into_bytes())).await
    }

    /// DELETE without a body.
    pub async fn delete(&self, path: &str) -> Answered {
        self.send("DELETE", path, None).await
    }

    /// Any method, any bytes; the content type is JSON as the apps always say.
    pub async fn send(&self, method: &str, path: &str, body: Option<Vec<u8>>) -> Answered {
        let (request, context) = self.request(method, path, body);
        let router = self.router.clone();
        let response = request::scope(Arc::clone(&context), async move {
            let response = router.oneshot(request).await.expect("infallible");
            let (parts, body) = response.into_parts();
            (parts, body.collect().await.expect("a body").to_bytes().to_vec())
        })
        .await;
        let (parts, bytes) = response;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let answered = Answered {
            status: parts.status,
            headers: parts.headers,
            body,
            bytes,
            queries: context.queries(),
        };
        promised::hold(method, path, &answered);
        answered
    }

    /// The body of the answer to a GET, of which nothing was read yet.
    pub async fn begin(&self, path: &str) -> Body {
        let (request, context) = self.request("GET", path, None);
        let response = request::scope(context, self.router.clone().oneshot(request)).await;
        response.expect("infallible").into_body()
    }

    fn request(
        &self,
        method: &str,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> (Request<Body>, Arc<RequestContext>) {
        let mut request = Request::builder().method(method).uri(path).header("accept", "application/json");
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            request = request.header("content-type", "application/json");
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let mut request = request.body(Body::from(body.unwrap_or_default())).expect("a request");
        let context = self.context(&request);
        request.extensions_mut().insert(Arc::clone(&context));
        (request, context)
    }

    fn context(&self, request: &Request<Body>) -> Arc<RequestContext> {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        RequestContext::new(Arrival {
            id: header("x-request-id").map(str::to_owned),
            client_id: header("x-client-request-id").map(str::to_owned),
            at: self.clock.now(),
            address: self.address,
            accepts: header("accept-language")
                .and_then(Language::from_accept_language)
                .unwrap_or(Language::En),
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            idempotency_key: header("idempotency-key")
                .map(|key| IdempotencyKey::parse(key.as_bytes()).expect("a key that the layers let through")),
        })
    }
}
