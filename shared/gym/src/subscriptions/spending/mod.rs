//! Taking coins or sessions.

mod actions;
mod rules;
mod store;

pub use actions::{Deducted, Deduction, SomebodyElses, deduct};
pub(super) use rules::has_enough;
pub use rules::{NoneLeft, SpendRefused};
