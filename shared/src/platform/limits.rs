//! Limits that protect an account: counted in Postgres, so that every copy of the services shares them and a restart
//! forgets nothing. Limits that protect the machine are in `limits_memory`.
//!
//! A guess is counted before it is evaluated, in one statement of its own, so that no concurrency gets more guesses
//! evaluated than are allowed. Windows are fixed: the first attempt opens one, and a refused attempt does not
//! lengthen it. Keys are kept as keyed hashes only.

use std::{borrow::Cow, net::IpAddr};

use chrono::TimeDelta;

use super::{
    config,
    db::{Db, Tx},
    idempotency::keyed,
};
use crate::{
    error::{Error, Refusal, RefusalKind},
    vocabulary::{Language, StaffId, Timestamp},
};

/// What may be done only so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitedAction {
    /// Signing in to one account from one address; a success starts it afresh. 10 in 10 minutes.
    SignInByAccountAndAddress,
    /// Signing in to one account from anywhere; a success takes its own attempt back. 100 in 10 minutes.
    SignInByAccount,
    /// Guessing codes of one identifier, over all its codes. 15 in 10 minutes.
    CodeGuessByIdentifier,
    /// Guessing codes from one address, behind which a whole branch may sit. 600 in 10 minutes.
    CodeGuessByAddress,
    /// Renewing QR codes, per staff user. 10 in a minute.
    QrRegeneration,
    /// Giving one's current password in order to change it, per person; a success starts it afresh. 10 in 10 minutes.
    PasswordChange,
}

impl LimitedAction {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::SignInByAccountAndAddress,
        Self::SignInByAccount,
        Self::CodeGuessByIdentifier,
        Self::CodeGuessByAddress,
        Self::QrRegeneration,
        Self::PasswordChange,
    ];

    /// The word in `limit_counters.action`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignInByAccountAndAddress => "sign_in_by_account_and_address",
            Self::SignInByAccount => "sign_in_by_account",
            Self::CodeGuessByIdentifier => "code_guess_by_identifier",
            Self::CodeGuessByAddress => "code_guess_by_address",
            Self::QrRegeneration => "qr_regeneration",
            Self::PasswordChange => "password_change",
        }
    }

    const fn default_allowance(self) -> Allowance {
        let (most, minutes) = match self {
            Self::SignInByAccountAndAddress | Self::PasswordChange => (10, 10),
            Self::SignInByAccount => (100, 10),
            Self::CodeGuessByIdentifier => (15, 10),
            Self::CodeGuessByAddress => (600, 10),
            Self::QrRegeneration => (10, 1),
        };
        Allowance { most, window: TimeDelta::minutes(minutes) }
    }

    /// The beginning of the sentence that refuses. The sign-in screen of the staff app rewrites sentences with the
    /// words password, user and credential (`staff_app.md`, section 2), so none of them is used there.
    const fn too_many(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::SignInByAccountAndAddress | Self::SignInByAccount, Language::En) => {
                "Too many sign-in attempts"
            }
            (Self::SignInByAccountAndAddress | Self::SignInByAccount, Language::Ar) => {
                "محاولات تسجيل دخول كثيرة"
            }
            (Self::CodeGuessByIdentifier | Self::CodeGuessByAddress, Language::En) => {
                "Too many codes were tried"
            }
            (Self::CodeGuessByIdentifier | Self::CodeGuessByAddress, Language::Ar) => "تمت تجربة رموز كثيرة",
            (Self::QrRegeneration, Language::En) => "Too many QR codes were regenerated",
            (Self::QrRegeneration, Language::Ar) => "تم تجديد رموز QR كثيرة",
            (Self::PasswordChange, Language::En) => "Too many attempts to change the password",
            (Self::PasswordChange, Language::Ar) => "محاولات كثيرة لتغيير كلمة المرور",
        }
    }
}

/// Too often; it makes sense again after a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many: {}", .action.as_str())]
pub struct TooMany {
    /// What was done too often.
    pub action: LimitedAction,
    /// Seconds until the window ends.
    pub retry_after: u32,
}

impl Refusal for TooMany {
    fn kind(&self) -> RefusalKind {
        RefusalKind::TooMany { retry_after: self.retry_after }
    }

