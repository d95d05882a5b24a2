//! What the gym runs on; knows no feature.

pub mod audit;
pub mod clock;
pub mod config;
pub mod connect;
pub mod db;
pub mod delivery;
pub mod doctor;
pub mod files;
pub mod idempotency;
pub mod limits;
pub mod limits_memory;
pub mod list;
pub mod mail;
pub mod migrations;
pub mod once;
pub mod outbox;
pub mod qr;
pub mod request;
pub mod scope;
pub mod shares;
pub mod sheets;
pub mod sms;
pub mod soundness;
pub mod telemetry;
pub(crate) mod turns;
pub mod workshop;
