//! Pictures, taken apart and made anew.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, RgbImage,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
    imageops::FilterType,
};

use super::{
    model::AttachmentKind,
    rules::{self, AttachmentRefused},
};

/// Most pixels of a picture that is taken apart: twice what phones take; one pixel is three or four bytes in memory.
const PIXELS_MOST: u64 = 24_000_000;
/// Most bytes that taking one apart may ask for.
const MEMORY_MOST: u64 = 128 * 1024 * 1024;
/// Longest edge of what is kept, in pixels: on a bill of A4 that is 220 dots for an inch.
const EDGE_MOST: u32 = 2_560;
/// Of a hundred; letters stay sharp.
const QUALITY: u8 = 85;

/// The picture without anything that stood beside it, upright, and no larger than it has to be.
pub(super) fn cleaned(
    bytes: &[u8],
    format: ImageFormat,
) -> Result<(AttachmentKind, Vec<u8>), AttachmentRefused> {
    let picture = taken_apart(bytes, format)?;
    let picture = if picture.width().max(picture.height()) > EDGE_MOST {
        picture.resize(EDGE_MOST, EDGE_MOST, FilterType::Triangle)
    } else {
        picture
    };
    let kind = rules::becomes(format);
    let made = match kind {
        AttachmentKind::Png => png(picture),
        AttachmentKind::Jpeg | AttachmentKind::Pdf => jpeg(picture),
    };
    made.map(|made| (kind, made)).map_err(|why| refused(&why))
}

fn taken_apart(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, AttachmentRefused> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_MOST);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|why| refused(&why))?;
    let (width, height) = decoder.dimensions();
    // Asked before anything is unpacked: a few hundred bytes can say that they are a picture of gigabytes.
    if u64::from(width).saturating_mul(u64::from(height)) > PIXELS_MOST {
        return Err(AttachmentRefused::TooManyPixels);
    }
    let orientation = decoder.orientation().map_err(|why| refused(&why))?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|why| refused(&why))?;
    // Cameras write down how they were held beside the picture, and that is about to go.
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn refused(why: &ImageError) -> AttachmentRefused {
    match why {
        ImageError::Limits(_) => AttachmentRefused::TooManyPixels,
        ImageError::Decoding(_)
        | ImageError::Encoding(_)
        | ImageError::Parameter(_)
        | ImageError::Unsupported(_)
        | ImageError::IoError(_) => AttachmentRefused::Broken,
    }
}

fn jpeg(picture: DynamicImage) -> Result<Vec<u8>, ImageError> {
    let opaque = on_white(picture);
    let mut made = Vec::new();
    JpegEncoder::new_with_quality(&mut made, QUALITY).encode_image(&opaque)?;
    Ok(made)
}

/// What is transparent is paper.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let image::Rgba([red, green, blue, alpha]) = *picture.get_pixel(x, y);
        let over = |part: u8| {
            let (part, alpha) = (u32::from(part), u32::from(alpha));
            let sum = part
                .saturating_mul(alpha)
                .saturating_add(255_u32.saturating_mul(255_u32.saturating_sub(alpha)));
            u8::try_from(sum.saturating_add(127).checked_div(255).unwrap_or(255)).unwrap_or(u8::MAX)
        };
        image::Rgb([over(red), over(green), over(blue)])
    })
}

