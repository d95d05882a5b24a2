//! Whether a key was drawn by chance. Nobody can tell from a key alone, but those that people type are told at once: one
//! letter again and again, the digits in their order, a word until it is long enough.

use std::collections::BTreeSet;

/// Fewest bytes of the piece that a key repeats, and of the key itself.
const SHORTEST_PIECE: usize = 16;
/// Fewest different bytes, and different steps from one byte to the next. Sixteen hexadecimal digits drawn 32 times have
/// 14 different ones on average, and fewer than eight once in a million keys.
const LEAST_VARIETY: usize = 8;

/// Whether `key` could have been drawn by chance.
pub(super) fn looks_drawn(key: &[u8]) -> bool {
    let piece = repeated_piece(key);
    let bytes: BTreeSet<u8> = piece.iter().copied().collect();
    let steps: BTreeSet<u8> =
        piece.iter().zip(piece.iter().skip(1)).map(|(one, next)| next.wrapping_sub(*one)).collect();
    piece.len() >= SHORTEST_PIECE && bytes.len() >= LEAST_VARIETY && steps.len() >= LEAST_VARIETY
}

/// The shortest beginning of `key` of which the whole is a repetition.
fn repeated_piece(key: &[u8]) -> &[u8] {
    let pieces = (1..key.len()).filter_map(|length| key.get(..length));
    let is_repeated = |piece: &&[u8]| key.iter().zip(piece.iter().cycle()).all(|(one, other)| one == other);
    pieces.into_iter().find(is_repeated).unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::*;

    #[test]
    fn what_people_type_was_not_drawn() {
        for typed in [
            "",
            "0000000000000000000000000000000000",
            "0123456789abcdef0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyz012345",
            "change-me-change-me-change-me-change-me",
            "x7Gh2kLp9Qzx7Gh2kLp9Qzx7Gh2kLp9Qz",
        ] {
            assert!(!looks_drawn(typed.as_bytes()), "{typed}");
        }
        let counted: Vec<u8> = (1..=32).collect();
        assert!(!looks_drawn(&counted));
    }

    #[test]
    fn what_was_drawn_is_taken_in_any_spelling() {
        for _ in 0..1000 {
            let drawn: [u8; 32] = rand::random();
            let hexadecimal = format!("{:032x}{:032x}", rand::random::<u128>(), rand::random::<u128>());
            for key in [&drawn[..], hexadecimal.as_bytes(), STANDARD.encode(drawn).as_bytes()] {
                assert!(looks_drawn(key), "{key:?}");
            }
        }
    }
}
