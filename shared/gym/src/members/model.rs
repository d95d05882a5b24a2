//! What a member's sign-in needs and gives, and what members see of themselves.

use base::{
    access::{Codes, Keyring, Lifetimes, PasswordHash, Passwords},
    platform::{db::Db, limits::Limits},
    vocabulary::{BranchId, Calendar, CustomerId, Gender, GymId, Language, SessionId, Timestamp, words},
};
use chrono::NaiveDate;

words! {
    /// What a code is for.
    pub enum CodePurpose {
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
    /// In which they are written to: the language they chose, else that of their gym.
    pub(super) language: Language,
    pub(super) password: Option<PasswordHash>,
    pub(super) is_active: bool,
    /// Until when a first-login password is accepted; none once it was changed.
    pub(super) temporary_until: Option<Timestamp>,
    pub(super) gym: GymId,
    pub(super) gym_name: String,
}

/// A code of an identifier, locked.
#[derive(Debug)]
pub(super) struct PendingCode {
    pub(super) id: i64,
    /// The account it was sent to; none until it is sent.
    pub(super) customer: Option<CustomerId>,
    pub(super) hash: Vec<u8>,
    /// The hash of the address that asked for it; none for a code of the release before.
    pub(super) asked_from: Option<Vec<u8>>,
    /// Guesses from that address.
    pub(super) guesses: i16,
    /// Guesses from all others together.
    pub(super) other_guesses: i16,
    pub(super) expires_at: Timestamp,
    pub(super) is_consumed: bool,
}

/// A member who has just signed in.
#[derive(Debug, Clone)]
pub struct MemberSignedIn {
    /// The customer who signed in.
    pub customer: CustomerId,
    /// The session that the tokens name; after a refresh or a new password, the one there was.
    pub session: SessionId,
    /// Opens client-api until [`MemberSignedIn::expires_at`].
    pub access_token: String,
    /// Gets further access tokens; none when the session was there before.
    pub refresh_token: Option<String>,
    /// When the access token ends.
    pub expires_at: Timestamp,
}

/// One of the accounts of a person who is a member of several gyms.
#[derive(Debug, Clone)]
pub struct OwnAccount {
    /// The customer who this account is.
    pub customer: CustomerId,
    /// The name under which that gym knows them.
    pub full_name: String,
    /// The gym.
    pub gym: GymId,
    /// The name of the gym.
    pub gym_name: String,
}

impl From<Account> for OwnAccount {
    fn from(account: Account) -> Self {
        Self {
            customer: account.id,
            full_name: account.full_name,
            gym: account.gym,
            gym_name: account.gym_name,
        }
    }
}

/// A customer as their own app shows them.
#[derive(Debug, Clone)]
pub struct MemberProfile {
    /// The id of the customer.
    pub id: CustomerId,
    /// The full name, as the desk wrote it.
    pub full_name: String,
    /// Phone as the gym dials it.
    pub phone: Option<String>,
    /// E-mail address, with which they may sign in as well.
    pub email: Option<String>,
    /// The gender, if it is known.
    pub gender: Option<Gender>,
    /// Date of birth, if it was told.
    pub date_of_birth: Option<NaiveDate>,
    /// Age in years, from the date of birth or as told.
    pub age_years: Option<i32>,
    /// Height in millimetres, if it is known.
    pub height_mm: Option<i32>,
    /// Weight in grams, if it is known.
    pub weight_g: Option<i32>,
    /// Version of the QR code, raised by every regeneration.
    pub qr_version: i32,
    /// Whether a password was ever chosen.
    pub password_changed: bool,
    /// The language they chose; none before they choose one.
    pub language: Option<Language>,
    /// The branch that they belong to.
    pub branch: BranchId,
    /// The name of that branch.
    pub branch_name: String,
    /// When deletion of the account was asked for.
    pub deletion_requested_at: Option<Timestamp>,
    /// When they were registered.
    pub created_at: Timestamp,
    /// The gym, as its members see it.
    pub gym: GymFace,
    /// The calendar in which the gym counts its days.
    pub calendar: Calendar,
}

/// A gym as its members see it.
#[derive(Debug, Clone)]
pub struct GymFace {
    /// The id of the gym.
    pub id: GymId,
    /// The name that its owner gave it.
    pub name: String,
    /// First colour of its brand, `#RRGGBB`.
    pub primary_color: String,
    /// Second colour of its brand, `#RRGGBB`.
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
pub struct MemberSignIn<'a> {
    /// Accounts, codes and sessions are read and written here.
    pub db: &'a Db,
    /// Signs access tokens, and the short-lived tokens that open a door.
    pub keys: &'a Keyring,
    /// Hashes and verifies passwords, a bounded number at a time.
    pub passwords: &'a Passwords,
    /// Hashes codes and identifiers.
    pub codes: &'a Codes,
    /// Counts sign-ins, guesses of codes and changes of a password.
    pub limits: &'a Limits,
    /// How long access tokens, sessions and door tokens are good for.
    pub lifetimes: Lifetimes,
}
