//! What a signed-in staff user may do now, and where: the witnesses that actions ask for.

use std::{marker::PhantomData, sync::Arc};

use super::{
    Can, MovesMoney, Reach, Role, Scope,
    doorkeeper::{StaffBranch, StaffSession},
    reach,
    unseen::Place,
};
use crate::{
    platform::{
        db::{Accountable, Signature, sealed::Sealed},
        once::Cashier,
        request::{Actor, RequestContext},
    },
    refusals,
    vocabulary::{BranchId, Calendar, GymId, StaffId, Timestamp},
};

refusals! {
    /// Why a guard does not let a caller in.
    pub enum AccessRefused {
        /// There is no token, it is not ours or its time is over, or the session it names has ended.
        SignedOut => Unauthenticated, "SIGNED_OUT",
            en: "Please sign in again",
            ar: "يرجى تسجيل الدخول مرة أخرى";
        /// A genuine token of a member, where a staff token is asked for.
        StaffOnly => Forbidden, "STAFF_ONLY",
            en: "Unauthorized - staff access only",
            ar: "غير مصرح - هذه الخدمة للموظفين فقط";
        /// A staff token, where a member's token is asked for.
        MembersOnly => Forbidden, "UNAUTHORIZED",
            en: "Unauthorized. Client access only.",
            ar: "غير مصرح. هذه الخدمة للأعضاء فقط.";
        /// The session is live, but its role does not have the capability.
        NotAllowed => Forbidden, "NOT_ALLOWED",
            en: "Your role does not allow this",
            ar: "صلاحياتك لا تسمح بهذا الإجراء";
        /// The branch does not exist, or is out of the caller's reach: both answer the same.
        NoSuchBranch => NotFound, "BRANCH_NOT_FOUND",
            en: "Branch not found",
            ar: "الفرع غير موجود";
    }
}

refusals! {
    /// Why it is not clear where something happens.
    pub enum PlaceRefused {
        /// The request names no branch, and the caller's reach is not exactly one branch.
        BranchRequired => Invalid of "branch_id", "BRANCH_REQUIRED",
            en: "Say which branch",
            ar: "حدد الفرع";
    }
}

/// Of which customers within their reach somebody reads measures, notes and subscriptions. Of the others they read what a
/// greeting needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DetailsOf {
    /// Of every one.
    Everybody,
    /// Only of those who hold an active training subscription with this trainer, as the SQL function `is_trained_by` says.
    Trainees(StaffId),
}

impl DetailsOf {
    /// The trainer, where it is only their trainees.
    pub const fn trainer(self) -> Option<i64> {
        match self {
            Self::Everybody => None,
            Self::Trainees(trainer) => Some(trainer.get()),
        }
    }
}

/// What a signed-in staff user is entitled to, for one request.
#[derive(Debug, Clone)]
pub struct Grants {
    session: Arc<StaffSession>,
    request: Arc<RequestContext>,
}

impl Grants {
    /// Only the doorkeeper makes one.
    pub(super) fn new(session: Arc<StaffSession>, request: Arc<RequestContext>) -> Self {
        Self { session, request }
    }

    /// Checks one capability.
    ///
    /// # Refuses
    /// [`AccessRefused::NotAllowed`] when the role does not have it.
    pub fn require<C: Can>(self) -> Result<Granted<C>, AccessRefused> {
        let reach = reach(self.session.role, C::CAPABILITY);
        if reach == Reach::Nowhere {
            return Err(AccessRefused::NotAllowed);
        }
        Ok(Granted { session: self.session, request: self.request, reach, can: PhantomData })
    }
}

/// A staff user who may exercise `C`, somewhere. Only [`Grants::require`] makes one.
///
/// ```compile_fail
/// use base::access::{Granted, can};
/// fn forge() -> Granted<can::CheckIn> { Granted { session: todo!(), request: todo!(), reach: todo!(), can: todo!() } }
/// ```
#[derive(Debug)]
pub struct Granted<C> {
    session: Arc<StaffSession>,
    request: Arc<RequestContext>,
    reach: Reach,
    can: PhantomData<C>,
}

impl<C> Clone for Granted<C> {
    fn clone(&self) -> Self {
        Self {
            session: Arc::clone(&self.session),
            request: Arc::clone(&self.request),
            reach: self.reach,
            can: PhantomData,
        }
    }
}

impl<C: Can> Granted<C> {
    /// The staff user who is signed in.
    pub fn staff(&self) -> StaffId {
        self.session.staff
    }

    /// The role of the staff user, as it was when the session was looked up.
    pub fn role(&self) -> Role {
        self.session.role
    }

    /// The session they act in.
    pub fn session(&self) -> &StaffSession {
        &self.session
    }

    /// Their gym; none for a super admin.
    pub fn gym(&self) -> Option<GymId> {
        self.session.gym
    }

    /// Their home branch, if the role has one.
    pub fn home_branch(&self) -> Option<BranchId> {
        self.session.home_branch
    }

    /// The gym's calendar; the platform's default for a super admin.
    pub fn calendar(&self) -> Calendar {
        self.session.calendar
    }

    /// When the request arrived.
    pub fn now(&self) -> Timestamp {
        self.request.arrived_at()
    }

    /// Whether the write of this request was done before, for an earlier one that it repeats.
    pub fn is_repeat(&self) -> bool {
        self.request.is_repeat()
    }

    /// Whether their role also has another capability, anywhere.
    pub fn also<D: Can>(&self) -> Option<Granted<D>> {
        Grants { session: Arc::clone(&self.session), request: Arc::clone(&self.request) }.require::<D>().ok()
    }

