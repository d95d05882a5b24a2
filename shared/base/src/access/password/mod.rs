//! Passwords: argon2id with 19 MiB, two passes, one lane (OWASP's first recommendation), off the async threads and
//! bounded in number, so that a storm of sign-ins costs neither the memory of the machine nor, by waiting, the places
//! of everybody else.

mod guessable;

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc},
};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    error::{Error, Fault},
    platform::{shares::Holder, turns::Turns},
    refusals,
    vocabulary::field_errors,
};

/// Memory of one hash, KiB.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over that memory; argon2 calls the number `t`.
const PASSES: u32 = 2;
/// Passwords that may wait or run for each one that may run at once: a sign-in is over within two seconds, or refused
/// at once. One address alone has half of the places.
const QUEUE: usize = 32;
/// Fewest characters of a member's new password; the oldest app still asks for six.
const SHORTEST: usize = 6;
/// Fewest characters of a staff user's new password (NIST SP 800-63B).
const SHORTEST_OF_STAFF: usize = 8;
/// Most bytes that are hashed.
const LONGEST: usize = 200;

/// A password that somebody chose or typed; never shown, never logged.
#[derive(Debug, Clone)]
pub struct Password(SecretString);

refusals! {
    /// So many passwords are being hashed that this one would wait for seconds.
    pub struct PasswordsBusy => Unavailable, "BUSY",
        en: "Many people are signing in right now, try again shortly",
        ar: "عدد كبير يسجل الدخول الآن، حاول بعد قليل";
}

refusals! {
    /// Why a new password is not taken.
    pub enum PasswordRefused {
        /// Fewer than six characters.
        TooShort => Invalid of "new_password", "PASSWORD_TOO_SHORT",
            en: "The new password needs at least 6 characters",
            ar: "يجب ألا تقل كلمة المرور الجديدة عن 6 أحرف";
        /// Fewer than eight characters, of somebody who works with other people's data.
        TooShortForStaff => Invalid, "PASSWORD_TOO_SHORT",
            en: "The new password needs at least 8 characters",
            ar: "يجب ألا تقل كلمة المرور الجديدة عن 8 أحرف";
        /// One of those that are tried first, with or without digits behind it.
        TooCommon => Invalid, "PASSWORD_TOO_COMMON",
            en: "Many people use this password; please choose another one",
            ar: "كلمة المرور هذه شائعة جدا؛ يرجى اختيار كلمة أخرى";
        /// The name of whom it belongs to, with or without digits behind it.
        OwnName => Invalid, "PASSWORD_IS_OWN_NAME",
            en: "The new password must not be one's own name",
            ar: "يجب ألا تكون كلمة المرور الجديدة اسم صاحبها";
        /// More than 200 bytes.
        TooLong => Invalid of "new_password", "PASSWORD_TOO_LONG",
            en: "The new password is too long",
            ar: "كلمة المرور الجديدة طويلة جدا";
    }
}

field_errors! { impl PasswordRefused }

impl Password {
    /// A password as typed at sign-in; surrounding blanks are not part of it, because one of the apps trims and the
    /// other does not.
    pub fn typed(text: &str) -> Self {
        Self(SecretString::from(text.trim()))
    }

    /// A password that somebody wants to have from now on: at least 6 characters, at most 200 bytes, blanks around it
    /// left out.
    pub fn chosen(text: &str) -> Result<Self, PasswordRefused> {
        let text = text.trim();
        if text.chars().count() < SHORTEST {
            return Err(PasswordRefused::TooShort);
        }
        Self::of_length(text)
    }

    /// A password that a staff user is to have from now on: at least 8 characters, and none of those that whoever
    /// guesses tries first.
    pub fn chosen_for_staff(text: &str) -> Result<Self, PasswordRefused> {
        let text = text.trim();
        if text.chars().count() < SHORTEST_OF_STAFF {
            return Err(PasswordRefused::TooShortForStaff);
        }
        let password = Self::of_length(text)?;
        if guessable::is_common(text) { Err(PasswordRefused::TooCommon) } else { Ok(password) }
    }

    /// The same password, unless it is one of the names of whom it is for: sign-in name, full name or a word of it.
    pub fn unlike(self, names: &[&str]) -> Result<Self, PasswordRefused> {
        if names.iter().any(|name| guessable::is_name(self.0.expose_secret(), name)) {
            return Err(PasswordRefused::OwnName);
        }
        Ok(self)
    }

    fn of_length(text: &str) -> Result<Self, PasswordRefused> {
        if text.len() > LONGEST { Err(PasswordRefused::TooLong) } else { Ok(Self(SecretString::from(text))) }
    }
}

