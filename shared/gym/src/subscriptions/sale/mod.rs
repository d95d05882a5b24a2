//! Selling and renewing.

mod actions;
mod concession;
mod model;
mod rules;
mod store;

pub use actions::{Sold, renew, sell};
pub use model::{Asked, Order, Renewal, SoldTerm};
pub use rules::SaleRefused;
