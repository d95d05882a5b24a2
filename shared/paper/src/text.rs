//! Setting text: shaping, order of directions, lines.

use std::{
    borrow::Cow,
    collections::HashMap,
    ops::Range,
    sync::{Arc, LazyLock},
};

use krilla::{
    geom::Point,
    num::NormalizedF32,
    paint::Fill,
    surface::Surface,
    text::{Font, GlyphId, KrillaGlyph},
};
use parley::{
    Alignment, AlignmentOptions, BaseDirection, FontContext, FontFamily, FontFamilyName, FontWeight, Layout,
    LayoutContext, LineBreakContext, LineHeight, OverflowWrap, StyleProperty, fontique::Blob,
};

use crate::{
    palette,
    slip::{Colour, Direction},
};

/// The fonts, in the order in which they are asked for a character.
const FAMILIES: [FontFamilyName<'static>; 2] = [
    FontFamilyName::Named(Cow::Borrowed("Noto Sans")),
    FontFamilyName::Named(Cow::Borrowed("Noto Sans Arabic")),
];

static FONTS: LazyLock<FontContext> = LazyLock::new(|| {
    let files: [&'static [u8]; 4] = [
        include_bytes!("../fonts/NotoSans-Regular.ttf"),
        include_bytes!("../fonts/NotoSans-Bold.ttf"),
        include_bytes!("../fonts/NotoSansArabic-Regular.ttf"),
        include_bytes!("../fonts/NotoSansArabic-Bold.ttf"),
    ];
    let mut fonts = FontContext::new();
    for file in files {
        fonts.collection.register_fonts(Blob::new(Arc::new(file)), None);
    }
    fonts
});

/// Height of a line, in sizes of its text: Arabic reaches further up and down than Latin.
const LEADING: f32 = 1.4;
/// What stands for a character that no font has.
const UNKNOWN: char = '\u{FFFD}';
/// What it becomes in a program without that character.
const SPACE: &str = " ";

/// Where a line begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Where lines of its language begin.
    Start,
    Centre,
    /// Where they end.
    End,
}

/// How text looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// In points.
    pub(crate) size: f32,
    pub(crate) is_bold: bool,
    pub(crate) colour: Colour,
    pub(crate) place: Place,
}

/// Text that was set, in a column.
pub(crate) struct Typeset {
    text: String,
    layout: Box<Layout<()>>,
    colour: Colour,
}

impl Typeset {
    /// In points.
    pub(crate) fn height(&self) -> f32 {
        self.layout.height()
    }

    /// Where the first line stands, in points from the top.
    pub(crate) fn first_baseline(&self) -> f32 {
        self.layout.first_baseline().unwrap_or_default()
    }

    /// How many lines it has.
    pub(crate) fn lines(&self) -> usize {
        self.layout.len()
    }
}

/// Sets and draws text with the fonts of one document.
pub(crate) struct Typesetter {
    fonts: FontContext,
    layouts: LayoutContext<()>,
    drawn: HashMap<(u64, u32), Font>,
    direction: Direction,
}

impl Typesetter {
    pub(crate) fn new(direction: Direction) -> Self {
        Self { fonts: FONTS.clone(), layouts: LayoutContext::new(), drawn: HashMap::new(), direction }
    }

    /// Sets `text` in a column `width` points wide. Characters that no font has become [`UNKNOWN`].
    pub(crate) fn set(&mut self, text: &str, look: Look, width: f32) -> Typeset {
        let mut text = printable(text);
        let mut layout = self.lay_out(&text, look, width);
        let missing = without_glyph(&layout);
        if !missing.is_empty() {
            text = replaced(&text, &missing);
            layout = self.lay_out(&text, look, width);
        }
        Typeset { text, layout: Box::new(layout), colour: look.colour }
    }

