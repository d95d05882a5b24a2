//! The second listener, for the machine that runs us: is it alive, is it ready, what does it count.
//!
//! It is not for the proxy, so it says nothing of the gym, asks for no token and has none of the layers.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::serve::ServeSettings;
use base::platform::{
    db::{Db, NotServing},
    telemetry::metric,
};

/// Longest wait for the database before it counts as away: a person at a desk waits no longer either.
const DATABASE_PATIENCE: Duration = Duration::from_secs(1);

/// What the internal listener grants; whoever asks here sits on the same machine.
pub const SETTINGS: ServeSettings = ServeSettings {
    name: "internal",
    header_timeout: Duration::from_secs(5),
    idle_timeout: Duration::from_mins(1),
    stall_timeout: Duration::from_secs(5),
    max_connections: 64,
    trusted_proxies: Vec::new(),
    linger: Duration::ZERO,
    drain: Duration::from_secs(1),
};

/// What the internal listener can look at.
#[derive(Clone)]
pub struct Internals {
    db: Db,
    metrics: PrometheusHandle,
    stop: CancellationToken,
    /// What was said of readiness last, for the log: it is asked every few seconds.
    said: Arc<Mutex<Option<&'static str>>>,
}

impl Internals {
    /// Readiness depends on `db`, and ends when `stop` is cancelled; `metrics` are rendered as Prometheus reads them.
    pub fn new(db: Db, metrics: PrometheusHandle, stop: CancellationToken) -> Self {
        Self { db, metrics, stop, said: Arc::default() }
    }

    /// Whether this is said for the first time since something else was.
    fn is_news(&self, answer: &'static str) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.replace(answer) != Some(answer)
    }
}

/// The routes of the internal listener.
pub fn router(internals: Internals) -> Router {
    Router::new()
        .route("/live", get(async || "alive\n"))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(internals)
}

const READY: &str = "ready\n";
const STOPPING: &str = "stopping\n";
const NO_DATABASE: &str = "no database\n";
const NO_SCHEMA: &str = "the schema is older than this release: run staff-api migrate\n";

async fn ready(State(internals): State<Internals>) -> (StatusCode, &'static str) {
    if internals.stop.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, STOPPING);
    }
    let (answer, why) = match timeout(DATABASE_PATIENCE, internals.db.is_there()).await {
        Ok(Ok(())) => (READY, None),
        Ok(Err(NotServing::Behind)) => (NO_SCHEMA, None),
        Ok(Err(NotServing::Away(error))) => (NO_DATABASE, Some(error.to_string())),
        Err(_elapsed) => (NO_DATABASE, Some(internals.db.no_connection().to_string())),
    };
    if internals.is_news(answer) {
        tell(answer, why.as_deref());
    }
    (if answer == READY { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, answer)
}

fn tell(answer: &str, why: Option<&str>) {
    if answer == READY {
        tracing::info!("ready");
    } else {
        tracing::warn!(error = why, "not ready: {}", answer.trim_end());
    }
}

async fn metrics(State(internals): State<Internals>) -> Response {
    let (open, idle) = internals.db.pool_use();
    let [open, idle] = [open, idle].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
    metrics::gauge!(metric::DB_CONNECTIONS, "state" => "idle").set(idle);
    metrics::gauge!(metric::DB_CONNECTIONS, "state" => "busy").set(open.saturating_sub(idle));
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, internals.metrics.render()).into_response()
}
