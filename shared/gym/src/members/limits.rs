//! How often a code may be guessed.
//!
//! A code is one of 900,000. From addresses that an account does not know its codes are guessed at most 50 times a day
//! (30 by whoever asks for codes, 20 by others), from those that it knows 15 times, each at two codes at most. Together
//! the chance to guess one stays under 1 in 10,000 a day. Whoever guesses right gets the attempt back.

use std::{net::IpAddr, time::Duration};

use base::{
    Error, Text,
    platform::{
        db::{Db, Tx},
        limits::{Allowance, Limit, Limits, network, site},
    },
    vocabulary::Timestamp,
};

const TEN_MINUTES: Duration = Duration::from_mins(10);
const A_DAY: Duration = Duration::from_hours(24);
const TOO_MANY_GUESSES: Text =
    Text { en: "Too many codes were tried", ar: "تمت تجربة رموز كثيرة" };

/// A limit of one day, which no setting loosens.
const fn in_a_day<const MOST: u32>(name: &'static str) -> Limit {
    Limit {
        name,
        sentence: TOO_MANY_GUESSES,
        allowance: Allowance { most: MOST, window: A_DAY },
        configured: |_| Allowance { most: MOST, window: A_DAY },
    }
}

/// Guessing codes of one identifier from addresses that neither asked for one nor are known to the account.
static CODE_GUESS_BY_IDENTIFIER: Limit = Limit {
    name: "code_guess_by_identifier",
    sentence: TOO_MANY_GUESSES,
    allowance: Allowance { most: 15, window: TEN_MINUTES },
    configured: |limits| Allowance { most: limits.code_guesses, window: limits.code_window },
};
/// The same over a day.
static CODE_GUESS_OF_STRANGERS_BY_DAY: Limit = in_a_day::<20>("code_guess_of_strangers_by_day");
/// Guessing codes of one identifier from addresses that asked for them and are not known to the account.
static CODE_GUESS_OF_ASKERS_BY_DAY: Limit = in_a_day::<30>("code_guess_of_askers_by_day");
/// Guessing codes of one identifier from addresses that are known to the account.
static CODE_GUESS_OF_KNOWN_BY_DAY: Limit = in_a_day::<15>("code_guess_of_known_by_day");

/// Guesses from one address, behind which a whole branch may sit.
const MOST_BY_ADDRESS: u32 = 600;
/// Guesses from one IPv6 /48.
const MOST_BY_SITE: u32 = 2_400;

/// Guessing codes from one address.
static CODE_GUESS_BY_ADDRESS: Limit = Limit {
    name: "code_guess_by_address",
    sentence: TOO_MANY_GUESSES,
    allowance: Allowance { most: MOST_BY_ADDRESS, window: TEN_MINUTES },
    configured: |limits| Allowance { most: MOST_BY_ADDRESS, window: limits.code_window },
};

/// Guessing codes from one IPv6 /48.
static CODE_GUESS_BY_SITE: Limit = Limit {
    name: "code_guess_by_site",
    sentence: TOO_MANY_GUESSES,
    allowance: Allowance { most: MOST_BY_SITE, window: TEN_MINUTES },
    configured: |limits| Allowance { most: MOST_BY_SITE, window: limits.code_window },
};

/// From where a code is guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guesser {
    /// The account signed in from there before.
    KnownAddress,
    /// A code of the identifier was asked for from there.
    Asker,
    /// Neither.
    Stranger,
}

impl Guesser {
    /// The limits of one identifier that a guess from there counts against.
    fn limits(self) -> impl Iterator<Item = &'static Limit> {
        let (short, by_day) = match self {
            Self::KnownAddress => (None, &CODE_GUESS_OF_KNOWN_BY_DAY),
            Self::Asker => (None, &CODE_GUESS_OF_ASKERS_BY_DAY),
            Self::Stranger => (Some(&CODE_GUESS_BY_IDENTIFIER), &CODE_GUESS_OF_STRANGERS_BY_DAY),
        };
        short.into_iter().chain([by_day])
    }
}

/// Counts a guess at a code of one canonical identifier, known or not.
///
/// # Refuses
/// [`TooMany`](base::platform::limits::TooMany).
pub async fn count_code_guess(
    (limits, db): (&Limits, &Db),
    identifier: &str,
    (guesser, address): (Guesser, IpAddr),
    now: Timestamp,
) -> Result<(), Error> {
    // The address first: who is refused for it uses up none of the guesses of the identifier.
    limits.count(db, &CODE_GUESS_BY_ADDRESS, &[network(address).as_bytes()], now).await?;
    if let Some(site) = site(address) {
        limits.count(db, &CODE_GUESS_BY_SITE, &[site.as_bytes()], now).await?;
    }
    for limit in guesser.limits() {
        limits.count(db, limit, &[identifier.as_bytes()], now).await?;
    }
    Ok(())
}

/// Takes a guess back that was right.
pub(super) async fn take_back_code_guess(
    limits: &Limits,
    tx: &mut Tx,
    identifier: &str,
    guesser: Guesser,
) -> Result<(), Error> {
    for limit in guesser.limits() {
        limits.take_back(tx, limit, &[identifier.as_bytes()]).await?;
    }
    Ok(())
}
