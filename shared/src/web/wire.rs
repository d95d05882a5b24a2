//! Shapes that the apps' habits ask for: integers sent as text, whole numbers without a fraction, gym-local times.

use chrono::{NaiveDateTime, SubsecRound};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::vocabulary::{Calendar, Timestamp};

/// A time as the gym's clock shows it, without zone: what the apps print as given. Whole seconds.
pub fn local(calendar: Calendar, at: Timestamp) -> NaiveDateTime {
    calendar.local(at).trunc_subsecs(0)
}

/// A measure in tenths or hundredths, sent as a JSON number: whole ones as integers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number(pub f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            reason = "guarded: finite, whole, and far inside the range of i64"
        )]
        if self.0.is_finite() && self.0.fract() == 0.0 && self.0.abs() < 9e15 {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

/// Thousandths of a unit, e.g. grams of a kilogram.
#[expect(clippy::float_arithmetic, reason = "a measure on its way out; whole numbers inside")]
pub fn thousandths(value: i32) -> Number {
    Number(f64::from(value) / 1000.0)
}

/// Tenths of a unit, e.g. millimetres of a centimetre.
#[expect(clippy::float_arithmetic, reason = "a measure on its way out; whole numbers inside")]
pub fn tenths(value: i32) -> Number {
    Number(f64::from(value) / 10.0)
}

/// Reads an integer that may come as a number or as text; blank text and null are absent.
pub fn loose_integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    match Option::<Loose>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Loose::Integer(value)) => Ok(Some(value)),
        Some(Loose::Text(text)) if text.trim().is_empty() => Ok(None),
        Some(Loose::Text(text)) => text.trim().parse().map(Some).map_err(D::Error::custom),
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Loose {
    Integer(i64),
    Text(String),
}
