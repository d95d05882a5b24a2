//! Rows of an answer as lines of a table.

use base::{
    Error, Text,
    platform::sheets::{Cell, Column, ColumnKind, Workbook, csv},
    vocabulary::{Calendar, Language, Money},
};
use chrono::{NaiveDate, NaiveDateTime};
use serde_json::Value;
use web::download::FileKind;

use super::{Sheet, columns, words};

const TOTAL: Text = Text { en: "Total", ar: "الإجمالي" };

/// A column, and where in a row it is found.
struct Shown {
    path: Vec<&'static str>,
    key: &'static str,
    kind: ColumnKind,
    /// The sum of the rows so far, where it means something; none once it does not fit.
    sum: Option<i64>,
    is_summed: bool,
}

/// A table that is being written, or several after each other in a workbook.
pub(super) struct Table {
    /// None for comma-separated values.
    book: Option<Box<Workbook>>,
    columns: Vec<Shown>,
    language: Language,
    calendar: Calendar,
}

impl Table {
    pub(super) fn begin(
        kind: FileKind,
        (language, calendar): (Language, Calendar),
        sheets: &[Sheet],
    ) -> Result<Self, Error> {
        let names: Vec<String> = sheets.iter().map(|sheet| sheet.about.say(language).to_owned()).collect();
        let book = match kind {
            FileKind::Xlsx => Some(Box::new(Workbook::begin(language, &names)?)),
            FileKind::Csv | FileKind::Beancount | FileKind::Hledger => None,
        };
        Ok(Self { book, columns: Vec::new(), language, calendar })
    }

    /// Ends the table before, and writes the headings of the next. What is no list has no sums.
    pub(super) fn open(&mut self, sheet: &Sheet, is_list: bool) -> Result<Vec<u8>, Error> {
        self.close()?;
        let mut headings = Vec::with_capacity(sheet.columns.len());
        self.columns.clear();
        for named in sheet.columns {
            let (key, field) = named.split_once('=').unwrap_or((named, named));
            let known = columns::of(key);
            let heading = known.heading.say(self.language);
            // Times are the gym's own, and a file is read elsewhere.
            let heading = match known.kind {
                ColumnKind::At => format!("{heading} ({})", self.calendar.name()),
                ColumnKind::Text
                | ColumnKind::Money
                | ColumnKind::Count
                | ColumnKind::Number
                | ColumnKind::Day => heading.to_owned(),
            };
            headings.push(Column::new(heading, known.kind));
            self.columns.push(Shown {
                path: field.split('/').collect(),
                key,
                kind: known.kind,
                sum: Some(0),
                is_summed: known.is_summed && is_list,
            });
        }
        match &mut self.book {
            None => Ok(csv::head(&headings)),
            Some(book) => {
                book.sheet(headings)?;
                Ok(book.take())
            }
        }
    }

    /// Writes one row: into `bytes`, or into the workbook.
    pub(super) fn push(&mut self, row: &Value, bytes: &mut Vec<u8>) -> Result<(), Error> {
        let mut cells = Vec::with_capacity(self.columns.len());
        for column in &mut self.columns {
            let value = column.path.iter().try_fold(row, |value, key| value.get(*key));
            let cell = cell(column.kind, column.key, value.unwrap_or(&Value::Null), self.language);
            match &cell {
                Cell::Money(amount) => {
                    column.sum = column.sum.and_then(|sum| sum.checked_add(amount.minor()));
                }
                Cell::Count(count) => column.sum = column.sum.and_then(|sum| sum.checked_add(*count)),
                Cell::Blank | Cell::Text(_) | Cell::Number(_) | Cell::Day(_) | Cell::At(_) => {}
            }
            cells.push(cell);
        }
        match &mut self.book {
            None => csv::push_row(bytes, &cells),
            Some(book) => book.row(&cells)?,
        }
        Ok(())
    }

    /// What the workbook has ready to be sent.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.book.as_mut().map(|book| book.take()).unwrap_or_default()
    }

    pub(super) fn finish(mut self) -> Result<Vec<u8>, Error> {
        self.close()?;
        self.book.map_or_else(|| Ok(Vec::new()), |book| book.finish())
    }

    /// Writes the sums, where there are some. Comma-separated values have none: a program would take them for a row.
    fn close(&mut self) -> Result<(), Error> {
        let Some(book) = &mut self.book else { return Ok(()) };
        if !self.columns.iter().any(|column| column.is_summed) {
            return Ok(());
        }
        let sums = self.columns.iter().enumerate().map(|(place, column)| match (column.kind, column.sum) {
            (ColumnKind::Money, Some(sum)) if column.is_summed => Cell::Money(Money::from_minor(sum)),
            (ColumnKind::Count, Some(sum)) if column.is_summed => Cell::Count(sum),
            _ if place == 0 => Cell::from(TOTAL.say(self.language)),
            _ => Cell::Blank,
        });
        let sums: Vec<Cell> = sums.collect();
        book.totals(&sums)
    }
}

fn cell(kind: ColumnKind, key: &str, value: &Value, language: Language) -> Cell {
    let text = match value {
        Value::Null => return Cell::Blank,
        Value::Bool(is_so) => words::yes_or_no(*is_so).say(language).to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    let read = match kind {
        ColumnKind::Text => {
            Some(Cell::Text(words::said(key, &text, language).map_or(text.clone(), str::to_owned)))
        }
        ColumnKind::Money => Money::parse(&text).ok().map(Cell::Money),
        ColumnKind::Count => text.parse().ok().map(Cell::Count),
        ColumnKind::Number => value.is_number().then(|| Cell::Number(text.clone())),
        ColumnKind::Day => NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok().map(Cell::Day),
        ColumnKind::At => text.parse::<NaiveDateTime>().ok().map(Cell::At),
    };
    read.unwrap_or(Cell::Text(text))
}
