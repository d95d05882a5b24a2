//! The log, and the metrics.

use std::{panic::PanicHookInfo, time::Duration};

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::time::{MissedTickBehavior, interval};
use tracing_subscriber::{
    EnvFilter, Layer as _, filter::ParseError, layer::SubscriberExt as _, util::SubscriberInitExt as _,
    util::TryInitError,
};

use super::{
    config::{Log, LogFormat, ServiceName},
    request,
};

/// The names of all metrics, as Prometheus reads them.
pub mod metric {
    /// Counter: requests answered, by method, route template and class of status.
    pub const HTTP_REQUESTS: &str = "http_requests_total";
    /// Histogram: time from head to answer, likewise.
    pub const HTTP_REQUEST_SECONDS: &str = "http_request_duration_seconds";
    /// Counter: answers with a code, by code.
    pub const HTTP_REFUSALS: &str = "http_refusals_total";
    /// Gauge: connections open to the API.
    pub const HTTP_CONNECTIONS: &str = "http_connections";
    /// Counter: connections that found no seat.
    pub const HTTP_CONNECTIONS_REFUSED: &str = "http_connections_refused_total";
    /// Counter: refusals that left no row in the audit log, because there were too many or the database was away.
    pub const REFUSALS_NOT_NOTED: &str = "refusals_not_noted_total";
    /// Counter: failures of ours, by kind.
    pub const FAULTS: &str = "faults_total";
    /// Counter: panics anywhere in the process.
    pub const PANICS: &str = "panics_total";
    /// Gauge: connections open to Postgres, by state.
    pub const DB_CONNECTIONS: &str = "db_connections";
    /// Counter: transactions run again because another was in their way.
    pub const DB_TRANSACTIONS_REPEATED: &str = "db_transactions_repeated_total";
    /// Counter: connections to Postgres that came back inside a statement or a transaction; the latter are closed.
    pub const DB_CONVERSATIONS_CUT: &str = "db_conversations_cut_total";
    /// Counter: jobs that were done, by lane (the label is `channel`) and kind.
    pub const OUTBOX_SENT: &str = "outbox_sent_total";
    /// Counter: attempts that failed and jobs given up, by lane, kind and outcome.
    pub const OUTBOX_FAILED: &str = "outbox_failed_total";
    /// Histogram: time that a job took, by lane.
    pub const OUTBOX_SEND_SECONDS: &str = "outbox_send_seconds";
    /// Gauge: jobs in the table, by lane and state.
    pub const OUTBOX_MESSAGES: &str = "outbox_messages";
    /// Gauge: since when the oldest job that waits is due, by lane.
    pub const OUTBOX_OLDEST_WAITING: &str = "outbox_oldest_waiting_seconds";
    /// Counter: attempts refused by a limit that protects an account, by limit. Those of a whole day end in `_by_day`
    /// or `_and_day`: somebody guesses with patience.
    pub const LIMITS_REACHED: &str = "limits_reached_total";
    /// Counter: codes that were not sent because strangers had a gym send too many within an hour.
    pub const CODES_HELD_BACK: &str = "codes_held_back_total";
    /// Gauge: memory of this process.
    pub const PROCESS_MEMORY: &str = "process_resident_memory_bytes";
    /// Gauge: always 1; its labels say which service, which version, and of which commit.
    pub const BUILD_INFO: &str = "build_info";
}

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// A count that only grows until the process ends.
    Counter,
    /// A number that goes up and down.
    Gauge,
    /// Durations in seconds, counted in the buckets of [`SECONDS`].
    Histogram,
}

