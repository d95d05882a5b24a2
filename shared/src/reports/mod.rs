//! The figures of a gym. Everything is counted from what happened; nothing is kept for reports alone.
//!
//! Revenue is read from the view `revenue` everywhere, so that two screens cannot disagree.

mod actions;
mod model;
mod rules;

pub use actions::overview;
pub use model::{Overview, Totals};
