//! Signing in and out of staff-api: sessions, passwords, language.
//!
//! A guess is counted before it is looked at. An account that does not exist takes the time of one that does and gets
//! the same answer. What was checked outside the transaction (is this the password, may they sign in) is checked again
//! inside it, under a lock, because a hash takes long enough for a manager to deactivate somebody meanwhile.

mod actions;
mod model;
mod rules;
mod store;

pub use actions::{change_password, choose_language, profile, refresh, reset_password, sign_in, sign_out};
pub use model::{Credentials, PasswordChange, Profile, StaffSignIn, StaffSignedIn};
pub use rules::{PasswordChangeRefused, SignInRefused};
