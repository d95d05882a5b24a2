//! The parts of a workbook that are the same in every one, and the texts inside of it.

use std::fmt::Write as _;

use super::{Column, ColumnKind, is_from_the_right};
use crate::vocabulary::Language;

pub(super) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";
/// Most letters of a cell, and of the name of a sheet.
const CELL_MOST: usize = 32_000;
const NAME_MOST: usize = 31;

/// How a cell looks: the place of its format in [`styles`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Heading,
    Cell(ColumnKind),
    Total(ColumnKind),
}

impl Look {
    pub(super) const fn place(self) -> u8 {
        match self {
            Self::Heading => 1,
            Self::Cell(ColumnKind::Text) => 0,
            Self::Cell(ColumnKind::Money) => 2,
            Self::Cell(ColumnKind::Count) => 3,
            Self::Cell(ColumnKind::Number) => 4,
            Self::Cell(ColumnKind::Day) => 5,
            Self::Cell(ColumnKind::At) => 6,
            Self::Total(ColumnKind::Money) => 8,
            Self::Total(ColumnKind::Count | ColumnKind::Number) => 9,
            Self::Total(ColumnKind::Text | ColumnKind::Day | ColumnKind::At) => 7,
        }
    }
}

/// The files of a workbook that stand before its sheets, by name.
pub(super) fn parts(names: &[String]) -> Vec<(&'static str, String)> {
    vec![
        ("[Content_Types].xml", types(names.len())),
        ("_rels/.rels", root()),
        ("xl/workbook.xml", workbook(names)),
        ("xl/_rels/workbook.xml.rels", relations(names.len())),
        ("xl/styles.xml", styles()),
    ]
}

fn types(sheets: usize) -> String {
    let mut xml = format!(
        "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override PartName=\"/xl/workbook.xml\" ContentType=\"{TYPE}.sheet.main+xml\"/>\
         <Override PartName=\"/xl/styles.xml\" ContentType=\"{TYPE}.styles+xml\"/>"
    );
    for number in 1..=sheets {
        push(
            &mut xml,
            format_args!(
                "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"{TYPE}.worksheet+xml\"/>"
            ),
        );
    }
    xml.push_str("</Types>");
    xml
}

