//! What a partial edit says of a field that may be empty.

use serde::{Deserialize, Deserializer};

/// Leave it, empty it, or set it: absent, `null`, or a value. The field needs `#[serde(default)]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// The field was not sent.
    #[default]
    Keep,
    /// The field was sent as null.
    Clear,
    /// The field was sent with a value.
    Set(T),
}

impl<T> Change<T> {
    /// The value after this change, where `before` is the one until now.
    pub fn over(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(after) => Some(after),
        }
    }

    /// Whether the field is to be set or emptied.
    pub const fn is_one(&self) -> bool {
        match self {
            Self::Keep => false,
            Self::Clear | Self::Set(_) => true,
        }
    }

    /// The same change with its value read by `parse`; a value that cannot be read empties the field.
    pub fn parsed<U>(self, parse: impl FnOnce(T) -> Option<U>) -> Change<U> {
        match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(value) => parse(value).map_or(Change::Clear, Change::Set),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(from)?.map_or(Self::Clear, Self::Set))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Edit {
        #[serde(default)]
        city: Change<String>,
    }

    fn city(json: &str) -> Change<String> {
        serde_json::from_str::<Edit>(json).unwrap().city
    }

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        assert_eq!(city("{}"), Change::Keep);
        assert_eq!(city(r#"{"city":null}"#), Change::Clear);
        assert_eq!(city(r#"{"city":"Giza"}"#), Change::Set("Giza".to_owned()));
        assert!(serde_json::from_str::<Edit>(r#"{"city":1}"#).is_err());
    }

    #[test]
    fn a_change_is_laid_over_what_was_there() {
        assert_eq!(Change::Keep.over(Some(1)), Some(1));
        assert_eq!(Change::Clear.over(Some(1)), None);
        assert_eq!(Change::Set(2).over(Some(1)), Some(2));
    }
}
