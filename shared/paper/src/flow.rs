//! Where things stand: blocks one below the other.

use crate::{
    code::{self, Code},
    palette,
    slip::{Amount, Colour, Direction, Pair, Sheet, Slip, Weight},
    text::{Look, Place, Typeset, Typesetter},
};

/// What something is to a screen reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Heading,
    Paragraph,
    /// The first cell of a row of this table.
    Label(Table),
    /// The second cell of the row that was begun last.
    Value,
}

/// The tables of a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    Facts,
    Amounts,
    Proofs,
}

/// Something that is drawn; `x` from the left of the page, `y` from the top of its block.
pub(crate) enum Mark {
    Text { x: f32, y: f32, set: Typeset, role: Role },
    Area { x: f32, y: f32, width: f32, height: f32, colour: Colour },
    Code { x: f32, y: f32, edge: f32, code: Code },
}

/// What is never parted by the end of a page.
#[derive(Default)]
pub(crate) struct Block {
    pub(crate) height: f32,
    pub(crate) marks: Vec<Mark>,
    /// Whether it stands at the foot of the last page.
    pub(crate) is_foot: bool,
}

/// Measures of a sheet, in points.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measures {
    pub(crate) width: f32,
    /// None for as long as it takes.
    pub(crate) height: Option<f32>,
    pub(crate) margin: f32,
    size: f32,
    quiet_size: f32,
    label: f32,
    code: f32,
}

/// Points of a millimetre.
const MM: f32 = 72.0 / 25.4;
/// Room between two columns, as a part of the width.
const GUTTER: f32 = 0.03;

impl Measures {
    pub(crate) fn of(sheet: Sheet) -> Self {
        match sheet {
            Sheet::A5 => Self {
                width: 148.0 * MM,
                height: Some(210.0 * MM),
                margin: 13.0 * MM,
                size: 10.0,
                quiet_size: 8.5,
                label: 0.28,
                code: 24.0 * MM,
            },
            // A printer for this roll reaches 72 of the 80 mm.
            Sheet::Roll => Self {
                width: 80.0 * MM,
                height: None,
                margin: 4.5 * MM,
                size: 9.0,
                quiet_size: 8.0,
                label: 0.36,
                code: 28.0 * MM,
            },
        }
    }

    pub(crate) fn column(&self) -> f32 {
        self.width - 2.0 * self.margin
    }
}

/// Puts a slip into blocks.
pub(crate) struct Composer<'a> {
    slip: &'a Slip,
    sheet: Sheet,
    measures: Measures,
    setter: &'a mut Typesetter,
}

impl<'a> Composer<'a> {
    pub(crate) fn new(slip: &'a Slip, sheet: Sheet, setter: &'a mut Typesetter) -> Self {
        Self { slip, sheet, measures: Measures::of(sheet), setter }
    }

    /// The blocks of the slip, from top to bottom; none if its code is too long for a picture.
    pub(crate) fn compose(&mut self) -> Option<Vec<Block>> {
        let mut blocks = vec![self.head(), self.rule(9.0)];
        blocks.extend(self.slip.facts.iter().map(|pair| self.fact(pair, Table::Facts)));
        blocks.push(self.rule(7.0));
        blocks.push(self.unit());
        blocks.extend(self.slip.amounts.iter().enumerate().map(|(index, amount)| self.amount(amount, index)));
        if self.sheet == Sheet::Roll {
            blocks.push(self.rule(9.0));
        }
        blocks.push(self.foot()?);
        Some(blocks)
    }

    fn ink(&self) -> Colour {
        if self.sheet == Sheet::Roll { palette::BLACK } else { palette::INK }
    }

    fn quiet(&self) -> Colour {
        if self.sheet == Sheet::Roll { palette::BLACK } else { palette::QUIET }
    }

    /// The colour of whoever hands it out, where there is colour.
    fn accent(&self) -> Colour {
        if self.sheet == Sheet::Roll { palette::BLACK } else { palette::legible(self.slip.colour) }
    }

    fn look(&self, size: f32, is_bold: bool, place: Place) -> Look {
        Look { size, is_bold, colour: self.ink(), place }
    }

    fn quiet_look(&self, place: Place) -> Look {
        Look { size: self.measures.quiet_size, is_bold: false, colour: self.quiet(), place }
    }

