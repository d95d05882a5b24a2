//! Colours that can be read.

use krilla::color::rgb;

use crate::slip::Colour;

/// What most is written in.
pub(crate) const INK: Colour = Colour(0x1A, 0x1C, 0x1E);
/// What a thermal printer has.
pub(crate) const BLACK: Colour = Colour(0, 0, 0);
/// What says what something is; 5.7 to 1 against white.
pub(crate) const QUIET: Colour = Colour(0x5F, 0x66, 0x6D);
/// Fine lines.
pub(crate) const LINE: Colour = Colour(0xD9, 0xDC, 0xDF);

/// The least difference between small text and what it stands on (WCAG 2.2, success criterion 1.4.3).
const CONTRAST: f32 = 4.5;
/// How much darker each step is.
const STEP: f32 = 0.9;
/// Enough steps to make white dark enough.
const STEPS: usize = 24;
/// How much of a colour a tint has.
const TINT: f32 = 0.08;

/// The colour as the writer takes it.
pub(crate) fn paint(Colour(red, green, blue): Colour) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

/// The colour, as dark as text on white has to be.
pub(crate) fn legible(colour: Colour) -> Colour {
    let mut parts = shares(colour);
    for _ in 0..STEPS {
        if 1.05 / (luminance(parts) + 0.05) >= CONTRAST {
            break;
        }
        parts = parts.map(|part| part * STEP);
    }
    painted(parts)
}

/// A breath of the colour on white.
pub(crate) fn tint(colour: Colour) -> Colour {
    painted(shares(colour).map(|part| 1.0 - TINT * (1.0 - part)))
}

fn shares(Colour(red, green, blue): Colour) -> [f32; 3] {
    [red, green, blue].map(|part| f32::from(part) / 255.0)
}

fn painted([red, green, blue]: [f32; 3]) -> Colour {
    Colour(byte(red), byte(green), byte(blue))
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a byte holds"
)]
fn byte(share: f32) -> u8 {
    (share * 255.0).round().clamp(0.0, 255.0) as u8
}

/// How bright a colour is, from 0 to 1 (WCAG 2.2, relative luminance).
fn luminance(parts: [f32; 3]) -> f32 {
    let [red, green, blue] =
        parts.map(|part| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_is_written_dark_and_dark_stays() {
        let contrast = |colour: Colour| {
            let parts = shares(colour);
            1.05 / (luminance(parts) + 0.05)
        };
        for pale in [Colour(255, 255, 255), Colour(255, 235, 59), Colour(0, 255, 255)] {
            assert!(contrast(legible(pale)) >= CONTRAST, "{pale:?}");
        }
        assert_eq!(legible(Colour(0x22, 0x22, 0x66)), Colour(0x22, 0x22, 0x66));
    }
}
