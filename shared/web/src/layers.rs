//! What every request passes through before its handler runs, and every answer on its way out.
//!
//! From the outside in:
//!
//! 1. `open`: the request gets its context, the answer its request id and security headers;
//! 2. the request log, which therefore knows every answer below it;
//! 3. CORS, which answers preflights, and marks every refusal below it readable for the web builds;
//! 4. panics become 500;
//! 5. the general limits per session, or per client address where there is none, and an `Idempotency-Key` that is none;
//! 6. the body is taken in, within its time and size;
//! 7. the gate: a place among the requests that are worked on, and a time limit;
//! 8. the router, with JSON for paths and methods that it does not know.

use std::{any::Any, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use tokio::runtime::Handle;
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowOrigin, CorsLayer},
};

pub use super::{bodies::Roomy, room::Recognise};
use super::{
    bodies::{self, Bodies},
    client_address::{client_address, is_trusted},
    edge::EdgeRefusal,
    envelope::{self, ErrorResponse},
    extract::bearer,
    gate::{self, Gate},
    rate_headers::{RATE_LIMIT, RATE_LIMIT_POLICY},
    request_log,
    room::{self, Entrance, Standing},
};
use base::{
    platform::{
        clock::Clock,
        config::{AddressRange, Config, Mode, Origin},
        idempotency::{IdempotencyKey, KeyRefused},
        limits_memory::Rate,
        request::{self, Arrival, RequestContext},
    },
    vocabulary::Language,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The caller's own name for the request, where the proxy has given it one of ours.
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-client-request-id");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says `true` where the answer is about what an earlier request did.
const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// For answers that are no pages: whatever a browser takes them for, nothing in them runs, loads or is framed.
pub(crate) const NOTHING_LOADS: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What the layers of one service allow and add.
#[derive(Clone)]
pub struct LayerSettings {
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<AddressRange>,
    /// Origins of the web pages that may call the API.
    pub origins: Vec<Origin>,
    /// Whether browsers are told to insist on TLS.
    pub insists_on_tls: bool,
    /// How many requests one client address may send, and how many one session.
    pub address_rate: Rate,
    /// Tells whose token a request shows.
    pub recognise: Recognise,
    /// Most requests that may be here at once, also those whose body still comes or whose answer is still being sent.
    pub max_connections: usize,
    /// Largest body, in bytes.
    pub body_limit: usize,
    /// Paths with a limit of their own.
    pub roomy: &'static [Roomy],
    /// How long a body may take to arrive.
    pub body_timeout: Duration,
    /// Most requests worked on at once; more are answered 503.
    pub max_in_flight: usize,
    /// Paths for which some places are kept when the service is full.
    pub door_paths: &'static [&'static str],
    /// How long the work on a request may take.
    pub request_timeout: Duration,
    /// The threads that do the work; those that take the requests in, if there are no others.
    pub works: Option<Handle>,
    /// Tells when a request arrives.
    pub clock: Arc<dyn Clock>,
}

impl LayerSettings {
    /// The layers that `config` asks for, for a service whose door is at `door_paths`.
    pub fn new(config: &Config, door_paths: &'static [&'static str], clock: Arc<dyn Clock>) -> Self {
        let Config { http, limits, .. } = config;
        Self {
            trusted_proxies: http.trusted_proxies.clone(),
            origins: config.cors.origins.clone(),
            insists_on_tls: config.mode == Mode::Production,
            address_rate: Rate::per_second(limits.address_requests_per_second, limits.address_burst),
            recognise: Arc::new(|_, _| None),
            max_connections: usize::try_from(http.max_connections).unwrap_or(usize::MAX),
            body_limit: http.body_limit,
            roomy: &[],
            body_timeout: http.body_timeout,
            max_in_flight: usize::try_from(http.max_in_flight).unwrap_or(usize::MAX),
            door_paths,
            request_timeout: http.request_timeout,
            works: None,
            clock,
        }
    }

    /// Answers are about people: nothing between us and the app may keep one, unless the handler says so. A handler of a
    /// page says itself what the page may load.
    fn secure(&self, headers: &mut HeaderMap) {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NOTHING_LOADS));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        if self.insists_on_tls {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        }
    }
}

/// Puts the layers around `router`; the last one added is the outermost.
pub fn apply_layers(router: Router, settings: LayerSettings) -> Router {
    let gate = Gate::new(
        settings.max_in_flight,
        settings.door_paths,
        settings.request_timeout,
        settings.works.clone(),
    );
    let bodies = Bodies::new(settings.body_limit, settings.roomy, settings.body_timeout);
    let entrance = Entrance::new(settings.address_rate, settings.max_connections);
    // A layer wraps those above it in this list, so it reads from the inside out.
    router
        .fallback(async || EdgeRefusal::Unknown)
        .method_not_allowed_fallback(async || EdgeRefusal::WrongMethod)
        .layer(from_fn_with_state(gate, gate::pass))
        .layer(from_fn_with_state(bodies, bodies::receive))
        .layer(from_fn(refuse_odd_keys))
        .layer(from_fn_with_state(entrance, room::admit))
        .layer(CatchPanicLayer::custom(on_panic))
        .layer(cors(&settings.origins))
        .layer(from_fn_with_state(request_log::Restraint::new(), request_log::record))
        .layer(from_fn_with_state(Arc::new(settings), open))
}

