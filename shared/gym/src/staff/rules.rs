//! Who may hire, edit and deactivate whom.

use base::{
    access::Role,
    refusals,
    vocabulary::{BranchId, StaffId},
};

refusals! {
    /// Why nothing was done to a staff user.
    pub enum StaffRefused {
        /// There is nobody with this id, or not for the one who asks.
        NotFound => NotFound, "STAFF_NOT_FOUND",
            en: "Staff member not found",
            ar: "الموظف غير موجود";
        /// It is their own account, which somebody else has to manage.
        OwnAccount => Forbidden, "OWN_ACCOUNT",
            en: "You cannot do this to your own account",
            ar: "لا يمكنك تنفيذ هذا الإجراء على حسابك";
        /// Of the same or a higher rank.
        RankTooHigh => Forbidden, "RANK_TOO_HIGH",
            en: "You can only manage staff of a lower rank",
            ar: "يمكنك إدارة الموظفين الأقل رتبة فقط";
        /// Works also where the manager does not.
        OutOfReach => Forbidden, "OUT_OF_REACH",
            en: "This person also works outside your branches",
            ar: "هذا الموظف يعمل أيضا خارج فروعك";
        /// Not a role that this manager gives.
        RoleNotAllowed => Forbidden, "ROLE_NOT_ALLOWED",
            en: "You cannot give this role",
            ar: "لا يمكنك منح هذا الدور";
        /// The role works in one branch and none was named.
        BranchRequired => Invalid of "branch_id", "BRANCH_REQUIRED",
            en: "This role needs a branch",
            ar: "هذا الدور يحتاج إلى فرع";
        /// The role manages branches and none was named.
        ManagedBranchesRequired => Invalid of "managed_branch_ids", "BRANCHES_REQUIRED",
            en: "This role needs branches to manage",
            ar: "هذا الدور يحتاج إلى فروع يديرها";
        /// Somebody has this sign-in name.
        UsernameTaken => Conflict, "USERNAME_TAKEN",
            en: "This sign-in name is already taken",
            ar: "اسم الدخول هذا مستخدم بالفعل";
    }
}

/// At which branches a manager may manage staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Span {
    /// Every gym, or the whole of their own.
    Everywhere,
    /// These branches, active or not.
    Branches(Vec<BranchId>),
}

impl Span {
    /// Whether all the work of somebody with this role at these branches lies inside.
    fn covers(&self, role: Role, branches: &[BranchId]) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Branches(own) => !is_gym_wide(role) && branches.iter().all(|branch| own.contains(branch)),
        }
    }
}

/// Somebody who manages staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manager {
    pub(super) id: StaffId,
    pub(super) role: Role,
    pub(super) span: Span,
}

/// Where a role works: the part of what was named that it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placement {
    pub(super) branch: Option<BranchId>,
    pub(super) managed: Vec<BranchId>,
}

/// Whether the manager may give this role at all.
///
/// A super admin gives only the role of owner, because everybody else belongs to a gym that already has one. A role
/// that reaches the whole gym is given by somebody who does too.
pub(super) fn may_appoint(manager: &Manager, role: Role) -> Result<(), StaffRefused> {
    let is_lower = role.rank() < manager.role.rank();
    let is_theirs_to_give = match manager.role {
        Role::SuperAdmin => role == Role::Owner,
        Role::Owner
        | Role::RegionalManager
        | Role::BranchManager
        | Role::FrontDesk
        | Role::Trainer
        | Role::CentralAccountant
        | Role::RegionalAccountant
        | Role::BranchAccountant => manager.span.covers(role, &[]),
    };
    if is_lower && is_theirs_to_give { Ok(()) } else { Err(StaffRefused::RoleNotAllowed) }
}

/// Whether the manager may change, deactivate or give a new password to `person`, who has this role at these branches.
pub(super) fn may_manage(
    manager: &Manager,
    person: StaffId,
    role: Role,
    branches: &[BranchId],
) -> Result<(), StaffRefused> {
    if manager.id == person {
        Err(StaffRefused::OwnAccount)
    } else if role.rank() >= manager.role.rank() {
        Err(StaffRefused::RankTooHigh)
    } else if !manager.span.covers(role, branches) {
        Err(StaffRefused::OutOfReach)
    } else {
        Ok(())
    }
}

