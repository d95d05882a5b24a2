//! How many requests are worked on at once, for how long, and by whom.
//!
//! One limit holds for all the work on a request: waiting for a connection, every statement in Postgres, hashing.
//! Limits on each part would add up, and those that Postgres keeps itself (statements, locks) end with a Postgres
//! that is frozen or unreachable. They are shorter, so that a living Postgres is the first to say no. Work that is out
//! of time is dropped where it stands; `platform::db` says what becomes of its transaction.
//!
//! Requests that have a place are worked on by threads of their own. On the threads that read requests and refuse
//! them, each step of the work would queue behind thousands of refusals, holding its database connection all the
//! while: at ten times the load that leaves a tenth of the work done.

use std::{panic::resume_unwind, sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::{runtime::Handle, task::JoinSet, time::timeout};

use super::{
    edge::EdgeRefusal,
    room::{Room, Standing},
};
use base::platform::{
    request,
    shares::{Share, Shares},
};

/// Of a hundred places, those that only requests from the entrance of the gym may take.
const DOOR_SHARE: usize = 25;

/// Places for requests that are worked on at once; some of them are kept for the people who stand at the entrance, some
/// for everybody who has a session, and the rest is shared by address.
///
/// Nobody waits for a place: a queue in memory only hides that the machine is full, until everybody in it has given
/// up.
#[derive(Debug)]
pub(crate) struct Gate {
    room: Room,
    door: Arc<Shares>,
    door_paths: &'static [&'static str],
    limit: Duration,
    works: Option<Handle>,
}

impl Gate {
    /// A gate with `places` in all; requests below `door_paths` find room when others do not.
    pub(crate) fn new(
        places: usize,
        door_paths: &'static [&'static str],
        limit: Duration,
        works: Option<Handle>,
    ) -> Arc<Self> {
        let places = places.max(1);
        let kept = if door_paths.is_empty() {
            0
        } else {
            // Of a single place nothing is kept, or nobody else would ever be served.
            places
                .saturating_mul(DOOR_SHARE)
                .checked_div(100)
                .unwrap_or(0)
                .max(1)
                .min(places.saturating_sub(1))
        };
        let room = Room::new(places.saturating_sub(kept));
        Arc::new(Self { room, door: Shares::new(kept), door_paths, limit, works })
    }

    /// A request from the entrance takes one of the kept places first, so that the others are left to everybody for
    /// as long as possible. Who has no session does not stand at the entrance, whatever they ask for.
    fn enter(&self, path: &str, standing: Standing) -> Option<Share> {
        let door = match standing {
            Standing::Known(_) if self.is_door(path) => self.door.take(standing.holder(), 1),
            Standing::Known(_) | Standing::Stranger(_) => None,
        };
        door.or_else(|| self.room.take(standing, 1))
    }

    fn is_door(&self, path: &str) -> bool {
        self.door_paths.iter().any(|prefix| is_below(path, prefix))
    }
}

/// Whether `path` is `prefix` or lies below it.
pub(crate) fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Lets a request through if there is a place, and cuts it off when its time is up.
pub(crate) async fn pass(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let Some(_place) = gate.enter(request.uri().path(), Standing::of(request.extensions())) else {
        return EdgeRefusal::Busy.into_response();
    };
    let limit = gate.limit;
    let work = async move {
        match timeout(limit, next.run(request)).await {
            Ok(response) => response,
            Err(_elapsed) => EdgeRefusal::TimedOut.into_response(),
        }
    };
    match &gate.works {
        Some(works) => carry_out(works, work).await,
        None => work.await,
    }
}

/// Does `work` on the threads of `works`; given up when whoever waits for it is gone.
async fn carry_out(works: &Handle, work: impl Future<Output = Response> + Send + 'static) -> Response {
    let mut task = JoinSet::new();
    // A task of its own does not inherit the context of the request.
    match request::current() {
        Some(context) => task.spawn_on(request::scope(context, work), works),
        None => task.spawn_on(work, works),
    };
    match task.join_next().await {
        Some(Ok(response)) => response,
        Some(Err(error)) if error.is_panic() => resume_unwind(error.into_panic()),
        Some(Err(_)) | None => EdgeRefusal::Busy.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use base::vocabulary::SessionId;

    use super::*;

    const DOOR: &[&str] = &["/api/attendance", "/api/qr/scan"];

    fn stranger(number: usize) -> Standing {
        let number = u8::try_from(number).unwrap();
        Standing::Stranger([203, 0, 113, number].into())
    }

    fn known() -> Standing {
        Standing::Known(SessionId::random())
    }

    #[test]
    fn the_door_finds_room_when_nobody_else_does() {
        let gate = Gate::new(8, DOOR, Duration::from_secs(1), None);
        let reports: Vec<_> = (0..8).filter_map(|_| gate.enter("/api/reports", known())).collect();
        assert_eq!(reports.len(), 6);
        let entries: Vec<_> = (0..8).filter_map(|_| gate.enter("/api/attendance", known())).collect();
        assert_eq!(entries.len(), 2);
        drop(reports);
        let scans: Vec<_> = (0..8).filter_map(|_| gate.enter("/api/qr/scan", known())).collect();
        assert_eq!(scans.len(), 6);
    }

    #[test]
    fn strangers_take_neither_the_places_of_the_door_nor_those_of_sessions() {
        let gate = Gate::new(128, DOOR, Duration::from_secs(1), None);
        let strangers: Vec<_> =
            (0..250).filter_map(|number| gate.enter("/api/attendance", stranger(number))).collect();
        assert_eq!(strangers.len(), 72);
        let desk = known();
        assert_eq!((0..128).filter_map(|_| gate.enter("/api/reports", desk)).collect::<Vec<_>>().len(), 12);
        assert_eq!(
            (0..128).filter_map(|_| gate.enter("/api/attendance", desk)).collect::<Vec<_>>().len(),
            28
        );
    }

    #[test]
    fn one_address_leaves_as_much_as_it_takes() {
        let gate = Gate::new(128, DOOR, Duration::from_secs(1), None);
        let noise: Vec<_> = (0..128).filter_map(|_| gate.enter("/api/auth/login", stranger(1))).collect();
        let others: Vec<_> =
            (2..30).filter_map(|number| gate.enter("/api/auth/login", stranger(number))).collect();
        assert_eq!((noise.len(), others.len()), (36, 28));
    }

    #[test]
    fn a_single_place_is_anybodys() {
        let gate = Gate::new(1, DOOR, Duration::from_secs(1), None);
        assert!(gate.enter("/api/reports", stranger(1)).is_some());
        assert!(gate.enter("/api/attendance", known()).is_some());
    }

    #[test]
    fn a_gate_without_a_door_keeps_places_for_sessions_only() {
        let gate = Gate::new(4, &[], Duration::from_secs(1), None);
        let places: Vec<_> = (0..8).filter_map(|_| gate.enter("/api/clients/me", known())).collect();
        assert_eq!(places.len(), 4);
        drop(places);
        let places: Vec<_> =
            (0..8).filter_map(|number| gate.enter("/api/clients/me", stranger(number))).collect();
        assert_eq!(places.len(), 3);
    }

    #[test]
    fn a_path_that_only_begins_alike_is_not_the_door() {
        assert!(is_below("/api/attendance", "/api/attendance"));
        assert!(is_below("/api/attendance/decision", "/api/attendance"));
        assert!(!is_below("/api/attendance-report", "/api/attendance"));
        assert!(!is_below("/api/qr", "/api/qr/scan"));
    }
}