    /// The left edge of a column that begins so far from where lines begin.
    fn left(&self, from: f32, width: f32) -> f32 {
        match self.slip.direction {
            Direction::LeftToRight => self.measures.margin + from,
            Direction::RightToLeft => self.measures.width - self.measures.margin - from - width,
        }
    }

    fn stack(&mut self, block: &mut Block, (from, width): (f32, f32), texts: Vec<(&str, Look, Role)>) -> f32 {
        let x = self.left(from, width);
        let mut y = 0.0;
        for (text, look, role) in texts {
            if text.is_empty() {
                continue;
            }
            // What it is stands apart from who hands it out, where both are one column.
            y += if role == Role::Heading && y > 0.0 { 7.0 } else { 0.0 };
            let set = self.setter.set(text, look, width);
            let height = set.height();
            block.marks.push(Mark::Text { x, y, set, role });
            y += height;
        }
        block.height = block.height.max(y);
        y
    }

    fn head(&mut self) -> Block {
        let slip = self.slip;
        let (is_roll, column) = (self.sheet == Sheet::Roll, self.measures.column());
        let (start, end) = if is_roll { (Place::Centre, Place::Centre) } else { (Place::Start, Place::End) };
        let (name_size, title_size) = if is_roll { (13.0, 12.0) } else { (15.0, 17.0) };
        let mut issuer = vec![(slip.issuer.as_str(), self.look(name_size, true, start), Role::Paragraph)];
        let lines = self.quiet_look(start);
        issuer.extend(slip.issuer_lines.iter().map(|line| (line.as_str(), lines, Role::Paragraph)));
        let title = Look { colour: self.accent(), ..self.look(title_size, true, end) };
        let number = self.look(self.measures.size, true, end);
        let what = vec![
            (slip.title.as_str(), title, Role::Heading),
            (slip.number.as_str(), number, Role::Paragraph),
        ];
        let mut block = Block::default();
        if is_roll {
            issuer.extend(what);
            self.stack(&mut block, (0.0, column), issuer);
        } else {
            self.stack(&mut block, (0.0, column * 0.58), issuer);
            self.stack(&mut block, (column * 0.6, column * 0.4), what);
        }
        block
    }

    /// A line across, with so much room above and below.
    fn rule(&self, room: f32) -> Block {
        let (x, width) = (self.measures.margin, self.measures.column());
        let areas = if self.sheet == Sheet::Roll {
            dashes(x, width, room).collect()
        } else {
            vec![Mark::Area { x, y: room, width, height: 0.75, colour: palette::LINE }]
        };
        Block { height: 2.0 * room, marks: areas, is_foot: false }
    }

    fn fact(&mut self, pair: &Pair, table: Table) -> Block {
        let (column, label) = (self.measures.column(), self.measures.column() * self.measures.label);
        let gutter = column * GUTTER;
        let value = self.look(self.measures.size, false, Place::Start);
        let cells = [
            (pair.label.as_str(), self.quiet_look(Place::Start), (0.0, label), Role::Label(table)),
            (pair.value.as_str(), value, (label + gutter, column - label - gutter), Role::Value),
        ];
        self.row(cells, if self.sheet == Sheet::A5 { (2.5, 2.5) } else { (1.0, 1.0) })
    }

    /// Two cells whose first lines stand on one line, with room above and below.
    fn row(&mut self, cells: [(&str, Look, (f32, f32), Role); 2], (above, below): (f32, f32)) -> Block {
        let sets = cells.map(|(text, look, (from, width), role)| {
            (self.setter.set(text, look, width), self.left(from, width), role)
        });
        let base = sets.iter().map(|(set, ..)| set.first_baseline()).fold(0.0, f32::max);
        let mut block = Block::default();
        for (set, x, role) in sets {
            let y = above + base - set.first_baseline();
            block.height = block.height.max(y + set.height() + below);
            block.marks.push(Mark::Text { x, y, set, role });
        }
        block
    }

    /// How far amounts stand inside the tint of the total, all of them, so that they are one column.
    fn inset(&self) -> f32 {
        if self.sheet == Sheet::A5 { 8.0 } else { 0.0 }
    }

