//! The staff door, endpoint by endpoint.

#![cfg(test)]

mod account;
mod branches;
mod devices;
mod gyms;
mod services;
mod subscriptions;
