//! Whom a request counts for, and how much room there is for them.
//!
//! What a service has little of is shared by addresses, as long as nobody has shown who they are: a stranger may take no
//! more than they leave to others. A part of it is kept for callers with a session, each of whom counts alone, wherever
//! they are: no crowd of strangers can take it, nor anybody else behind the same address.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::Extensions,
    middleware::Next,
    response::{IntoResponse, Response},
};
use base::{
    platform::{
        limits_memory::{AddressLimit, Rate},
        shares::{Holder, Share, Shares},
    },
    vocabulary::{SessionId, Timestamp},
};

use super::{edge::EdgeRefusal, rate_headers};

/// Of each of so many parts one is kept for callers with a session.
const PARTS: usize = 4;

/// Tells the session that a token names, if it is genuine.
pub type Recognise = Arc<dyn Fn(&str, Timestamp) -> Option<SessionId> + Send + Sync>;

/// Whom a request counts for, as far as can be told before anybody works on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Somebody at this address.
    Stranger(IpAddr),
    /// Whoever has this session.
    Known(SessionId),
}

impl Standing {
    /// What the outermost layer made of a request.
    pub(crate) fn of(extensions: &Extensions) -> Self {
        extensions.get().copied().unwrap_or(Self::Stranger(IpAddr::from([0, 0, 0, 0])))
    }

    /// The same for a counter.
    pub(crate) fn holder(self) -> Holder {
        match self {
            Self::Stranger(address) => address.into(),
            Self::Known(session) => Holder::Session(session),
        }
    }
}

/// Something that there is little of.
#[derive(Debug)]
pub(crate) struct Room {
    anybodys: Arc<Shares>,
    kept: Arc<Shares>,
}

impl Room {
    /// `total` of it, a part of which is kept for callers with a session.
    pub(crate) fn new(total: usize) -> Self {
        let kept = total.checked_div(PARTS).unwrap_or(0);
        Self { anybodys: Shares::new(total.saturating_sub(kept)), kept: Shares::new(kept) }
    }

    /// `weight` of it until the result is dropped. Who has a session takes what is kept for them first, so that the rest
    /// is left to everybody for as long as possible.
    pub(crate) fn take(&self, standing: Standing, weight: usize) -> Option<Share> {
        let holder = standing.holder();
        let kept = match standing {
            Standing::Known(_) => self.kept.take(holder, weight),
            Standing::Stranger(_) => None,
        };
        kept.or_else(|| self.anybodys.take(holder, weight))
    }
}

/// Who may be here at all: how often somebody asks, and how many of their requests are anywhere between the end of the
/// head and the end of the answer.
#[derive(Debug)]
pub(crate) struct Entrance {
    rate: AddressLimit,
    room: Room,
}

/// What a request holds until its answer is sent; travels in the answer.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    _share: Arc<Share>,
}

impl Entrance {
    /// `rate` for each address and each session, and room for `requests` at a time.
    pub(crate) fn new(rate: Rate, requests: usize) -> Arc<Self> {
        Arc::new(Self { rate: AddressLimit::new(rate), room: Room::new(requests) })
    }
}

/// Lets in whoever neither asks too often nor has too many requests here already.
pub(crate) async fn admit(State(entrance): State<Arc<Entrance>>, request: Request, next: Next) -> Response {
    let standing = Standing::of(request.extensions());
    let remaining = match entrance.rate.admit_one_of(standing.holder()) {
        Ok(remaining) => remaining,
        Err(wait) => return EdgeRefusal::too_many(wait).into_response(),
    };
    let Some(share) = entrance.room.take(standing, 1) else { return EdgeRefusal::Busy.into_response() };
    let mut response = next.run(request).await;
    rate_headers::tell(response.headers_mut(), standing, remaining);
    response.extensions_mut().insert(Held { _share: Arc::new(share) });
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stranger(number: u8) -> Standing {
        Standing::Stranger(IpAddr::from([203, 0, 113, number]))
    }

    fn taken(room: &Room, standing: Standing) -> Vec<Share> {
        std::iter::from_fn(|| room.take(standing, 1)).collect()
    }

    #[test]
    fn a_session_finds_room_when_strangers_have_taken_all_they_can() {
        let room = Room::new(128);
        let strangers: Vec<Vec<Share>> = (0..100).map(|number| taken(&room, stranger(number))).collect();
        assert_eq!(strangers.iter().map(Vec::len).sum::<usize>(), 96, "one by one they take the last, too");
        let session = Standing::Known(SessionId::random());
        assert_eq!(taken(&room, session).len(), 16);
        assert!(room.take(stranger(200), 1).is_none());
    }

    #[test]
    fn one_session_leaves_room_to_the_next() {
        let room = Room::new(128);
        let first = taken(&room, Standing::Known(SessionId::random()));
        assert_eq!(first.len(), 16 + 48);
        assert!(!taken(&room, Standing::Known(SessionId::random())).is_empty());
    }
}