fn png(picture: DynamicImage) -> Result<Vec<u8>, ImageError> {
    let picture = if picture.color().has_alpha() {
        DynamicImage::ImageRgba8(picture.into_rgba8())
    } else if picture.color().has_color() {
        DynamicImage::ImageRgb8(picture.into_rgb8())
    } else {
        DynamicImage::ImageLuma8(picture.into_luma8())
    };
    let mut made = Vec::new();
    picture.write_with_encoder(PngEncoder::new(&mut made))?;
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
        let picture =
            RgbImage::from_fn(width, height, |x, _| image::Rgb([if x < width / 2 { 250 } else { 5 }, 9, 9]));
        let mut made = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(picture).write_to(&mut made, format).unwrap();
        made.into_inner()
    }

    fn size(bytes: &[u8]) -> (u32, u32) {
        let picture = image::load_from_memory(bytes).unwrap();
        (picture.width(), picture.height())
    }

    fn has(bytes: &[u8], what: &[u8]) -> bool {
        bytes.windows(what.len()).any(|part| part == what)
    }

    /// A JPEG with a segment that says how the camera was held (turned by a quarter) and where it was.
    fn photographed(width: u32, height: u32) -> Vec<u8> {
        let plain = drawn(ImageFormat::Jpeg, width, height);
        let mut exif = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        exif.extend_from_slice(b"GPS 30.0444 31.2357 Mona's phone");
        let length = u16::try_from(exif.len().strict_add(2)).unwrap().to_be_bytes();
        let mut made = plain[..2].to_vec();
        made.extend_from_slice(b"\xFF\xE1");
        made.extend_from_slice(&length);
        made.extend_from_slice(&exif);
        made.extend_from_slice(&plain[2..]);
        made
    }

    #[test]
    fn what_a_phone_wrote_beside_a_picture_is_gone_and_the_picture_upright() {
        let sent = photographed(40, 20);
        assert!(has(&sent, b"Exif") && has(&sent, b"Mona's phone"));
        let (kind, kept) = cleaned(&sent, ImageFormat::Jpeg).unwrap();
        assert_eq!(kind, AttachmentKind::Jpeg);
        assert_eq!(size(&kept), (20, 40), "turned as the camera was");
        assert!(!has(&kept, b"Exif") && !has(&kept, b"GPS") && !has(&kept, b"Mona"));
    }

    #[test]
    fn what_somebody_hid_behind_a_picture_is_gone() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let mut sent = drawn(format, 30, 30);
            sent.extend_from_slice(b"<script>alert(1)</script>PK\x03\x04");
            let (_, kept) = cleaned(&sent, format).unwrap();
            assert!(!has(&kept, b"script") && !has(&kept, b"PK\x03\x04"), "{format:?}");
            assert_eq!(size(&kept), (30, 30));
        }
    }

    #[test]
    fn a_large_picture_becomes_as_large_as_it_has_to_be() {
        let (_, kept) = cleaned(&drawn(ImageFormat::Jpeg, 3_000, 1_500), ImageFormat::Jpeg).unwrap();
        assert_eq!(size(&kept), (2_560, 1_280));
    }

    /// A PNG of a few hundred bytes that says it has 50,000 pixels each way.
    #[test]
    fn a_bomb_is_refused_by_what_it_says_of_itself() {
        let mut bomb = drawn(ImageFormat::Png, 1, 1);
        bomb[16..24].copy_from_slice(&[0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50]);
        let sum = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(cleaned(&bomb, ImageFormat::Png), Err(AttachmentRefused::TooManyPixels));
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |sum, byte| {
            (0..8)
                .fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg()))
        })
    }

    #[test]
    fn what_breaks_off_is_refused() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let whole = drawn(format, 64, 64);
            let refused = cleaned(&whole[..40], format);
            assert_eq!(refused, Err(AttachmentRefused::Broken), "{format:?}");
        }
    }

    #[test]
    fn transparent_is_white_on_a_photograph_and_stays_transparent_on_a_drawing() {
        let clear = DynamicImage::new_rgba8(4, 4);
        let mut sent = Cursor::new(Vec::new());
        clear.write_to(&mut sent, ImageFormat::WebP).unwrap();
        let (_, kept) = cleaned(&sent.into_inner(), ImageFormat::WebP).unwrap();
        assert!(image::load_from_memory(&kept).unwrap().into_rgb8().pixels().all(|pixel| pixel.0[0] > 250));
        let mut sent = Cursor::new(Vec::new());
        clear.write_to(&mut sent, ImageFormat::Png).unwrap();
        let (kind, kept) = cleaned(&sent.into_inner(), ImageFormat::Png).unwrap();
        assert_eq!(kind, AttachmentKind::Png);
        assert!(image::load_from_memory(&kept).unwrap().color().has_alpha());
    }
}
