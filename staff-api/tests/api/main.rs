//! The staff door, endpoint by endpoint.

#![cfg(test)]

mod account;
mod attendance;
mod audit;
mod branches;
mod customers;
mod dashboards;
mod devices;
mod gym_locale;
mod gyms;
mod housekeeping;
mod refusals;
mod repeating;
mod services;
mod subscriptions;
mod tokens;
mod users;
