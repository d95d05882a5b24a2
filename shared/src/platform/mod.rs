//! What the gym runs on; knows no feature.

pub mod clock;
pub mod config;
pub mod qr;