fn root() -> String {
    format!(
        "{HEAD}<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    )
}

fn workbook(names: &[String]) -> String {
    let mut xml = format!(
        "{HEAD}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><bookViews><workbookView activeTab=\"0\"/></bookViews><sheets>"
    );
    for (number, name) in (1_u32..).zip(names) {
        let name = text(
            &name.chars().filter(|letter| !"[]:*?/\\'".contains(*letter)).take(NAME_MOST).collect::<String>(),
        );
        push(&mut xml, format_args!("<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>"));
    }
    xml.push_str("</sheets></workbook>");
    xml
}

fn relations(sheets: usize) -> String {
    let mut xml = format!("{HEAD}<Relationships xmlns=\"{RELATIONS}\">");
    for number in 1..=sheets {
        push(
            &mut xml,
            format_args!(
                "<Relationship Id=\"rId{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
            ),
        );
    }
    let styles = sheets.saturating_add(1);
    push(
        &mut xml,
        format_args!(
            "<Relationship Id=\"rId{styles}\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/></Relationships>"
        ),
    );
    xml
}

/// The formats, in the order of [`Look::place`].
fn styles() -> String {
    let mut xml = format!(
        "{HEAD}<styleSheet xmlns=\"{MAIN}\">\
         <numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/>\
         <numFmt numFmtId=\"165\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm:ss\"/></numFmts>\
         <fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>\
         <font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>\
         <fills count=\"3\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill>\
         <fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFE7E6E6\"/><bgColor indexed=\"64\"/></patternFill></fill></fills>\
         <borders count=\"2\"><border><left/><right/><top/><bottom/><diagonal/></border>\
         <border><left/><right/><top style=\"thin\"><color auto=\"1\"/></top><bottom/><diagonal/></border></borders>\
         <cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
         <cellXfs count=\"10\">"
    );
    let formats = [
        (0, 0, 0, 0),
        (0, 1, 2, 0),
        (4, 0, 0, 0),
        (1, 0, 0, 0),
        (0, 0, 0, 0),
        (164, 0, 0, 0),
        (165, 0, 0, 0),
        (0, 1, 0, 1),
        (4, 1, 0, 1),
        (1, 1, 0, 1),
    ];
    for (number, font, fill, border) in formats {
        push(
            &mut xml,
            format_args!(
                "<xf numFmtId=\"{number}\" fontId=\"{font}\" fillId=\"{fill}\" borderId=\"{border}\" xfId=\"0\" \
             applyNumberFormat=\"1\" applyFont=\"1\" applyFill=\"1\" applyBorder=\"1\"/>"
            ),
        );
    }
    xml.push_str("</cellXfs><cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>");
    xml
}

/// The beginning of a sheet, up to its rows: which way it runs, the frozen heading, how wide the columns are.
pub(super) fn sheet_head(language: Language, columns: &[Column], is_first: bool) -> String {
    let from_the_right = if is_from_the_right(language) { " rightToLeft=\"1\"" } else { "" };
    let selected = if is_first { " tabSelected=\"1\"" } else { "" };
    let mut xml = format!(
        "{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView{from_the_right}{selected} workbookViewId=\"0\">\
         <pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>\
         <selection pane=\"bottomLeft\"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/><cols>"
    );
    for (number, column) in (1_u32..).zip(columns) {
        let width = match column.kind {
            ColumnKind::Text => 26,
            ColumnKind::Money => 15,
            ColumnKind::Count | ColumnKind::Number | ColumnKind::Day => 13,
            ColumnKind::At => 21,
        };
        let needed = column.heading.chars().count().saturating_add(4);
        let width = needed.clamp(width, 60);
        push(
            &mut xml,
            format_args!("<col min=\"{number}\" max=\"{number}\" width=\"{width}\" customWidth=\"1\"/>"),
        );
    }
    xml.push_str("</cols><sheetData>");
    xml
}

/// The end of a sheet; its headings open the filter over `rows` rows, the heading included.
pub(super) fn sheet_tail(columns: usize, rows: u32) -> String {
    let last = letters(columns.saturating_sub(1));
    format!(
        "</sheetData><autoFilter ref=\"A1:{last}{rows}\"/><pageMargins left=\"0.5\" right=\"0.5\" top=\"0.75\" bottom=\"0.75\" header=\"0.3\" footer=\"0.3\"/></worksheet>"
    )
}

/// The name of the column at this place, from 0: `A` to `Z`, then `AA`.
pub(super) fn letters(place: usize) -> String {
    let letter =
        |place: usize| u8::try_from(place).map_or('A', |place| char::from(b'A'.saturating_add(place)));
    match (place.div_euclid(26), place.rem_euclid(26)) {
        (0, last) => letter(last).to_string(),
        (first, last) => [letter(first.saturating_sub(1)), letter(last)].iter().collect(),
    }
}

/// A text inside of XML. What XML cannot hold is left out; an underscore that a spreadsheet would take for an escape is
/// escaped itself.
pub(super) fn text(of: &str) -> String {
    let mut xml = String::with_capacity(of.len());
    for letter in of.chars().take(CELL_MOST) {
        match letter {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '_' if of.contains("_x") => xml.push_str("_x005F_"),
            '\r' => xml.push('\n'),
            '\t' | '\n' => xml.push(letter),
            '\u{0}'..='\u{1f}' | '\u{7f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => xml.push(letter),
        }
    }
    xml
}

fn push(xml: &mut String, part: std::fmt::Arguments<'_>) {
    // Writing into a string cannot fail.
    let _written = xml.write_fmt(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_spreadsheets_name_them() {
        let names: Vec<String> = [0, 25, 26, 51, 52, 701].map(letters).to_vec();
        assert_eq!(names, ["A", "Z", "AA", "AZ", "BA", "ZZ"]);
    }

    #[test]
    fn a_text_keeps_to_its_cell() {
        assert_eq!(text("<a href=\"x\">&\u{0}\u{b}</a>"), "&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;");
        assert_eq!(text("_x0041_"), "_x005F_x0041_x005F_");
        assert_eq!(text("a_b"), "a_b");
    }
}
