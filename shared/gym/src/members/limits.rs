//! How often a code may be guessed.

use std::{net::IpAddr, time::Duration};

use base::{
    Error, Text,
    platform::{
        db::Db,
        limits::{Allowance, Limit, Limits, network},
    },
    vocabulary::Timestamp,
};

const TEN_MINUTES: Duration = Duration::from_mins(10);
const TOO_MANY_GUESSES: Text =
    Text { en: "Too many codes were tried", ar: "تمت تجربة رموز كثيرة" };

/// Guessing codes of one identifier, over all its codes.
static CODE_GUESS_BY_IDENTIFIER: Limit = Limit {
    name: "code_guess_by_identifier",
    sentence: TOO_MANY_GUESSES,
    allowance: Allowance { most: 15, window: TEN_MINUTES },
    configured: |limits| Allowance { most: limits.code_guesses, window: limits.code_window },
};

/// Guesses from one address, behind which a whole branch may sit.
const MOST_BY_ADDRESS: u32 = 600;

/// Guessing codes from one address.
static CODE_GUESS_BY_ADDRESS: Limit = Limit {
    name: "code_guess_by_address",
    sentence: TOO_MANY_GUESSES,
    allowance: Allowance { most: MOST_BY_ADDRESS, window: TEN_MINUTES },
    configured: |limits| Allowance { most: MOST_BY_ADDRESS, window: limits.code_window },
};

/// Counts a guess at a code of one canonical identifier, known or not.
///
/// # Refuses
/// [`TooMany`](base::platform::limits::TooMany).
pub async fn count_code_guess(
    limits: &Limits,
    db: &Db,
    identifier: &str,
    address: IpAddr,
    now: Timestamp,
) -> Result<(), Error> {
    // The address first: who is refused for it uses up none of the guesses of the identifier.
    limits.count(db, &CODE_GUESS_BY_ADDRESS, &[network(address).as_bytes()], now).await?;
    limits.count(db, &CODE_GUESS_BY_IDENTIFIER, &[identifier.as_bytes()], now).await
}
