//! A workbook in the form of Office Open XML (ECMA-376), made while it is sent.
//!
//! A library that writes workbooks lays sheets aside, in memory or on a disk, until the last one is complete. Here each
//! row goes into the compressed stream at once, and the bytes that come out of it are sent; the services run without a
//! disk of their own.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{NaiveDate, NaiveDateTime, Timelike as _};
use zip::{
    CompressionMethod, ZipWriter,
    result::ZipError,
    write::{SimpleFileOptions, StreamWriter},
};

use super::{
    Cell, Column,
    xml::{self, Look},
};
use crate::{
    error::{Error, Fault},
    vocabulary::Language,
};

/// A workbook that is being written, sheet by sheet.
#[derive(Debug)]
pub struct Workbook {
    zip: ZipWriter<StreamWriter<Outlet>>,
    outlet: Outlet,
    language: Language,
    sheets: u32,
    columns: Vec<Column>,
    /// Rows of the sheet that is open, with its headings; none is open at 0.
    rows: u32,
    /// The last row that is filtered.
    filtered: u32,
}

impl Workbook {
    /// A workbook whose sheets have these names, in this order; sheets run from the right in Arabic.
    pub fn begin(language: Language, names: &[String]) -> Result<Self, Error> {
        let outlet = Outlet::default();
        let mut book = Self {
            zip: ZipWriter::new_stream(outlet.clone()),
            outlet,
            language,
            sheets: 0,
            columns: Vec::new(),
            rows: 0,
            filtered: 0,
        };
        for (name, part) in xml::parts(names) {
            book.file(name)?;
            book.put(&part)?;
        }
        Ok(book)
    }

    /// Begins the next sheet, with its line of headings.
    pub fn sheet(&mut self, columns: Vec<Column>) -> Result<(), Error> {
        self.end_sheet()?;
        self.sheets = self.sheets.saturating_add(1);
        self.file(&format!("xl/worksheets/sheet{}.xml", self.sheets))?;
        self.put(&xml::sheet_head(self.language, &columns, self.sheets == 1))?;
        let headings: Vec<Cell> = columns.iter().map(|column| Cell::Text(column.heading.clone())).collect();
        self.columns = columns;
        self.line(&headings, |_| Look::Heading)?;
        self.filtered = 1;
        Ok(())
    }

    /// Adds one row to the sheet.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), Error> {
        self.line(cells, |column| Look::Cell(column.kind))?;
        self.filtered = self.rows;
        Ok(())
    }

    /// Adds a row of totals, which the filter leaves alone.
    pub fn totals(&mut self, cells: &[Cell]) -> Result<(), Error> {
        self.line(cells, |column| Look::Total(column.kind))
    }

    /// The bytes that came since the last call.
    pub fn take(&mut self) -> Vec<u8> {
        self.outlet.take()
    }

    /// Ends the workbook: the last bytes.
    pub fn finish(mut self) -> Result<Vec<u8>, Error> {
        self.end_sheet()?;
        let Self { zip, outlet, .. } = self;
        zip.finish().map_err(broken)?;
        Ok(outlet.take())
    }

    fn end_sheet(&mut self) -> Result<(), Error> {
        if self.rows > 0 {
            self.put(&xml::sheet_tail(self.columns.len(), self.filtered))?;
        }
        self.rows = 0;
        Ok(())
    }

    fn line(&mut self, cells: &[Cell], look: fn(&Column) -> Look) -> Result<(), Error> {
        self.rows = self.rows.saturating_add(1);
        let row = self.rows;
        let mut line = format!("<row r=\"{row}\">");
        for (place, (cell, column)) in cells.iter().zip(&self.columns).enumerate() {
            let at = format!("{}{row}", xml::letters(place));
            line.push_str(&written(cell, &at, look(column).place()));
        }
        line.push_str("</row>");
        self.put(&line)
    }

    fn file(&mut self, name: &str) -> Result<(), Error> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        self.zip.start_file(name, options).map_err(broken)
    }

    fn put(&mut self, text: &str) -> Result<(), Error> {
        self.zip.write_all(text.as_bytes()).map_err(|error| Fault::new(error).into())
    }
}

fn broken(error: ZipError) -> Error {
    Fault::new(error).into()
}

