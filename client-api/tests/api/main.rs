//! The members' door, endpoint by endpoint.

mod account;
mod codes;
mod profile;
mod sessions;
mod support;
