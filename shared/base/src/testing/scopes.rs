//! What somebody may see, as only a session says it outside of tests.

use crate::{
    platform::scope::Scope,
    vocabulary::{BranchId, GymId},
};

/// A whole gym.
pub fn gym_scope(gym: i64) -> Scope {
    Scope::gym_wide(GymId::new(gym))
}

/// One branch of a gym.
pub fn branch_scope(gym: i64, branch: i64) -> Scope {
    Scope::branch(GymId::new(gym), BranchId::new(branch))
}

/// One scope of every form: the platform, gym 1, its branch 1, its branches 1 and 2.
pub fn scopes() -> [Scope; 4] {
    let several = Scope::branches(GymId::new(1), &[BranchId::new(1), BranchId::new(2)]);
    [Scope::platform(), gym_scope(1), branch_scope(1, 1), several]
}
