//! What is earned of what was sold, and closed months.
//!
//! - Money for a subscription is owed in service when it is taken, and becomes income as the service is delivered: see
//!   [`delivered`], which is the whole rule.
//! - A month is closed for the whole gym, in order, once each of its days on which money moved is closed. What was earned in
//!   it is then posted into its last day, and from there on the schema takes nothing into it.
//! - What a month posts is the difference to what was posted before, so that nothing is earned twice, whatever was put right
//!   meanwhile.
//! - How far each running subscription was delivered is kept for every closed month (`subscription_months`): the account
//!   `unearned` of a branch is the sum of it.
//! - Nothing of the past changes: a sale, a use, a freeze and a stop count from the day on which they happen. So a month is
//!   computed without keeping anybody waiting; only its last step takes the receipts of a branch.

mod actions;
mod job;
mod model;
mod rules;
mod store;

pub use actions::{close_month, find_month, unearned};
pub use job::JOBS;
pub use model::{
    BranchMonth, Delivered, GymMonth, Life, Lot, MonthState, OpenDay, Sums, Unearned, UnearnedService,
    UnknownSale,
};
pub use rules::{MonthRefused, UnearnedRefused, delivered};
