//! What was refused, noted in the audit log: failed sign-ins, wrong codes and passwords, lock-outs, limits that somebody
//! who is signed in reached, and what they may not do.
//!
//! A row is written after the answer is made, in one statement of its own, so that no transaction takes it back, and one
//! that cannot be written changes no answer. What somebody can make us write is bounded before the database is asked,
//! for each address and for all strangers together: a flood fills no disk and costs no statement. Beyond the bound
//! refusals are only counted.
//!
//! The account that a visitor names is looked up by the statement, and the row names its id, so that its gym sees the
//! row. A name, number or address that is no account is written down nowhere.

mod store;

use std::{net::IpAddr, time::Duration};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    error::RefusalKind,
    platform::{
        db::Db,
        idempotency::keyed,
        limits::network,
        limits_memory::{AddressLimit, Rate, at_least_one},
        request::{Actor, RequestContext},
        telemetry::metric,
    },
    vocabulary::{BranchId, GymId, Timestamp},
};

/// Rows in an hour about what strangers at one address were refused.
const STRANGERS_BY_ADDRESS: u32 = 30;
/// Rows in an hour about strangers, wherever they are, in each copy of a service.
const STRANGERS_IN_ALL: u32 = 1_000;
/// Rows in an hour about what those who are signed in at one address were refused.
const SIGNED_IN_BY_ADDRESS: u32 = 300;

/// The code of a current password that is not it.
const WRONG_PASSWORD: &str = "WRONG_PASSWORD";
/// The code of a limit that is counted in Postgres, for an account; those of the machine have another.
const RATE_LIMIT_EXCEEDED: &str = "RATE_LIMIT_EXCEEDED";

/// How long a row may keep an answer waiting; one takes a few milliseconds.
const PATIENCE: Duration = Duration::from_secs(1);

/// Writes down what was refused, within bounds.
#[derive(Debug)]
pub struct Refusals {
    key: [u8; 32],
    strangers: AddressLimit,
    all_strangers: DefaultDirectRateLimiter,
    signed_in: AddressLimit,
}

/// What a row says of the request.
struct Row<'r> {
    at: Timestamp,
    gym: Option<GymId>,
    branch: Option<BranchId>,
    actor: Actor,
    action: &'static str,
    detail: Value,
    request_id: &'r str,
    client_request_id: Option<&'r str>,
    code: &'static str,
    address_hash: [u8; 32],
    network: String,
}

impl Refusals {
    /// Nothing noted yet; `hash_key` keys what is stored in place of addresses.
    pub fn new(hash_key: &[u8]) -> Self {
        let by_address = |most| AddressLimit::new(Rate::per_hour(most, most));
        Self {
            key: keyed(hash_key, &[b"refused addresses"]),
            strangers: by_address(STRANGERS_BY_ADDRESS),
            all_strangers: RateLimiter::direct(Quota::per_hour(at_least_one(STRANGERS_IN_ALL))),
            signed_in: by_address(SIGNED_IN_BY_ADDRESS),
        }
    }

    /// Notes that `request` was refused with `code`, if it is of a kind that is noted and the bounds allow it.
    pub async fn note(&self, db: &Db, request: &RequestContext, code: &'static str, kind: RefusalKind) {
        let Some(action) = action_of(request, (code, kind)) else { return };
        if !self.admit(request) {
            metrics::counter!(metric::REFUSALS_NOT_NOTED).increment(1);
            return;
        }
        let row = Row {
            at: request.arrived_at(),
            gym: request.gym(),
            branch: request.branch(),
            actor: request.actor().unwrap_or(Actor::Visitor),
            action,
            detail: json!({ "code": code, "deed": request.deed() }),
            request_id: request.id(),
            client_request_id: request.client_id(),
            code,
            address_hash: keyed(&self.key, &[network(request.address()).as_bytes()]),
            network: neighbourhood(request.address()),
        };
        let written = timeout(PATIENCE, write(db, &row, request)).await;
        if let Err(error) = written.unwrap_or(Err(sqlx::Error::PoolTimedOut)) {
            metrics::counter!(metric::REFUSALS_NOT_NOTED).increment(1);
            tracing::warn!(%error, "a refusal was not noted");
        }
    }

    fn admit(&self, request: &RequestContext) -> bool {
        match request.actor() {
            Some(Actor::Staff(_) | Actor::Customer(_)) => self.signed_in.admit(request.address()).is_ok(),
            Some(Actor::Visitor | Actor::System) | None => {
                self.strangers.admit(request.address()).is_ok() && self.all_strangers.check().is_ok()
            }
        }
    }
}

async fn write(db: &Db, row: &Row<'_>, request: &RequestContext) -> Result<(), sqlx::Error> {
    store::insert_refusal(&mut db.upkeep().await?, row, request.claim()).await
}

