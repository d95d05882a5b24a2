//! A guess at a code: counted before it is looked at, evaluated under a lock.

use base::{
    Error,
    access::{Codes, OneTimeCode, Visitor},
    platform::{
        db::Tx,
        limits::{Limits, network},
    },
    vocabulary::CustomerId,
};

use super::{
    limits::{Guesser, count_code_guess, take_back_code_guess},
    model::{CodePurpose, MemberSignIn},
    rules::{Identifier, is_guessable},
    store,
};

/// One guess at the codes of an identifier. It can only be made by counting it.
#[derive(Debug)]
pub(super) struct Guess<'a> {
    limits: &'a Limits,
    account_name: String,
    network: String,
    guesser: Guesser,
    purpose: CodePurpose,
    /// What is stored in place of the phone number or address.
    pub(super) identifier: [u8; 32],
    /// What is stored in place of the address that asks.
    asked_from: [u8; 32],
    /// What is stored in place of the code.
    hash: [u8; 32],
}

impl<'a> Guess<'a> {
    /// Counts a guess, known identifier or not. Committed by itself: the count stays whatever becomes of the guess.
    ///
    /// # Refuses
    /// [`TooMany`](base::platform::limits::TooMany).
    pub(super) async fn counted(
        entrance: &MemberSignIn<'a>,
        visitor: &Visitor,
        who: &Identifier,
        (purpose, code): (CodePurpose, &OneTimeCode),
    ) -> Result<Self, Error> {
        let MemberSignIn { db, codes, limits, .. } = *entrance;
        let (address, now, account_name) = (visitor.request().address(), visitor.now(), who.account_name());
        let identifier = codes.hash_identifier(who.canonical());
        let asked_from = codes.hash_address(&identifier, address);
        let is_known = limits.knows(db, &account_name, address, now).await?;
        let has_asked =
            store::find_asked_from(db.conn().await?.get(), &identifier, purpose, &asked_from, now).await?;
        let guesser = match (is_known, has_asked) {
            (true, _) => Guesser::KnownAddress,
            (false, true) => Guesser::Asker,
            (false, false) => Guesser::Stranger,
        };
        count_code_guess((limits, db), who.canonical(), (guesser, address), now).await?;
        let hash = codes.hash_code(&identifier, purpose.as_str(), code);
        let network = network(address);
        Ok(Self { limits, account_name, network, guesser, purpose, identifier, asked_from, hash })
    }

    /// Evaluates it; the account that the code was sent to, if it was right. A wrong guess is data, not an error, so
    /// that the transaction keeps the count.
    pub(super) async fn evaluate(&self, tx: &mut Tx, who: &Identifier) -> Result<Option<CustomerId>, Error> {
        let now = tx.now();
        store::lock_identifier(tx, &self.identifier).await?;
        // A stranger who asks for a code later does not make the one worthless that was asked for from a known address.
        // From elsewhere a guess meets one code only: two would double the chance of whoever guesses.
        let also_own = (self.guesser == Guesser::KnownAddress).then_some(&self.asked_from);
        let mut sent_to = None;
        for pending in store::lock_codes(tx, &self.identifier, self.purpose, also_own).await? {
            let is_own = pending.asked_from.as_ref().is_some_and(|from| from[..] == self.asked_from[..]);
            if !is_guessable(&pending, is_own, now) {
                continue;
            }
            let is_right = Codes::is_same(&pending.hash, &self.hash);
            store::update_code(tx, pending.id, is_own, is_right.then_some(now)).await?;
            if is_right {
                sent_to = pending.customer;
            }
        }
        if sent_to.is_some() {
            take_back_code_guess(self.limits, tx, who.canonical(), self.guesser).await?;
        }
        Ok(sent_to)
    }

    /// Remembers that the account signed in from here.
    pub(super) async fn remember_address(&self, tx: &mut Tx) -> Result<(), Error> {
        self.limits.remember(tx, &self.account_name, &self.network).await
    }
}