fn written(cell: &Cell, at: &str, style: u8) -> String {
    let number = |value: &str| format!("<c r=\"{at}\" s=\"{style}\"><v>{value}</v></c>");
    let words = |text: &str| {
        format!(
            "<c r=\"{at}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
            xml::text(text)
        )
    };
    match cell {
        Cell::Blank => format!("<c r=\"{at}\" s=\"{style}\"/>"),
        Cell::Text(text) => words(text),
        Cell::Money(amount) => number(&amount.to_string()),
        Cell::Count(count) => number(&count.to_string()),
        Cell::Number(value) => number(value),
        Cell::Day(day) => match serial(*day) {
            Some(serial) => number(&serial.to_string()),
            None => words(&day.to_string()),
        },
        Cell::At(moment) => match serial_at(*moment) {
            Some(serial) => number(&serial),
            None => words(&moment.to_string()),
        },
    }
}

/// The number that spreadsheets have for a day; none before March 1900, where they count a day that never was.
fn serial(day: NaiveDate) -> Option<i64> {
    let zero = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    let serial = day.signed_duration_since(zero).num_days();
    (serial > 60).then_some(serial)
}

/// The same with the time as a fraction of the day, to the nearest hundred-thousandth of a second.
fn serial_at(at: NaiveDateTime) -> Option<String> {
    const SECONDS: u64 = 86_400;
    const PARTS: u64 = 10_000_000_000;
    let seconds = u64::from(at.num_seconds_from_midnight());
    // Half a second's part is added, so that it is rounded.
    let parts = seconds.checked_mul(PARTS)?.checked_add(SECONDS.div_euclid(2))?.checked_div(SECONDS)?;
    Some(format!("{}.{parts:010}", serial(at.date())?))
}

/// What came out of the compression and was not sent yet.
#[derive(Debug, Clone, Default)]
struct Outlet(Arc<Mutex<Vec<u8>>>);

impl Outlet {
    fn take(&self) -> Vec<u8> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;
    use crate::{platform::sheets::ColumnKind, vocabulary::Money};

    fn book(language: Language) -> Vec<u8> {
        let mut book = Workbook::begin(language, &["Days: a/b".to_owned(), "Empty".to_owned()]).unwrap();
        let columns = vec![Column::new("Day", ColumnKind::Day), Column::new("Paid <net>", ColumnKind::Money)];
        book.sheet(columns).unwrap();
        let day = NaiveDate::from_ymd_opt(2026, 4, 17).unwrap();
        let mut bytes = Vec::new();
        for minor in 0..3000 {
            book.row(&[day.into(), Money::from_minor(minor).into()]).unwrap();
            bytes.extend(book.take());
        }
        book.totals(&["=1+1".into(), Money::from_minor(-5).into()]).unwrap();
        book.sheet(vec![Column::new("Nothing", ColumnKind::Text)]).unwrap();
        bytes.extend(book.finish().unwrap());
        bytes
    }

    fn part(bytes: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn what_was_written_piece_by_piece_is_one_workbook() {
        let bytes = book(Language::En);
        let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(
            sheet.contains("<c r=\"A2\" s=\"5\"><v>46129</v></c><c r=\"B2\" s=\"2\"><v>0.00</v></c>"),
            "{sheet:.900}"
        );
        assert!(sheet.contains("<c r=\"B3002\" s=\"8\"><v>-0.05</v></c>"));
        assert!(sheet.contains("<autoFilter ref=\"A1:B3001\"/>"), "the totals stay outside of the filter");
        assert!(
            sheet.contains("Paid &lt;net&gt;") && !sheet.contains("rightToLeft") && !sheet.contains("<f>")
        );
        assert!(part(&bytes, "xl/workbook.xml").contains("name=\"Days ab\""));
    }

    #[test]
    fn an_arabic_sheet_runs_from_the_right() {
        assert!(
            part(&book(Language::Ar), "xl/worksheets/sheet2.xml").contains("<sheetView rightToLeft=\"1\"")
        );
    }

    #[test]
    fn moments_are_days_and_their_fractions() {
        let day = NaiveDate::from_ymd_opt(2026, 4, 17).unwrap();
        assert_eq!(serial_at(day.and_hms_opt(12, 0, 0).unwrap()).as_deref(), Some("46129.5000000000"));
        assert_eq!(serial_at(day.and_hms_opt(23, 59, 59).unwrap()).as_deref(), Some("46129.9999884259"));
        assert_eq!(serial(NaiveDate::from_ymd_opt(1900, 1, 1).unwrap()), None);
    }
}
