//! Finding customers: lists by filter, and what is typed into a search field.
//!
//! Whoever is found is found as ids first and then read in one go with everything a screen shows, so that the number of
//! statements never grows with the list.

mod actions;
mod rules;
mod store;

pub(super) use actions::password_visibility;
pub use actions::{find, find_by_phone, list, search, whole};
pub use rules::SearchTerm;
