//! What stands on a paper.

use chrono::{DateTime, Utc};

use crate::text::is_ordering;

/// Which paper is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sheet {
    /// A5, 148 by 210 mm, in the colour of whoever hands it out; as many pages as it takes.
    A5,
    /// A roll 80 mm wide, in black for a thermal printer: one page, as long as what stands on it.
    Roll,
}

/// Which way lines are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// As English is.
    LeftToRight,
    /// As Arabic is.
    RightToLeft,
}

/// Red, green and blue, each from 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// Reads `#RRGGBB`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let digits = Some(digits).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        let all = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = all.to_be_bytes();
        Some(Self(red, green, blue))
    }
}

/// Something that is told: what it is, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// What it is.
    pub label: String,
    /// What it says.
    pub value: String,
}

/// How much an amount matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// One among others.
    Plain,
    /// What the paper is about.
    Total,
}

/// An amount, in a column of amounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// What it is.
    pub label: String,
    /// How much, in figures.
    pub figure: String,
    /// How much it matters.
    pub weight: Weight,
}

/// A text for cameras.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What the QR code says.
    pub text: String,
    /// What it is, for who cannot see it.
    pub spoken: String,
}

/// A paper, from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// The language of its words, as an RFC 3066 tag.
    pub language: &'static str,
    /// Which way that language is read.
    pub direction: Direction,
    /// The colour of whoever hands it out.
    pub colour: Colour,
    /// Who hands it out.
    pub issuer: String,
    /// Where they are, a line each.
    pub issuer_lines: Vec<String>,
    /// What it is.
    pub title: String,
    /// Its number, in words that say so.
    pub number: String,
    /// What is told, in two columns.
    pub facts: Vec<Pair>,
    /// What the amounts are in.
    pub unit: String,
    /// The amounts.
    pub amounts: Vec<Amount>,
    /// A text for cameras.
    pub picture: Picture,
    /// What proves it, beside the picture.
    pub proofs: Vec<Pair>,
    /// The moment that the file says it was made.
    pub dated: DateTime<Utc>,
}

/// `text` for a sentence in either direction: it keeps its own order and leaves that of its surroundings alone, whatever marks
/// of order somebody wrote into it.
pub fn isolated(text: &str) -> String {
    let plain: String = text.chars().filter(|letter| !is_ordering(*letter)).collect();
    format!("\u{2068}{plain}\u{2069}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_isolated_cannot_break_out() {
        assert_eq!(isolated("a\u{2069}\u{202E}b"), "\u{2068}ab\u{2069}");
    }

    #[test]
    fn a_colour_is_six_digits() {
        assert_eq!(Colour::parse("#DC2626"), Some(Colour(0xDC, 0x26, 0x26)));
        for odd in ["", "#", "DC2626", "#DC262", "#DC26é6", "#+C2626"] {
            assert_eq!(Colour::parse(odd), None, "{odd}");
        }
    }
}
