//! QR pictures: one bit per pixel, small enough to travel inside JSON.

use std::error::Error as StdError;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use png::{BitDepth, ColorType, Compression, Encoder};
use qrcode::{Color, EcLevel, QrCode};

/// Pixels along one edge of a module: readable from a phone's screen at arm's length.
const SCALE: usize = 8;
/// Modules of white around the code (ISO/IEC 18004).
const QUIET: usize = 4;
/// Pixels that one byte holds.
const PIXELS_PER_BYTE: usize = 8;

/// A text that does not fit into a QR code.
#[derive(Debug, thiserror::Error)]
#[error("the text does not fit into a QR code")]
pub struct QrTooLong(#[source] Box<dyn StdError + Send + Sync>);

/// A PNG of the QR code that says `text`.
pub fn png(text: &str) -> Result<Vec<u8>, QrTooLong> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|why| QrTooLong(why.into()))?;
    draw(&code).map_err(QrTooLong)
}

/// As [`png()`], in base64.
pub fn png_base64(text: &str) -> Result<String, QrTooLong> {
    png(text).map(|picture| STANDARD.encode(picture))
}

fn draw(code: &QrCode) -> Result<Vec<u8>, Box<dyn StdError + Send + Sync>> {
    let modules = code.width();
    let edge = modules.saturating_add(QUIET.saturating_mul(2)).saturating_mul(SCALE);
    // A row of modules is drawn once and repeated; the scale is a whole byte, so a module is too.
    let bytes_per_module = SCALE.div_ceil(PIXELS_PER_BYTE);
    let margin = vec![u8::MAX; QUIET.saturating_mul(bytes_per_module)];
    let white = vec![u8::MAX; edge.div_ceil(PIXELS_PER_BYTE)];
    let mut pixels = white.repeat(QUIET.saturating_mul(SCALE));
    for row in code.to_colors().chunks(modules) {
        let mut line = margin.clone();
        for color in row {
            let shade = if *color == Color::Dark { 0 } else { u8::MAX };
            line.extend(std::iter::repeat_n(shade, bytes_per_module));
        }
        line.extend_from_slice(&margin);
        pixels.extend(line.repeat(SCALE));
    }
    pixels.extend(white.repeat(QUIET.saturating_mul(SCALE)));
    encode(u32::try_from(edge)?, &pixels)
}

fn encode(edge: u32, pixels: &[u8]) -> Result<Vec<u8>, Box<dyn StdError + Send + Sync>> {
    let mut picture = Vec::new();
    let mut encoder = Encoder::new(&mut picture, edge, edge);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    // A twentieth of the time for a few hundred bytes more: a member's phone asks for one at every visit.
    encoder.set_compression(Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(picture)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn read(picture: &[u8]) -> String {
        let mut decoder = png::Decoder::new(Cursor::new(picture));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let (width, height) = (usize::try_from(info.width).unwrap(), usize::try_from(info.height).unwrap());
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
            pixels[y.strict_mul(width).strict_add(x)]
        });
        let grids = image.detect_grids();
        grids.first().unwrap().decode().unwrap().1
    }

    #[test]
    fn a_camera_reads_what_was_drawn() {
        for text in ["GYM-123", "GYM-115-7c2f9a", "عميل ١٢٣", &"x".repeat(300)] {
            assert_eq!(read(&png(text).unwrap()), text);
        }
    }

    #[test]
    fn a_picture_is_small() {
        assert!(png("GYM-123").unwrap().len() < 1500);
        assert!(png_base64("GYM-123").unwrap().starts_with("iVBORw0KGgo"));
    }

    #[test]
    fn a_text_beyond_the_largest_code_is_refused() {
        assert!(png(&"x".repeat(3000)).is_err());
        assert!(png("").is_ok());
    }
}
