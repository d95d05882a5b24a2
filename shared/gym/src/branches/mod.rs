//! The locations of a gym, and the figures of each.
//!
//! A branch is opened and edited by the owner, and switched on and off by the owner or by a regional manager who runs it.
//! Switching it off ends the sessions of those who work or train there in the same transaction and changes nothing else
//! of theirs: switched on again, everybody signs in as before.
//!
//! Whoever lists branches reads their size with them. Customers, subscriptions, staff and revenue are counted here, in
//! one statement over indexes alone, instead of asking four features once for each branch.

mod actions;
mod model;
mod rules;
mod store;

pub(crate) use actions::{BranchView, report, sites};
pub use actions::{edit, find, list, list_of_gym, open, switch};
pub(crate) use model::Site;
pub use model::{Branch, BranchEdit, BranchProgress, BranchRefused, Code, Draft, Figures};
pub use rules::Window;
