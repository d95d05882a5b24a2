//! Limits that protect an account: counted in Postgres, so that every copy of the services shares them and a restart
//! forgets nothing. Limits that protect the machine are in `limits_memory`.
//!
//! A guess is counted before it is evaluated, in one statement of its own, so that no concurrency gets more guesses
//! evaluated than are allowed. Windows are fixed: the first attempt opens one, and a refused attempt does not
//! lengthen it. Keys are kept as keyed hashes only.

use std::{borrow::Cow, net::IpAddr, time::Duration};

use chrono::TimeDelta;

use super::{
    config,
    db::{Db, Tx},
    idempotency::keyed,
    telemetry::metric,
};
use crate::{
    error::{Error, Refusal, RefusalKind, Text},
    vocabulary::{Language, Timestamp, dates::earlier},
};

/// What may be done only so often. Declared as a `static` by the feature that knows what is done.
#[derive(Debug)]
pub struct Limit {
    /// The word in `limit_counters.action`. Never given to anything else.
    pub name: &'static str,
    /// The beginning of the sentence that refuses; how long to wait follows.
    pub sentence: Text,
    /// How often, where nothing is configured.
    pub allowance: Allowance,
    /// How often, as it is configured.
    pub configured: fn(&config::LimitSettings) -> Allowance,
}

/// So many within a window, which the first of them opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Most attempts within the window; the next one is refused.
    pub most: u32,
    /// Length of the window, from its first attempt.
    pub window: Duration,
}

/// Too often; it makes sense again after a while.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("too many: {}", .limit.name)]
pub struct TooMany {
    /// What was done too often.
    pub limit: &'static Limit,
    /// Seconds until the window ends, rounded up.
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
        let what = self.limit.sentence.say(language);
        let time = waiting_time(language, self.retry_after);
        match language {
            Language::En => format!("{what}, please wait {time}"),
            Language::Ar => format!("{what}، يرجى الانتظار {time}"),
        }
        .into()
    }
}

/// So many seconds in words: in minutes, from two hours on in hours, rounded up.
fn waiting_time(language: Language, seconds: u32) -> String {
    let minutes = seconds.div_ceil(60).max(1);
    let hours = minutes.div_ceil(60);
    let is_long = minutes >= 120;
    let count = if is_long { hours } else { minutes };
    match (language, is_long, count) {
        (Language::En, false, 1) => "a minute".to_owned(),
        (Language::En, false, _) => format!("{count} minutes"),
        (Language::En, true, _) => format!("{count} hours"),
        (Language::Ar, false, 1) => "دقيقة واحدة".to_owned(),
        (Language::Ar, false, 2) => "دقيقتين".to_owned(),
        (Language::Ar, false, 3..=10) => format!("{count} دقائق"),
        (Language::Ar, false, _) => format!("{count} دقيقة"),
        (Language::Ar, true, 2) => "ساعتين".to_owned(),
        (Language::Ar, true, 3..=10) => format!("{count} ساعات"),
        (Language::Ar, true, _) => format!("{count} ساعة"),
    }
}

/// Counts attempts against the limits that protect accounts.
#[derive(Clone)]
pub struct Limits {
    key: [u8; 32],
    configured: Option<config::LimitSettings>,
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
    pub fn configured(mut self, limits: config::LimitSettings) -> Self {
        self.configured = Some(limits);
        self
    }

