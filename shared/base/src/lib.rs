//! What the gym is written in: its words, what it runs on, and who may do what.
//!
//! Read in this order; arrows only point back: [`vocabulary`], the errors, [`platform`], [`access`]. The features are in
//! `gym`, the HTTP layers in `web`; neither knows the other.

pub mod access;
mod error;
mod fields;
pub mod platform;
#[cfg(feature = "testing")]
pub mod testing;
pub mod vocabulary;

pub use error::{Error, Fault, FieldProblem, Invalid, OnConstraint, Refusal, RefusalKind, Text};
pub use fields::{Fields, MISSING, UnknownWord};
pub use vocabulary::{Change, FieldError};