/// A stored password hash, PHC text.
#[derive(Clone)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// A hash that was read from the database.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The PHC text to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// Hashes and checks passwords, a bounded number at a time; clones share the bound.
#[derive(Debug, Clone)]
pub struct Passwords {
    turns: Arc<Turns>,
    argon: Argon2<'static>,
    nobody: PasswordHash,
}

impl Passwords {
    /// A hasher that runs at most `at_once` hashes at a time, at least one.
    pub fn new(at_once: usize) -> Result<Self, Error> {
        let params =
            Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| Fault::new(error.to_string()))?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon, "nobody has this password")?;
        let at_once = at_once.max(1);
        let turns = Turns::new(at_once, at_once.saturating_mul(QUEUE));
        Ok(Self { turns, argon, nobody })
    }

    /// Whether one more password would be hashed now. Asked before an attempt is counted, so that whoever is refused
    /// for lack of room has not used up an attempt.
    ///
    /// # Refuses
    /// [`PasswordsBusy`].
    pub fn have_room(&self) -> Result<(), Error> {
        if self.turns.have_room_for(Holder::of_request()) { Ok(()) } else { Err(PasswordsBusy.into()) }
    }

    /// Hashes a new password.
    ///
    /// # Refuses
    /// [`PasswordsBusy`].
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, Error> {
        let argon = self.argon.clone();
        self.turn(move || hash(&argon, password.0.expose_secret())).await?
    }

    /// Whether `password` is the one behind `stored`. Without a stored hash, as for an unknown account, the answer is
    /// no after the same time: the time does not tell which accounts exist.
    ///
    /// # Refuses
    /// [`PasswordsBusy`].
    pub async fn verify(&self, password: Password, stored: Option<PasswordHash>) -> Result<bool, Error> {
        let argon = self.argon.clone();
        let is_somebody = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.clone());
        let matches = self
            .turn(move || -> Result<bool, Error> {
                let parsed = phc::PasswordHash::new(stored.as_str())
                    .map_err(|error| Fault::new(format!("a stored password hash does not parse: {error}")))?;
                let typed = password.0.expose_secret();
                Ok(typed.len() <= LONGEST && argon.verify_password(typed.as_bytes(), &parsed).is_ok())
            })
            .await??;
        Ok(matches && is_somebody)
    }

    async fn turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let Some(turn) = self.turns.take(Holder::of_request()).await else {
            return Err(PasswordsBusy.into());
        };
        // The turn goes along: a request that is given up does not end its hash, which still takes a core and 19
        // MiB.
        let task = tokio::task::spawn_blocking(move || {
            let value = work();
            drop(turn);
            value
        });
        Ok(task.await.map_err(Fault::new)?)
    }
}

fn hash(argon: &Argon2<'static>, text: &str) -> Result<PasswordHash, Error> {
    let hash = argon.hash_password(text.as_bytes()).map_err(|error| Fault::new(error.to_string()))?;
    Ok(PasswordHash(hash.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_chosen_password_fits_its_hash() {
        let passwords = Passwords::new(2).unwrap();
        let hash = passwords.hash(Password::chosen("correct horse").unwrap()).await.unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify(Password::typed(" correct horse "), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify(Password::typed("wrong horse"), Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_can_sign_in_with_the_dummy_password() {
        let passwords = Passwords::new(2).unwrap();
        assert!(!passwords.verify(Password::typed("nobody has this password"), None).await.unwrap());
    }

    #[tokio::test]
    async fn who_would_wait_for_long_is_sent_away_at_once() {
        let passwords = Passwords::new(1).unwrap();
        let all =
            futures_util::future::join_all((0..=QUEUE).map(|_| passwords.verify(Password::typed("x"), None)));
        let refused: Vec<_> = all.await.into_iter().filter_map(Result::err).collect();
        assert_eq!(refused.len(), 1 + QUEUE / 2, "one address has half of the places");
        assert!(passwords.verify(Password::typed("x"), None).await.is_ok(), "later there is room again");
    }

    #[test]
    fn five_characters_are_too_few() {
        assert_eq!(Password::chosen("12345").unwrap_err(), PasswordRefused::TooShort);
        assert!(Password::chosen("123456").is_ok());
    }

    #[test]
    fn staff_need_eight_characters_and_a_password_of_their_own() {
        let refused = |text: &str| Password::chosen_for_staff(text).unwrap_err();
        assert_eq!(refused("sevench"), PasswordRefused::TooShortForStaff);
        assert_eq!(refused("Password2026!"), PasswordRefused::TooCommon);
        assert_eq!(refused(&"many words ".repeat(20)), PasswordRefused::TooLong);
        let chosen = || Password::chosen_for_staff("reem-tarek-26").unwrap();
        assert_eq!(chosen().unlike(&["reception1", "Reem Tarek"]).unwrap_err(), PasswordRefused::OwnName);
        assert!(chosen().unlike(&["reception1", "Rana Fouad"]).is_ok());
    }
}
