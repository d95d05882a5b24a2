//! Reads who did what, and what was refused to whom. It is written by `platform::audit`, one row per write, and by
//! `access::Refusals`; what was done is never changed.

mod actions;
mod model;
mod rules;
mod store;

pub(crate) use actions::count_flagged;
pub use actions::{list, whole};
pub use model::{Deed, Listed, Named};
pub use rules::{AuditFilter, LogPosition, Range, RangeRefused, Subject};
