//! The addresses from which an account signed in, kept for 60 days as keyed hashes.
//!
//! A stranger can use up what an account allows to strangers, but not what it allows to an address that it knows.

use std::net::IpAddr;

use chrono::TimeDelta;

use super::store;
use crate::{
    error::Error,
    platform::{
        db::{Db, Tx},
        limits::{Limits, network},
    },
    vocabulary::{Timestamp, dates::earlier},
};

/// How long an address stays known after the last sign-in from there.
pub const KNOWN_ADDRESS_KEPT: TimeDelta = TimeDelta::days(60);
/// An address seen again within this time is not written again.
const SEEN_LATELY: TimeDelta = TimeDelta::hours(12);

impl Limits {
    /// Whether the account signed in from this address (of IPv6, from its /64) within 60 days. `account` as for
    /// [`Limits::sign_in`].
    pub async fn knows(
        &self,
        db: &Db,
        account: &str,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<bool, Error> {
        store::find_known_address(
            db.conn().await?.get(),
            &self.hidden_account(account),
            &self.hidden_address(account, &network(address)),
            earlier(now, KNOWN_ADDRESS_KEPT),
        )
        .await
    }

    /// Remembers that the account signed in from this network, as [`network`] names it.
    pub async fn remember(&self, tx: &mut Tx, account: &str, network: &str) -> Result<(), Error> {
        let now = tx.now();
        store::insert_known_address(
            tx,
            &self.hidden_account(account),
            &self.hidden_address(account, network),
            (now, earlier(now, SEEN_LATELY)),
        )
        .await
    }

    fn hidden_account(&self, account: &str) -> [u8; 32] {
        self.hidden("known account", &[account.as_bytes()])
    }

    /// With the account in it, so that nobody can tell from the table which accounts share an address.
    fn hidden_address(&self, account: &str, network: &str) -> [u8; 32] {
        self.hidden("known address", &[account.as_bytes(), network.as_bytes()])
    }
}