/// The branches that the role works at, of those that were named.
pub(super) fn place(
    role: Role,
    branch: Option<BranchId>,
    managed: &[BranchId],
) -> Result<Placement, StaffRefused> {
    if role.has_home_branch() {
        let branch = branch.ok_or(StaffRefused::BranchRequired)?;
        return Ok(Placement { branch: Some(branch), managed: Vec::new() });
    }
    if !role.has_managed_branches() {
        return Ok(Placement { branch: None, managed: Vec::new() });
    }
    let mut managed = managed.to_vec();
    managed.sort_unstable();
    managed.dedup();
    if managed.is_empty() {
        Err(StaffRefused::ManagedBranchesRequired)
    } else {
        Ok(Placement { branch: None, managed })
    }
}

/// Whether the role reaches the whole gym.
const fn is_gym_wide(role: Role) -> bool {
    !role.has_home_branch() && !role.has_managed_branches()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::vocabulary::Language;

    fn manager(role: Role) -> Manager {
        let span = if matches!(role, Role::SuperAdmin | Role::Owner) {
            Span::Everywhere
        } else if role == Role::RegionalManager {
            Span::Branches(branches(&[1, 2]))
        } else {
            Span::Branches(branches(&[1]))
        };
        Manager { id: StaffId::new(1), role, span }
    }

    fn branches(ids: &[i64]) -> Vec<BranchId> {
        ids.iter().copied().map(BranchId::new).collect()
    }

    fn appointable(role: Role) -> Vec<Role> {
        Role::ALL.into_iter().filter(|given| may_appoint(&manager(role), *given).is_ok()).collect()
    }

    #[test]
    fn everybody_gives_only_lower_roles_within_their_reach() {
        assert_eq!(appointable(Role::SuperAdmin), [Role::Owner]);
        assert_eq!(
            appointable(Role::Owner),
            [
                Role::RegionalManager,
                Role::BranchManager,
                Role::CentralAccountant,
                Role::RegionalAccountant,
                Role::BranchAccountant,
                Role::Trainer,
                Role::FrontDesk
            ]
        );
        assert_eq!(
            appointable(Role::RegionalManager),
            [
                Role::BranchManager,
                Role::RegionalAccountant,
                Role::BranchAccountant,
                Role::Trainer,
                Role::FrontDesk
            ]
        );
        assert_eq!(
            appointable(Role::BranchManager),
            [Role::RegionalAccountant, Role::BranchAccountant, Role::Trainer, Role::FrontDesk]
        );
    }

    #[test]
    fn nobody_manages_an_equal_a_superior_or_themselves() {
        for role in Role::ALL {
            for target in Role::ALL {
                let verdict = may_manage(&manager(role), StaffId::new(2), target, &branches(&[1]));
                assert!(verdict.is_err() || target.rank() < role.rank(), "{role:?} {target:?}");
            }
            let own = may_manage(&manager(role), StaffId::new(1), Role::FrontDesk, &branches(&[1]));
            assert_eq!(own, Err(StaffRefused::OwnAccount));
        }
    }

    #[test]
    fn somebody_who_works_elsewhere_too_is_out_of_reach() {
        let regional = manager(Role::RegionalManager);
        let accountant =
            |at: &[i64]| may_manage(&regional, StaffId::new(2), Role::RegionalAccountant, &branches(at));
        assert_eq!(accountant(&[1, 2]), Ok(()));
        assert_eq!(accountant(&[1, 4]), Err(StaffRefused::OutOfReach));
        let central = may_manage(&regional, StaffId::new(2), Role::CentralAccountant, &[]);
        assert_eq!(central, Err(StaffRefused::OutOfReach));
    }

    #[test]
    fn a_role_gets_only_the_branches_it_works_at() {
        let (one, many) = (Some(BranchId::new(1)), branches(&[2, 1, 2]));
        let home = place(Role::FrontDesk, one, &many).unwrap();
        assert_eq!((home.branch, home.managed), (one, Vec::new()));
        let regional = place(Role::RegionalAccountant, one, &many).unwrap();
        assert_eq!((regional.branch, regional.managed), (None, branches(&[1, 2])));
        let central = place(Role::CentralAccountant, one, &many).unwrap();
        assert_eq!((central.branch, central.managed), (None, Vec::new()));
        assert_eq!(place(Role::Trainer, None, &many), Err(StaffRefused::BranchRequired));
        assert_eq!(place(Role::RegionalManager, one, &[]), Err(StaffRefused::ManagedBranchesRequired));
    }

    #[test]
    fn no_refusal_signs_the_app_out() {
        let said = StaffRefused::NotFound.say(Language::En).to_lowercase();
        assert!(!said.contains("user not found") && !said.contains("session expired"));
    }
}
