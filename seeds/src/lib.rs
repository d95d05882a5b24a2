//! A believable gym: the demo data, the large gym, and the cast that tests call with.
//!
//! `life` makes up what members do, without a database; `book` gathers it and writes it down in the order in which it
//! happened; `demo` and `scale` say for whom.

mod book;
#[cfg(feature = "testing")]
pub mod cast;
mod copy;
pub mod demo;
mod dice;
mod life;
mod menu;
mod people;
pub mod scale;
#[cfg(feature = "testing")]
pub mod sweep;
