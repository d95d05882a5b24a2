//! The books of each branch: double entry, by business day.
//!
//! - Every movement of money is one [`Transfer`]: it debits one account, credits another, and is above zero. There is no
//!   row that could unbalance the books.
//! - Nothing is edited. A mistake is reversed by a transfer that goes the other way and names the first.
//! - [`posting_page`] says which accounts each deed moves. A payment posts itself in the statement that writes it
//!   (trigger `payments_are_posted`), by the same page.
//! - What was closed stays closed: no transfer goes to a day before the first open one, but for what the closing of the day
//!   itself and the closing of its month post; and none at all to a month that is closed. Whoever
//!   posts asks `open_day` first, which keeps the day open until the transaction ends.
//! - Revenue is what was taken on the till, the card terminal and the bank by payments, less what was given back: the view
//!   `revenue`, which every screen reads.
//! - [`verify()`] walks all of it and says where it breaks.

mod actions;
mod export;
mod model;
mod rules;
mod store;
mod verify;

pub use actions::{journal, trial_balance, whole_journal};
pub use export::{BooksFile, BooksFormat, export};
pub use model::{
    AccountBalance, AccountClass, JournalFilter, LedgerAccount, Transfer, TransferSource, TrialBalance,
};
pub(crate) use model::{Leg, Posting};
pub(crate) use rules::{approved, counted, paid, recognised};
pub use rules::{money_account, payment_accounts, posting_page};
pub(crate) use store::{
    find_day_moved, find_first_open_month, insert_transfer as post, lock_open_day as open_day,
};
pub use verify::{Broken, Verified, verify};