async fn open(State(settings): State<Arc<LayerSettings>>, mut request: Request, next: Next) -> Response {
    let context = RequestContext::new(arrival(&settings, &request));
    let known = bearer(request.headers()).and_then(|token| (settings.recognise)(token, context.arrived_at()));
    request.extensions_mut().insert(known.map_or(Standing::Stranger(context.address()), Standing::Known));
    // Kept twice: here for the extractors, below for code that has no request at hand, such as the connection pools.
    request.extensions_mut().insert(Arc::clone(&context));
    let mut response = request::scope(Arc::clone(&context), next.run(request)).await;
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(context.id()) {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(id) = context.client_id().and_then(|id| HeaderValue::from_str(id).ok()) {
        headers.insert(CLIENT_REQUEST_ID, id);
    }
    if context.is_repeat() {
        headers.insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
    }
    settings.secure(headers);
    response
}

fn arrival(settings: &LayerSettings, request: &Request) -> Arrival {
    let headers = request.headers();
    let peer = request.extensions().get::<ConnectInfo<_>>().map(|ConnectInfo(peer)| *peer);
    let accepts = text(headers, &header::ACCEPT_LANGUAGE).and_then(Language::from_accept_language);
    let named = |header, is_fit: fn(&str) -> bool| text(headers, header).filter(|id| is_fit(id));
    // Only the proxy's name is ours, and in its log, too: one that a caller chose may be anybody's, or used twice.
    let (id, client_id) = if is_trusted(peer, &settings.trusted_proxies) {
        (named(&REQUEST_ID, is_request_id), named(&CLIENT_REQUEST_ID, is_client_request_id))
    } else {
        (None, named(&REQUEST_ID, is_client_request_id))
    };
    Arrival {
        id: id.map(str::to_owned),
        client_id: client_id.map(str::to_owned),
        at: settings.clock.now(),
        address: client_address(peer, headers, &settings.trusted_proxies),
        accepts: accepts.unwrap_or(Language::En),
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        idempotency_key: key(headers).ok().flatten(),
    }
}

fn text<'headers>(headers: &'headers HeaderMap, name: &HeaderName) -> Option<&'headers str> {
    headers.get(name)?.to_str().ok()
}

/// Long enough to be unique, short and plain enough for every log.
pub(crate) fn is_request_id(id: &str) -> bool {
    (8..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// As the proxy lets it pass: unique or not is the caller's own business.
fn is_client_request_id(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// The key of a request that must happen once. Of two keys neither can be taken for the sender's.
fn key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, KeyRefused> {
    let mut sent = headers.get_all(IDEMPOTENCY_KEY).iter();
    match (sent.next(), sent.next()) {
        (None, _) => Ok(None),
        (Some(only), None) => IdempotencyKey::parse(only.as_bytes()).map(Some),
        (Some(_), Some(_)) => Err(KeyRefused),
    }
}

/// Tokens travel in a header that the apps set themselves, never in cookies: any origin may ask.
fn cors(origins: &[Origin]) -> CorsLayer {
    let origin = if origins.contains(&Origin::Any) {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(origins.iter().filter_map(named))
    };
    CorsLayer::new()
        .allow_origin(origin)
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::OPTIONS,
        ])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::ACCEPT,
            header::ACCEPT_LANGUAGE,
            IDEMPOTENCY_KEY,
            REQUEST_ID,
        ])
        .expose_headers([
            REQUEST_ID,
            CLIENT_REQUEST_ID,
            IDEMPOTENCY_REPLAYED,
            RATE_LIMIT,
            RATE_LIMIT_POLICY,
            header::RETRY_AFTER,
            header::CONTENT_DISPOSITION,
        ])
        .max_age(Duration::from_hours(24))
}

/// The origin as a header names it; none when it is all of them.
fn named(origin: &Origin) -> Option<HeaderValue> {
    match origin {
        Origin::Any => None,
        Origin::Only(origin) => HeaderValue::from_str(origin).ok(),
    }
}

async fn refuse_odd_keys(request: Request, next: Next) -> Response {
    match key(request.headers()) {
        Ok(_) => next.run(request).await,
        Err(refused) => ErrorResponse::from(refused).into_response(),
    }
}

/// The payload of a panic may quote what it failed on; the panic hook has said and counted what may be said.
fn on_panic(_payload: Box<dyn Any + Send>) -> Response {
    envelope::fault_response()
}
