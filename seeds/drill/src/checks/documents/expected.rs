//! What a field of an answer must be.

use serde_json::Value;

/// A condition on one field; none holds for a field that is not there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Expected {
    True,
    False,
    Text(&'static str),
    /// A number, by its digits.
    Figure(&'static str),
    Number,
    /// A text that is not empty.
    Filled,
    /// A text with this beginning.
    Begins(&'static str),
    /// A list, or a page with one in `items`, with so many rows or more, each of which has all of these.
    Rows(usize, &'static [(&'static str, Expected)]),
    /// A row of such a list has all of these.
    OneRow(&'static [(&'static str, Expected)]),
    /// In such a list this field is null, or two letters, two digits, two letters; and somewhere it is not null.
    TemporaryPasswords(&'static str),
    /// The field is there, whatever its value, null too.
    Present,
}

impl Expected {
    pub(super) fn fits(self, found: Option<&Value>) -> bool {
        let Some(found) = found else { return false };
        let text = found.as_str();
        match self {
            Self::True => found.as_bool() == Some(true),
            Self::False => found.as_bool() == Some(false),
            Self::Text(wanted) => text == Some(wanted),
            Self::Figure(digits) => found.is_number() && figure(found) == digits,
            Self::Number => found.is_number(),
            Self::Filled => text.is_some_and(|text| !text.is_empty()),
            Self::Begins(words) => text.is_some_and(|text| text.starts_with(words)),
            Self::Rows(least, fields) => {
                rows(found).is_some_and(|rows| rows.len() >= least && rows.iter().all(|row| has(row, fields)))
            }
            Self::OneRow(fields) => rows(found).is_some_and(|rows| rows.iter().any(|row| has(row, fields))),
            Self::TemporaryPasswords(name) => rows(found).is_some_and(|rows| {
                let mut given =
                    rows.iter().filter_map(|row| row.get(name).filter(|one| !one.is_null())).peekable();
                given.peek().is_some() && given.all(|one| one.as_str().is_some_and(is_temporary_password))
            }),
            Self::Present => true,
        }
    }
}

/// 80 and 80.0 are one number.
fn figure(number: &Value) -> String {
    let text = number.to_string();
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn rows(found: &Value) -> Option<&Vec<Value>> {
    found.as_array().or_else(|| found.get("items")?.as_array())
}

fn has(row: &Value, fields: &[(&str, Expected)]) -> bool {
    fields.iter().all(|(name, wanted)| wanted.fits(row.get(name)))
}

fn is_temporary_password(text: &str) -> bool {
    let letters = |part: Option<&[u8]>| part.is_some_and(|part| part.iter().all(u8::is_ascii_uppercase));
    let bytes = text.as_bytes();
    bytes.len() == 6
        && letters(bytes.get(..2))
        && bytes.get(2..4).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
        && letters(bytes.get(4..))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_that_is_not_there_fits_nothing() {
        for wanted in [Expected::True, Expected::Filled, Expected::Present, Expected::Rows(0, &[])] {
            assert!(!wanted.fits(None), "{wanted:?}");
        }
        assert!(Expected::Present.fits(Some(&json!(null))));
    }

    #[test]
    fn a_number_is_compared_by_its_digits() {
        assert!(Expected::Figure("26.1").fits(Some(&json!(26.1))));
        assert!(Expected::Figure("80").fits(Some(&json!(80.0))));
        assert!(!Expected::Figure("80").fits(Some(&json!("80"))));
    }

    #[test]
    fn a_list_may_lie_in_items() {
        const NAMED: &[(&str, Expected)] = &[("name", Expected::Filled)];
        assert!(Expected::Rows(1, NAMED).fits(Some(&json!({ "items": [{ "name": "a" }] }))));
        assert!(!Expected::Rows(2, NAMED).fits(Some(&json!([{ "name": "a" }]))));
        assert!(!Expected::Rows(1, NAMED).fits(Some(&json!([{ "name": "a" }, { "name": "" }]))));
        assert!(Expected::OneRow(NAMED).fits(Some(&json!([{ "name": "a" }, { "name": "" }]))));
        assert!(!Expected::Rows(0, NAMED).fits(Some(&json!("a"))));
    }

    #[test]
    fn one_password_in_another_form_is_enough_to_fail() {
        let wanted = Expected::TemporaryPasswords("p");
        assert!(wanted.fits(Some(&json!([{ "p": null }, { "p": "RX04AF" }]))));
        assert!(!wanted.fits(Some(&json!([{ "p": "RX04AF" }, { "p": "RX4AF" }]))));
        assert!(!wanted.fits(Some(&json!([{ "p": null }]))));
    }
}