/// What the audit log calls it; none for what is no business of its.
fn action_of(request: &RequestContext, (code, kind): (&'static str, RefusalKind)) -> Option<&'static str> {
    let is_signed_in = matches!(request.actor(), Some(Actor::Staff(_) | Actor::Customer(_)));
    match (request.claim(), kind) {
        (Some(_), RefusalKind::TooMany { .. }) => Some("account.locked_out"),
        (Some(_), RefusalKind::Unauthenticated | RefusalKind::Forbidden | RefusalKind::Rejected) => {
            let is_sign_in = request.deed() == Some("account.sign_in");
            Some(if is_sign_in { "account.sign_in_refused" } else { "account.code_refused" })
        }
        (None, RefusalKind::Forbidden) => Some("account.access_refused"),
        // The current one, typed by whoever holds an open session.
        (None, RefusalKind::Rejected) if code == WRONG_PASSWORD => Some("account.password_refused"),
        (None, RefusalKind::TooMany { .. }) if is_signed_in && code == RATE_LIMIT_EXCEEDED => {
            Some("account.limit_reached")
        }
        (
            Some(_) | None,
            RefusalKind::Invalid
            | RefusalKind::Rejected
            | RefusalKind::Unauthenticated
            | RefusalKind::NotFound
            | RefusalKind::Conflict
            | RefusalKind::Mismatch
            | RefusalKind::TooMany { .. }
            | RefusalKind::Unavailable,
        ) => None,
    }
}

/// Where an address is, roughly: its /24, of IPv6 its /48.
fn neighbourhood(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::{
        platform::request::{Arrival, ClaimedAccount},
        vocabulary::Language,
    };

    fn from(address: &str, claim: bool, deed: &'static str) -> std::sync::Arc<RequestContext> {
        let request = RequestContext::new(Arrival {
            id: None,
            client_id: None,
            at: DateTime::UNIX_EPOCH,
            address: address.parse().unwrap(),
            accepts: Language::En,
            method: "POST".to_owned(),
            path: "/".to_owned(),
            idempotency_key: None,
        });
        request.settle_deed(deed);
        if claim {
            request.settle_claim(ClaimedAccount::Staff { username: "somebody".to_owned() });
        }
        request
    }

    #[test]
    fn an_address_is_told_roughly() {
        let of = |text: &str| neighbourhood(text.parse().unwrap());
        assert_eq!(of("203.0.113.77"), "203.0.113.0/24");
        assert_eq!(of("::ffff:203.0.113.77"), "203.0.113.0/24");
        assert_eq!(of("2001:db8:1:2:3::4"), "2001:db8:1::/48");
    }

    #[test]
    fn what_is_no_business_of_the_audit_log_is_not_noted() {
        let tried = |claim, deed, kind| action_of(&from("192.0.2.7", claim, deed), ("SOMETHING", kind));
        let too_many = RefusalKind::TooMany { retry_after: 9 };
        assert_eq!(
            tried(true, "account.sign_in", RefusalKind::Unauthenticated),
            Some("account.sign_in_refused")
        );
        assert_eq!(
            tried(true, "account.reset_password", RefusalKind::Rejected),
            Some("account.code_refused")
        );
        assert_eq!(tried(true, "account.sign_in", too_many), Some("account.locked_out"));
        assert_eq!(tried(false, "staff.manage", RefusalKind::Forbidden), Some("account.access_refused"));
        for kind in [RefusalKind::NotFound, RefusalKind::Unauthenticated, RefusalKind::Conflict, too_many] {
            assert_eq!(tried(false, "staff.manage", kind), None, "{kind:?}");
        }
        for kind in [RefusalKind::Invalid, RefusalKind::Unavailable] {
            assert_eq!(tried(true, "account.sign_in", kind), None, "{kind:?}");
        }
    }

    #[test]
    fn a_wrong_password_and_a_limit_of_somebody_signed_in_are_noted() {
        let too_many = RefusalKind::TooMany { retry_after: 9 };
        let request = from("192.0.2.7", false, "account.change_password");
        assert_eq!(action_of(&request, (RATE_LIMIT_EXCEEDED, too_many)), None);
        request.settle_actor(Actor::Staff(1006));
        let tried = |code, kind| action_of(&request, (code, kind));
        assert_eq!(tried(WRONG_PASSWORD, RefusalKind::Rejected), Some("account.password_refused"));
        assert_eq!(tried(RATE_LIMIT_EXCEEDED, too_many), Some("account.limit_reached"));
        assert_eq!(tried("TOO_MANY_REQUESTS", too_many), None, "of the machine");
        assert_eq!(tried("NO_COINS_REMAINING", RefusalKind::Rejected), None);
    }

    #[test]
    fn strangers_write_so_many_rows_an_hour_and_leave_room_for_those_who_are_signed_in() {
        let refusals = Refusals::new(b"key");
        let written = |address: &str, actor: Option<Actor>| {
            let request = from(address, false, "staff.manage");
            if let Some(actor) = actor {
                request.settle_actor(actor);
            }
            (0..2_000).filter(|_| refusals.admit(&request)).count()
        };
        assert_eq!(written("192.0.2.7", None), 30);
        assert_eq!(written("192.0.2.7", Some(Actor::Staff(1))), 300);
        let others: usize = (0..200).map(|host| written(&format!("198.51.100.{host}"), None)).sum();
        assert_eq!(others, 970, "the hour has 1,000 rows for strangers");
        assert_eq!(written("203.0.113.1", Some(Actor::Customer(2))), 300);
    }

    #[test]
    fn a_claim_shows_nothing_of_itself() {
        assert!(!format!("{:?}", from("192.0.2.7", true, "account.sign_in")).contains("somebody"));
    }
}
