//! The people who work at a gym: who they are, what they are, where they work.
//!
//! Everybody manages only people of lower rank who work nowhere else than where the manager does. An account is
//! deactivated, never deleted; deactivation ends its sessions in the same transaction. Whom somebody may not see, for
//! them there is nobody. Sign-in, passwords and language are in `accounts`; a gym is opened by `gyms` when its owner
//! is hired. An operator of the platform is made by whoever runs it, at the command line.

mod actions;
mod limits;
mod model;
mod operators;
mod rules;
mod store;

pub(crate) use actions::lock_to_manage;
pub use actions::{create, edit, find, list, switch};
pub use model::{Found, NewStaff, StaffEdit, StaffFilter, StaffUser, Username, UsernameInvalid, Whom};
pub use operators::{NewOperator, OperatorRefused, add_operator};
pub use rules::StaffRefused;
pub(crate) use store::find_person;
