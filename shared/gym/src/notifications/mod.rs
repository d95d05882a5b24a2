//! Phones and browsers that may be sent notifications.
//!
//! A device is its token, and belongs to whoever signed in on it last: registering a token moves it. A person keeps their
//! newest devices only, so that no session can fill the table. What is pushed to them is decided elsewhere.

mod actions;
mod model;
mod store;

pub use actions::{register, register_own, unregister, unregister_own};
pub use model::{AppType, Device, DeviceRefused, DeviceToken, Platform, TokenInvalid};
