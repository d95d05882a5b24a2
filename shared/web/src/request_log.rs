//! One line, and one count, for each request.
//!
//! Of those that are turned away because there is too much to do, only some have a line: it costs more than the
//! refusal itself, and would be written when there is least time for it. All of them are counted.
//!
//! Never here: bodies, query strings, tokens, phones. The route is its template, so that no id or phone in a path is
//! written down either.

use std::{
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::Response,
};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use base::{
    platform::{
        request::{self, RequestContext},
        telemetry::metric,
    },
    vocabulary::BranchId,
};

const UNMATCHED: &str = "unmatched";
/// What nginx logs when a client left before it was answered; never sent.
const CLIENT_LEFT: u16 = 499;

/// Lines a second for requests that were turned away.
const REFUSALS_SAID: u32 = 20;

/// Decides which of the requests that were turned away have a line.
#[derive(Debug)]
pub(crate) struct Restraint {
    limiter: DefaultDirectRateLimiter,
    unsaid: AtomicU64,
}

impl Restraint {
    /// A count of zero lines left out.
    pub(crate) fn new() -> Arc<Self> {
        let rate = NonZeroU32::new(REFUSALS_SAID).unwrap_or(NonZeroU32::MIN);
        let limiter = RateLimiter::direct(Quota::per_second(rate));
        Arc::new(Self { limiter, unsaid: AtomicU64::new(0) })
    }

    /// How many had no line before this one; none if this one has no line either.
    fn admit(&self, status: u16) -> Option<u64> {
        let is_turned_away = matches!(status, 429 | 503);
        if is_turned_away && self.limiter.check().is_err() {
            self.unsaid.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        Some(if is_turned_away { self.unsaid.swap(0, Ordering::Relaxed) } else { 0 })
    }
}

/// Writes the line of a request once it is answered, or once its client has left.
pub(crate) async fn record(
    State(restraint): State<Arc<Restraint>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(context) = request::current() else { return next.run(request).await };
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut line = Line {
        context,
        restraint,
        method: known(request.method()),
        route,
        began: Instant::now(),
        status: None,
    };
    let response = next.run(request).await;
    line.status = Some(response.status());
    response
}

/// Written when dropped: an abandoned request has a line too.
struct Line {
    context: Arc<RequestContext>,
    restraint: Arc<Restraint>,
    method: &'static str,
    route: Option<MatchedPath>,
    began: Instant,
    status: Option<StatusCode>,
}

impl Drop for Line {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        let status = self.status.map_or(CLIENT_LEFT, |status| status.as_u16());
        let route = self.route.as_ref().map_or(UNMATCHED, MatchedPath::as_str);
        self.count(status, route, took);
        let Some(unsaid) = self.restraint.admit(status) else { return };
        if unsaid > 0 {
            tracing::warn!(requests = unsaid, "turned away without a line of their own");
        }
        if status < 500 { self.inform(status, route, took) } else { self.alarm(status, route, took) }
    }
}

macro_rules! line {
    ($level:ident, $line:expr, $status:expr, $route:expr, $took:expr) => {
        tracing::$level!(
            method = $line.method,
            route = $route,
            status = $status,
            code = $line.context.code(),
            duration_ms = millis($took),
            db_queries = $line.context.queries(),
            db_ms = millis($line.context.database_time()),
            actor = $line.context.actor().map(|actor| actor.kind()),
            actor_id = $line.context.actor().and_then(|actor| actor.id()),
            branch = $line.context.branch().map(BranchId::get),
            request_id = $line.context.id(),
            client_request_id = $line.context.client_id(),
            "{} {} {}",
            $line.method,
            $route,
            $status,
        )
    };
}

impl Line {
    fn count(&self, status: u16, route: &str, took: Duration) {
        let class = class(status);
        let labels =
            [("method", self.method.to_owned()), ("route", route.to_owned()), ("status", class.to_owned())];
        metrics::counter!(metric::HTTP_REQUESTS, &labels).increment(1);
        metrics::histogram!(metric::HTTP_REQUEST_SECONDS, &labels).record(took);
        if let Some(code) = self.context.code() {
            metrics::counter!(metric::HTTP_REFUSALS, "code" => code).increment(1);
        }
    }

    fn inform(&self, status: u16, route: &str, took: Duration) {
        line!(info, self, status, route, took);
    }

    fn alarm(&self, status: u16, route: &str, took: Duration) {
        line!(error, self, status, route, took);
    }
}

/// A caller may invent methods; a label may not grow without end.
fn known(method: &Method) -> &'static str {
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::HEAD,
        Method::OPTIONS,
    ];
    let names = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    methods.iter().zip(names).find(|(known, _)| *known == method).map_or("OTHER", |(_, name)| name)
}

const fn class(status: u16) -> &'static str {
    match status {
        CLIENT_LEFT => "left",
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}

#[expect(clippy::float_arithmetic, reason = "a figure to be read, not counted with")]
fn millis(duration: Duration) -> f64 {
    let micros = u32::try_from(duration.as_micros()).unwrap_or(u32::MAX);
    f64::from(micros) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_thousand_refusals_some_are_said_and_the_rest_is_counted() {
        let restraint = Restraint::new();
        let said = (0..1000).filter(|_| restraint.admit(503).is_some()).count();
        assert!((20..100).contains(&said), "{said}");
        let unsaid = restraint.unsaid.load(Ordering::Relaxed);
        assert!(unsaid > 0 && unsaid <= 980, "{unsaid}");
    }

    #[test]
    fn every_other_answer_is_said() {
        let restraint = Restraint::new();
        assert!((0..1000).all(|_| restraint.admit(200) == Some(0) && restraint.admit(500) == Some(0)));
    }
}
