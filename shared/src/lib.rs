//! The gym.

pub mod customers;
pub mod platform;
pub mod vocabulary;
