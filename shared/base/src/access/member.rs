//! The other witnesses: a member, a visitor, a job of the system.

use std::sync::Arc;

use super::doorkeeper::MemberSession;
use crate::{
    platform::{
        db::{Accountable, Signature, sealed::Sealed},
        request::{Actor, ClaimedAccount, RequestContext},
        scope::Scope,
    },
    vocabulary::{BranchId, Calendar, CustomerId, GymId, SessionId, Timestamp},
};

/// A signed-in customer who acts for themselves. Only the session look-up makes one.
#[derive(Debug, Clone)]
pub struct Me {
    session: Arc<MemberSession>,
    request: Arc<RequestContext>,
}

impl Me {
    pub(super) fn new(session: Arc<MemberSession>, request: Arc<RequestContext>) -> Self {
        Self { session, request }
    }

    /// The customer who is signed in.
    pub fn customer(&self) -> CustomerId {
        self.session.customer
    }

    /// The gym that the customer belongs to.
    pub fn gym(&self) -> GymId {
        self.session.gym
    }

    /// What a list reads before it is kept to the customer by their id.
    pub fn scope(&self) -> Scope {
        Scope::gym_wide(self.session.gym)
    }

    /// The branch at which the customer is registered.
    pub fn branch(&self) -> BranchId {
        self.session.branch
    }

    /// The session they act in.
    pub fn session(&self) -> SessionId {
        self.session.id
    }

    /// The calendar in which the customer's gym counts its days.
    pub fn calendar(&self) -> Calendar {
        self.session.calendar
    }

    /// When the request arrived.
    pub fn now(&self) -> Timestamp {
        self.request.arrived_at()
    }

    /// Acts under a name of its own in the audit log, e.g. `account.change_password`.
    pub fn doing(&self, deed: &'static str) -> MemberDeed {
        MemberDeed { me: self.clone(), deed }
    }
}

/// A member who does one thing, with the name it has in the audit log.
#[derive(Debug, Clone)]
pub struct MemberDeed {
    me: Me,
    deed: &'static str,
}

impl Sealed for MemberDeed {}

impl Accountable for MemberDeed {
    fn signature(&self) -> Signature {
        Signature {
            actor: Actor::Customer(self.me.session.customer.get()),
            gym: Some(self.me.session.gym),
            branch: Some(self.me.session.branch),
            deed: self.deed,
            request: Arc::clone(&self.me.request),
        }
    }
}

/// Somebody at a public endpoint: no session, or one that is not looked at.
#[derive(Debug, Clone)]
pub struct Visitor {
    request: Arc<RequestContext>,
}

impl Visitor {
    /// A visitor is whoever sent the request.
    pub fn new(request: Arc<RequestContext>) -> Self {
        request.settle_actor(Actor::Visitor);
        Self { request }
    }

    /// The request that the visitor sent: its address, its language.
    pub fn request(&self) -> &RequestContext {
        &self.request
    }

    /// When the request arrived.
    pub fn now(&self) -> Timestamp {
        self.request.arrived_at()
    }

    /// Says what they want to do, and with which account they say it is theirs to do: if they are refused, the audit
    /// log tells.
    pub fn claims(&self, deed: &'static str, account: ClaimedAccount) {
        self.request.settle_deed(deed);
        self.request.settle_claim(account);
    }

    /// Acts under a name in the audit log, e.g. `account.request_activation`.
    pub fn doing(&self, deed: &'static str) -> VisitorDeed {
        VisitorDeed { visitor: self.clone(), deed }
    }
}

/// A visitor who does one thing, with the name it has in the audit log.
#[derive(Debug, Clone)]
pub struct VisitorDeed {
    visitor: Visitor,
    deed: &'static str,
}

impl Sealed for VisitorDeed {}

impl Accountable for VisitorDeed {
    fn signature(&self) -> Signature {
        Signature {
            actor: Actor::Visitor,
            gym: None,
            branch: None,
            deed: self.deed,
            request: Arc::clone(&self.visitor.request),
        }
    }
}

/// A named job of the system: seeds, housekeeping.
#[derive(Debug, Clone)]
pub struct System {
    request: Arc<RequestContext>,
    deed: &'static str,
}

impl System {
    /// A job named `deed`, begun at `now`.
    pub fn job(deed: &'static str, now: Timestamp) -> Self {
        Self { request: RequestContext::internal(deed, now), deed }
    }

    /// When the job began.
    pub fn now(&self) -> Timestamp {
        self.request.arrived_at()
    }
}

impl Sealed for System {}

impl Accountable for System {
    fn signature(&self) -> Signature {
        Signature {
            actor: Actor::System,
            gym: None,
            branch: None,
            deed: self.deed,
            request: Arc::clone(&self.request),
        }
    }
}
