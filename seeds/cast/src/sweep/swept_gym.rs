//! A gym and the router of one of its doors, with the layers that it has in service.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::Router;
use base::platform::{config::Origin, limits_memory::Rate};
use serde_json::Value;
use tokio::{sync::Semaphore, task::JoinSet};
use web::layers::{LayerSettings, apply_layers};

use super::{fixture::Fixture, operation::Operation};
use crate::{Answered, Caller, Gym};

/// One of the two doors, and what its operations are asked.
#[derive(Debug, Clone, Copy)]
pub struct Door {
    /// Makes its router and its document.
    pub open: fn(&Gym) -> (Router, Value),
    /// How to ask each operation.
    pub fixtures: &'static [Fixture],
    /// Whether it is the door for staff.
    pub is_for_staff: bool,
}

impl Door {
    /// Every operation with its fixture, and what is missing.
    pub(super) fn operations(
        &self,
        document: &Value,
        problems: &mut Vec<String>,
    ) -> Vec<(Operation, Fixture)> {
        let mut unused: BTreeMap<&str, &Fixture> =
            self.fixtures.iter().map(|fixture| (fixture.id, fixture)).collect();
        let mut known = Vec::new();
        for operation in Operation::all(document) {
            unused.remove(operation.stem());
            match self.fixtures.iter().find(|fixture| fixture.id == operation.stem()) {
                Some(fixture) => known.push((operation, *fixture)),
                None => problems.push(format!("{}: no fixture", operation.id)),
            }
        }
        problems.extend(unused.into_keys().map(|id| format!("{id}: a fixture without operation")));
        known
    }
}

/// A gym with the door open.
#[derive(Debug, Clone)]
pub(super) struct SweptGym {
    pub(super) gym: Arc<Gym>,
    pub(super) document: Arc<Value>,
    router: Router,
}

impl SweptGym {
    pub(super) async fn open(door: Door) -> Self {
        let gym = Gym::open().await;
        let (router, document) = (door.open)(&gym);
        let router = apply_layers(router, skin(&gym));
        Self { gym: Arc::new(gym), document: Arc::new(document), router }
    }

    /// Somebody who shows `token`.
    pub(super) fn caller(&self, token: Option<&str>) -> Caller {
        let visitor = self.gym.visitor(&self.router);
        match token {
            Some(token) => visitor.with("authorization", format!("Bearer {token}")),
            None => visitor,
        }
    }
}

/// The layers of a service whose limits are out of the way.
fn skin(gym: &Gym) -> LayerSettings {
    LayerSettings {
        trusted_proxies: Vec::new(),
        origins: vec![Origin::Any],
        insists_on_tls: true,
        address_rate: Rate::per_second(1_000_000, 1_000_000),
        recognise: Arc::new(|_, _| None),
        max_connections: 4096,
        body_limit: 65_536,
        roomy: &[],
        body_timeout: Duration::from_secs(20),
        max_in_flight: 512,
        door_paths: &[],
        request_timeout: Duration::from_secs(30),
        works: None,
        clock: Arc::new(gym.clock.clone()),
    }
}

/// Calls at once; the pools of a test have 24 connections.
const AT_ONCE: usize = 12;

/// Runs all `tasks`, some at once, and gathers what they find.
pub(super) async fn gather<F>(tasks: impl IntoIterator<Item = F>) -> Vec<String>
where
    F: Future<Output = Vec<String>> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for task in tasks {
        let places = Arc::clone(&places);
        running.spawn(async move {
            let _place = places.acquire_owned().await.expect("a place");
            task.await
        });
    }
    running.join_all().await.into_iter().flatten().collect()
}

/// An answer without what differs from request to request.
pub(super) fn settled(answered: &Answered) -> (u16, Value) {
    let mut body = answered.body.clone();
    if let Some(members) = body.as_object_mut() {
        members.remove("request_id");
    }
    (answered.status.as_u16(), body)
}

/// What is wrong with a refusal, if anything: every one has the same shape.
pub(super) fn flaw(answered: &Answered) -> Option<&'static str> {
    let status = answered.status.as_u16();
    let text = |pointer: &str| answered.at(pointer).as_str().unwrap_or_default();
    let is_code = |code: &str| {
        !code.is_empty()
            && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    if status >= 500 {
        return Some("a fault");
    }
    if status < 400 {
        return None;
    }
    let kind = answered.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    [
        (kind == "application/json", "not JSON"),
        (answered.at("/success") == &Value::Bool(false), "success is not false"),
        (text("/status") == "error", "status is not error"),
        (!text("/message").is_empty() && text("/message") == text("/error"), "message and error differ"),
        (is_code(text("/code")), "no code"),
        (!text("/request_id").is_empty(), "no request id"),
        (answered.bytes.len() < 4096, "it repeats too much of what it was sent"),
        (
            status != 401 || answered.headers.contains_key("www-authenticate"),
            "a 401 without WWW-Authenticate",
        ),
    ]
    .into_iter()
    .find_map(|(holds, flaw)| (!holds).then_some(flaw))
}
