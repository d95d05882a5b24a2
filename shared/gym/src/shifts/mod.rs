//! Shifts at the till: two people share a day, and each counts what they took.
//!
//! - A shift is what one person moved at one branch since their last one was closed: payments and refunds they took and gave,
//!   expenses they paid out. Looked at it is an X report, closed a Z report.
//! - Nothing is covered twice, under any race: shifts follow each other along the transfers of the branch.
//! - It posts nothing. What is over or short is posted when the day is closed, once for all shifts of it.
//! - Everybody closes their own; whoever reads the books closes any of their branches.

mod actions;
mod model;
mod rules;
mod store;

pub use actions::{close, find, list, look, whole};
pub use model::{Moved, Shift, ShiftClosing, ShiftFigures, ShiftFilter, ShiftOrder};
pub use rules::ShiftRefused;
