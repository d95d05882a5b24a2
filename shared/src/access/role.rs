//! The roles of the gym, and the whole policy: how far each capability carries for each of them.

use super::Capability;

/// What a staff user is. The source documents' words are accepted on input, see [`Role::parse`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs the platform on which gyms live.
    SuperAdmin,
    /// Owns one gym.
    Owner,
    /// Runs several branches.
    RegionalManager,
    /// Runs one branch.
    BranchManager,
    /// Greets, sells and lets in.
    FrontDesk,
    /// Trains members.
    Trainer,
    /// Keeps the books of the whole gym.
    CentralAccountant,
    /// Keeps the books of several branches.
    RegionalAccountant,
    /// Keeps the books of one branch.
    BranchAccountant,
}

impl Role {
    /// All of them, highest rank first.
    pub const ALL: [Self; 9] = [
        Self::SuperAdmin,
        Self::Owner,
        Self::RegionalManager,
        Self::BranchManager,
        Self::CentralAccountant,
        Self::RegionalAccountant,
        Self::BranchAccountant,
        Self::Trainer,
        Self::FrontDesk,
    ];

    /// The word that tables and answers use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SuperAdmin => "super_admin",
            Self::Owner => "owner",
            Self::RegionalManager => "regional_manager",
            Self::BranchManager => "branch_manager",
            Self::FrontDesk => "front_desk",
            Self::Trainer => "trainer",
            Self::CentralAccountant => "central_accountant",
            Self::RegionalAccountant => "regional_accountant",
            Self::BranchAccountant => "branch_accountant",
        }
    }

    /// Reads a role in any spelling that clients use: also manager, receptionist, reception, accountant.
    pub fn parse(text: &str) -> Option<Self> {
        let folded = text.trim().to_ascii_lowercase().replace([' ', '-'], "_");
        match folded.as_str() {
            "manager" => Some(Self::BranchManager),
            "receptionist" | "reception" => Some(Self::FrontDesk),
            "accountant" => Some(Self::BranchAccountant),
            "superadmin" => Some(Self::SuperAdmin),
            other => Self::ALL.into_iter().find(|role| role.as_str() == other),
        }
    }

    /// Rank, as the staff app orders menus: only a higher one may manage a lower one.
    pub const fn rank(self) -> u8 {
        match self {
            Self::SuperAdmin => 100,
            Self::Owner => 90,
            Self::RegionalManager => 80,
            Self::BranchManager => 70,
            Self::CentralAccountant => 60,
            Self::RegionalAccountant => 55,
            Self::BranchAccountant => 50,
            Self::Trainer => 15,
            Self::FrontDesk => 10,
        }
    }

    /// Whether the role belongs to one home branch.
    pub const fn has_home_branch(self) -> bool {
        match self {
            Self::BranchManager | Self::FrontDesk | Self::Trainer | Self::BranchAccountant => true,
            Self::SuperAdmin
            | Self::Owner
            | Self::RegionalManager
            | Self::CentralAccountant
            | Self::RegionalAccountant => false,
        }
    }

    /// Whether the role has a managed set of branches.
    pub const fn has_managed_branches(self) -> bool {
        matches!(self, Self::RegionalManager | Self::RegionalAccountant)
    }
}

/// How far a capability carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Not at all.
    Nowhere,
    /// In the branches they work at: the home branch, or the managed set.
    OwnBranches,
    /// In every branch of their gym.
    WholeGym,
    /// In every gym.
    Platform,
}

/// The reach of a role that works in branches, where it has the capability at all.
const fn home(role: Role) -> Reach {
    match role {
        Role::SuperAdmin => Reach::Platform,
        Role::Owner | Role::CentralAccountant => Reach::WholeGym,
        Role::RegionalManager
        | Role::BranchManager
        | Role::FrontDesk
        | Role::Trainer
        | Role::RegionalAccountant
        | Role::BranchAccountant => Reach::OwnBranches,
    }
}

