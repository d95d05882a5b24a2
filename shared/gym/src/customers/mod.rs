//! The members of a branch: who they are, how they are found, and how they get into the member app.
//!
//! A phone number and an e-mail address belong to one customer of a gym. What follows from the measures of a body is
//! computed here and nowhere else ([`metrics`]). A temporary password is kept in clear until it is changed or 72 hours
//! old; who sees it is decided before a [`Customer`] leaves this folder. A QR code names its customer; regenerating it
//! raises the version that short-lived door codes carry. A phone number or address that is changed is told so, and the
//! sessions of the customer end. Nobody is deleted: a deactivated customer keeps the past.
//!
//! What a customer may enter with belongs to subscriptions; signing in belongs to members.

mod actions;
mod letters;
mod limits;
mod listing;
pub mod metrics;
mod model;
mod rules;
mod store;

pub use actions::{draw_qr, edit, read_qr, regenerate_qr, register, reset_password, switch};
pub use letters::JOBS;
pub use limits::count_qr_regeneration;
pub use listing::{SearchTerm, find, find_by_phone, list, search, whole};
pub use model::{
    Body, Changes, Current, Customer, CustomerFilter, Left, Login, MembershipStatus, Regenerated,
    Registration, qr_code, read_qr_code,
};
pub use rules::CustomerRefused;