    /// Takes back all that was counted under `key`: what was tried has succeeded.
    pub async fn forgive(&self, tx: &mut Tx, limit: &'static Limit, key: &[&[u8]]) -> Result<(), Error> {
        sqlx::query!(
            "delete from limit_counters where action = $1 and key_hash = $2",
            limit.name,
            &self.hash(limit, key)[..],
        )
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    /// Takes back one of those counted under `key`, and leaves those of others there.
    pub async fn take_back(&self, tx: &mut Tx, limit: &'static Limit, key: &[&[u8]]) -> Result<(), Error> {
        sqlx::query!(
            "update limit_counters set count = greatest(count - 1, 0) where action = $1 and key_hash = $2",
            limit.name,
            &self.hash(limit, key)[..],
        )
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    /// As [`Limits::take_back`], whatever became of the transaction that was counted.
    pub async fn uncount(&self, db: &Db, limit: &'static Limit, key: &[&[u8]]) -> Result<(), Error> {
        sqlx::query!(
            "update limit_counters set count = greatest(count - 1, 0) where action = $1 and key_hash = $2",
            limit.name,
            &self.hash(limit, key)[..],
        )
        .execute(db.upkeep().await?.conn())
        .await?;
        Ok(())
    }

    /// Counts one more under `key`.
    ///
    /// One statement, committed by itself: the attempt stays counted whatever becomes of it.
    ///
    /// # Refuses
    /// [`TooMany`].
    pub async fn count(
        &self,
        db: &Db,
        limit: &'static Limit,
        key: &[&[u8]],
        now: Timestamp,
    ) -> Result<(), Error> {
        let allowance = self.configured.as_ref().map_or(limit.allowance, limit.configured);
        let window = TimeDelta::from_std(allowance.window).unwrap_or(TimeDelta::MAX);
        let over = earlier(now, window);
        let kept = sqlx::query!(
            // The count is capped: an attack that goes on for long must not overflow its column.
            "insert into limit_counters as kept (action, key_hash, window_started_at, count)
             values ($1, $2, $3, 1)
             on conflict (action, key_hash) do update
             set window_started_at =
                     case when kept.window_started_at <= $4 then excluded.window_started_at else kept.window_started_at end,
                 count = case when kept.window_started_at <= $4 then 1 else least(kept.count, 1000000000) + 1 end
             returning window_started_at, count",
            limit.name,
            &self.hash(limit, key)[..],
            now,
            over,
        )
        .fetch_one(db.upkeep().await?.conn())
        .await?;
        if i64::from(kept.count) <= i64::from(allowance.most) {
            return Ok(());
        }
        metrics::counter!(metric::LIMITS_REACHED, "limit" => limit.name).increment(1);
        let passed = now.signed_duration_since(kept.window_started_at);
        let left = window.checked_sub(&passed).unwrap_or(window);
        // Rounded up, so that whoever waits as long as told finds the window over.
        let seconds = left.num_seconds().saturating_add(1).clamp(1, window.num_seconds().max(1));
        Err(TooMany { limit, retry_after: u32::try_from(seconds).unwrap_or(u32::MAX) }.into())
    }

    fn hash(&self, limit: &Limit, key: &[&[u8]]) -> [u8; 32] {
        self.hidden(limit.name, key)
    }

    /// What is stored in place of an account or an address; different for every use of it.
    pub(crate) fn hidden(&self, used_for: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut named = vec![used_for.as_bytes()];
        named.extend_from_slice(parts);
        keyed(&self.key, &named)
    }
}

/// What counts as one address: a household or an attacker owns a whole IPv6 /64.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

/// The IPv6 /48 of an address, which one customer of a provider may own with its 65,536 networks. IPv4 has nothing
/// like it.
pub fn site(address: IpAddr) -> Option<String> {
    match address.to_canonical() {
        IpAddr::V4(_) => None,
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            Some(format!("{a:x}:{b:x}:{c:x}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static KNOCKING: Limit = Limit {
        name: "knocking",
        sentence: Text { en: "Too many knocks", ar: "طرقات كثيرة" },
        allowance: Allowance { most: 10, window: Duration::from_mins(10) },
        configured: |limits| Allowance { most: limits.code_guesses, window: limits.code_window },
    };

    #[test]
    fn a_refusal_says_how_long_to_wait() {
        let refused = |retry_after| TooMany { limit: &KNOCKING, retry_after };
        assert_eq!(refused(31).say(Language::En), "Too many knocks, please wait a minute");
        assert_eq!(refused(600).say(Language::En), "Too many knocks, please wait 10 minutes");
        assert_eq!(refused(61).say(Language::Ar), "طرقات كثيرة، يرجى الانتظار دقيقتين");
        assert_eq!(refused(86_400).say(Language::En), "Too many knocks, please wait 24 hours");
        assert_eq!(refused(86_400).say(Language::Ar), "طرقات كثيرة، يرجى الانتظار 24 ساعة");
        assert_eq!(waiting_time(Language::En, 7_140), "119 minutes");
        assert_eq!(waiting_time(Language::Ar, 7_141), "ساعتين");
        assert_eq!(waiting_time(Language::Ar, 7_201), "3 ساعات");
        assert_eq!(refused(600).kind(), RefusalKind::TooMany { retry_after: 600 });
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
    }

    #[test]
    fn the_networks_of_one_site_are_known_as_one() {
        let of = |text: &str| site(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:2:2::1"));
        assert_eq!(of("::ffff:192.0.2.7"), None);
    }
}
