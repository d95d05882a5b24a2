//! The second listener, for the machine that runs us: is it alive, is it ready, what does it count.
//!
//! It is not for the proxy, so it says nothing of the gym, asks for no token and has none of the layers.

use std::time::Duration;

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
use base::platform::{db::Db, telemetry::metric};

/// Longest wait for the database before it counts as away: a person at a desk waits no longer either.
const DATABASE_PATIENCE: Duration = Duration::from_secs(1);

/// What the internal listener grants; whoever asks here sits on the same machine.
pub const SETTINGS: ServeSettings = ServeSettings {
    name: "internal",
    header_timeout: Duration::from_secs(5),
    idle_timeout: Duration::from_mins(1),
    stall_timeout: Duration::from_secs(5),
    max_connections: 64,
    linger: Duration::ZERO,
    drain: Duration::from_secs(1),
};

/// What the internal listener can look at.
#[derive(Clone)]
pub struct Internals {
    /// The database that readiness depends on.
    pub db: Db,
    /// Renders the metrics in the text format of Prometheus.
    pub metrics: PrometheusHandle,
    /// Cancelled once the service is on its way out.
    pub stop: CancellationToken,
}

/// The routes of the internal listener.
pub fn router(internals: Internals) -> Router {
    Router::new()
        .route("/live", get(async || "alive\n"))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(internals)
}

async fn ready(State(internals): State<Internals>) -> (StatusCode, &'static str) {
    if internals.stop.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match timeout(DATABASE_PATIENCE, internals.db.is_there()).await {
        Ok(true) => (StatusCode::OK, "ready\n"),
        Ok(false) | Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "no database\n"),
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
