//! What was found by its id, before it is known whether the caller may know of it.

use super::{Can, Granted, Me};
use crate::vocabulary::{BranchId, CustomerId, GymId};

/// Where something lives, and whose it is: what decides who may know of it.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    gym: GymId,
    branch: Option<BranchId>,
    customer: Option<CustomerId>,
}

impl Place {
    /// The place of a thing that lives at one branch of a gym.
    pub fn branch(gym: GymId, branch: BranchId) -> Self {
        Self { gym, branch: Some(branch), customer: None }
    }

    /// The place of a thing of the whole gym: everybody who works there may know of it.
    pub fn whole_gym(gym: GymId) -> Self {
        Self { gym, branch: None, customer: None }
    }

    /// The same place, for a thing that belongs to `customer`.
    pub fn of(self, customer: CustomerId) -> Self {
        Self { customer: Some(customer), ..self }
    }

    pub(super) fn at(self) -> (GymId, Option<BranchId>) {
        (self.gym, self.branch)
    }
}

/// What a store found by id in whatever gym, or did not find.
///
/// Whoever holds it cannot look inside, nor tell whether there is anything: it is opened on somebody's behalf, and then
/// what is out of their reach answers exactly like what does not exist.
///
/// ```compile_fail
/// fn look(found: base::access::Unseen<String>) -> String { found.0.unwrap().1 }
/// ```
/// ```compile_fail
/// fn look(found: base::access::Unseen<String>) -> usize { found.len() }
/// ```
/// ```
/// use base::access::{Granted, Unseen, can};
/// fn look(found: Unseen<String>, staff: &Granted<can::ReadBranches>) -> Option<String> { found.within(staff) }
/// ```
#[must_use = "nobody saw what was found"]
pub struct Unseen<T>(Option<(Place, T)>);

impl<T> Unseen<T> {
    /// What was found, and where it lives.
    pub fn new(found: Option<T>, place: impl FnOnce(&T) -> Place) -> Self {
        Self(found.map(|thing| (place(&thing), thing)))
    }

    /// Opens it for a staff user whose capability carries to where it lives.
    pub fn within<C: Can>(self, staff: &Granted<C>) -> Option<T> {
        self.within_or(staff, |_| false)
    }

    /// As [`Unseen::within`]; opens it also when the rule `is_known` lets this staff user know of it, although it is
    /// out of reach.
    pub fn within_or<C: Can>(self, staff: &Granted<C>, is_known: impl FnOnce(&T) -> bool) -> Option<T> {
        let (place, thing) = self.0?;
        (staff.reaches(place) || is_known(&thing)).then_some(thing)
    }

    /// Opens it for the member whose it is.
    pub fn of(self, me: &Me) -> Option<T> {
        let (place, thing) = self.0?;
        (place.gym == me.gym() && place.customer == Some(me.customer())).then_some(thing)
    }
}

/// Shows nothing of what is inside.
impl<T> std::fmt::Debug for Unseen<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Unseen(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::DateTime;

    use super::*;
    use crate::{
        access::{Grants, MemberSession, Role, StaffSession, can, doorkeeper::StaffBranch},
        platform::request::RequestContext,
        vocabulary::{Calendar, SessionId, StaffId, Timestamp},
    };

    const NOW: Timestamp = DateTime::UNIX_EPOCH;

    /// A staff user of gym 1, whose branches are 1 and 2.
    fn staff(role: Role, own: &[i64]) -> Granted<can::ReadCustomers> {
        let is_of_a_gym = role != Role::SuperAdmin;
        let session = StaffSession {
            id: SessionId::random(),
            expires_at: NOW,
            staff: StaffId::new(1001),
            username: "somebody".to_owned(),
            role,
            gym: is_of_a_gym.then_some(GymId::new(1)),
            home_branch: None,
            own_branches: own.iter().copied().map(BranchId::new).collect(),
            branches: [1, 2].map(|id| StaffBranch { id: BranchId::new(id), gym: GymId::new(1) }).to_vec(),
            calendar: Calendar::default(),
            language: None,
        };
        Grants::new(Arc::new(session), RequestContext::internal("test", NOW)).require().unwrap()
    }

    fn member(gym: i64, customer: i64) -> Me {
        let session = MemberSession {
            id: SessionId::random(),
            expires_at: NOW,
            customer: CustomerId::new(customer),
            gym: GymId::new(gym),
            branch: BranchId::new(1),
            calendar: Calendar::default(),
            language: None,
        };
        Me::new(Arc::new(session), RequestContext::internal("test", NOW))
    }

    fn at(gym: i64, branch: i64) -> Unseen<&'static str> {
        Unseen::new(Some("towel"), |_| Place::branch(GymId::new(gym), BranchId::new(branch)))
    }

    fn everywhere_in(gym: i64) -> Unseen<&'static str> {
        Unseen::new(Some("towel"), |_| Place::whole_gym(GymId::new(gym)))
    }

    #[test]
    fn it_opens_where_the_capability_carries() {
        let cases = [
            (staff(Role::FrontDesk, &[1]), [true, false, false]),
            (staff(Role::RegionalManager, &[1, 2]), [true, true, false]),
            (staff(Role::RegionalManager, &[]), [false, false, false]),
            (staff(Role::Owner, &[]), [true, true, false]),
            (staff(Role::SuperAdmin, &[]), [true, true, true]),
        ];
        for (staff, expected) in cases {
            let opened = [at(1, 1), at(1, 2), at(2, 1)].map(|found| found.within(&staff).is_some());
            assert_eq!(opened, expected, "{:?}", staff.role());
        }
    }

    #[test]
    fn what_belongs_to_the_whole_gym_is_known_to_all_who_work_there() {
        for role in Role::ALL {
            let staff = staff(role, &[1]);
            assert!(everywhere_in(1).within(&staff).is_some(), "{role:?}");
            assert_eq!(everywhere_in(2).within(&staff).is_some(), role == Role::SuperAdmin, "{role:?}");
        }
    }

    #[test]
    fn a_rule_can_make_known_what_is_out_of_reach_but_not_what_is_absent() {
        let staff = staff(Role::FrontDesk, &[1]);
        assert_eq!(at(1, 2).within_or(&staff, |thing| *thing == "towel"), Some("towel"));
        assert_eq!(at(1, 2).within_or(&staff, |thing| *thing == "key"), None);
        let absent = Unseen::new(None::<&str>, |_| Place::whole_gym(GymId::new(1)));
        assert_eq!(absent.within_or(&staff, |_| true), None);
    }

    #[test]
    fn a_member_opens_what_is_their_own() {
        let theirs = || {
            Unseen::new(Some("towel"), |_| {
                Place::branch(GymId::new(1), BranchId::new(2)).of(CustomerId::new(2001))
            })
        };
        assert_eq!(theirs().of(&member(1, 2001)), Some("towel"));
        assert_eq!(theirs().of(&member(1, 2002)), None);
        assert_eq!(theirs().of(&member(2, 2001)), None);
        assert_eq!(at(1, 1).of(&member(1, 2001)), None);
    }

    #[test]
    fn it_shows_nothing_of_itself() {
        assert_eq!(format!("{:?}", at(1, 1)), "Unseen(…)");
    }
}
