//! Services sold to customers: dates, status, what is left.
//!
//! - What is left is a ledger: `subscription_balances.remaining` equals the sum of the movements, always. Every change of
//!   the one writes the other in the same statement.
//! - A status is never stored. It follows from dates, from the freeze, from the stop and from what is left, at the moment
//!   of the question, in the gym's calendar; `rules` and the SQL function `subscription_status` say the same.
//! - A sale copies its terms. A subscription of 30 days that begins today ends in 29: its last day still counts.
//! - Renewing before the end adds on, with what the service now grants in freezes; renewing later makes a new subscription
//!   that names the old one, at most once.
//! - Taking by hand works on whatever a subscription counts: a session and a coin are taken by the same verb.
//! - Locks: customer, subscription, its balance, and the branch's receipts last.

mod actions;
mod count;
mod ending;
mod freezes;
mod listing;
mod model;
mod own;
mod rules;
mod sale;
mod spending;
mod store;

pub use actions::{Opened, list_movements, open};
pub use count::{Count, CountInvalid, FreezeDays, Months, TermDays, Units};
pub(crate) use ending::{Ending, take_back};
pub use freezes::{FreezeOrder, Frozen, RestRefused, freeze, stop, unfreeze};
pub use listing::{list, whole};
pub use model::{
    Doors, Freeze, FreezeSpan, Freezing, Held, Movement, MovementKind, ServiceKind, Status, StatusInputs,
    SubscriptionFilter, Unit,
};
pub use own::{OwnFreeze, Portfolio, own};
pub use rules::{NotNow, SubscriptionNotFound};
pub use sale::{Asked, Order, Renewal, SaleRefused, Sold, SoldTerm, renew, sell};
pub use spending::{Deducted, Deduction, NoneLeft, SomebodyElses, SpendRefused, deduct};
