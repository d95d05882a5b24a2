//! The gym.
