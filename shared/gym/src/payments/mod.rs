//! Money that came in or went back.
//!
//! - A payment is never changed: a mistake is reversed by a second row that names the first.
//! - Every branch numbers its receipts without gaps. The number comes from one row per branch that stays locked until the
//!   transaction ends, so a sale that fails gives its number back; therefore it is the last lock that is taken.
//! - Money is only taken in [`Db::write_money`](base::platform::db::Db::write_money), so that a double click takes it once.
//! - A payment belongs to the day on which it is taken, in the gym's calendar.

mod actions;
mod model;
mod store;

pub(crate) use actions::take;
pub(crate) use model::Taking;
pub use model::{Method, PaymentPurpose, Receipt};
pub(crate) use store::find_receipt;
