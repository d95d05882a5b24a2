//! The gym: what it does, a folder for each thing, with its rules and its store.

pub mod accounts;
pub mod attendance;
pub mod audit_trail;
pub mod books;
pub mod branches;
pub mod closings;
pub mod customers;
pub mod earnings;
pub mod expenses;
pub mod gyms;
pub mod housekeeping;
pub mod members;
pub mod notifications;
pub mod payments;
pub mod plans;
pub mod receipts;
pub mod refunds;
pub mod reports;
pub mod shifts;
pub mod staff;
pub mod subscriptions;
