//! Takes the body of a request in before anybody works on it.
//!
//! A body is small here, and its sender may be slow: read by the handler, it would hold a place among the requests
//! that are worked on, and perhaps a database connection, for as long as its sender likes. Whole bodies also make 408
//! and 413 the same answer on every path, whatever the handler does with the body.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, HttpBody},
    extract::{Request, State},
    http::{header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::{
    edge::EdgeRefusal,
    room::{Room, Standing},
};
use base::platform::shares::Share;

/// Most bytes of all bodies in memory together: a thousand of the largest, and far more of the usual ones. No address
/// has more of them than it leaves to others, and a part is kept for callers with a session.
const TOTAL_BYTES: usize = 64 * 1024 * 1024;
/// How much of a body that is too large is taken in and dropped. A socket closed over unread bytes resets the
/// connection, and the client loses the answer that says why.
const POLITE_BYTES: usize = 1024 * 1024;

/// A path, and everything below it, that takes larger bodies than others. `*` stands for one part of it, such as an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roomy {
    /// The path, without a slash at its end; what lies below it counts too.
    pub path: &'static str,
    /// Largest body there, in bytes.
    pub bytes: usize,
}

impl Roomy {
    fn covers(&self, path: &str) -> bool {
        let mut parts = path.split('/');
        self.path.split('/').all(|wanted| match parts.next() {
            Some(part) => wanted == part || (wanted == "*" && !part.is_empty()),
            None => false,
        })
    }
}

/// How bodies are taken in.
#[derive(Debug)]
pub(crate) struct Bodies {
    limit: usize,
    roomy: &'static [Roomy],
    patience: Duration,
    room: Room,
}

impl Bodies {
    /// Takes bodies of up to `limit` bytes, or what `roomy` allows, that arrive within `patience`.
    pub(crate) fn new(limit: usize, roomy: &'static [Roomy], patience: Duration) -> Arc<Self> {
        Arc::new(Self { limit, roomy, patience, room: Room::new(TOTAL_BYTES) })
    }

    fn limit_at(&self, path: &str) -> usize {
        self.roomy.iter().find(|roomy| roomy.covers(path)).map_or(self.limit, |roomy| roomy.bytes)
    }

    async fn collect(&self, parts: &Parts, mut body: Body) -> Result<Collected, EdgeRefusal> {
        let limit = self.limit_at(parts.uri.path());
        let standing = Standing::of(&parts.extensions);
        let declared = body.size_hint().exact().map(|length| usize::try_from(length).unwrap_or(usize::MAX));
        // A client that sends `Expect` waits for an answer before it sends the body: there is nothing to take in.
        let is_asking_first = parts.headers.contains_key(header::EXPECT);
        if declared
            .is_some_and(|length| length > POLITE_BYTES.max(limit) || (length > limit && is_asking_first))
        {
            return Err(EdgeRefusal::TooLarge);
        }
        let mut held = Collected::default();
        let mut length = 0_usize;
        while let Some(frame) = body.frame().await {
            let Ok(bytes) = frame.map_err(|_broken| EdgeRefusal::Broken)?.into_data() else { continue };
            length = length.saturating_add(bytes.len());
            if length > POLITE_BYTES.max(limit) {
                return Err(EdgeRefusal::TooLarge);
            }
            if length <= limit {
                held.take(&bytes, standing, &self.room)?;
            }
        }
        if length > limit { Err(EdgeRefusal::TooLarge) } else { Ok(held) }
    }
}

/// A body in memory, with its share of [`TOTAL_BYTES`]. The bytes are copied: a slice of the socket's buffer would
/// keep all of the buffer alive.
#[derive(Debug, Default)]
struct Collected {
    bytes: Vec<u8>,
    shares: Vec<Share>,
}

impl Collected {
    fn take(&mut self, bytes: &[u8], standing: Standing, room: &Room) -> Result<(), EdgeRefusal> {
        let grew = self.shares.last_mut().is_some_and(|share| share.grow(bytes.len()));
        if !grew {
            self.shares.push(room.take(standing, bytes.len()).ok_or(EdgeRefusal::Busy)?);
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

/// Passes a request on once its body is here, and not before.
pub(crate) async fn receive(State(bodies): State<Arc<Bodies>>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match timeout(bodies.patience, bodies.collect(&parts, body)).await {
        Err(_elapsed) => EdgeRefusal::TooSlow.into_response(),
        Ok(Err(turned)) => turned.into_response(),
        // The share of the memory is given back after the answer: until then the handler has the bytes.
        Ok(Ok(Collected { bytes, shares: _shares })) => {
            next.run(Request::from_parts(parts, bytes.into())).await
        }
    }
}
