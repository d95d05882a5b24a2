//! How often somebody may try to sign in, or to change a password.

use std::{net::IpAddr, time::Duration};

use crate::{
    error::{Error, Text},
    platform::{
        db::{Db, Tx},
        limits::{Allowance, Limit, Limits, network, site},
    },
    vocabulary::Timestamp,
};

const TEN_MINUTES: Duration = Duration::from_mins(10);
const A_DAY: Duration = Duration::from_hours(24);

/// The sign-in screen of the staff app rewrites sentences with the words password, user and credential
/// (`staff_app.md`, section 2), so none of them is used.
const TOO_MANY_SIGN_INS: Text =
    Text { en: "Too many sign-in attempts", ar: "محاولات تسجيل دخول كثيرة" };

/// Signing in to one account from one address; a success starts it afresh.
static SIGN_IN_BY_ACCOUNT_AND_ADDRESS: Limit = Limit {
    name: "sign_in_by_account_and_address",
    sentence: TOO_MANY_SIGN_INS,
    allowance: Allowance { most: 10, window: TEN_MINUTES },
    configured: |limits| Allowance { most: limits.account_wrong_passwords, window: limits.account_window },
};

/// Signing in to one account from one IPv6 /48; a success takes its own attempt back.
static SIGN_IN_BY_ACCOUNT_AND_SITE: Limit = Limit {
    name: "sign_in_by_account_and_site",
    sentence: TOO_MANY_SIGN_INS,
    allowance: Allowance { most: 30, window: TEN_MINUTES },
    configured: |limits| Allowance {
        most: limits.account_wrong_passwords.saturating_mul(3),
        window: limits.account_window,
    },
};

/// Signing in to one account from all addresses it never signed in from; a success takes its own attempt back.
static SIGN_IN_BY_ACCOUNT: Limit = Limit {
    name: "sign_in_by_account",
    sentence: TOO_MANY_SIGN_INS,
    allowance: Allowance { most: 100, window: TEN_MINUTES },
    configured: |limits| Allowance {
        most: limits.account_wrong_passwords.saturating_mul(10),
        window: limits.account_window,
    },
};

/// The same over a day. A first-login password is one of 46 million: the chance to guess it stays under 1 in 20,000 a
/// day.
static SIGN_IN_BY_ACCOUNT_AND_DAY: Limit = Limit {
    name: "sign_in_by_account_and_day",
    sentence: TOO_MANY_SIGN_INS,
    allowance: Allowance { most: 2_000, window: A_DAY },
    configured: |limits| Allowance {
        most: limits.account_wrong_passwords.saturating_mul(200),
        window: A_DAY,
    },
};

/// Giving one's current password in order to change it, for each person; a success starts it afresh.
static PASSWORD_CHANGE: Limit = Limit {
    name: "password_change",
    sentence: Text {
        en: "Too many attempts to change the password", ar: "محاولات كثيرة لتغيير كلمة المرور"
    },
    allowance: Allowance { most: 10, window: TEN_MINUTES },
    configured: |limits| Allowance { most: limits.account_wrong_passwords, window: limits.account_window },
};

/// An attempt to sign in that was counted. Given back when it succeeds.
#[derive(Debug)]
#[must_use]
pub struct SignInAttempt {
    account: String,
    network: String,
    site: Option<String>,
    /// Whether the account signed in from this address before.
    is_known: bool,
}

impl SignInAttempt {
    fn by_address(&self) -> [&[u8]; 2] {
        [self.account.as_bytes(), self.network.as_bytes()]
    }

    fn by_site(&self) -> Option<[&[u8]; 2]> {
        self.site.as_ref().map(|site| [self.account.as_bytes(), site.as_bytes()])
    }
}

/// What staff and members have in common: accounts with a password.
impl Limits {
    /// Counts an attempt to sign in. `account` is the account's canonical name with its kind, e.g. `staff:owner`.
    ///
    /// From an address from which the account signed in before, only the attempts of that address count: whatever
    /// strangers do, whoever belongs there is not locked out. The counters that all strangers share are touched only
    /// while their own address has attempts left, so that one address cannot use them up.
    ///
    /// # Refuses
    /// [`TooMany`](crate::platform::limits::TooMany).
    pub async fn sign_in(
        &self,
        db: &Db,
        account: &str,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<SignInAttempt, Error> {
        let is_known = self.knows(db, account, address, now).await?;
        let (network, site) = (network(address), site(address));
        let attempt = SignInAttempt { account: account.to_owned(), network, site, is_known };
        self.count(db, &SIGN_IN_BY_ACCOUNT_AND_ADDRESS, &attempt.by_address(), now).await?;
        if !is_known {
            if let Some(key) = attempt.by_site() {
                self.count(db, &SIGN_IN_BY_ACCOUNT_AND_SITE, &key, now).await?;
            }
            self.count(db, &SIGN_IN_BY_ACCOUNT, &[attempt.account.as_bytes()], now).await?;
            self.count(db, &SIGN_IN_BY_ACCOUNT_AND_DAY, &[attempt.account.as_bytes()], now).await?;
        }
        Ok(attempt)
    }

    /// Forgives the attempts that led to a successful sign-in, and remembers its address.
    pub async fn forgive_sign_in(&self, tx: &mut Tx, attempt: &SignInAttempt) -> Result<(), Error> {
        self.forgive(tx, &SIGN_IN_BY_ACCOUNT_AND_ADDRESS, &attempt.by_address()).await?;
        if !attempt.is_known {
            // Only its own attempt: somebody else may be guessing at the same account from other addresses.
            if let Some(key) = attempt.by_site() {
                self.take_back(tx, &SIGN_IN_BY_ACCOUNT_AND_SITE, &key).await?;
            }
            self.take_back(tx, &SIGN_IN_BY_ACCOUNT, &[attempt.account.as_bytes()]).await?;
            self.take_back(tx, &SIGN_IN_BY_ACCOUNT_AND_DAY, &[attempt.account.as_bytes()]).await?;
        }
        self.remember(tx, &attempt.account, &attempt.network).await
    }

    /// Counts an attempt to change a password; `person` is the id of a staff user or customer, which no two people
    /// share.
    ///
    /// # Refuses
    /// [`TooMany`](crate::platform::limits::TooMany).
    pub async fn password_change(&self, db: &Db, person: i64, now: Timestamp) -> Result<(), Error> {
        self.count(db, &PASSWORD_CHANGE, &[&person.to_be_bytes()], now).await
    }

    /// Forgives the attempts that led to a changed password.
    pub async fn forgive_password_change(&self, tx: &mut Tx, person: i64) -> Result<(), Error> {
        self.forgive(tx, &PASSWORD_CHANGE, &[&person.to_be_bytes()]).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_in_screen_has_no_word_to_rewrite() {
        let said = TOO_MANY_SIGN_INS.en.to_lowercase();
        assert!(["password", "user", "credential"].iter().all(|word| !said.contains(word)), "{said}");
    }
}
