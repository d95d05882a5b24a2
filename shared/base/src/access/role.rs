//! The roles of the gym. What each may do stands in the policy's table.

/// What a staff user is. The source documents' words are accepted on input, see [`Role::parse`].
///
/// A new one does not compile until the table has a column for it, and every capability an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs the platform that the gyms share; belongs to no gym.
    SuperAdmin,
    /// Owns one gym, with all its branches.
    Owner,
    /// Runs several branches of a gym: a managed set, without a home branch.
    RegionalManager,
    /// Runs one branch, which is the home branch.
    BranchManager,
    /// Greets customers, sells and lets them in, at the home branch.
    FrontDesk,
    /// Trains the members of the home branch.
    Trainer,
    /// Keeps the books of the whole gym.
    CentralAccountant,
    /// Keeps the books of several branches.
    RegionalAccountant,
    /// Keeps the books of one branch.
    BranchAccountant,
}

impl Role {
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
}
