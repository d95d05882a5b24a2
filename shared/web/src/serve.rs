//! The accept loop: from a listening socket to requests, and from the order to stop to the last answer.
//!
//! `axum::serve` has no timers, no cap and no end to its drain. This loop promises that whatever clients do, each of
//! them holds one of a fixed number of seats, only for as long as [`ServeSettings`] says, that who comes without a proxy
//! takes no more seats than they leave to others, and that the loop ends within `drain` of being told to stop.
//!
//! Told to stop, it first lingers: it goes on accepting and answering, and says `Connection: close` in every answer. A
//! proxy keeps idle connections and sends the next request, perhaps a write that it may not send twice, on one of
//! them; whoever closes it at that moment loses that request. After `linger` every connection that was used
//! has been given back, and a proxy that forgets idle ones sooner than that holds none.

use std::{
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderValue, Request, Response, Version, header},
};
use futures_util::FutureExt as _;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::{JoinError, JoinSet},
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::{
    farewell::Farewells,
    pace::{Answer, Pace, Paced, Patience},
    room::Held,
};
use base::platform::{
    config::{AddressRange, Http},
    shares::{Share, Shares},
    telemetry::metric,
};

/// A browser opens six connections; more streams than this on one of them is an attack.
const STREAMS_PER_CONNECTION: u32 = 100;
/// A head with every header that the apps and proxies send is below 4 KiB.
const HEAD_BYTES: u32 = 16 * 1024;
/// What a connection may hold of unread input.
const READ_BYTES: usize = 32 * 1024;
/// Of so many seats one is kept for proxies, who speak for everybody.
const PARTS: usize = 4;
/// How long a client that was accepted last may take to begin.
const LAST_WORD: Duration = Duration::from_millis(250);

/// What a listener grants its clients.
#[derive(Debug, Clone)]
pub struct ServeSettings {
    /// What it is called in metrics.
    pub name: &'static str,
    /// From the first byte of a request, or from the connection, to the end of its head.
    pub header_timeout: Duration,
    /// Between two requests on one connection.
    pub idle_timeout: Duration,
    /// While a client takes nothing of an answer that is ready.
    pub stall_timeout: Duration,
    /// Most connections held at once; a further client is told 503 and sent away.
    pub max_connections: usize,
    /// Who may take every seat. Anybody else shares three quarters of them, by address: what comes through a proxy is
    /// shared by the layers, which know whose it is.
    pub trusted_proxies: Vec<AddressRange>,
    /// From the order to stop to the last connection that is accepted, while any is open; a part of `drain`.
    pub linger: Duration,
    /// From the order to stop to the end, whatever clients do.
    pub drain: Duration,
}

impl ServeSettings {
    /// What the API's listener grants.
    pub fn new(http: &Http) -> Self {
        Self {
            name: "api",
            header_timeout: http.header_timeout,
            idle_timeout: http.idle_timeout,
            // Who takes nothing for as long as a whole body may take to arrive is not there.
            stall_timeout: http.body_timeout,
            max_connections: usize::try_from(http.max_connections).unwrap_or(usize::MAX),
            trusted_proxies: http.trusted_proxies.clone(),
            linger: http.linger,
            drain: http.drain,
        }
    }
}

/// How a listener ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drained {
    /// Connections that were still open when the time was up, and were cut.
    pub cut: usize,
}

/// Answers requests on `listener` by `router` until `stop`, then finishes the requests that are running.
///
/// When all seats are taken, a further client is told so (503, `Retry-After`) and sent away. To stop accepting
/// instead would leave it, and the proxy before us, waiting in the kernel's queue without a word: nobody could tell
/// "busy" from "dead".
pub async fn serve(
    listener: TcpListener,
    router: Router,
    settings: &ServeSettings,
    stop: CancellationToken,
) -> Drained {
    let watch = GracefulShutdown::new();
    let server = Server::new(router, settings, stop.clone());
    let mut connections = JoinSet::new();
    let mut pause = Pause::default();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(ended) = connections.join_next() => note_end(ended),
            accepted = listener.accept() => match accepted {
                Ok((socket, peer)) => {
                    pause = Pause::default();
                    server.seat(socket, peer, &watch, &mut connections);
                }
                Err(error) => pause.after(&error, &stop).await,
            },
        }
    }
    let ordered = Instant::now();
    let end = ordered.checked_add(settings.drain).unwrap_or(ordered);
    server.linger(listener, settings.linger.min(settings.drain), &watch, &mut connections).await;
    drain(watch, connections, end).await
}

/// Clients that found no seat and are still being told so are not waited for.
async fn drain(watch: GracefulShutdown, mut connections: JoinSet<()>, end: Instant) -> Drained {
    if timeout_at(end, watch.shutdown()).await.is_ok() {
        return Drained { cut: 0 };
    }
    while connections.try_join_next().is_some() {}
    let cut = connections.len();
    connections.abort_all();
    Drained { cut }
}

fn note_end(ended: Result<(), JoinError>) {
    if ended.is_err_and(|error| error.is_panic()) {
        tracing::error!("a connection panicked outside every handler");
    }
}

/// A growing pause while the process or the machine is out of descriptors or buffers.
#[derive(Debug, Default)]
struct Pause {
    last: Duration,
}

impl Pause {
    const FIRST: Duration = Duration::from_millis(20);
    const LONGEST: Duration = Duration::from_secs(1);

