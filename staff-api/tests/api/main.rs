//! The staff door, endpoint by endpoint.

mod account;
mod subscriptions;