/// Every metric: its name, what it is, and what it says.
const METRICS: &[(&str, Sort, &str)] = &[
    (
        metric::HTTP_REQUESTS,
        Sort::Counter,
        "Requests answered, by method, route template and class of status.",
    ),
    (metric::HTTP_REQUEST_SECONDS, Sort::Histogram, "Time from head to answer."),
    (metric::HTTP_REFUSALS, Sort::Counter, "Answers with a code, by code."),
    (metric::HTTP_CONNECTIONS, Sort::Gauge, "Connections open to the API."),
    (metric::HTTP_CONNECTIONS_REFUSED, Sort::Counter, "Connections that found no seat."),
    (
        metric::REFUSALS_NOT_NOTED,
        Sort::Counter,
        "Refusals that left no row in the audit log: too many, or the database was away.",
    ),
    (metric::FAULTS, Sort::Counter, "Failures of ours, by kind."),
    (metric::PANICS, Sort::Counter, "Panics anywhere in the process."),
    (metric::DB_CONNECTIONS, Sort::Gauge, "Connections open to Postgres, idle or busy."),
    (
        metric::DB_TRANSACTIONS_REPEATED,
        Sort::Counter,
        "Transactions run again because another was in their way.",
    ),
    (
        metric::DB_CONVERSATIONS_CUT,
        Sort::Counter,
        "Connections to Postgres that came back in the middle of a statement or a transaction.",
    ),
    (metric::OUTBOX_SENT, Sort::Counter, "Jobs of the outbox that were done."),
    (metric::OUTBOX_FAILED, Sort::Counter, "Attempts that failed (retry), jobs given up (dead, expired)."),
    (metric::OUTBOX_SEND_SECONDS, Sort::Histogram, "Time that a job took."),
    (metric::OUTBOX_MESSAGES, Sort::Gauge, "Jobs in the outbox, by channel and state."),
    (metric::OUTBOX_OLDEST_WAITING, Sort::Gauge, "Time since the oldest job that waits was due."),
    (
        metric::LIMITS_REACHED,
        Sort::Counter,
        "Attempts refused by a limit that protects an account, by limit.",
    ),
    (
        metric::CODES_HELD_BACK,
        Sort::Counter,
        "Codes not sent because strangers had a gym send too many within an hour.",
    ),
    (metric::PROCESS_MEMORY, Sort::Gauge, "Memory of this process."),
    (metric::BUILD_INFO, Sort::Gauge, "Which service, version and commit this process is."),
];

/// Counters that an alarm looks at, as they are before the first time: what is not there yet does not grow.
const BEGUN: &[(&str, &[(&str, &str)])] = &[
    (metric::FAULTS, &[("kind", "fault")]),
    (metric::FAULTS, &[("kind", "damaged")]),
    (metric::FAULTS, &[("kind", "outage")]),
    (metric::PANICS, &[]),
    (metric::DB_TRANSACTIONS_REPEATED, &[]),
    (metric::DB_CONVERSATIONS_CUT, &[]),
    (metric::HTTP_CONNECTIONS_REFUSED, &[("listener", "api")]),
    (metric::LIMITS_REACHED, &[]),
    (metric::CODES_HELD_BACK, &[]),
];

/// The commit that the programs were built of, where whoever built them said so.
const COMMIT: Option<&str> = option_env!("GYM_COMMIT");

/// Bounds of every histogram of seconds: from a statement to the longest wait we allow.
const SECONDS: [f64; 13] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0];
/// All crates of the workspace have one version.
const VERSION: &str = env!("CARGO_PKG_VERSION");
const UPKEEP: Duration = Duration::from_secs(5);

/// Why the log or the metrics cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryUnusable {
    /// The filter in `log.level` cannot be read.
    #[error("GYM__LOG__LEVEL is not understood")]
    Level(#[source] ParseError),
    /// This process has begun a log already.
    #[error("the log was begun before")]
    Log(#[source] TryInitError),
    /// This process has a recorder of metrics already, or the bounds of the histograms are wrong.
    #[error("the metrics recorder cannot be installed")]
    Metrics(#[source] BuildError),
}

/// Begins the log of this process, panics included, on standard output; once.
pub fn start_log(config: &Log) -> Result<(), TelemetryUnusable> {
    let filter = EnvFilter::builder().parse(&config.level).map_err(TelemetryUnusable::Level)?;
    let lines = tracing_subscriber::fmt::layer();
    let lines = match config.format {
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
        }
        LogFormat::Text => lines.boxed(),
    };
    tracing_subscriber::registry().with(lines).with(filter).try_init().map_err(TelemetryUnusable::Log)?;
    std::panic::set_hook(Box::new(report));
    Ok(())
}

/// Says where, and never what: the payload may quote the value it failed on.
fn report(panic: &PanicHookInfo<'_>) {
    let request_id = request::current().map(|request| request.id().to_owned());
    metrics::counter!(metric::PANICS).increment(1);
    tracing::error!(request_id, at = panic.location().map(ToString::to_string), "panic");
}

/// The metrics of this process.
#[derive(Debug, Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl Metrics {
    /// Begins to count in this process, which is `service`; once.
    pub fn start(service: ServiceName) -> Result<Self, TelemetryUnusable> {
        let handle = builder()?.install_recorder().map_err(TelemetryUnusable::Metrics)?;
        describe();
        begin(service);
        Ok(Self { handle })
    }

    /// Renders the metrics as Prometheus reads them.
    pub fn handle(&self) -> PrometheusHandle {
        self.handle.clone()
    }

    /// Runs the upkeep of the recorder and measures the memory of this process, every five seconds for as long as it
    /// is polled.
    pub async fn keep(&self) {
        let mut round = interval(UPKEEP);
        round.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            round.tick().await;
            self.handle.run_upkeep();
            if let Some(bytes) = resident_memory().await {
                metrics::gauge!(metric::PROCESS_MEMORY).set(bytes);
            }
        }
    }
}

