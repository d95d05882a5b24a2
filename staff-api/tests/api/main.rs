//! The staff door, endpoint by endpoint.

#![cfg(test)]

mod account;
mod attendance;
mod audit;
mod books;
mod books_export;
mod branches;
mod closings;
mod contract;
mod customers;
mod dashboards;
mod devices;
mod earnings;
mod expenses;
mod files;
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
mod shifts;
mod subscriptions;
mod tokens;
mod users;
