//! For tests only: a database of one's own, and keys that sign nothing real.

mod database;
mod keys;

pub use crate::platform::clock::TestClock;
pub use database::TestDb;
pub use keys::{HASH_KEY, client_keyring, staff_keyring};