    /// A failure of the one connection, before anybody could take it, costs no pause.
    async fn after(&mut self, error: &io::Error, stop: &CancellationToken) {
        let is_of_the_client = matches!(
            error.kind(),
            io::ErrorKind::ConnectionAborted
                | io::ErrorKind::ConnectionRefused
                | io::ErrorKind::ConnectionReset
                | io::ErrorKind::Interrupted
        );
        if is_of_the_client {
            return;
        }
        self.last = self.last.saturating_mul(2).clamp(Self::FIRST, Self::LONGEST);
        tracing::error!(%error, pause_ms = self.last.as_millis(), "cannot accept connections");
        stop.run_until_cancelled(sleep(self.last)).await;
    }
}

/// What a connection holds until it ends.
struct Seat {
    _seat: OwnedSemaphorePermit,
    _share: Option<Share>,
}

struct Server {
    name: &'static str,
    router: Router,
    protocol: auto::Builder<TokioExecutor>,
    patience: Patience,
    seats: Arc<Semaphore>,
    /// Of those, what everybody shares who is no proxy.
    straight: Arc<Shares>,
    trusted: Vec<AddressRange>,
    farewells: Farewells,
    /// Cancelled once every answer is the last on its connection.
    closing: CancellationToken,
}

impl Server {
    fn new(router: Router, settings: &ServeSettings, closing: CancellationToken) -> Self {
        let seats = settings.max_connections.min(Semaphore::MAX_PERMITS);
        let kept = seats.checked_div(PARTS).unwrap_or(0);
        Self {
            closing,
            name: settings.name,
            router,
            protocol: protocol(),
            patience: Patience {
                head: settings.header_timeout,
                rest: settings.idle_timeout,
                stall: settings.stall_timeout,
            },
            seats: Arc::new(Semaphore::new(seats)),
            straight: Shares::new(seats.saturating_sub(kept)),
            trusted: settings.trusted_proxies.clone(),
            farewells: Farewells::new(),
        }
    }

    /// Goes on accepting for `limit`, or until no connection is open: then no request can be lost by closing one.
    /// Before the listener is closed, clients that wait in the kernel's queue are accepted: they would be reset.
    async fn linger(
        &self,
        listener: TcpListener,
        limit: Duration,
        watch: &GracefulShutdown,
        connections: &mut JoinSet<()>,
    ) {
        let over = sleep(limit);
        tokio::pin!(over);
        while !connections.is_empty() {
            tokio::select! {
                biased;
                () = &mut over => break,
                Some(ended) = connections.join_next() => note_end(ended),
                accepted = listener.accept() => match accepted {
                    Ok((socket, peer)) => self.seat(socket, peer, watch, connections),
                    // Out of descriptors: those who are here go first.
                    Err(_error) => sleep(Pause::FIRST).await,
                },
            }
        }
        while let Some(Ok((socket, peer))) = listener.accept().now_or_never() {
            self.seat(socket, peer, watch, connections);
        }
        drop(listener);
        let last = async { while connections.join_next().await.is_some() {} };
        drop(timeout(LAST_WORD.min(limit), last).await);
    }

    fn seat(
        &self,
        socket: TcpStream,
        peer: SocketAddr,
        watch: &GracefulShutdown,
        connections: &mut JoinSet<()>,
    ) {
        if let Some(seat) = self.free_seat(peer.ip()) {
            connections.spawn(self.attend(socket, peer, watch, seat));
            return;
        }
        metrics::counter!(metric::HTTP_CONNECTIONS_REFUSED, "listener" => self.name).increment(1);
        if let Some(farewell) = self.farewells.say(socket) {
            connections.spawn(farewell);
        }
    }

    fn free_seat(&self, peer: IpAddr) -> Option<Seat> {
        let peer = peer.to_canonical();
        let is_proxy = self.trusted.iter().any(|range| range.contains(peer));
        let share = if is_proxy { None } else { Some(self.straight.take(peer.into(), 1)?) };
        let seat = Arc::clone(&self.seats).try_acquire_owned().ok()?;
        Some(Seat { _seat: seat, _share: share })
    }

    fn attend(
        &self,
        socket: TcpStream,
        peer: SocketAddr,
        watch: &GracefulShutdown,
        seat: Seat,
    ) -> impl Future<Output = ()> + use<> {
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        let name = self.name;
        let pace = Pace::new(self.patience);
        let router = self.router.clone();
        let closing = self.closing.clone();
        let io = TokioIo::new(Paced::new(socket, Arc::clone(&pace)));
        let service = service_fn(move |request| {
            answer(router.clone(), Arc::clone(&pace), closing.clone(), peer, request)
        });
        let connection = watch.watch(self.protocol.serve_connection(io, service).into_owned());
        async move {
            let open = metrics::gauge!(metric::HTTP_CONNECTIONS, "listener" => name);
            open.increment(1);
            // Every way in which a client can break off ends here; none of them is news.
            if let Err(error) = connection.await {
                tracing::debug!(error, "connection ended early");
            }
            open.decrement(1);
            drop(seat);
        }
    }
}

async fn answer(
    router: Router,
    pace: Arc<Pace>,
    closing: CancellationToken,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Answer>, Infallible> {
    let version = request.version();
    let work = pace.begin(version);
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    let mut response = router.oneshot(request).await?;
    // HTTP/2 has a frame for it.
    if closing.is_cancelled() && version <= Version::HTTP_11 {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let held = response.extensions_mut().remove::<Held>();
    Ok(response.map(|body| Answer::new(body, work, held)))
}

/// Timers of hyper are off where [`Pace`] has better ones. The guards against rapid resets and floods of small
/// frames are hyper's own defaults.
fn protocol() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(READ_BYTES)
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_PER_CONNECTION)
        .max_header_list_size(HEAD_BYTES)
        .initial_stream_window_size(64 * 1024)
        .initial_connection_window_size(256 * 1024)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10));
    builder
}
