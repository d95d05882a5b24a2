//! The staff door, endpoint by endpoint.

#![cfg(test)]

mod account;
mod attendance;
mod audit;
mod books;
mod branches;
mod closings;
mod contract;
mod customers;
mod dashboards;
mod devices;
mod expenses;
mod gym_locale;
mod gyms;
mod housekeeping;
mod model;
mod payments;
mod receipts;
mod refusals;
mod repeating;
mod reports;
mod services;
mod subscriptions;
mod tokens;
mod users;