/// The whole policy: exhaustive, so a new role or capability does not compile until everyone's answer is given.
#[expect(clippy::too_many_lines, reason = "the whole policy on one page is the point of it")]
pub const fn reach(role: Role, capability: Capability) -> Reach {
    use Capability as C;
    match capability {
        C::UseTheApp
        | C::ChangeOwnPassword
        | C::ReadBranches
        | C::ReadStaff
        | C::ReadCustomers
        | C::ReadSubscriptions
        | C::ReadEntries => home(role),
        C::ReadGyms | C::SwitchGyms => match role {
            Role::SuperAdmin => Reach::Platform,
            Role::Owner
            | Role::RegionalManager
            | Role::BranchManager
            | Role::FrontDesk
            | Role::Trainer
            | Role::CentralAccountant
            | Role::RegionalAccountant
            | Role::BranchAccountant => Reach::Nowhere,
        },
        C::EditOwnGym | C::ManageBranches | C::ReadAudit => owner_only(role),
        C::ReadOwnGym | C::ReadServices => everyone_in_a_gym(role),
        C::SwitchBranches => owner_and_regional(role),
        C::ManageStaff | C::ResetStaffPasswords => match role {
            Role::SuperAdmin => Reach::Platform,
            Role::Owner | Role::RegionalManager | Role::BranchManager => home(role),
            Role::FrontDesk
            | Role::Trainer
            | Role::CentralAccountant
            | Role::RegionalAccountant
            | Role::BranchAccountant => Reach::Nowhere,
        },
        C::ManageServices => match role {
            Role::Owner | Role::RegionalManager | Role::BranchManager => home(role),
            Role::SuperAdmin
            | Role::FrontDesk
            | Role::Trainer
            | Role::CentralAccountant
            | Role::RegionalAccountant
            | Role::BranchAccountant => Reach::Nowhere,
        },
        C::SeeTemporaryPasswords
        | C::RegisterCustomers
        | C::EditCustomers
        | C::ResetCustomerPasswords
        | C::SellSubscriptions
        | C::RenewSubscriptions
        | C::FreezeSubscriptions
        | C::StopSubscriptions => desk_and_managers(role),
        C::SpendSubscriptions | C::CheckIn => match role {
            Role::Trainer => Reach::OwnBranches,
            Role::SuperAdmin
            | Role::Owner
            | Role::RegionalManager
            | Role::BranchManager
            | Role::FrontDesk
            | Role::CentralAccountant
            | Role::RegionalAccountant
            | Role::BranchAccountant => desk_and_managers(role),
        },
        C::RegenerateQr => match role {
            Role::CentralAccountant | Role::RegionalAccountant | Role::BranchAccountant => home(role),
            Role::SuperAdmin
            | Role::Owner
            | Role::RegionalManager
            | Role::BranchManager
            | Role::FrontDesk
            | Role::Trainer => desk_and_managers(role),
        },
        C::SwitchCustomers | C::OverrideDenials => managers(role),
        C::ReadDashboards => match role {
            Role::Trainer | Role::FrontDesk => Reach::Nowhere,
            Role::SuperAdmin
            | Role::Owner
            | Role::RegionalManager
            | Role::BranchManager
            | Role::CentralAccountant
            | Role::RegionalAccountant
            | Role::BranchAccountant => home(role),
        },
    }
}

const fn owner_only(role: Role) -> Reach {
    match role {
        Role::Owner => Reach::WholeGym,
        Role::SuperAdmin
        | Role::RegionalManager
        | Role::BranchManager
        | Role::FrontDesk
        | Role::Trainer
        | Role::CentralAccountant
        | Role::RegionalAccountant
        | Role::BranchAccountant => Reach::Nowhere,
    }
}

const fn owner_and_regional(role: Role) -> Reach {
    match role {
        Role::Owner | Role::RegionalManager => home(role),
        Role::SuperAdmin
        | Role::BranchManager
        | Role::FrontDesk
        | Role::Trainer
        | Role::CentralAccountant
        | Role::RegionalAccountant
        | Role::BranchAccountant => Reach::Nowhere,
    }
}

const fn everyone_in_a_gym(role: Role) -> Reach {
    match role {
        Role::SuperAdmin => Reach::Nowhere,
        Role::Owner
        | Role::RegionalManager
        | Role::BranchManager
        | Role::FrontDesk
        | Role::Trainer
        | Role::CentralAccountant
        | Role::RegionalAccountant
        | Role::BranchAccountant => home(role),
    }
}

const fn managers(role: Role) -> Reach {
    match role {
        Role::Owner | Role::RegionalManager | Role::BranchManager => home(role),
        Role::SuperAdmin
        | Role::FrontDesk
        | Role::Trainer
        | Role::CentralAccountant
        | Role::RegionalAccountant
        | Role::BranchAccountant => Reach::Nowhere,
    }
}

const fn desk_and_managers(role: Role) -> Reach {
    match role {
        Role::FrontDesk => Reach::OwnBranches,
        Role::SuperAdmin
        | Role::Owner
        | Role::RegionalManager
        | Role::BranchManager
        | Role::Trainer
        | Role::CentralAccountant
        | Role::RegionalAccountant
        | Role::BranchAccountant => managers(role),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_reads_back_from_its_own_word() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
    }

    #[test]
    fn the_words_of_the_documents_are_understood() {
        assert_eq!(Role::parse("Manager"), Some(Role::BranchManager));
        assert_eq!(Role::parse("receptionist"), Some(Role::FrontDesk));
        assert_eq!(Role::parse("reception"), Some(Role::FrontDesk));
        assert_eq!(Role::parse("accountant"), Some(Role::BranchAccountant));
        assert_eq!(Role::parse("janitor"), None);
    }

    #[test]
    fn only_a_super_admin_reaches_beyond_a_gym() {
        for role in Role::ALL {
            for capability in Capability::ALL {
                let is_platform = reach(role, *capability) == Reach::Platform;
                assert!(!is_platform || role == Role::SuperAdmin, "{role:?} {capability:?}");
            }
        }
    }

    #[test]
    fn a_super_admin_does_not_work_the_desk() {
        for capability in
            [Capability::CheckIn, Capability::SellSubscriptions, Capability::SeeTemporaryPasswords]
        {
            assert_eq!(reach(Role::SuperAdmin, capability), Reach::Nowhere);
        }
    }
}
