//! Money that came in or went back.
//!
//! - A payment is never changed: a mistake is undone by a second row that names the first, and money is given back by such
//!   rows, in part or in full, never more than was paid.
//! - Every branch numbers its receipts without gaps. The number comes from one row per branch that stays locked until the
//!   transaction ends, so a sale that fails gives its number back; therefore it is the last lock that is taken.
//! - Each receipt carries the hash of the one before it, and each payment posts itself in the books: both by trigger.
//! - Money is only taken in [`Db::write_money`](base::platform::db::Db::write_money), so that a double click takes it once.
//! - A payment belongs to the day on which it is taken, in the gym's calendar; once that day is closed, to the next open one.

mod actions;
mod model;
mod rules;
mod store;

pub use actions::{find, list, own, record, whole};
pub(crate) use actions::{give_back, take};
pub use model::{
    BranchHeader, Method, OwnPayment, OwnPayments, PaymentFilter, PaymentListing, PaymentOrder,
    PaymentPurpose, PaymentRecord, PaymentSums, Receipt,
};
pub(crate) use model::{Giving, Taking};
pub use rules::PaymentRefused;
pub(crate) use store::{find_receipt, find_record};
