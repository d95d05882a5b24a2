//! Many callers at once, on real connections.

mod limits;
mod migrating;
mod silence;
