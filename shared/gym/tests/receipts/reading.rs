//! A reader of PDF, made of another program than the writer.

use std::{fs, io::Cursor, path::Path};

use hayro::{
    RenderCache, RenderSettings,
    hayro_interpret::{
        self as interpret, BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, InterpreterCache,
        InterpreterSettings, Paint, PathDrawMode, SoftMask, font::Glyph, hayro_cmap::BfString,
    },
    hayro_syntax::Pdf,
    vello_cpu::{
        Pixmap,
        color::palette::css::WHITE,
        kurbo::{Affine, BezPath, Point, Rect},
    },
};

/// A letter on a page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Letter {
    pub(crate) says: char,
    page: usize,
    /// Points from the left.
    pub(crate) x: f64,
    /// Points from the bottom.
    y: f64,
}

/// Where the origin of a glyph comes to stand.
#[expect(clippy::arithmetic_side_effects, reason = "matrices of fractions")]
fn placed(whole: Affine, own: Affine) -> Point {
    whole * own * Point::ZERO
}

#[derive(Default)]
struct Reader {
    page: usize,
    letters: Vec<Letter>,
}

impl<'a> Device<'a> for Reader {
    fn set_soft_mask(&mut self, _: Option<SoftMask<'a>>) {}
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn draw_path(&mut self, _: &BezPath, _: Affine, _: &Paint<'a>, _: &PathDrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}

    fn draw_glyph(
        &mut self,
        glyph: &Glyph<'a>,
        whole: Affine,
        own: Affine,
        _: &Paint<'a>,
        _: &GlyphDrawMode,
    ) {
        let at = placed(whole, own);
        let says = match glyph.as_unicode() {
            Some(BfString::Char(letter)) => letter.to_string(),
            Some(BfString::String(letters)) => letters,
            None => panic!("a glyph that says nothing at {at}"),
        };
        let page = self.page;
        self.letters.extend(says.chars().map(|says| Letter { says, page, x: at.x, y: at.y }));
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: Affine) {}
    fn pop_clip_path(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

fn opened(paper: &[u8]) -> Pdf {
    Pdf::new(paper.to_vec()).unwrap()
}

pub(crate) fn pages(paper: &[u8]) -> usize {
    opened(paper).pages().len()
}

/// Every letter, in the order in which they are drawn.
pub(crate) fn letters(paper: &[u8]) -> Vec<Letter> {
    let pdf = opened(paper);
    let cache = InterpreterCache::new();
    let mut reader = Reader::default();
    for (number, page) in pdf.pages().iter().enumerate() {
        reader.page = number;
        let all = Rect::new(0.0, 0.0, 10_000.0, 100_000.0);
        let mut context =
            Context::new(Affine::IDENTITY, all, &cache, page.xref(), InterpreterSettings::default());
        interpret::interpret_page(page, &mut context, &mut reader);
    }
    reader.letters
}

/// What stands on each line of each page, from left to right.
pub(crate) fn lines(paper: &[u8]) -> Vec<String> {
    let mut found = letters(paper);
    found.sort_by(|one, next| {
        one.page.cmp(&next.page).then(next.y.total_cmp(&one.y)).then(one.x.total_cmp(&next.x))
    });
    let lines = found.chunk_by(|one, next| one.page == next.page && one.y.total_cmp(&next.y).is_eq());
    lines.map(|line| line.iter().map(|letter| letter.says).collect()).collect()
}

fn rendered(paper: &[u8], scale: f32) -> Pixmap {
    let pdf = opened(paper);
    let settings =
        RenderSettings { x_scale: scale, y_scale: scale, bg_color: WHITE, ..RenderSettings::default() };
    let page = pdf.pages().first().unwrap();
    hayro::render(page, &RenderCache::new(), &InterpreterSettings::default(), &settings)
}

/// What a camera reads on the first page.
pub(crate) fn photographed(paper: &[u8]) -> String {
    let picture = rendered(paper, 4.0);
    let width = usize::from(picture.width());
    let mut grey =
        rqrr::PreparedImage::prepare_from_greyscale(width, usize::from(picture.height()), |x, y| {
            picture.data()[y.strict_mul(width).strict_add(x)].g
        });
    grey.detect_grids().first().expect("a QR code").decode().unwrap().1
}

/// Differences of one channel that a renderer may have at the edges of letters.
const SHADE: u8 = 64;
/// Pixels in ten thousand that may differ by more.
const PIXELS: usize = 10;

/// Compares the first page with the picture that somebody looked at; `GYM_REGENERATE=1` writes the picture instead.
pub(crate) fn assert_golden(name: &str, paper: &[u8]) {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/receipts/golden").join(format!("{name}.png"));
    let picture = rendered(paper, 2.0);
    #[expect(clippy::disallowed_methods, reason = "whoever runs the tests says so in the environment")]
    let is_wanted = std::env::var_os("GYM_REGENERATE").is_some();
    if is_wanted {
        fs::write(&path, picture.clone().into_png().unwrap()).unwrap();
    }
    let kept = fs::read(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let kept = Pixmap::from_png(Cursor::new(kept)).unwrap();
    assert_eq!((kept.width(), kept.height()), (picture.width(), picture.height()), "{name} has another size");
    let differs = |one: u8, other: u8| one.abs_diff(other) > SHADE;
    let pairs = kept.data().iter().zip(picture.data());
    let differing = pairs
        .filter(|(one, other)| differs(one.r, other.r) || differs(one.g, other.g) || differs(one.b, other.b));
    let (count, all) = (differing.count(), picture.data().len());
    assert!(
        count.strict_mul(10_000) <= all.strict_mul(PIXELS),
        "{name}: {count} of {all} pixels differ; look at it, then run with GYM_REGENERATE=1"
    );
}
