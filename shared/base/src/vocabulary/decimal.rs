//! Decimal text read exactly, without floating point.

use std::fmt;

use serde::de::{Deserializer, Error, Visitor};

use super::text::ascii_digit;

/// What happens to digits beyond the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extra {
    /// They are an error unless they are zeros.
    Refuse,
    /// They round, a half going away from zero.
    Round,
}

/// Why text is not a number of the wanted scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotScaled {
    /// It is not plain decimal text.
    NotANumber,
    /// It has more decimals than the scale.
    TooPrecise,
    /// It does not fit into 64 bits at this scale.
    TooLarge,
}

/// Reads plain decimal text as an integer of its `scale`-th decimal: `450.5` at scale 2 is 45050.
pub fn scaled(text: &str, scale: usize, extra: Extra) -> Result<i64, NotScaled> {
    let plain: String = text.trim().chars().map(plain_char).collect();
    let (negative, digits) = plain.strip_prefix('-').map_or((false, plain.as_str()), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    if !is_digits(whole) || !is_digits(fraction) {
        return Err(NotScaled::NotANumber);
    }
    let fraction = fraction.trim_end_matches('0');
    if extra == Extra::Refuse && fraction.len() > scale {
        return Err(NotScaled::TooPrecise);
    }
    let kept = fraction.chars().chain(std::iter::repeat('0')).take(scale);
    let text: String = whole.chars().chain(kept).collect();
    let value: i64 = text.parse().map_err(|_overflow| NotScaled::TooLarge)?;
    let up = i64::from(fraction.chars().nth(scale).is_some_and(|next| next >= '5'));
    let value = value.checked_add(up).ok_or(NotScaled::TooLarge)?;
    Ok(if negative { value.saturating_neg() } else { value })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The character as an English keyboard has it: digits of three scripts and both decimal points.
fn plain_char(char: char) -> char {
    match char {
        '\u{066b}' => '.',
        other => ascii_digit(other).unwrap_or(other),
    }
}

/// Reads a JSON number or a text, as text; numbers come without exponent.
pub fn number_text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    from.deserialize_any(NumberText)
}

struct NumberText;

impl Visitor<'_> for NumberText {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or a numeric text")
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<String, E> {
        Ok(value.to_string())
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<String, E> {
        // The shortest text that reads back as the same number: what the sender wrote, for up to 15 digits.
        Ok(value.to_string())
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<String, E> {
        Ok(value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_beyond_the_scale_are_refused_or_rounded_as_asked() {
        assert_eq!(scaled("1.005", 2, Extra::Refuse), Err(NotScaled::TooPrecise));
        assert_eq!(scaled("1.005", 2, Extra::Round), Ok(101));
        assert_eq!(scaled("-1.005", 2, Extra::Round), Ok(-101));
        assert_eq!(scaled("1.0049", 2, Extra::Round), Ok(100));
        assert_eq!(scaled("175", 1, Extra::Round), Ok(1750));
    }

    #[test]
    fn only_plain_decimal_text_is_a_number() {
        for text in
            ["", "-", ".", "1.", ".5", "1e3", "1,000", "0x10", "NaN", "inf", "1 0", "--1", "+1", "1.2.3"]
        {
            assert_eq!(scaled(text, 2, Extra::Refuse), Err(NotScaled::NotANumber), "{text}");
        }
    }
}
