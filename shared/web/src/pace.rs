//! How long a client may keep us waiting on its connection.
//!
//! hyper knows one timer, from the end of an answer to the end of the next head: it cannot tell a client that rests
//! between two requests from one that drips a head byte by byte, starts only after the first byte that tells the
//! protocols apart, and never looks at a client that does not take its answer. So the connection keeps its own pace:
//! the socket tells it when bytes arrive, the service when a request begins and ends.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{body::Bytes, http::Version};
use hyper::body::{Body, Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

use super::room::Held;

/// How long a client is waited for, in each of three situations.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Longest time from the first byte of a request, or from the connection, to the end of its head.
    pub(crate) head: Duration,
    /// Longest silence on a connection between two requests.
    pub(crate) rest: Duration,
    /// Longest time in which the client takes nothing of an answer that is ready.
    pub(crate) stall: Duration,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    Opening { since: Instant },
    Resting { since: Instant },
    Heading { since: Instant },
    Working { requests: usize },
}

#[derive(Debug)]
struct State {
    phase: Phase,
    multiplexed: bool,
    /// What answers hold that are made, but still on their way to the client.
    sending: Vec<Held>,
}

/// Where one connection stands between its requests.
#[derive(Debug)]
pub(crate) struct Pace {
    patience: Patience,
    state: Mutex<State>,
}

impl Pace {
    /// A connection that has just been accepted.
    pub(crate) fn new(patience: Patience) -> Arc<Self> {
        let phase = Phase::Opening { since: Instant::now() };
        Arc::new(Self {
            patience,
            state: Mutex::new(State { phase, multiplexed: false, sending: Vec::new() }),
        })
    }

    /// Counts one request as being worked on until the result is dropped.
    pub(crate) fn begin(self: &Arc<Self>, version: Version) -> Work {
        let mut state = self.lock();
        state.multiplexed = version == Version::HTTP_2;
        let requests = match state.phase {
            Phase::Working { requests } => requests.saturating_add(1),
            Phase::Opening { .. } | Phase::Resting { .. } | Phase::Heading { .. } => 1,
        };
        state.phase = Phase::Working { requests };
        Work { pace: Arc::clone(self), held: None }
    }

    fn end(&self, held: Option<Held>) {
        let mut state = self.lock();
        state.sending.extend(held);
        if let Phase::Working { requests } = state.phase {
            state.phase = match requests.saturating_sub(1) {
                0 => Phase::Resting { since: Instant::now() },
                requests => Phase::Working { requests },
            };
        }
    }

    /// On HTTP/2 bytes without a request (pings, window updates) are no reason to stay, nor the start of a head.
    fn bytes_came(&self) {
        let mut state = self.lock();
        if let (Phase::Resting { .. }, false) = (state.phase, state.multiplexed) {
            state.phase = Phase::Heading { since: Instant::now() };
        }
    }

    /// The socket has taken all that there was for the client.
    fn all_is_sent(&self) {
        let sent = std::mem::take(&mut self.lock().sending);
        drop(sent);
    }

    /// When the client's patience ends, if nothing happens until then; none while we are the ones who work.
    fn last_moment(&self) -> Option<Instant> {
        match self.lock().phase {
            Phase::Opening { since } | Phase::Heading { since } => since.checked_add(self.patience.head),
            Phase::Resting { since } => since.checked_add(self.patience.rest),
            Phase::Working { .. } => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request that is being worked on, until it is dropped.
#[derive(Debug)]
pub(crate) struct Work {
    pace: Arc<Pace>,
    held: Option<Held>,
}

impl Drop for Work {
    fn drop(&mut self) {
        self.pace.end(self.held.take());
    }
}

/// A socket that gives up on a client which has used up its patience.
pub(crate) struct Paced<S> {
    socket: S,
    pace: Arc<Pace>,
    reading: Pin<Box<Sleep>>,
    writing: Pin<Box<Sleep>>,
    is_stalled: bool,
}

impl<S> Paced<S> {
    /// Watches `socket` with the timers of `pace`.
    pub(crate) fn new(socket: S, pace: Arc<Pace>) -> Self {
        let now = Instant::now();
        Self {
            socket,
            pace,
            reading: Box::pin(sleep_until(now)),
            writing: Box::pin(sleep_until(now)),
            is_stalled: false,
        }
    }

    /// A busy connection is looked at again from time to time: the end of a request on HTTP/2 need not wake it. A
    /// client that does not take its answer is the other timer's business.
    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        loop {
            let now = Instant::now();
            let moment = match self.pace.last_moment().filter(|_| !self.is_stalled) {
                Some(moment) if moment <= now => return Poll::Ready(io::ErrorKind::TimedOut.into()),
                Some(moment) => moment,
                None => now.checked_add(self.pace.patience.rest).unwrap_or(now),
            };
            // A timer that fires too early only looks again: cheaper than moving it with each request.
            if self.reading.is_elapsed() || self.reading.deadline() > moment {
                self.reading.as_mut().reset(moment);
            }
            ready!(self.reading.as_mut().poll(cx));
        }
    }

    fn watch_writing<T>(
        &mut self,
        outcome: Poll<io::Result<T>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.is_stalled = false;
            return outcome;
        }
        if !self.is_stalled {
            let Some(deadline) = Instant::now().checked_add(self.pace.patience.stall) else {
                return Poll::Pending;
            };
            self.is_stalled = true;
            self.writing.as_mut().reset(deadline);
        }
        ready!(self.writing.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.socket).poll_read(cx, buffer) {
            Poll::Ready(outcome) => {
                if buffer.filled().len() > before {
                    self.pace.bytes_came();
                }
                Poll::Ready(outcome)
            }
            Poll::Pending => self.poll_patience(cx).map(Err),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.watch_writing(outcome, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.socket).poll_write_vectored(cx, slices);
        self.watch_writing(outcome, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.socket).poll_flush(cx);
        if flushed.is_ready() {
            self.pace.all_is_sent();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

/// An answer whose request counts as being worked on until all of it is made; what the request holds it keeps until the
/// socket has taken it, which for a client who reads slowly is later.
pub(crate) struct Answer {
    body: axum::body::Body,
    _work: Work,
}

impl Answer {
    /// Ties `body` to `work`, and to what its request holds.
    pub(crate) fn new(body: axum::body::Body, mut work: Work, held: Option<Held>) -> Self {
        work.held = held;
        Self { body, _work: work }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
