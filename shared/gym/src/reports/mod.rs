//! The figures of a gym, counted from what happened.
//!
//! Revenue is read from the view `revenue` everywhere, so that two screens cannot disagree. It is the one figure that is
//! added up beforehand: Postgres keeps the sum of each branch's business day in the transaction of the payment itself.

mod actions;
mod model;
mod rules;

pub use actions::overview;
pub use model::{Overview, Totals};
