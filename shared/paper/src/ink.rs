//! Blocks on pages, with what they are to a screen reader.

use std::{mem, num::NonZeroU16};

use chrono::{Datelike as _, Timelike as _};
use krilla::{
    Document, SerializeSettings,
    configure::{Accessibility, Archival, ConfigurationBuilder},
    destination::XyzDestination,
    geom::{PathBuilder, Point, Rect},
    metadata::{DateTime, Metadata, TextDirection},
    num::NormalizedF32,
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::Fill,
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Node, SpanTag, TableHeaderScope, Tag, TagGroup, TagTree},
};

use crate::{
    code::{Code, QUIET},
    flow::{Block, Composer, Mark, Measures, Role, Table},
    palette,
    slip::{Colour, Direction, Sheet, Slip},
    text::{Typeset, Typesetter},
};

/// A paper could not be drawn, or would not be what it says it is.
#[derive(Debug, thiserror::Error)]
#[error("a paper could not be drawn: {0}")]
pub struct DrawingFailed(String);

/// Draws a slip on a sheet, as PDF/A-2a and PDF/UA-1.
pub fn draw(slip: &Slip, sheet: Sheet) -> Result<Vec<u8>, DrawingFailed> {
    let mut setter = Typesetter::new(slip.direction);
    let blocks = Composer::new(slip, sheet, &mut setter).compose();
    let blocks = blocks.ok_or_else(|| DrawingFailed("its code is too long".to_owned()))?;
    let measures = Measures::of(sheet);
    let pages = Pages::of(blocks, measures);
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|why| DrawingFailed(format!("{why:?}")))?;
    let settings = SerializeSettings { configuration, enable_tagging: true, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    document.set_metadata(metadata(slip));
    let mut tree = Tree::new(slip);
    for page in pages.pages {
        let size = PageSettings::from_wh(measures.width, pages.height)
            .ok_or_else(|| DrawingFailed("its page has no size".to_owned()))?;
        let mut sheet_page = document.start_page_with(size);
        let mut surface = sheet_page.surface();
        if sheet == Sheet::A5 {
            band(&mut surface, slip, measures);
        }
        for (top, block) in page {
            ink_block(&mut surface, &mut setter, &mut tree, (top, block));
        }
        surface.finish();
        sheet_page.finish();
    }
    let mut outline = Outline::new();
    let heading = XyzDestination::new(0, Point::from_xy(measures.margin, measures.margin));
    outline.push_child(OutlineNode::new(slip.title.clone(), heading));
    document.set_outline(outline);
    document.set_tag_tree(tree.finish());
    document.finish().map_err(|why| DrawingFailed(format!("{why:?}")))
}

