//! The members' door, endpoint by endpoint.

mod account;
mod codes;
mod entries;
mod profile;
mod sessions;
#[cfg(test)]
mod support;
