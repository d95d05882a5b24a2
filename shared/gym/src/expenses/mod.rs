//! What the branches spend.
//!
//! - Whoever may writes an expense down; it waits until somebody else approves or rejects it. Nobody decides on an expense
//!   that they wrote down themselves, whatever their role; the schema holds that for approvals.
//! - Only an approved expense counts, on its business day, in the gym's calendar. Until it is decided it can be withdrawn.
//! - What was written down is never changed and never deleted: it is decided once, and once approved it is paid once.
//! - Who decides or pays holds the row of the expense, so that of two at once one is told that the other was faster.
//! - Approving and paying are one function each in `actions`, where all that follows from them has its place.

mod actions;
pub mod attachments;
mod model;
mod rules;
mod store;

pub use actions::{find, list, pay, record, review, spent_by_category, whole, withdraw};
pub use model::{
    CategorySpending, Expense, ExpenseCategory, ExpenseDecision, ExpenseDraft, ExpenseFilter, ExpenseListing,
    ExpensePayment, ExpenseReview, ExpenseRuling, ExpenseStatus, ExpenseSums, PaidFrom, Spending,
};
pub use rules::{ExpenseDays, ExpenseInvalid, ExpenseRefused};
