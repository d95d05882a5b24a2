//! Closing a branch's day: what had to be in the till, what was counted, and the difference.
//!
//! - One closing for each branch and day, under any race; a closed day stays closed. Days need not be closed in order; money
//!   goes to no day before the latest closed one.
//! - What had to be there is computed here, from the books: cash that came in on that day less what left the till.
//! - Whoever does not count says so by counting nothing: the difference is then unknown, and nothing is posted.
//! - Each closing carries the hash of the one its branch made before.
//! - Locks: the branch's receipts, which every sale takes last: a sale belongs to the day, or comes after it.

mod actions;
mod model;
mod rules;
mod store;

pub use actions::{calculate, close, differences, find, list, whole, whole_differences};
pub use model::{Closing, ClosingFilter, ClosingOrder, DayFigures, Differences};
pub use rules::ClosingRefused;
