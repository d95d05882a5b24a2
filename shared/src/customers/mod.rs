//! The members of a branch.

pub mod metrics;
