//! A believable gym: the demo data, and the cast that tests call with.

#[cfg(feature = "testing")]
pub mod cast;
pub mod demo;
