//! The gym: its words, what it runs on, who may do what, what it does, and the HTTP layers that both services share.
//!
//! Read in this order; arrows only point back: [`vocabulary`], [`platform`], [`access`], the features, [`web`].

pub mod access;
pub mod accounts;
pub mod attendance;
pub mod audit_trail;
pub mod branches;
pub mod customers;
mod error;
mod fields;
pub mod gyms;
pub mod housekeeping;
pub mod members;
pub mod notifications;
pub mod payments;
pub mod plans;
pub mod platform;
pub mod reports;
pub mod staff;
pub mod subscriptions;
#[cfg(feature = "testing")]
pub mod testing;
pub mod vocabulary;
pub mod web;

pub use error::{Error, Fault, FieldProblem, Invalid, OnConstraint, Refusal, RefusalKind, Text};
pub use fields::{Fields, UnknownWord};
pub use vocabulary::{Change, FieldError};
