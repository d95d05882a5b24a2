//! Many callers at once, on real connections: what comes out is what some sequence of them would have given.

#![cfg(test)]

mod cut;
mod expenses;
mod locale;
mod money;
mod places;
mod subscriptions;
mod support;
