//! Giving money back: the payment, and the subscription it was for.
//!
//! - Of a payment no more is ever given back than was paid, in however many parts and however many at once; the schema
//!   holds it (`payment_returns_never_more_than_paid`).
//! - A refund may stop the subscription that was paid for, and take back units of it that are not used yet.
//! - What was given back is posted to the account of refunds; what was sold stays what it was.
//! - Locks: the subscription, its balance, then the branch's receipts.

mod actions;
mod rules;

pub use actions::{RefundOrder, Refunded, refund};
pub use rules::RefundRefused;
