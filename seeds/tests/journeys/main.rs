//! Days at the gym, through both doors.

#![cfg(test)]

mod borders;
mod desk;
mod documents;
mod house;
mod member;
#[path = "../support/mod.rs"]
mod support;
