//! The staff door, endpoint by endpoint.

#![cfg(test)]

mod account;
mod branches;
mod gyms;
mod services;
mod subscriptions;
