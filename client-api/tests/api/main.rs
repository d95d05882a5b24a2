//! The members' door, endpoint by endpoint.

#![cfg(test)]

mod account;
mod codes;
mod entries;
mod payments;
mod profile;
mod receipts;
mod refusals;
mod sessions;
mod several_gyms;
mod support;