    fn lay_out(&mut self, text: &str, look: Look, width: f32) -> Layout<()> {
        let mut builder = self.layouts.ranged_builder(&mut self.fonts, text, 1.0, false);
        builder.push_default(StyleProperty::FontFamily(FontFamily::List(Cow::Borrowed(&FAMILIES))));
        builder.push_default(StyleProperty::FontSize(look.size));
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(LEADING)));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        if look.is_bold {
            builder.push_default(StyleProperty::FontWeight(FontWeight::BOLD));
        }
        builder.set_line_break_override(Some(&keeps_numbers_whole));
        builder.set_base_direction(match self.direction {
            Direction::LeftToRight => BaseDirection::Ltr,
            Direction::RightToLeft => BaseDirection::Rtl,
        });
        let mut layout = builder.build(text);
        layout.break_all_lines(Some(width));
        layout.align(alignment(look.place, self.direction), AlignmentOptions::default());
        layout
    }

    /// Draws one line of `set`, whose column begins at `x` and `y`.
    pub(crate) fn draw_line(
        &mut self,
        surface: &mut Surface<'_>,
        set: &Typeset,
        index: usize,
        (x, y): (f32, f32),
    ) {
        let Some(line) = set.layout.get(index) else { return };
        let metrics = *line.metrics();
        surface.set_fill(Some(Fill {
            paint: palette::paint(set.colour).into(),
            opacity: NormalizedF32::ONE,
            rule: krilla::paint::FillRule::default(),
        }));
        let mut at = x + metrics.offset;
        for run in line.runs() {
            let size = run.font_size();
            let (glyphs, advance) = glyphs_of(&run, &set.text, size);
            if let Some(font) = self.font(run.font()) {
                surface.draw_glyphs(
                    Point::from_xy(at, y + metrics.baseline),
                    &glyphs,
                    font,
                    &set.text,
                    size,
                    false,
                );
            }
            at += advance;
        }
    }

    fn font(&mut self, data: &parley::FontData) -> Option<Font> {
        let index = data.index;
        let (bytes, id) = data.data.clone().into_raw_parts();
        if let Some(font) = self.drawn.get(&(id, index)) {
            return Some(font.clone());
        }
        let font = Font::new(bytes.into(), index)?;
        self.drawn.insert((id, index), font.clone());
        Some(font)
    }
}

/// A date or the number of a receipt is one word, whatever stands between its figures.
fn keeps_numbers_whole(at: LineBreakContext) -> Option<bool> {
    (at.before == '-' && at.after.is_ascii_digit()).then_some(false)
}

fn alignment(place: Place, direction: Direction) -> Alignment {
    match (place, direction) {
        (Place::Centre, _) => Alignment::Center,
        (Place::Start, Direction::LeftToRight) | (Place::End, Direction::RightToLeft) => Alignment::Left,
        (Place::End, Direction::LeftToRight) | (Place::Start, Direction::RightToLeft) => Alignment::Right,
    }
}

/// The glyphs of a run from left to right, each with the text it stands for, and how wide they are.
fn glyphs_of(run: &parley::Run<'_, ()>, text: &str, size: f32) -> (Vec<KrillaGlyph>, f32) {
    // In the order of the text, for of a ligature only the first character has the glyph.
    let mut clusters: Vec<(Range<usize>, Vec<parley::Glyph>)> = Vec::new();
    for cluster in run.clusters() {
        let range = cluster.text_range();
        match clusters.last_mut() {
            Some((of, _)) if cluster.is_ligature_continuation() => of.end = of.end.max(range.end),
            _ => clusters.push((range, cluster.glyphs().collect())),
        }
    }
    if run.is_rtl() {
        clusters.reverse();
    }
    let mut drawn = Vec::new();
    let mut advance = 0.0;
    for (range, glyphs) in clusters {
        // They take no room; drawn, a reader would take each space for one of them.
        if text.get(range.clone()).is_some_and(|says| says.chars().all(is_ordering)) {
            continue;
        }
        for glyph in glyphs {
            let place = (glyph.advance / size, glyph.x / size, -glyph.y / size);
            drawn.push(KrillaGlyph::new(
                GlyphId::new(glyph.id),
                place.0,
                place.1,
                place.2,
                0.0,
                range.clone(),
                None,
            ));
            advance += glyph.advance;
        }
    }
    (drawn, advance)
}

/// Text without characters that move a printer, or that are nobody's.
fn printable(text: &str) -> String {
    let letters = text.chars().filter_map(|letter| match letter {
        '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' => None,
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}' => Some(UNKNOWN),
        control if control.is_control() => Some(' '),
        letter => Some(letter),
    });
    letters.collect()
}

fn without_glyph(layout: &Layout<()>) -> Vec<Range<usize>> {
    let runs = layout.lines().flat_map(|line| line.runs().collect::<Vec<_>>());
    let clusters = runs.flat_map(|run| run.clusters().collect::<Vec<_>>());
    let missing = clusters.filter(|cluster| cluster.glyphs().any(|glyph| glyph.id == 0));
    missing.map(|cluster| cluster.text_range()).collect()
}

/// `text` with one [`UNKNOWN`] for each stretch that has no glyph.
fn replaced(text: &str, missing: &[Range<usize>]) -> String {
    let mut clean = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        if !missing.iter().any(|range| range.contains(&at)) {
            clean.push(letter);
        } else if !clean.ends_with(UNKNOWN) {
            clean.push(UNKNOWN);
        }
    }
    if clean.is_empty() { SPACE.to_owned() } else { clean }
}

/// Whether a character only says in which order others stand.
pub(crate) fn is_ordering(letter: char) -> bool {
    matches!(letter, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
