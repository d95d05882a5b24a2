//! The HTTP layers, extractors and answers that both services share; the only crate of `shared` that knows axum.
//!
//! # Do not copy
//! Kept for the installed apps only: every answer carries `success` and `status`, every failure carries the same text
//! as `error` and `message`; some answers repeat their fields beside `data`.

pub mod app;
mod bodies;
mod client_address;
pub mod command;
mod docs;
pub mod document;
pub mod download;
mod edge;
pub mod envelope;
pub mod extract;
mod farewell;
pub mod files;
mod front;
mod gate;
pub mod guard;
mod guards;
mod health;
pub mod internal;
pub mod layers;
mod lifecycle;
pub mod operator;
mod pace;
mod rate_headers;
mod reading;
pub mod refusals;
mod request_log;
mod room;
pub mod serve;
pub mod wire;

pub use app::App;
pub use envelope::{Answer, ErrorResponse};
pub use extract::{Json, Now, Paged, Path, Query, Upload};
pub use files::FileAnswer;
pub use guards::{Anybody, Anyone, Leaving, Member, Staff};
