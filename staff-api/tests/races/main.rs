//! Many callers at once, on real connections: what comes out is what some sequence of them would have given.

#![cfg(test)]

mod subscriptions;
mod support;