fn builder() -> Result<PrometheusBuilder, TelemetryUnusable> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .map_err(TelemetryUnusable::Metrics)
}

fn describe() {
    for (name, sort, about) in METRICS {
        match sort {
            Sort::Counter => metrics::describe_counter!(*name, *about),
            Sort::Gauge => metrics::describe_gauge!(*name, *about),
            Sort::Histogram => metrics::describe_histogram!(*name, *about),
        }
    }
}

fn begin(service: ServiceName) {
    for (name, labels) in BEGUN {
        metrics::counter!(*name, *labels).absolute(0);
    }
    let commit = COMMIT.filter(|commit| !commit.is_empty()).unwrap_or("unknown");
    let labels =
        [("service", service.to_string()), ("version", VERSION.to_owned()), ("commit", commit.to_owned())];
    metrics::gauge!(metric::BUILD_INFO, &labels).set(1);
}

/// Memory of this process in bytes, where the system tells it in `/proc`.
#[expect(
    clippy::float_arithmetic,
    reason = "a power of two, and far fewer than 2^53 bytes: nothing is rounded"
)]
async fn resident_memory() -> Option<f64> {
    let status = tokio::fs::read_to_string("/proc/self/status").await.ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u32 = line.split_whitespace().next()?.parse().ok()?;
    Some(f64::from(kibibytes) * 1024.0)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn every_metric_is_rendered_with_its_description() {
        let recorder = builder().unwrap().build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            describe();
            metrics::counter!(metric::OUTBOX_SENT).increment(1);
            metrics::histogram!(metric::OUTBOX_SEND_SECONDS).record(0.2);
        });
        let page = handle.render();
        assert!(page.contains("# HELP outbox_sent_total Jobs of the outbox that were done."), "{page}");
        assert!(page.contains("outbox_send_seconds_bucket{le=\"0.25\"} 1"), "{page}");
    }

    #[test]
    fn names_are_unique_and_say_their_unit() {
        let names: std::collections::BTreeSet<_> = METRICS.iter().map(|(name, ..)| name).collect();
        assert_eq!(names.len(), METRICS.len());
        for (name, sort, _) in METRICS {
            assert_eq!(name.ends_with("_total"), *sort == Sort::Counter, "{name}");
            assert!(*sort != Sort::Histogram || name.ends_with("_seconds"), "{name}");
        }
    }

    #[test]
    fn every_number_that_is_counted_is_described() {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let mut folders =
            ["shared", "staff-api/src", "client-api/src"].map(|folder| root.join(folder)).to_vec();
        let mut counted = 0;
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                    continue;
                }
                // Beside the code there are fonts and pictures.
                if entry.path().extension().is_none_or(|kind| kind != "rs") {
                    continue;
                }
                let source = fs::read_to_string(entry.path()).unwrap();
                for call in ["counter!(\"", "gauge!(\"", "histogram!(\""] {
                    for name in source.split(call).skip(1).filter_map(|rest| rest.split('"').next()) {
                        assert!(METRICS.iter().any(|(known, ..)| *known == name), "{name} in {entry:?}");
                        counted += 1;
                    }
                }
            }
        }
        assert!(counted > 0);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn this_process_uses_some_memory() {
        assert!(resident_memory().await.is_some_and(|bytes| bytes > 1_000_000.0));
    }
}
