//! For tests only: a database of one's own, keys that sign nothing real, files kept beside the code.

mod committed;
mod database;
mod keys;
mod lists;
mod scopes;
mod wire;

pub use crate::platform::clock::TestClock;
pub use committed::assert_committed;
pub use database::{TestDb, open};
pub use keys::{HASH_KEY, client_keyring, staff_keyring};
pub use lists::assert_lists_sound;
pub use scopes::{branch_scope, gym_scope, scopes};
pub use wire::Wire;
