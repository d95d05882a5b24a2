//! Everybody who may stand before a door, entitled or not.

use base::{
    access::{MemberClaims, Reach, Role, StaffClaims, reach},
    platform::clock::Clock as _,
    testing::{client_keyring, staff_keyring},
    vocabulary::{CustomerId, SessionId, StaffId, Timestamp, dates::later},
};
use chrono::TimeDelta;

use super::{fixture::Lives, operation::Needs, things::Place};
use crate::Gym;

/// A staff user of the cast, with what decides what they reach.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    pub(super) username: &'static str,
    role: Role,
    gym: Option<i64>,
    branches: &'static [i64],
}

const fn person(username: &'static str, role: Role, gym: i64, branches: &'static [i64]) -> Person {
    Person { username, role, gym: Some(gym), branches }
}

pub(super) const STAFF: [Person; 13] = [
    Person { username: "superadmin", role: Role::SuperAdmin, gym: None, branches: &[] },
    person("owner", Role::Owner, 1, &[]),
    person("regional1", Role::RegionalManager, 1, &[1, 2]),
    person("manager1", Role::BranchManager, 1, &[1]),
    person("manager2", Role::BranchManager, 1, &[2]),
    person("reception1", Role::FrontDesk, 1, &[1]),
    person("reception2", Role::FrontDesk, 1, &[2]),
    person("trainer1", Role::Trainer, 1, &[1]),
    person("accountant1", Role::BranchAccountant, 1, &[1]),
    person("accountant_c", Role::CentralAccountant, 1, &[]),
    person("accountant_r", Role::RegionalAccountant, 1, &[1, 2]),
    person("owner_b", Role::Owner, 2, &[]),
    person("reception_b", Role::FrontDesk, 2, &[3]),
];

/// What somebody ought to get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// What they asked for.
    Service,
    /// A refusal with this status and code.
    Refusal(u16, &'static str),
    /// What they would get if the thing did not exist.
    NoSuchThing,
}

impl Person {
    /// Whether they are entitled at all, as somebody of gym 1 or of the platform.
    pub(super) fn may(&self, needs: Needs) -> bool {
        self.due(needs, Lives::AtBranch, Place::Here) == Due::Service
    }

    /// What the policy says.
    pub(super) fn due(&self, needs: Needs, lives: Lives, place: Place) -> Due {
        let reach = match needs {
            Needs::Nothing | Needs::Anybody => return Due::Service,
            Needs::Member => return Due::Refusal(403, "UNAUTHORIZED"),
            Needs::Staff(capability) => reach(self.role, capability),
        };
        let own_branch = place.branch().is_some_and(|branch| self.branches.contains(&branch));
        let own_gym = self.gym.is_some() && self.gym == place.gym();
        let is_within = match (reach, lives) {
            (Reach::Nowhere, _) => return Due::Refusal(403, "NOT_ALLOWED"),
            (_, Lives::WithTheCaller) => true,
            (Reach::OwnBranches, Lives::AtBranch) => own_branch,
            (Reach::OwnBranches, Lives::InGym) | (Reach::WholeGym, _) => own_gym,
            (Reach::Platform, _) => place != Place::Nowhere,
        };
        if is_within { Due::Service } else { Due::NoSuchThing }
    }
}

/// Somebody without a live session of this door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stranger {
    /// Sends no token at all.
    Nobody,
    /// A word instead of a token.
    Babbler,
    /// A token signed by somebody else.
    Forger,
    /// A token that is over.
    Latecomer,
    /// A token whose session is over.
    SignedOut,
    /// A member, at the staff door.
    Member,
}

impl Stranger {
    pub(super) const ALL: [Self; 6] =
        [Self::Nobody, Self::Babbler, Self::Forger, Self::Latecomer, Self::SignedOut, Self::Member];

    /// What the door says to them.
    pub(super) fn due(self, needs: Needs) -> Due {
        match (needs, self) {
            (Needs::Nothing, _) | (Needs::Anybody | Needs::Member, Self::Member) => Due::Service,
            (Needs::Staff(_), Self::Member) => Due::Refusal(403, "STAFF_ONLY"),
            _ => Due::Refusal(401, "SIGNED_OUT"),
        }
    }

    /// The token they show; of a member at the members' door, else of a staff user.
    pub(super) async fn token(self, gym: &Gym, customer: i64, is_staff_door: bool) -> Option<String> {
        let customer = CustomerId::new(customer);
        let signed = |from: i64, until: i64| {
            if is_staff_door { of_staff(gym, from, until) } else { of_member(gym, customer, from, until) }
        };
        match self {
            Self::Nobody => None,
            Self::Babbler => Some("let.me.in".to_owned()),
            Self::Forger => {
                let token = if is_staff_door {
                    gym.staff_token("owner").await
                } else {
                    gym.member_token(customer).await
                };
                let (words, signature) = token.rsplit_once('.').expect("a signature");
                let turned: String = signature.chars().rev().collect();
                Some(format!("{words}.{turned}"))
            }
            Self::Latecomer => Some(signed(-26, -14)),
            Self::SignedOut => Some(signed(-1, 11)),
            Self::Member => Some(gym.member_token(customer).await),
        }
    }
}

/// A token of the owner, good from and until so many hours from now, for a session that is not there.
fn of_staff(gym: &Gym, from: i64, until: i64) -> String {
    let claims =
        StaffClaims { staff: StaffId::new(1002), role: Role::Owner, username: "owner", branch: None };
    let signed =
        staff_keyring().sign_staff(SessionId::random(), &claims, hours(gym, from), hours(gym, until));
    signed.expect("a token")
}

/// The same of a member.
fn of_member(gym: &Gym, customer: CustomerId, from: i64, until: i64) -> String {
    let claims = MemberClaims { customer };
    let signed =
        client_keyring().sign_member(SessionId::random(), claims, hours(gym, from), hours(gym, until));
    signed.expect("a token")
}

fn hours(gym: &Gym, from_now: i64) -> Timestamp {
    later(gym.clock.now(), TimeDelta::hours(from_now))
}
