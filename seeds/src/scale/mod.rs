//! The large gym.
