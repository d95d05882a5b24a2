//! Freezing, unfreezing, stopping.

mod actions;
mod rules;
mod store;

pub(super) use actions::stop_locked;
pub use actions::{FreezeOrder, Frozen, freeze, stop, unfreeze};
pub use rules::RestRefused;
pub(super) use store::list_freezes_of;
