//! What somebody sends to sign in to staff-api, and what they get back.

use chrono::TimeDelta;

use super::rules::SignInRefused;
use crate::{gyms::Gym, staff::StaffUser};
use base::{
    access::{Doorkeeper, Password, Passwords},
    platform::{db::Db, limits::Limits},
    vocabulary::{Calendar, Timestamp},
};

/// What signing in, staying signed in and changing a password need.
#[derive(Debug, Clone, Copy)]
pub struct StaffSignIn<'a> {
    /// Staff users and their sessions are read and written here.
    pub db: &'a Db,
    /// Counts tries for each account and for each client address, and changes of a password.
    pub limits: &'a Limits,
    /// Hashes and verifies passwords, a bounded number at a time.
    pub passwords: &'a Passwords,
    /// Signs tokens and remembers sessions.
    pub doorkeeper: &'a Doorkeeper,
    /// How long a token lives.
    pub lifetime: TimeDelta,
}

/// A sign-in name and a password, as typed.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Trimmed, in small letters; not necessarily anybody's.
    pub(super) name: String,
    pub(super) password: Password,
}

impl Credentials {
    /// Reads what was typed. The name may be anything: members type their phones and addresses here.
    ///
    /// # Refuses
    /// [`SignInRefused::NameMissing`], [`SignInRefused::PasswordMissing`].
    pub fn typed(name: Option<&str>, password: Option<&str>) -> Result<Self, SignInRefused> {
        let is_there = |text: &&str| !text.trim().is_empty();
        let name = name.filter(is_there).ok_or(SignInRefused::NameMissing)?;
        let password = password.filter(is_there).ok_or(SignInRefused::PasswordMissing)?;
        Ok(Self { name: name.trim().to_lowercase(), password: Password::typed(password) })
    }
}

/// Who somebody is and where they work.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The staff user whose profile it is.
    pub user: StaffUser,
    /// Their gym; none for a super admin.
    pub gym: Option<Gym>,
    /// The calendar of their gym.
    pub calendar: Calendar,
}

/// A session that was opened or made longer.
#[derive(Debug, Clone)]
pub struct StaffSignedIn {
    /// The token that names it.
    pub token: String,
    /// When the token ends.
    pub expires_at: Timestamp,
    /// The staff user who is signed in, with their gym.
    pub profile: Profile,
}

/// An old password and a new one.
#[derive(Debug, Clone)]
pub struct PasswordChange {
    /// The password they have, as typed; it must fit the stored hash.
    pub current: Password,
    /// The password that takes its place; it must differ from the current one.
    pub new: Password,
}
