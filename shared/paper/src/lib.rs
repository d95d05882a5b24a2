//! Papers that people are handed, drawn as PDF.
//!
//! - A [`Slip`] says what stands on a paper, in words that are ready to be read; [`draw`] puts it on a [`Sheet`]. Nothing
//!   here knows a gym, asks a clock or opens a file: the same slip is the same bytes for ever.
//! - What is drawn is PDF/A-2a and PDF/UA-1: it is readable in decades, by programs and by screen readers. The writer checks
//!   both while it writes, and a paper that fails is not handed out.
//! - Text is shaped and ordered by the Unicode rules, from right to left where the slip says so. What its author did not
//!   write (names, figures) belongs between [`isolated`] marks, so that it does not turn its surroundings around.
//! - Four fonts are part of the program (`fonts/`, under the licence beside them); of each only the glyphs that are used are
//!   written. A character that none of them has is shown as `�`.
//! - A drawing takes some milliseconds of a core: call it where that holds nobody up.

#![expect(
    clippy::float_arithmetic,
    reason = "places on a page are fractions of a point; no money is reckoned here"
)]

mod code;
mod flow;
mod ink;
mod palette;
mod slip;
mod text;

pub use ink::{DrawingFailed, draw};
pub use slip::{Amount, Colour, Direction, Pair, Picture, Sheet, Slip, Weight, isolated};
