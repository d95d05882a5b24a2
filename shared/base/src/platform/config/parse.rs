//! How values are read: durations by their unit, lists by their commas, secrets without showing them.

use std::{fmt::Display, str::FromStr, time::Duration};

use secrecy::SecretString;
use serde::{Deserialize, Deserializer, de::Error};

/// A day: no timeout of ours is longer, and a larger number is a slip of the unit.
const LONGEST_SECONDS: u64 = 86_400;

/// A whole number of seconds, from one to a day.
pub(super) fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    within(u64::deserialize(from)?, 1, LONGEST_SECONDS).map(Duration::from_secs)
}

/// A whole number of milliseconds, from one to a day.
pub(super) fn milliseconds<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    within(u64::deserialize(from)?, 1, LONGEST_SECONDS.saturating_mul(1000)).map(Duration::from_millis)
}

/// A whole number of minutes, at least one and at most 31 days.
pub(super) fn minutes<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let minutes = within(u64::deserialize(from)?, 1, 44_640)?;
    Ok(Duration::from_secs(minutes.saturating_mul(60)))
}

/// A whole number of days, at least one and at most a year.
pub(super) fn days<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let days = within(u64::deserialize(from)?, 1, 366)?;
    Ok(Duration::from_secs(days.saturating_mul(86_400)))
}

/// A count from 1 to 1,000,000.
pub(super) fn count<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    within(u64::deserialize(from)?, 1, 1_000_000)
        .and_then(|count| u32::try_from(count).map_err(D::Error::custom))
}

/// A whole number of kibibytes, from 1 to a gibibyte, in bytes.
pub(super) fn kibibytes<'de, D: Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    let bytes = within(u64::deserialize(from)?, 1, 1_048_576)?.saturating_mul(1024);
    usize::try_from(bytes).map_err(D::Error::custom)
}

fn within<E: Error>(value: u64, least: u64, most: u64) -> Result<u64, E> {
    if (least..=most).contains(&value) {
        Ok(value)
    } else {
        Err(E::custom(format_args!("{value} is not between {least} and {most}")))
    }
}

/// A value that is read from its text.
pub(super) fn spelled<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(from: D) -> Result<T, D::Error> {
    String::deserialize(from)?.parse().map_err(D::Error::custom)
}

/// A value that is read from its text, or nothing if the text is empty.
pub(super) fn optional<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = String::deserialize(from)?;
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(D::Error::custom) }
}

/// A secret, or nothing if it is empty.
pub(super) fn optional_secret<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SecretString>, D::Error> {
    let text = String::deserialize(from)?;
    Ok(if text.is_empty() { None } else { Some(SecretString::from(text)) })
}

/// A list: an array in the file, or one text with commas.
pub(super) fn list<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a list, or a text with commas")]
    enum List {
        Text(String),
        Items(Vec<String>),
    }
    let items = match List::deserialize(from)? {
        List::Text(text) => text.split(',').map(|item| item.trim().to_owned()).collect(),
        List::Items(items) => items,
    };
    items.iter().filter(|item| !item.is_empty()).map(|item| item.parse().map_err(D::Error::custom)).collect()
}
