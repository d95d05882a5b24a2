//! How often somebody may try to sign in, or to change a password.

use std::{net::IpAddr, time::Duration};

use crate::{
    error::{Error, Text},
    platform::{
        db::{Db, Tx},
        limits::{Allowance, Limit, Limits, network},
    },
    vocabulary::Timestamp,
};

const TEN_MINUTES: Duration = Duration::from_mins(10);

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

/// Signing in to one account from anywhere; a success takes its own attempt back.
static SIGN_IN_BY_ACCOUNT: Limit = Limit {
    name: "sign_in_by_account",
    sentence: TOO_MANY_SIGN_INS,
    allowance: Allowance { most: 100, window: TEN_MINUTES },
    configured: |limits| Allowance {
        most: limits.account_wrong_passwords.saturating_mul(10),
        window: limits.account_window,
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

/// What staff and members have in common: accounts with a password.
impl Limits {
    /// Counts an attempt to sign in. `account` is the account's canonical name with its kind, e.g. `staff:owner`.
    ///
    /// The account's own counter is touched only while the address has attempts left, so that one address cannot lock
    /// an account for everybody.
    ///
    /// # Refuses
    /// [`TooMany`](crate::platform::limits::TooMany).
    pub async fn sign_in(
        &self,
        db: &Db,
        account: &str,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (account, network) = (account.as_bytes(), network(address));
        self.count(db, &SIGN_IN_BY_ACCOUNT_AND_ADDRESS, &[account, network.as_bytes()], now).await?;
        self.count(db, &SIGN_IN_BY_ACCOUNT, &[account], now).await
    }

    /// Forgives the attempts that led to a successful sign-in.
    pub async fn forgive_sign_in(&self, tx: &mut Tx, account: &str, address: IpAddr) -> Result<(), Error> {
        let (account, network) = (account.as_bytes(), network(address));
        self.forgive(tx, &SIGN_IN_BY_ACCOUNT_AND_ADDRESS, &[account, network.as_bytes()]).await?;
        // Only its own attempt: somebody else may be guessing at the same account from other addresses.
        self.take_back(tx, &SIGN_IN_BY_ACCOUNT, &[account]).await
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