    fn code(&self) -> &'static str {
        "RATE_LIMIT_EXCEEDED"
    }

    fn say(&self, language: Language) -> Cow<'static, str> {
        let what = self.action.too_many(language);
        let minutes = self.retry_after.div_ceil(60).max(1);
        match (language, minutes) {
            (Language::En, 1) => format!("{what}, please wait a minute"),
            (Language::En, _) => format!("{what}, please wait {minutes} minutes"),
            (Language::Ar, 1) => format!("{what}، يرجى الانتظار دقيقة واحدة"),
            (Language::Ar, 2) => format!("{what}، يرجى الانتظار دقيقتين"),
            (Language::Ar, 3..=10) => format!("{what}، يرجى الانتظار {minutes} دقائق"),
            (Language::Ar, _) => format!("{what}، يرجى الانتظار {minutes} دقيقة"),
        }
        .into()
    }
}

/// So many within a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Allowance {
    most: u32,
    window: TimeDelta,
}

/// Counts what protects accounts.
#[derive(Clone)]
pub struct Limits {
    key: [u8; 32],
    configured: Option<config::Limits>,
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits").field("configured", &self.configured).finish_non_exhaustive()
    }
}

impl Limits {
    /// The default allowances; `hash_key` keys what is stored in place of accounts and addresses.
    pub fn new(hash_key: &[u8]) -> Self {
        Self { key: keyed(hash_key, &[b"limits"]), configured: None }
    }

    /// The same, with the allowances of the configuration.
    #[must_use]
    pub fn configured(mut self, limits: config::Limits) -> Self {
        self.configured = Some(limits);
        self
    }

