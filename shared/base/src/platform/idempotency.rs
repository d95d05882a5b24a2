//! Writes that must happen once, however often they are sent.
//!
//! A request may carry an `Idempotency-Key`; its outcome is kept for 24 hours beside the effect. The installed apps
//! send none, so a money write that repeats the same actor, route and body within ten seconds is taken for a double
//! click, as long as what the first click did still stands.
//!
//! What is kept names what was done and is no answer: a repeat passes the guard like any other request, and its answer
//! is read anew under what the caller may see at that moment.

use std::time::Duration;

use base64::Engine as _;
use hmac::{Hmac, KeyInit, Mac};
use rand::RngExt;
use sha2::Sha256;

use super::{
    db::{Signature, Tx},
    request::Actor,
};
use crate::{error::Error, refusals, vocabulary::dates::earlier};

/// How long an outcome is answered again for its key.
pub const KEPT_HOURS: i64 = 24;
/// Within this time an unkeyed money write is taken for a double click.
pub const DOUBLE_CLICK_SECONDS: i64 = 10;

/// Keys the fingerprints, so that a stored one tells nothing about the body.
#[derive(Clone, Copy)]
pub(crate) struct FingerprintKey([u8; 32]);

impl std::fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FingerprintKey(…)")
    }
}

impl FingerprintKey {
    /// Derives it from the installation's hash key.
    pub(crate) fn derive(hash_key: &[u8]) -> Self {
        Self(keyed(hash_key, &[b"idempotency fingerprints"]))
    }
}