    fn unit(&mut self) -> Block {
        let mut block = Block::default();
        let (column, inset) = (self.measures.column(), self.inset());
        let look = self.quiet_look(Place::End);
        let unit = self.slip.unit.as_str();
        self.stack(&mut block, (inset, column - 2.0 * inset), vec![(unit, look, Role::Paragraph)]);
        block.height += 4.0;
        block
    }

    fn amount(&mut self, amount: &Amount, index: usize) -> Block {
        let is_total = amount.weight == Weight::Total;
        let is_page = self.sheet == Sheet::A5;
        let (column, size) = (self.measures.column(), self.measures.size);
        let inset = self.inset();
        let width = column - 2.0 * inset;
        let label = width * 0.62;
        let (label_size, figure_size) = if is_total { (size + 1.5, size + 3.0) } else { (size, size) };
        let mut figure = self.look(figure_size, is_total, Place::End);
        if is_total {
            figure.colour = self.accent();
        }
        let cells = [
            (
                amount.label.as_str(),
                self.look(label_size, is_total, Place::Start),
                (inset, label),
                Role::Label(Table::Amounts),
            ),
            (amount.figure.as_str(), figure, (inset + label, width - label), Role::Value),
        ];
        let room = if is_total { 5.0 } else { 2.5 };
        let mut block = self.row(cells, (room, room));
        let (x, height) = (self.measures.margin, block.height);
        let area = match (is_total, is_page) {
            (true, true) => Some((0.0, height, palette::tint(self.slip.colour))),
            (true, false) => Some((0.0, 1.25, palette::BLACK)),
            (false, true) if index > 0 => Some((0.0, 0.5, palette::LINE)),
            (false, _) => None,
        };
        let area = area.map(|(y, height, colour)| Mark::Area { x, y, width: column, height, colour });
        block.marks.splice(0..0, area);
        block
    }

    fn foot(&mut self) -> Option<Block> {
        let slip = self.slip;
        let (is_roll, column, edge) = (self.sheet == Sheet::Roll, self.measures.column(), self.measures.code);
        let code = Code::of(&slip.picture.text)?;
        // The white around the code is part of its edge; what is dark stands flush with the margin.
        let white = edge * f32::from(code::QUIET) / f32::from(code.edge.saturating_add(2 * code::QUIET));
        let mut block = Block { is_foot: true, ..Block::default() };
        let (from, top) = if is_roll { ((column - edge) / 2.0, edge - white) } else { (-white, 0.0) };
        let (x, y) = (self.left(from, edge), if is_roll { -white } else { 0.0 });
        block.marks.push(Mark::Code { x, y, edge, code });
        block.height = y + edge;
        let (from, width) =
            if is_roll { (0.0, column) } else { (edge - white + 6.0, column - edge + white - 6.0) };
        let mut y = if is_roll { top } else { white };
        for pair in &slip.proofs {
            let label = width * if is_roll { self.measures.label } else { 0.3 };
            let gutter = width * GUTTER;
            let cells = [
                (
                    pair.label.as_str(),
                    self.quiet_look(Place::Start),
                    (from, label),
                    Role::Label(Table::Proofs),
                ),
                (
                    pair.value.as_str(),
                    Look { colour: self.ink(), ..self.quiet_look(Place::Start) },
                    (from + label + gutter, width - label - gutter),
                    Role::Value,
                ),
            ];
            let row = self.row(cells, (0.0, 2.0));
            y = append(&mut block, row, y);
        }
        Some(block)
    }
}

/// Puts a block into another one, so far from its top; says where it ends.
fn append(block: &mut Block, mut row: Block, top: f32) -> f32 {
    for mark in &mut row.marks {
        match mark {
            Mark::Text { y, .. } | Mark::Area { y, .. } | Mark::Code { y, .. } => *y += top,
        }
    }
    block.marks.append(&mut row.marks);
    let end = top + row.height;
    block.height = block.height.max(end);
    end
}

/// A dashed line: a thermal printer's fine line breaks up by itself, and not evenly.
fn dashes(x: f32, width: f32, y: f32) -> impl Iterator<Item = Mark> {
    const DASH: f32 = 3.0;
    const STEP: f32 = 5.0;
    let starts =
        std::iter::successors(Some(0.0_f32), |at| Some(at + STEP)).take_while(move |at| at + DASH <= width);
    starts.map(move |at| Mark::Area { x: x + at, y, width: DASH, height: 0.75, colour: palette::BLACK })
}
