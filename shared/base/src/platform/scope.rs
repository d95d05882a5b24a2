//! Which gym and branches somebody may see, in the form that statements take.

use crate::vocabulary::{BranchId, GymId};

/// The part of the world a read may see.
///
/// Statements take the three views together:
/// `($1::bigint is null or gym_id = $1) and ($2::bigint is null or branch_id = $2)
/// and ($3::bigint[] is null or branch_id = any($3))`, with [`Scope::gym`], [`Scope::one`], [`Scope::many`].
/// One branch is told apart from several so that the index of one branch serves in its own order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    gym: Option<GymId>,
    branches: Branches,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Branches {
    All,
    One(BranchId),
    Many(Vec<BranchId>),
}

impl Scope {
    pub(crate) fn platform() -> Self {
        Self { gym: None, branches: Branches::All }
    }

    pub(crate) fn gym_wide(gym: GymId) -> Self {
        Self { gym: Some(gym), branches: Branches::All }
    }

    pub(crate) fn branch(gym: GymId, branch: BranchId) -> Self {
        Self { gym: Some(gym), branches: Branches::One(branch) }
    }

    pub(crate) fn branches(gym: GymId, branches: &[BranchId]) -> Self {
        let branches = match branches {
            [one] => Branches::One(*one),
            several => Branches::Many(several.to_vec()),
        };
        Self { gym: Some(gym), branches }
    }

    /// All branches of the gym that it is of; none when it is every gym. What is found so is to be kept to the scope
    /// itself afterwards.
    pub fn whole_gym(&self) -> Option<Self> {
        self.gym.map(Self::gym_wide)
    }

    /// The gym; none means every gym of the platform.
    pub fn gym(&self) -> Option<i64> {
        self.gym.map(GymId::get)
    }

    /// The branch, when it is exactly one.
    pub fn one(&self) -> Option<i64> {
        match self.branches {
            Branches::One(branch) => Some(branch.get()),
            Branches::All | Branches::Many(_) => None,
        }
    }

    /// The branches, when they are several or none at all; an empty list sees nothing.
    pub fn many(&self) -> Option<Vec<i64>> {
        match &self.branches {
            Branches::Many(branches) => Some(branches.iter().map(|branch| branch.get()).collect()),
            Branches::All | Branches::One(_) => None,
        }
    }

    /// Whether the scope is `gym`, some of its branches, or every gym.
    pub(crate) fn is_of(&self, gym: GymId) -> bool {
        self.gym.is_none_or(|own| own == gym)
    }

    /// Whether a thing of `gym` at `branch` may be seen.
    pub fn covers(&self, gym: GymId, branch: BranchId) -> bool {
        self.is_of(gym)
            && match &self.branches {
                Branches::All => true,
                Branches::One(one) => *one == branch,
                Branches::Many(several) => several.contains(&branch),
            }
    }
}
