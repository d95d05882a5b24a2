//! Opens a service, keeps it open until it is told to stop, and closes it in order.
//!
//! Opening: keys, log, metrics, pool, listeners; the first that fails ends it with a reason. Nothing waits for the
//! database: without it the service answers 503 and is not ready, and both end by themselves. In production, one that
//! is there and may lose what it acknowledged ends it, too.
//!
//! Closing: no longer ready; no new connections and no new jobs; running requests and jobs are finished, within a
//! bounded time; then the internal listener ends, then the pools. A second signal ends the process at once.

use std::{io, net::SocketAddr, sync::Arc};

use axum::Router;
use chrono::TimeDelta;
use secrecy::ExposeSecret;
use tokio::{
    net::TcpListener,
    runtime::{Builder, Handle},
    signal::unix::{Signal, SignalKind, signal},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::{
    App,
    command::Program,
    docs, front,
    internal::{self, Internals},
    layers::{LayerSettings, apply_layers},
    serve::{ServeSettings, serve},
};
use base::{
    Error,
    access::{KeyProblem, Keyring, Lifetimes},
    platform::{
        clock::{Clock, SystemClock},
        config::{Config, Mode, PublicKey, ServiceName, SigningKey, Tokens},
        connect,
        db::Db,
        delivery::{Senders, SendersUnusable},
        files::Files,
        limits_memory::Rate,
        outbox::{Settings, Worker},
        soundness::Unsound,
        telemetry::{self, Metrics, TelemetryUnusable},
    },
};

/// Descriptors for everything but clients: Postgres, mail, listeners, the log.
const OTHER_DESCRIPTORS: usize = 128;

/// Why a service does not start, or does not stay.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The crypto library was chosen before.
    #[error("the crypto library is set already")]
    Crypto,
    /// The log or the metrics cannot be started.
    #[error("it cannot speak")]
    Telemetry(#[from] TelemetryUnusable),
    /// The address of the database cannot be read.
    #[error("the address of the database cannot be read")]
    Database(#[from] sqlx::Error),
    /// The database may lose what it acknowledged, or its user may do too much, which production refuses.
    #[error("production refuses the database")]
    Unsound(#[from] Unsound),
    /// A signing key of the configuration cannot be read.
    #[error("a signing key")]
    Key(#[from] KeyProblem),
    /// Something that handlers need cannot be made.
    #[error("{0}")]
    Parts(Error),
    /// The transport for mail or for text messages cannot be set up.
    #[error("messages cannot be sent")]
    Senders(#[from] SendersUnusable),
    /// A port that is taken, or an address that is not ours.
    #[error("cannot listen on {0}")]
    Listen(SocketAddr, #[source] io::Error),
    /// The operating system gives no threads for the work.
    #[error("no threads for the work")]
    Works(#[source] io::Error),
    /// The operating system does not let us wait for signals.
    #[error("cannot wait for signals")]
    Signals(#[source] io::Error),
    /// A part of the service ended by itself.
    #[error("a part of the service ended by itself")]
    Broken,
    /// A second signal came before the service was closed.
    #[error("told twice to stop")]
    Impatient,
}

/// Keeps `program` open until a signal closes it.
pub(crate) async fn keep(program: &Program, config: Config) -> Result<(), StartError> {
    if jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default().is_err() {
        return Err(StartError::Crypto);
    }
    telemetry::start_log(&config.log)?;
    let metrics = Metrics::start(config.service)?;
    let mut signals = Signals::listen()?;
    let works =
        Builder::new_multi_thread().thread_name("works").enable_all().build().map_err(StartError::Works)?;
    let service = RunningService::open(program, &config, metrics, works.handle()).await;
    let done = match service {
        Ok(service) => service.run(&mut signals).await,
        Err(error) => Err(error),
    };
    // Dropping a runtime waits for its threads, which is forbidden inside another runtime; what still runs there was
    // out of time.
    works.shutdown_background();
    done?;
    tracing::info!(service = %config.service, "closed");
    Ok(())
}

struct RunningService {
    db: Db,
    stop: CancellationToken,
    closed: CancellationToken,
    /// What must be finished before the service is closed.
    work: JoinSet<()>,
    /// What observes the service until it is closed.
    watch: JoinSet<()>,
}

impl RunningService {
    async fn open(
        program: &Program,
        config: &Config,
        metrics: Metrics,
        works: &Handle,
    ) -> Result<Self, StartError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (stop, closed) = (CancellationToken::new(), CancellationToken::new());
        let db = connect::open(config)?;
        connect::ask(config).await?;
        let app = app(config, db.clone())?;
        let outside = listen(config.http.listen).await?;
        let inside = listen(config.http.internal_listen).await?;
        tracing::info!(
            service = %config.service,
            listen = outside.local_addr().ok().map(tracing::field::display),
            internal = inside.local_addr().ok().map(tracing::field::display),
            "open"
        );

        let mut work = JoinSet::new();
        if config.outbox.has_worker {
            let (senders, settings) = (Senders::of(config)?, Settings::from(&config.outbox));
            work.spawn(
                Worker::new(&db, senders, Arc::clone(&clock), (program.jobs)(), settings).run(stop.clone()),
            );
            work.spawn((program.housekeeping)(
                db.clone(),
                app.files.clone(),
                config.audit,
                Arc::clone(&clock),
                stop.clone(),
            ));
        }
        let seats = fitting(ServeSettings::new(&config.http));
        let doorkeeper = app.doorkeeper.clone();
        let settings = LayerSettings {
            works: Some(works.clone()),
            recognise: Arc::new(move |token, now| doorkeeper.recognise(token, now)),
            max_connections: seats.max_connections,
            roomy: program.roomy,
            ..LayerSettings::new(config, program.door_paths, clock)
        };
        let router = apply_layers(routes(program, config.mode, app), settings);
        let until = stop.clone();
        work.spawn(async move {
            let drained = serve(outside, router, &seats, until).await;
            tracing::info!(cut = drained.cut, "the last request is answered");
        });

        let mut watch = JoinSet::new();
        let internals = Internals::new(db.clone(), metrics.handle(), stop.clone());
        let until = closed.clone();
        watch.spawn(async move {
            serve(inside, internal::router(internals), &internal::SETTINGS, until).await;
        });
        let until = closed.clone();
        watch.spawn(async move {
            until.run_until_cancelled(metrics.keep()).await;
        });
        Ok(Self { db, stop, closed, work, watch })
    }

    async fn run(mut self, signals: &mut Signals) -> Result<(), StartError> {
        let end = self.end(signals).await;
        tracing::info!("closing");
        self.stop.cancel();
        tokio::select! {
            () = self.close() => end,
            () = signals.next() => Err(StartError::Impatient),
        }
    }

    /// No part of the service ends before it is told to, unless it broke.
    async fn end(&mut self, signals: &mut Signals) -> Result<(), StartError> {
        tokio::select! {
            () = signals.next() => Ok(()),
            _ = self.work.join_next() => Err(StartError::Broken),
            _ = self.watch.join_next() => Err(StartError::Broken),
        }
    }

    async fn close(&mut self) {
        while self.work.join_next().await.is_some() {}
        self.closed.cancel();
        while self.watch.join_next().await.is_some() {}
        self.db.close();
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> Result<Self, StartError> {
        let listen = |kind| signal(kind).map_err(StartError::Signals);
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// The routes, with a page about them, and the front page of the whole gym.
fn routes(program: &Program, mode: Mode, app: App) -> Router {
    let status = front::status(&format!("{}/status.svg", program.docs_path), app.db.clone());
    let front = if program.service == ServiceName::StaffApi { front::page(mode) } else { Router::new() };
    let (router, document) = (program.router)(app);
    router.merge(front).merge(status).merge(docs::routes(program.docs_path, &document))
}

/// As many seats as there are descriptors for: a client without a seat is told so, one without a descriptor waits.
fn fitting(mut settings: ServeSettings) -> ServeSettings {
    let files = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let seats = descriptors(&files).unwrap_or(usize::MAX).saturating_sub(OTHER_DESCRIPTORS).max(1);
    if seats < settings.max_connections {
        tracing::warn!(
            seats,
            wanted = settings.max_connections,
            "fewer file descriptors than http.max_connections"
        );
        settings.max_connections = seats;
    }
    settings
}

/// The soft limit in the words of `/proc/self/limits`; none if there is none.
fn descriptors(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|error| StartError::Listen(address, error))
}

fn app(config: &Config, db: Db) -> Result<App, StartError> {
    let hash_key = config.secrets.hash_key.expose_secret().as_bytes();
    let (keys, lifetimes) = (keyring(&config.tokens)?, lifetimes(&config.tokens));
    let limits = &config.limits;
    let strangers = Rate::per_minute(limits.address_sign_ins_per_minute, limits.address_sign_in_burst);
    let mut app = App::new(db, keys, hash_key, config.sessions.cache(), lifetimes, strangers)
        .map_err(StartError::Parts)?;
    app.limits = app.limits.configured(config.limits.clone());
    if config.service == ServiceName::StaffApi {
        app.files = Files::open(&config.files).map_err(|fault| StartError::Parts(fault.into()))?;
    }
    Ok(app)
}

fn keyring(tokens: &Tokens) -> Result<Keyring, KeyProblem> {
    let texts = |keys: &[PublicKey]| keys.iter().map(ToString::to_string).collect::<Vec<_>>();
    Keyring::new(
        tokens.staff_key.as_ref().map(SigningKey::to_secret).as_ref(),
        &texts(&tokens.staff_accepted_keys),
        &tokens.client_key.to_secret(),
        &texts(&tokens.client_accepted_keys),
    )
}

fn lifetimes(tokens: &Tokens) -> Lifetimes {
    let delta = |life| TimeDelta::from_std(life).unwrap_or(TimeDelta::MAX);
    Lifetimes {
        staff_access: delta(tokens.staff_access),
        member_access: delta(tokens.client_access),
        member_refresh: delta(tokens.client_refresh),
        qr_token: delta(tokens.qr_token),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_of_descriptors_is_read() {
        let text =
            "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024      524288    files\n";
        assert_eq!(descriptors(text), Some(1024));
        assert_eq!(descriptors("Max open files   unlimited unlimited files"), None);
        assert_eq!(descriptors(""), None);
    }
}
