//! Shapes that the apps' habits ask for: integers sent as text, whole numbers without a fraction, gym-local times.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

pub use super::reading::part;
use base::{
    Text,
    vocabulary::{Calendar, Extra, Timestamp, Told, number_text, scaled},
};

const NO_WHOLE_NUMBER: (&str, Text) = (
    "INVALID_FIELD",
    Text {
        en: "This must be a whole number", ar: "القيمة يجب أن تكون رقمًا صحيحًا"
    },
);

/// A moment as the clock on the gym's wall shows it, without offset: what the apps print as given.
///
/// It is no `date-time` of RFC 3339, which strict clients read into an instant; the document calls it `local-date-time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct LocalDateTime(pub NaiveDateTime);

impl PartialSchema for LocalDateTime {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::Custom("local-date-time".to_owned())))
            .description(Some(
                "What the clock on the gym's wall shows, without offset; the gym's `time_zone` says where it hangs. \
                 A field beside it that ends in `_utc` is the same moment for programs.",
            ))
            .examples(["2026-11-20T16:20:00"])
            .into()
    }
}

impl ToSchema for LocalDateTime {}

/// What the gym's clock shows at that moment. Whole seconds.
pub fn local(calendar: Calendar, at: Timestamp) -> LocalDateTime {
    LocalDateTime(calendar.local(at).trunc_subsecs(0))
}

/// The moment itself, for programs. Whole seconds, so that it is the one beside it.
pub fn utc(at: Timestamp) -> DateTime<Utc> {
    at.trunc_subsecs(0)
}

/// Bytes as two digits each, lower case.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a string cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
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
    let Some(text) = loose_text(deserializer)?.filter(|text| !text.trim().is_empty()) else {
        return Ok(None);
    };
    scaled(&text, 0, Extra::Refuse).map(Some).map_err(|_none| Told::through_serde(&NO_WHOLE_NUMBER))
}

/// The flag that a query spells out.
pub fn flag(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _ => None,
    }
}

/// Reads a text that may come as a number; null is absent.
pub fn loose_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<LooseText>::deserialize(deserializer)?.map(|text| text.0))
}

/// As [`loose_text`], for a field of a partial edit: null is blank, which takes away what is there.
pub fn loose_change<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Some(loose_text(deserializer)?.unwrap_or_default()))
}

#[derive(Deserialize)]
struct LooseText(#[serde(deserialize_with = "number_text")] String);
