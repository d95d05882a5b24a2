//! Reads who did what. It is written by `platform::audit`, one row per write, and never changed.

mod actions;
mod model;
mod rules;
mod store;

pub use actions::list;
pub use model::{Deed, Listed, Named};
pub use rules::{AuditFilter, LogPosition, Range, RangeRefused, Subject};
