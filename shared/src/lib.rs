//! The gym.

pub mod vocabulary;
