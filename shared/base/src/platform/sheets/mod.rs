//! Tables as files, written row by row: CSV for programs, XLSX for people with a spreadsheet.
//!
//! - Neither keeps what it wrote: [`Workbook::take`] and the functions of [`csv`] hand out bytes that are sent at once,
//!   so that a long table costs no more memory than a short one, and nothing is put on a disk.
//! - A text is never a formula. In XLSX it is a text by its type; in CSV one that a spreadsheet would compute gets an
//!   apostrophe in front.

pub mod csv;
mod seats;
mod workbook;
mod xml;

use chrono::{NaiveDate, NaiveDateTime};
use futures_util::stream::BoxStream;

pub use seats::{Seat, Seats};
pub use workbook::Workbook;

use crate::{
    error::Error,
    refusals,
    vocabulary::{Language, Money},
};

/// A file, piece by piece, as it is made. It ends early with a fault when the database breaks off: what came until then is
/// no whole file.
pub type Pieces = BoxStream<'static, Result<Vec<u8>, Error>>;

/// Rows of a list, some hundreds at a time, all as they were at one moment.
pub type Rows<T> = BoxStream<'static, Result<Vec<T>, Error>>;

/// Most rows of one file. A spreadsheet opens as many without trouble, and they are read in a few seconds.
pub const ROWS_MOST: usize = 100_000;

refusals! {
    /// Why no file is made.
    pub enum FileRefused {
        /// It would have more than [`ROWS_MOST`] rows.
        TooLong => Rejected, "FILE_TOO_LONG",
            en: "That is more than 100,000 rows, please choose fewer days or one branch",
            ar: "عدد الصفوف أكثر من 100,000، يرجى اختيار أيام أقل أو فرع واحد";
        /// It would be a report with more than ten thousand lines.
        ReportTooLong => Rejected, "REPORT_TOO_LONG",
            en: "That report has more than 10,000 lines, please choose fewer days or one branch",
            ar: "التقرير يحتوي على أكثر من 10,000 سطر، يرجى اختيار أيام أقل أو فرع واحد";
        /// Others are being made at the moment, or the same person already receives one.
        Busy {
            /// Seconds until another try makes sense.
            retry_after: u32,
        } => TooMany { retry_after }, "FILE_BUSY",
            en: "Another file is being made, please try again in a moment",
            ar: "يجري إعداد ملف آخر، يرجى المحاولة بعد لحظات";
    }
}

/// What stands in the cells of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Words.
    Text,
    /// An amount, with two decimals.
    Money,
    /// A whole number: a count, or a number that names something.
    Count,
    /// A number that may have a fraction.
    Number,
    /// A day of the gym's calendar.
    Day,
    /// What the clock on the gym's wall shows.
    At,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub heading: String,
    /// What stands in it.
    pub kind: ColumnKind,
}

impl Column {
    /// A column under this heading.
    pub fn new(heading: impl Into<String>, kind: ColumnKind) -> Self {
        Self { heading: heading.into(), kind }
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Blank,
    /// Words.
    Text(String),
    /// An amount.
    Money(Money),
    /// A whole number.
    Count(i64),
    /// A number, as JSON writes it, e.g. `12.5`.
    Number(String),
    /// A day.
    Day(NaiveDate),
    /// A time of some day, on the gym's clock.
    At(NaiveDateTime),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Blank, Into::into)
    }
}

impl From<Money> for Cell {
    fn from(amount: Money) -> Self {
        Self::Money(amount)
    }
}

impl From<i64> for Cell {
    fn from(count: i64) -> Self {
        Self::Count(count)
    }
}

impl From<NaiveDate> for Cell {
    fn from(day: NaiveDate) -> Self {
        Self::Day(day)
    }
}

/// Whether the columns run from the right.
const fn is_from_the_right(language: Language) -> bool {
    matches!(language, Language::Ar)
}
