//! A request at the door: who asks, about whom, and what they may know.

use chrono::TimeDelta;

use crate::{
    attendance::{
        code::{Code, open_token, parse_code},
        denial::{AskRefused, Denial},
        model::{DoorRequest, Look, Pass, Seen, Source, Token},
        rules::{Knock, REPEAT_SECONDS, Wish, could_open},
        store::{self, Admission},
    },
    customers::CustomerRefused,
    subscriptions::SubscriptionNotFound,
};
use base::{
    Error,
    access::{AccessRefused, Keyring, Permit, Unseen, can},
    platform::db::{Accountable, Connection, Signature},
    vocabulary::{CustomerId, Line, SubscriptionId, dates::earlier},
};

/// A check-in request whose code was read and whose right to override was checked; nothing is looked up yet.
#[derive(Debug)]
pub(in crate::attendance) struct Request<'a> {
    pub(super) desk: &'a Permit<can::CheckIn>,
    /// Of the desk, or of the manager who overrides a denial.
    pub(super) author: Signature,
    pub(super) look: Look,
    pub(in crate::attendance) knock: Knock,
    pub(super) source: Source,
    override_reason: Option<Line>,
}

impl<'a> Request<'a> {
    /// Reads what was asked; nothing is looked up yet.
    pub(in crate::attendance) fn read(
        keys: &Keyring,
        desk: &'a Permit<can::CheckIn>,
        ask: DoorRequest,
    ) -> Result<Self, Error> {
        let author = if ask.overriding.is_some() {
            let manager = desk.granted().also::<can::OverrideDenials>().ok_or(AccessRefused::NotAllowed)?;
            manager.at(desk.branch())?.signature()
        } else {
            desk.signature()
        };
        let (customer, token) = identify(keys, &ask)?;
        let now = desk.now();
        let since = earlier(now, TimeDelta::seconds(REPEAT_SECONDS));
        let look = Look {
            gym: desk.gym(),
            branch: desk.branch(),
            customer,
            subscription: ask.subscription,
            token: token.map(|token| token.id),
            since,
            paid_by: ask.follows_deduction.then_some(desk.staff()),
        };
        let knock = Knock {
            wish: Wish { action: ask.action, preferred: ask.subscription },
            token,
            is_overriding: ask.overriding.is_some(),
            now,
            today: desk.calendar().today(now),
        };
        Ok(Self { desk, author, look, knock, source: ask.source, override_reason: ask.overriding })
    }

    /// A customer of another branch is known at this door when the desk's own reach covers that branch, or when something
    /// they bought could open this door; otherwise they are answered exactly as nobody.
    pub(super) fn known(&self, found: Unseen<Seen>) -> Option<Seen> {
        found.within_or(self.desk.granted(), |seen| could_open(&seen.facts))
    }

    /// Reads everything that the decision follows from.
    ///
    /// # Refuses
    /// [`CustomerRefused::NotFound`], or [`SubscriptionNotFound`] where a subscription was named alone or is not theirs.
    pub(in crate::attendance) async fn look(&self, conn: &mut Connection) -> Result<Seen, Error> {
        let by_id = self.look.customer.is_some();
        let absent =
            || if by_id { Error::from(CustomerRefused::NotFound) } else { SubscriptionNotFound.into() };
        let seen = self.known(store::find_seen(conn, &self.look).await?).ok_or_else(absent)?;
        if self.look.subscription.is_some_and(|named| pass_of(&seen, Some(named)).is_none()) {
            return Err(SubscriptionNotFound.into());
        }
        Ok(seen)
    }

    /// What is written beside the entry of an admission. Overruling a denial spends no token: it was not the token
    /// that opened the door.
    pub(super) fn admission(&self, seen: &Seen, overruled: Option<Denial>) -> Admission<'_> {
        Admission {
            version: seen.version,
            today: self.knock.today,
            override_reason: overruled.and(self.override_reason.as_ref()).map(Line::as_str),
            token: self.knock.token.filter(|_| overruled.is_none()),
        }
    }
}

/// Who is named, and by which token: an id, a code, or a subscription of theirs.
fn identify(keys: &Keyring, ask: &DoorRequest) -> Result<(Option<CustomerId>, Option<Token>), Error> {
    let (named, token) = match ask.code.as_deref().map(parse_code).transpose()? {
        None => (None, None),
        Some(Code::Customer(id)) => (Some(id), None),
        Some(Code::Token(text)) => {
            let claims = open_token(keys, &text)?;
            let token =
                Token { id: claims.sid.get(), qr_version: claims.qr_version, expires_at: claims.expires_at };
            (Some(CustomerId::from(claims.subject)), Some(token))
        }
    };
    if ask.customer.is_some() && named.is_some() && ask.customer != named {
        return Err(AskRefused::TwoPeople.into());
    }
    let customer = ask.customer.or(named);
    if customer.is_none() && ask.subscription.is_none() {
        return Err(AskRefused::NobodyNamed.into());
    }
    Ok((customer, token))
}

/// The pass that was decided on, as it was before the entry.
pub(in crate::attendance) fn pass_of(seen: &Seen, id: Option<SubscriptionId>) -> Option<Pass> {
    seen.facts.passes.iter().find(|pass| Some(pass.id) == id).cloned()
}
