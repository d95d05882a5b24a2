//! Services sold to customers: dates, status, what is left.
//!
//! - What is left is a ledger: `subscription_balances.remaining` equals the sum of the movements, always. Every change of
//!   the one writes the other in the same statement.
//! - A status is never stored. It follows from dates, from the freeze, from the stop and from what is left, at the moment
//!   of the question, in the gym's calendar; [`rules`] and the SQL function `subscription_status` say the same.
//! - A sale copies its terms. Renewing before the end adds on, renewing later makes a new subscription that names the old.
//! - Locks: customer, subscription, its balance, and the branch's receipts last.

mod model;
mod own;
mod rules;
mod spending;
mod store;

pub use model::{Doors, FreezeSpan, Freezing, Held, Kind, Standing, Status, Unit};
pub use own::{OwnFreeze, Portfolio, own};
pub use rules::{NotNow, SubscriptionNotFound};
pub(crate) use spending::{Spend, spend};
pub use spending::{SpendRefused, Spent};
pub(crate) use store::{find_held, list_held_by as held_by};