/// HMAC-SHA-256 over the parts, each behind its length, so that no two lists of parts look the same.
pub(crate) fn keyed(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// What an `Idempotency-Key` header says: 1 to 200 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(Box<str>);

/// Longest key, in characters.
const LONGEST_KEY: usize = 200;

impl IdempotencyKey {
    /// Reads the value of the header.
    ///
    /// # Refuses
    /// [`KeyRefused`]: a key that was dropped instead would let a repeat charge twice.
    pub fn parse(header: &[u8]) -> Result<Self, KeyRefused> {
        let is_key = (1..=LONGEST_KEY).contains(&header.len()) && header.iter().all(u8::is_ascii_graphic);
        let text = std::str::from_utf8(header).ok().filter(|_| is_key);
        text.map(|text| Self(text.into())).ok_or(KeyRefused)
    }

    fn as_str(&self) -> &str {
        &self.0
    }
}

refusals! {
    /// The `Idempotency-Key` header cannot be kept as it is.
    pub struct KeyRefused => Invalid, "IDEMPOTENCY_KEY_INVALID",
        en: "An Idempotency-Key has 1 to 200 visible ASCII characters and is sent once",
        ar: "يتكون مفتاح التكرار من 1 إلى 200 حرف مرئي من أحرف ASCII ويرسل مرة واحدة";
}

/// One write that must happen once.
#[derive(Debug)]
pub(crate) struct Ticket {
    actor: Actor,
    key: String,
    fingerprint: [u8; 32],
    lock: i64,
    is_explicit: bool,
}

impl Ticket {
    /// The ticket of a write whose request carries a key. Only known actors have one.
    pub(crate) fn of(signature: &Signature, key: FingerprintKey) -> Option<Self> {
        signature.request.idempotency_key()?;
        Self::of_money(signature, key)
    }

    /// The ticket of a write that moves money, with or without a key. Only known actors have one.
    pub(crate) fn of_money(signature: &Signature, key: FingerprintKey) -> Option<Self> {
        let request = &signature.request;
        let actor_id = signature.actor.id()?;
        let body = request.body_hash().map_or(&[][..], |hash| &hash[..]);
        let fingerprint = keyed(&key.0, &[request.method().as_bytes(), request.path().as_bytes(), body]);
        let (name, is_explicit) = match request.idempotency_key() {
            Some(given) => (format!("key:{}", given.as_str()), true),
            None => (format!("repeat:{}", name_of(&fingerprint)), false),
        };
        let digest =
            keyed(&key.0, &[signature.actor.kind().as_bytes(), &actor_id.to_be_bytes(), name.as_bytes()]);
        // An advisory lock has 64 bits; two tickets that share them exclude each other only while both run.
        let lock = digest.first_chunk::<8>().map_or(0, |bytes| i64::from_be_bytes(*bytes));
        Some(Self { actor: signature.actor, key: name, fingerprint, lock, is_explicit })
    }

    /// Whether the request carried a key, so that a repeat is its sender's and never a double click.
    pub(crate) fn is_explicit(&self) -> bool {
        self.is_explicit
    }
}

fn name_of(bytes: &[u8]) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

refusals! {
    /// Why a repeated write is refused.
    pub enum RepeatRefused {
        /// The first use of the key has not finished.
        StillRunning => Conflict, "REQUEST_STILL_RUNNING",
            en: "The same request is still being processed",
            ar: "ما زال الطلب نفسه قيد التنفيذ";
        /// The key belongs to a different request.
        KeyReused => Mismatch, "IDEMPOTENCY_KEY_REUSED",
            en: "This Idempotency-Key was already used for a different request",
            ar: "سبق استخدام مفتاح التكرار هذا لطلب مختلف";
    }
}

/// What an earlier write with this ticket came to. Holds the ticket until the transaction ends.
///
/// # Locks
/// One advisory lock per actor and key. Taken in a statement of its own: the look-up after it must see what the
/// former holder committed.
pub(crate) async fn find(tx: &mut Tx, ticket: &Ticket) -> Result<Option<serde_json::Value>, Error> {
    if ticket.is_explicit {
        // Not waited for, unlike a double click below: whoever sends a key can be told that the first request is
        // still running, and may ask again.
        let is_free = sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock($1) as "free!""#, ticket.lock)
            .fetch_one(tx.conn())
            .await?;
        if !is_free {
            return Err(RepeatRefused::StillRunning.into());
        }
    } else {
        sqlx::query!("select pg_advisory_xact_lock($1)", ticket.lock).execute(tx.conn()).await?;
    }
    let age = if ticket.is_explicit {
        chrono::TimeDelta::hours(KEPT_HOURS)
    } else {
        chrono::TimeDelta::seconds(DOUBLE_CLICK_SECONDS)
    };
    let since = earlier(tx.now(), age);
    let kept = sqlx::query!(
        "select fingerprint, outcome
         from idempotency_keys
         where actor_kind = $1 and actor_id = $2 and key = $3 and created_at > $4",
        ticket.actor.kind(),
        ticket.actor.id(),
        ticket.key,
        since,
    )
    .fetch_optional(tx.conn())
    .await?;
    match kept {
        Some(kept) if kept.fingerprint == ticket.fingerprint => Ok(Some(kept.outcome)),
        Some(_) => Err(RepeatRefused::KeyReused.into()),
        None => Ok(None),
    }
}

/// Keeps what the write came to, in its transaction.
pub(crate) async fn keep(tx: &mut Tx, ticket: &Ticket, outcome: serde_json::Value) -> Result<(), Error> {
    let now = tx.now();
    sqlx::query!(
        // There may be a row already: an outcome too old to be answered, or one that no longer stands.
        "insert into idempotency_keys (actor_kind, actor_id, key, fingerprint, outcome, created_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (actor_kind, actor_id, key) do update
         set fingerprint = excluded.fingerprint, outcome = excluded.outcome, created_at = excluded.created_at",
        ticket.actor.kind(),
        ticket.actor.id(),
        ticket.key,
        &ticket.fingerprint[..],
        outcome,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How long to wait before a transaction is run again: random, up to 20 ms after the first attempt, and twice as long
/// after each further one.
pub(crate) fn pause_before(attempt: u32) -> Duration {
    let most = 10_u64.saturating_mul(2_u64.saturating_pow(attempt));
    Duration::from_millis(rand::rng().random_range(1..=most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_short_and_visible() {
        for key in ["a", "8e03978e-40d5-43dd-bc93-6894a57f9324", "\"quoted\"", &"k".repeat(LONGEST_KEY)] {
            assert_eq!(
                IdempotencyKey::parse(key.as_bytes()).map(|key| key.as_str().to_owned()),
                Ok(key.to_owned())
            );
        }
        for odd in ["", " ", "two words", "tab\tinside", "\u{7f}", "مفتاح", &"k".repeat(LONGEST_KEY + 1)]
        {
            assert_eq!(IdempotencyKey::parse(odd.as_bytes()), Err(KeyRefused), "{odd:?}");
        }
        assert_eq!(IdempotencyKey::parse(&[b'k', 0xff]), Err(KeyRefused));
    }
}
