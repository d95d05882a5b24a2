//! What the service says about itself: its log, its metrics, and where it panicked.

use std::{io, panic::PanicHookInfo};

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use super::{
    config::{Log, LogFormat},
    request,
};

/// Upper bounds of answer times, in seconds: fine where answers should be, coarse up to the time limit.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0];

/// Why the service cannot speak.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The level is none.
    #[error("the log level cannot be read")]
    Level(#[source] tracing_subscriber::filter::ParseError),
    /// Somebody else in this process writes the log already.
    #[error("the log is taken")]
    Log(#[source] tracing_subscriber::util::TryInitError),
    /// The metrics cannot be kept as described.
    #[error("the metrics cannot be kept")]
    Metrics(#[source] BuildError),
    /// Somebody else in this process counts already.
    #[error("the metrics are taken")]
    Taken,
}

/// Starts log, metrics and panic reports for the whole process; the handle shows the metrics.
pub fn start(log: &Log) -> Result<PrometheusHandle, TelemetryError> {
    let filter = EnvFilter::builder().parse(&log.level).map_err(TelemetryError::Level)?;
    let lines = tracing_subscriber::registry().with(filter);
    match log.format {
        LogFormat::Json => lines
            .with(fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false))
            .try_init(),
        LogFormat::Text => lines.with(fmt::layer().with_writer(io::stdout)).try_init(),
    }
    .map_err(TelemetryError::Log)?;
    std::panic::set_hook(Box::new(report));
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)
        .map_err(TelemetryError::Metrics)?
        .build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|_recorder| TelemetryError::Taken)?;
    describe();
    Ok(handle)
}

/// Says where, and never what: the payload may quote the value that it failed on.
fn report(panic: &PanicHookInfo<'_>) {
    let request_id = request::current().map(|context| context.id().to_owned());
    metrics::counter!("panics_total").increment(1);
    tracing::error!(request_id, at = panic.location().map(ToString::to_string), "panic");
}

fn describe() {
    describe_counter!(
        "http_requests_total",
        "Requests answered, by method, route template and class of status."
    );
    describe_histogram!("http_request_duration_seconds", Unit::Seconds, "Time from head to answer.");
    describe_counter!("http_refusals_total", "Answers with a code, by code.");
    describe_gauge!("http_connections", "Connections open to the API.");
    describe_counter!("http_connections_refused_total", "Connections that found no seat.");
    describe_counter!("panics_total", "Panics anywhere in the process.");
    describe_gauge!("db_connections", "Connections open to Postgres, idle or in use.");
    describe_counter!("faults_total", "Failures of ours, by kind.");
}