    /// Of which of the customers within their reach they read more than a greeting needs.
    pub fn sees_details_of(&self) -> DetailsOf {
        match self.also::<super::can::KnowEveryCustomer>() {
            Some(_) => DetailsOf::Everybody,
            None => DetailsOf::Trainees(self.staff()),
        }
    }

    /// Everything they may see with this capability.
    pub fn scope(&self) -> Scope {
        match (self.reach, self.session.gym) {
            (Reach::Platform, _) => Scope::platform(),
            (Reach::WholeGym, Some(gym)) => Scope::gym_wide(gym),
            (Reach::OwnBranches, Some(gym)) => Scope::branches(gym, &self.session.own_branches),
            // Does not happen: `require` refuses `Nowhere`, and whoever belongs to no gym is a super admin, who has
            // no lesser reach. Should it happen all the same, nothing is seen.
            (Reach::Nowhere | Reach::WholeGym | Reach::OwnBranches, gym) => {
                Scope::branches(gym.unwrap_or(GymId::from(0)), &[])
            }
        }
    }

    /// What they may see, narrowed to `branch` if one is named.
    ///
    /// # Refuses
    /// [`AccessRefused::NoSuchBranch`] outside their reach, as for a branch that does not exist.
    pub fn scope_at(&self, branch: Option<BranchId>) -> Result<Scope, AccessRefused> {
        match branch {
            None => Ok(self.scope()),
            Some(named) => {
                let StaffBranch { id, gym } = self.reachable(named).ok_or(AccessRefused::NoSuchBranch)?;
                Ok(Scope::branch(gym, id))
            }
        }
    }

    /// Narrows to one branch; refuses outside the reach as if it did not exist.
    pub fn at(&self, branch: BranchId) -> Result<Permit<C>, AccessRefused> {
        let StaffBranch { id, gym } = self.reachable(branch).ok_or(AccessRefused::NoSuchBranch)?;
        self.request.settle_branch(id);
        Ok(Permit { granted: self.clone(), gym, branch: id })
    }

    /// Narrows to the branch that was named, or to the only one they have.
    ///
    /// # Refuses
    /// [`PlaceRefused::BranchRequired`] when none was named and they have several or none.
    pub fn place(&self, named: Option<BranchId>) -> Result<Permit<C>, crate::Error> {
        let only = || match (self.reach, self.session.own_branches.as_slice()) {
            (Reach::OwnBranches, [one]) => Some(*one),
            (Reach::OwnBranches | Reach::WholeGym | Reach::Platform | Reach::Nowhere, _) => None,
        };
        let branch = named.or_else(only).ok_or(PlaceRefused::BranchRequired)?;
        Ok(self.at(branch)?)
    }

    /// Whether this capability carries to where something lives; the request log then tells at which branch.
    pub(super) fn reaches(&self, place: Place) -> bool {
        let (gym, branch) = place.at();
        let scope = self.scope();
        match branch {
            Some(branch) if scope.covers(gym, branch) => {
                self.request.settle_branch(branch);
                true
            }
            Some(_) => false,
            None => scope.is_of(gym),
        }
    }

    fn reachable(&self, branch: BranchId) -> Option<StaffBranch> {
        let known = self.session.branches.iter().find(|known| known.id == branch).copied()?;
        let is_reached = match self.reach {
            Reach::Nowhere => false,
            Reach::OwnBranches => self.session.own_branches.contains(&branch),
            Reach::WholeGym | Reach::Platform => true,
        };
        is_reached.then_some(known)
    }
}

impl<C: Can> Sealed for Granted<C> {}

impl<C: Can> Accountable for Granted<C> {
    fn signature(&self) -> Signature {
        Signature {
            actor: Actor::Staff(self.session.staff.get()),
            gym: self.session.gym,
            branch: None,
            deed: C::CAPABILITY.code(),
            request: Arc::clone(&self.request),
        }
    }
}

/// Whoever may exercise a capability whose row says that it moves money; not with any other:
/// ```compile_fail
/// use base::{access::{Granted, can}, platform::once::Cashier};
/// fn take_money(_: &impl Cashier) {}
/// fn with(reader: Granted<can::ReadCustomers>) { take_money(&reader); }
/// ```
impl<C: MovesMoney> Cashier for Granted<C> {}

/// Proof that a staff user may exercise `C` at one branch. Only [`Granted::at`] and [`Granted::place`] make one.
///
/// A permit for another verb does not fit:
/// ```compile_fail
/// use base::access::{Permit, can};
/// fn sell(_: &Permit<can::SellSubscriptions>) {}
/// fn with(permit: Permit<can::CheckIn>) { sell(&permit); }
/// ```
#[derive(Debug, Clone)]
pub struct Permit<C> {
    granted: Granted<C>,
    gym: GymId,
    branch: BranchId,
}

impl<C: Can> Permit<C> {
    /// The branch at which the capability may be exercised.
    pub fn branch(&self) -> BranchId {
        self.branch
    }

    /// The gym that owns the branch.
    pub fn gym(&self) -> GymId {
        self.gym
    }

    /// The staff user who holds the permit.
    pub fn staff(&self) -> StaffId {
        self.granted.staff()
    }

    /// The calendar of the staff user's gym; the platform's default for a super admin.
    pub fn calendar(&self) -> Calendar {
        self.granted.calendar()
    }

    /// When the request arrived.
    pub fn now(&self) -> Timestamp {
        self.granted.now()
    }

    /// The capability it was narrowed from.
    pub fn granted(&self) -> &Granted<C> {
        &self.granted
    }
}

impl<C: Can> Sealed for Permit<C> {}

impl<C: Can> Accountable for Permit<C> {
    fn signature(&self) -> Signature {
        Signature { gym: Some(self.gym), branch: Some(self.branch), ..self.granted.signature() }
    }
}
