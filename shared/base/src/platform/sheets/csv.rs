//! Comma-separated values, as RFC 4180 has them, in UTF-8 with the mark that Excel looks for.

use super::{Cell, Column};

/// What tells Excel that the bytes are UTF-8; without it Arabic is read as something else.
const MARK: &str = "\u{feff}";

/// The beginning of a file: the mark and the line of the headings.
pub fn head(columns: &[Column]) -> Vec<u8> {
    let mut line = String::from(MARK);
    push_line(&mut line, columns.iter().map(|column| harmless(&column.heading)));
    line.into_bytes()
}

/// Adds one row to `to`.
pub fn push_row(to: &mut Vec<u8>, cells: &[Cell]) {
    let mut line = String::new();
    push_line(&mut line, cells.iter().map(written));
    to.extend_from_slice(line.as_bytes());
}

fn push_line(line: &mut String, cells: impl Iterator<Item = String>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            line.push(',');
        }
        push_quoted(line, &cell);
    }
    line.push_str("\r\n");
}

fn written(cell: &Cell) -> String {
    match cell {
        Cell::Blank => String::new(),
        Cell::Text(text) => harmless(text),
        Cell::Money(amount) => amount.to_string(),
        Cell::Count(count) => count.to_string(),
        Cell::Number(number) => number.clone(),
        Cell::Day(day) => day.format("%Y-%m-%d").to_string(),
        Cell::At(at) => at.format("%Y-%m-%d %H:%M:%S").to_string(),
    }
}

/// A text that no spreadsheet computes. Numbers are not touched: they are ours.
fn harmless(text: &str) -> String {
    let text = text.replace('\0', "");
    // Blanks and marks that nobody sees are dropped by some programs before they look; the wide signs are the same to others.
    let is_unseen = |letter: char| matches!(letter, ' ' | '\u{a0}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let first = text.trim_start_matches(is_unseen).chars().next();
    let is_computed =
        matches!(first, Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'));
    if is_computed { format!("'{text}") } else { text }
}

fn push_quoted(line: &mut String, cell: &str) {
    let asks_for_quotes =
        cell.contains([',', '"', '\r', '\n', ';', '\t']) || cell.starts_with(' ') || cell.ends_with(' ');
    if asks_for_quotes {
        line.push('"');
        line.push_str(&cell.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(cell);
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{super::ColumnKind, *};
    use crate::vocabulary::Money;

    fn row(cells: &[Cell]) -> String {
        let mut bytes = Vec::new();
        push_row(&mut bytes, cells);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_file_begins_with_the_mark_and_the_headings() {
        let columns =
            [Column::new("الفرع", ColumnKind::Text), Column::new("Paid, in all", ColumnKind::Money)];
        let head = String::from_utf8(head(&columns)).unwrap();
        assert_eq!(head, "\u{feff}الفرع,\"Paid, in all\"\r\n");
    }

    #[test]
    fn a_text_that_would_be_computed_is_made_harmless_and_a_number_is_left_alone() {
        for text in [
            "=cmd|' /C calc'!A0",
            "+20101",
            "-1",
            "@sum(A1)",
            "\tx",
            "\rx",
            " =1+1",
            "＝1",
            "\u{200f}=1+1",
            "\u{202e}\u{2066}@x",
        ] {
            let line = row(&[text.into()]);
            assert!(line.trim_start_matches('"').starts_with('\''), "{line:?}");
        }
        let cells = [Cell::Money(Money::from_minor(-1205)), Cell::Count(-3), Cell::from("a=b")];
        assert_eq!(row(&cells), "-12.05,-3,a=b\r\n");
    }

    #[test]
    fn quotes_commas_and_lines_stay_inside_their_cell() {
        assert_eq!(row(&["a \"b\", c\r\nd".into(), Cell::Blank]), "\"a \"\"b\"\", c\r\nd\",\r\n");
    }

    #[test]
    fn days_and_times_are_written_as_programs_read_them() {
        let day = NaiveDate::from_ymd_opt(2026, 4, 9).unwrap();
        assert_eq!(
            row(&[day.into(), Cell::At(day.and_hms_opt(7, 5, 1).unwrap())]),
            "2026-04-09,2026-04-09 07:05:01\r\n"
        );
    }
}
