//! What the members' door talks about.

use crate::{
    access::{Codes, Keyring, Lifetimes, PasswordHash, Passwords},
    platform::{db::Db, limits::Limits},
    vocabulary::{BranchId, Calendar, CustomerId, Gender, GymId, Language, SessionId, Timestamp, words},
};
use chrono::NaiveDate;

words! {
    /// What a code is for.
    pub enum Purpose {
        /// Sign in to the member app.
        Activation = "activation",
        /// Choose a new password.
        PasswordReset = "password_reset",
    }
}

/// Somebody whom an identifier names.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) id: CustomerId,
    pub(super) full_name: String,
    pub(super) language: Option<Language>,
    pub(super) password: Option<PasswordHash>,
    pub(super) is_active: bool,
    /// Until when a first-login password is accepted; none once it was changed.
    pub(super) temporary_until: Option<Timestamp>,
}

/// The newest code of an identifier, locked.
#[derive(Debug)]
pub(super) struct PendingCode {
    pub(super) id: i64,
    pub(super) customer: Option<CustomerId>,
    pub(super) hash: Vec<u8>,
    pub(super) guesses: i16,
    pub(super) expires_at: Timestamp,
    pub(super) is_consumed: bool,
}

/// A member who has just signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub customer: CustomerId,
    /// Their new session.
    pub session: SessionId,
    /// Opens client-api until [`SignedIn::expires_at`].
    pub access_token: String,
    /// Gets further access tokens; none when the session was there before.
    pub refresh_token: Option<String>,
    /// When the access token ends.
    pub expires_at: Timestamp,
}

/// A customer as their own app shows them.
#[derive(Debug, Clone)]
pub struct MemberProfile {
    /// Id.
    pub id: CustomerId,
    /// Name.
    pub full_name: String,
    /// Phone as the gym dials it.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Date of birth, if it was told.
    pub date_of_birth: Option<NaiveDate>,
    /// Age in years, from the date of birth or as told.
    pub age_years: Option<i32>,
    /// Millimetres.
    pub height_mm: Option<i32>,
    /// Grams.
    pub weight_g: Option<i32>,
    /// Raised by every regeneration.
    pub qr_version: i32,
    /// Whether a password was ever chosen.
    pub password_changed: bool,
    /// Chosen language.
    pub language: Option<Language>,
    /// Branch.
    pub branch: BranchId,
    /// Its name.
    pub branch_name: String,
    /// When deletion of the account was asked for.
    pub deletion_requested_at: Option<Timestamp>,
    /// When they were registered.
    pub created_at: Timestamp,
    /// Their gym.
    pub gym: GymFace,
    /// The gym's calendar.
    pub calendar: Calendar,
}

/// A gym as its members see it.
#[derive(Debug, Clone)]
pub struct GymFace {
    /// Id.
    pub id: GymId,
    /// Name.
    pub name: String,
    /// `#RRGGBB`.
    pub primary_color: String,
    /// `#RRGGBB`.
    pub secondary_color: String,
    /// Absolute address of the logo.
    pub logo_url: Option<String>,
    /// Whether the owner finished the setup.
    pub is_setup_complete: bool,
    /// Whether it is open for business.
    pub is_active: bool,
}

/// What signing in needs to reach.
#[derive(Debug, Clone, Copy)]
pub struct Entrance<'a> {
    /// The database.
    pub db: &'a Db,
    /// Signs tokens.
    pub keys: &'a Keyring,
    /// Hashes passwords.
    pub passwords: &'a Passwords,
    /// Hashes codes and identifiers.
    pub codes: &'a Codes,
    /// Counts what protects accounts.
    pub limits: &'a Limits,
    /// How long things live.
    pub lifetimes: Lifetimes,
}