/// What a file says of itself. It is dated by its slip, so that the same one is the same bytes.
fn metadata(slip: &Slip) -> Metadata {
    let at = slip.dated;
    let byte = |part: u32| u8::try_from(part).unwrap_or_default();
    let dated = DateTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(byte(at.month()))
        .day(byte(at.day()))
        .hour(byte(at.hour()))
        .minute(byte(at.minute()))
        .second(byte(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(spoken(&format!("{} {}", slip.title, slip.number)))
        .authors(vec![spoken(&slip.issuer)])
        .language(slip.language.to_owned())
        .text_direction(match slip.direction {
            Direction::LeftToRight => TextDirection::LeftToRight,
            Direction::RightToLeft => TextDirection::RightToLeft,
        })
        .creation_date(dated)
}

/// Text without the marks that only order it, and without what cannot be spoken.
fn spoken(text: &str) -> String {
    text.chars().filter(|letter| !crate::text::is_ordering(*letter) && !letter.is_control()).collect()
}

/// Blocks, each with where its top stands on its page.
struct Pages {
    height: f32,
    pages: Vec<Vec<(f32, Block)>>,
}

impl Pages {
    fn of(blocks: Vec<Block>, measures: Measures) -> Self {
        let all: f32 = blocks.iter().map(|block| block.height).sum();
        let height = measures.height.unwrap_or(all + 2.0 * measures.margin);
        let bottom = height - measures.margin;
        let (mut pages, mut page, mut y) = (Vec::new(), Vec::new(), measures.margin);
        for block in blocks {
            // Half a point for what adding fractions loses.
            if y + block.height > bottom + 0.5 && !page.is_empty() {
                pages.push(mem::take(&mut page));
                y = measures.margin;
            }
            let top = if block.is_foot { y.max(bottom - block.height) } else { y };
            y = top + block.height;
            page.push((top, block));
        }
        pages.push(page);
        Self { height, pages }
    }
}

/// The colour of whoever hands it out, along the top of a page.
fn band(surface: &mut Surface<'_>, slip: &Slip, measures: Measures) {
    const HEIGHT: f32 = 8.0;
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
    area(surface, (0.0, 0.0, measures.width, HEIGHT), slip.colour);
    surface.end_tagged();
}

fn area(surface: &mut Surface<'_>, (x, y, width, height): (f32, f32, f32, f32), colour: Colour) {
    let mut path = PathBuilder::new();
    if let Some(rect) = Rect::from_xywh(x, y, width, height) {
        path.push_rect(rect);
    }
    fill(surface, path, colour);
}

fn fill(surface: &mut Surface<'_>, path: PathBuilder, colour: Colour) {
    surface.set_fill(Some(Fill {
        paint: palette::paint(colour).into(),
        opacity: NormalizedF32::ONE,
        rule: krilla::paint::FillRule::default(),
    }));
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

fn ink_block(
    surface: &mut Surface<'_>,
    setter: &mut Typesetter,
    tree: &mut Tree,
    (top, block): (f32, Block),
) {
    for mark in block.marks {
        match mark {
            Mark::Area { x, y, width, height, colour } => {
                surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
                area(surface, (x, top + y, width, height), colour);
                surface.end_tagged();
            }
            Mark::Code { x, y, edge, code } => {
                let identifier = surface.start_tagged(ContentTag::Other);
                ink_code(surface, &code, (x, top + y, edge));
                surface.end_tagged();
                tree.picture(identifier.into());
            }
            Mark::Text { x, y, set, role } => {
                let lines = ink_text(surface, setter, &set, (x, top + y));
                tree.text(role, lines);
            }
        }
    }
}

/// Each letter stands in its file as itself, in the order in which it is drawn, and what runs from right to left is marked so
/// (ISO 32000-1, 14.8.2.3.3). The same text once more, in reading order, would be turned around twice by programs that
/// order letters by themselves.
fn ink_text(surface: &mut Surface<'_>, setter: &mut Typesetter, set: &Typeset, at: (f32, f32)) -> Vec<Node> {
    let mut nodes = Vec::new();
    for index in 0..set.lines() {
        let identifier = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
        setter.draw_line(surface, set, index, at);
        surface.end_tagged();
        nodes.push(identifier.into());
    }
    nodes
}

fn ink_code(surface: &mut Surface<'_>, code: &Code, (x, y, edge): (f32, f32, f32)) {
    let module = edge / f32::from(code.edge.saturating_add(2 * QUIET));
    let place = |number: u16| module * f32::from(number.saturating_add(QUIET));
    let mut path = PathBuilder::new();
    for (row, first, length) in &code.dark {
        let (left, top) = (x + place(*first), y + place(*row));
        if let Some(rect) = Rect::from_xywh(left, top, module * f32::from(*length), module) {
            path.push_rect(rect);
        }
    }
    fill(surface, path, palette::BLACK);
}

/// What stands on the paper, in the order in which it is read.
struct Tree {
    root: TagTree,
    title: String,
    spoken_picture: String,
    table: Option<(Table, TagGroup)>,
    row: Option<TagGroup>,
}

impl Tree {
    fn new(slip: &Slip) -> Self {
        Self {
            root: TagTree::new().with_lang(Some(slip.language.to_owned())),
            title: spoken(&slip.title),
            spoken_picture: spoken(&slip.picture.spoken),
            table: None,
            row: None,
        }
    }

    fn text(&mut self, role: Role, lines: Vec<Node>) {
        match role {
            Role::Heading => {
                let heading = Tag::Hn(NonZeroU16::MIN, Some(self.title.clone()));
                self.push(TagGroup::with_children(heading, lines));
            }
            Role::Paragraph => self.push(TagGroup::with_children(Tag::P, lines)),
            Role::Label(table) => self.begin_row(table, lines),
            Role::Value => {
                if let Some(row) = &mut self.row {
                    row.push(TagGroup::with_children(Tag::TD, lines));
                }
            }
        }
    }

    fn picture(&mut self, node: Node) {
        let figure = Tag::Figure(Some(self.spoken_picture.clone()));
        self.push(TagGroup::with_children(figure, vec![node]));
    }

    fn push(&mut self, group: TagGroup) {
        self.end_table();
        self.root.push(group);
    }

    fn begin_row(&mut self, table: Table, label: Vec<Node>) {
        if self.table.as_ref().is_none_or(|(current, _)| *current != table) {
            self.end_table();
            self.table = Some((table, TagGroup::new(Tag::Table)));
        }
        self.end_row();
        let header = TagGroup::with_children(Tag::TH(TableHeaderScope::Row), label);
        self.row = Some(TagGroup::with_children(Tag::TR, vec![header.into()]));
    }

    fn end_row(&mut self) {
        if let (Some((_, table)), Some(row)) = (&mut self.table, self.row.take()) {
            table.push(row);
        }
    }

    fn end_table(&mut self) {
        self.end_row();
        if let Some((_, table)) = self.table.take() {
            self.root.push(table);
        }
    }

    fn finish(mut self) -> TagTree {
        self.end_table();
        self.root
    }
}
