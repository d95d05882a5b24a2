//! Money that came in or went back.
//!
//! - A payment is never changed: a mistake is reversed by a second row that names the first.
//! - Every branch numbers its receipts without gaps. The number comes from one row per branch that stays locked until the
//!   transaction ends, so a sale that fails gives its number back; therefore it is the last lock that is taken.
//! - A payment belongs to the day on the gym's wall at which it is taken.

mod model;
mod store;

pub(crate) use model::Taking;
pub use model::{Method, Purpose, Receipt};
pub(crate) use store::{find_receipt, insert_payment as take};
