//! What the gym runs on; knows no feature.

pub mod clock;
pub mod qr;