    /// Counts an attempt to sign in. `account` is the account's canonical name with its kind, e.g. `staff:owner`.
    ///
    /// The account's own counter is touched only while the address has attempts left, so that one address cannot lock
    /// an account for everybody.
    ///
    /// # Refuses
    /// [`TooMany`].
    pub async fn sign_in(
        &self,
        db: &Db,
        account: &str,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<(), Error> {
        let network = network(address);
        self.count(
            db,
            LimitedAction::SignInByAccountAndAddress,
            &[account.as_bytes(), network.as_bytes()],
            now,
        )
        .await?;
        self.count(db, LimitedAction::SignInByAccount, &[account.as_bytes()], now).await
    }

    /// Forgives the attempts that led to a successful sign-in.
    pub(crate) async fn forgive_sign_in(
        &self,
        tx: &mut Tx,
        account: &str,
        address: IpAddr,
    ) -> Result<(), Error> {
        let network = network(address);
        let pair = LimitedAction::SignInByAccountAndAddress;
        sqlx::query!(
            "with forgiven as (delete from limit_counters where action = $1 and key_hash = $2)
             update limit_counters set count = greatest(count - 1, 0) where action = $3 and key_hash = $4",
            pair.as_str(),
            &self.hash(pair, &[account.as_bytes(), network.as_bytes()])[..],
            LimitedAction::SignInByAccount.as_str(),
            &self.hash(LimitedAction::SignInByAccount, &[account.as_bytes()])[..],
        )
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    /// Counts a guess at a code of one canonical identifier, known or not.
    ///
    /// # Refuses
    /// [`TooMany`].
    pub async fn code_guess(
        &self,
        db: &Db,
        identifier: &str,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.count(db, LimitedAction::CodeGuessByAddress, &[network(address).as_bytes()], now).await?;
        self.count(db, LimitedAction::CodeGuessByIdentifier, &[identifier.as_bytes()], now).await
    }

    /// Counts a renewal of a QR code by a staff user.
    ///
    /// # Refuses
    /// [`TooMany`].
    pub async fn qr_regeneration(&self, db: &Db, staff: StaffId, now: Timestamp) -> Result<(), Error> {
        self.count(db, LimitedAction::QrRegeneration, &[&staff.get().to_be_bytes()], now).await
    }

    /// Counts an attempt to change a password; `person` is the id of a staff user or customer.
    ///
    /// # Refuses
    /// [`TooMany`].
    pub async fn password_change(&self, db: &Db, person: i64, now: Timestamp) -> Result<(), Error> {
        self.count(db, LimitedAction::PasswordChange, &[&person.to_be_bytes()], now).await
    }

    /// Forgives the attempts that led to a changed password.
    pub(crate) async fn forgive_password_change(&self, tx: &mut Tx, person: i64) -> Result<(), Error> {
        let action = LimitedAction::PasswordChange;
        sqlx::query!(
            "delete from limit_counters where action = $1 and key_hash = $2",
            action.as_str(),
            &self.hash(action, &[&person.to_be_bytes()])[..],
        )
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    /// One statement, committed by itself: the attempt stays counted whatever becomes of it.
    async fn count(
        &self,
        db: &Db,
        action: LimitedAction,
        key: &[&[u8]],
        now: Timestamp,
    ) -> Result<(), Error> {
        let allowance = self.allowance(action);
        let over = now.checked_sub_signed(allowance.window).unwrap_or(Timestamp::MIN_UTC);
        let kept = sqlx::query!(
            "insert into limit_counters as kept (action, key_hash, window_started_at, count)
             values ($1, $2, $3, 1)
             on conflict (action, key_hash) do update
             set window_started_at =
                     case when kept.window_started_at <= $4 then excluded.window_started_at else kept.window_started_at end,
                 count = case when kept.window_started_at <= $4 then 1 else least(kept.count, 1000000000) + 1 end
             returning window_started_at, count",
            action.as_str(),
            &self.hash(action, key)[..],
            now,
            over,
        )
        .fetch_one(db.upkeep().await?.conn())
        .await?;
        if i64::from(kept.count) <= i64::from(allowance.most) {
            return Ok(());
        }
        let passed = now.signed_duration_since(kept.window_started_at);
        let left = allowance.window.checked_sub(&passed).unwrap_or(allowance.window);
        let seconds = left.num_seconds().saturating_add(1).clamp(1, allowance.window.num_seconds().max(1));
        Err(TooMany { action, retry_after: u32::try_from(seconds).unwrap_or(u32::MAX) }.into())
    }

    fn hash(&self, action: LimitedAction, key: &[&[u8]]) -> [u8; 32] {
        let mut parts = vec![action.as_str().as_bytes()];
        parts.extend_from_slice(key);
        keyed(&self.key, &parts)
    }

    fn allowance(&self, action: LimitedAction) -> Allowance {
        let default = action.default_allowance();
        let Some(limits) = &self.configured else { return default };
        let (most, window) = match action {
            LimitedAction::SignInByAccountAndAddress | LimitedAction::PasswordChange => {
                (limits.account_wrong_passwords, limits.account_window)
            }
            LimitedAction::SignInByAccount => {
                (limits.account_wrong_passwords.saturating_mul(10), limits.account_window)
            }
            LimitedAction::CodeGuessByIdentifier => (limits.code_guesses, limits.code_window),
            LimitedAction::CodeGuessByAddress => (default.most, limits.code_window),
            LimitedAction::QrRegeneration => {
                return Allowance { most: limits.qr_regenerations_per_minute, ..default };
            }
        };
        Allowance { most, window: TimeDelta::from_std(window).unwrap_or(default.window) }
    }
}

/// What counts as one address: a household or an attacker owns a whole IPv6 /64.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_how_long_to_wait() {
        let refused = |retry_after| TooMany { action: LimitedAction::SignInByAccountAndAddress, retry_after };
        assert_eq!(refused(31).say(Language::En), "Too many sign-in attempts, please wait a minute");
        assert_eq!(refused(600).say(Language::En), "Too many sign-in attempts, please wait 10 minutes");
        assert_eq!(refused(61).say(Language::Ar), "محاولات تسجيل دخول كثيرة، يرجى الانتظار دقيقتين");
        assert_eq!(refused(600).kind(), RefusalKind::TooMany { retry_after: 600 });
    }

    #[test]
    fn the_sign_in_screen_has_no_word_to_rewrite() {
        for action in [LimitedAction::SignInByAccountAndAddress, LimitedAction::SignInByAccount] {
            let said = TooMany { action, retry_after: 60 }.say(Language::En).to_lowercase();
            assert!(["password", "user", "credential"].iter().all(|word| !said.contains(word)), "{said}");
        }
    }

    #[test]
    fn every_action_counts_under_its_own_word() {
        let words: std::collections::BTreeSet<_> =
            LimitedAction::ALL.into_iter().map(LimitedAction::as_str).collect();
        assert_eq!(words.len(), LimitedAction::ALL.len());
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
    }
}
