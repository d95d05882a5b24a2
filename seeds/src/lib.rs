//! A believable gym: the demo data, and the large gym that figures are measured on.
//!
//! `life` makes up what members do, without a database; `book` gathers it and writes it down in the order in which it
//! happened; `demo` and `scale` say for whom.

mod book;
mod copy;
pub mod demo;
mod dice;
mod life;
mod menu;
mod people;
mod posting;
pub mod scale;

/// Asks what is broken in a gym as of `$1`: a name and how often, a row for each; none for a sound gym.
pub const INVARIANTS: &str = include_str!("invariants.sql");
