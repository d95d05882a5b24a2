//! The books as a file, for programs that nobody of the gym wrote: Beancount, hledger, a spreadsheet.
//!
//! - What is before the first day is one transaction of opening balances, and what is after the last day is left out; so
//!   the last balances are those of [`trial_balance`](super::trial_balance) for the same days.
//! - The file ends by saying these balances: Beancount and hledger refuse it if they reckon something else.
//! - Everything is read from one moment, a day at a time, and sent as it is read.
//! - A file for other programs leaves the gym: it holds numbers of documents, the names of branches, and no word that
//!   somebody typed about a person or a deed, nor any name or phone.

mod beancount;
mod chart;
mod hledger;
mod plain;
mod store;
mod workbook;

use std::collections::VecDeque;

use base::{
    Error,
    access::{Granted, can},
    platform::{
        db::{Db, Snapshot},
        sheets::{FileRefused, Pieces, ROWS_MOST},
    },
    vocabulary::{BranchId, Calendar, Day, Language, read_days, words},
};
use chrono::NaiveDate;
use futures_util::{StreamExt as _, stream};

use self::{
    chart::{Books, Entry},
    plain::Plain,
    workbook::Sheets,
};

words! {
    /// For which program the books are written.
    pub enum BooksFormat {
        /// Beancount, and what reads its files: Fava, bean-query.
        Beancount = "beancount",
        /// hledger.
        Hledger = "hledger",
        /// A spreadsheet: the trial balance, the journal, and which accounts each deed moves.
        Xlsx = "xlsx",
    }
}

/// The books of some branches and days, on their way.
pub struct BooksFile {
    /// First and last day, in the gym's calendar.
    pub days: (NaiveDate, NaiveDate),
    /// The file.
    pub pieces: Pieces,
}

/// The books of these days; of the last thirty, if nobody says which.
///
/// # Refuses
/// [`base::vocabulary::DayRangeInvalid`]; a branch outside the caller's reach as one that does not exist;
/// [`FileRefused::TooLong`] for more than a hundred thousand transfers.
pub async fn export(
    db: &Db,
    staff: &Granted<can::ReadBooks>,
    format: BooksFormat,
    (branch, days): (Option<BranchId>, (Option<Day>, Option<Day>)),
    language: Language,
) -> Result<BooksFile, Error> {
    let scope = staff.scope_at(branch)?;
    let calendar = staff.calendar();
    let days = read_days(days, calendar.today(staff.now()))?;
    let mut snapshot = db.snapshot().await?;
    let ledgers = store::list_ledgers(snapshot.get(), &scope).await?;
    let branches: Vec<i64> = ledgers.iter().map(|ledger| ledger.branch).collect();
    if store::count_transfers(snapshot.get(), &branches, days, ROWS_MOST).await? > ROWS_MOST {
        snapshot.end().await?;
        return Err(FileRefused::TooLong.into());
    }
    let balances = store::list_balances(snapshot.get(), &branches, days).await?;
    let left = store::list_days(snapshot.get(), &branches, days).await?;
    let books = Books::new(ledgers, balances, days, calendar);
    let writer = Writer::new(format, language)?;
    let making = Making { snapshot, books, branches, left: left.into(), writer };
    let pieces = stream::try_unfold(Some(Step::Head(making)), |step| async move {
        match step {
            Some(step) => step.take().await.map(Some),
            None => Ok(None),
        }
    });
    Ok(BooksFile { days, pieces: pieces.boxed() })
}

/// A file that is being made.
struct Making {
    snapshot: Snapshot,
    books: Books,
    branches: Vec<i64>,
    /// The days that have transfers and are still to be written.
    left: VecDeque<NaiveDate>,
    writer: Writer,
}

enum Step {
    Head(Making),
    Days(Making),
}

impl Step {
    /// What is written now, and what comes after it.
    async fn take(self) -> Result<(Vec<u8>, Option<Self>), Error> {
        match self {
            Self::Head(mut making) => {
                let head = making.writer.head(&making.books)?;
                Ok((head, Some(Self::Days(making))))
            }
            Self::Days(mut making) => {
                if let Some(day) = making.left.pop_front() {
                    let entries = store::list_entries(making.snapshot.get(), &making.branches, day).await?;
                    let written = making.writer.day(&making.books, &entries)?;
                    return Ok((written, Some(Self::Days(making))));
                }
                let Making { snapshot, books, writer, .. } = making;
                snapshot.end().await?;
                Ok((writer.tail(&books)?, None))
            }
        }
    }
}

/// Who writes the file.
enum Writer {
    Plain(Plain),
    Sheets(Box<Sheets>),
}

impl Writer {
    fn new(format: BooksFormat, language: Language) -> Result<Self, Error> {
        Ok(match format {
            BooksFormat::Beancount => Self::Plain(beancount::PROGRAM),
            BooksFormat::Hledger => Self::Plain(hledger::PROGRAM),
            BooksFormat::Xlsx => Self::Sheets(Box::new(Sheets::begin(language)?)),
        })
    }

    fn head(&mut self, books: &Books) -> Result<Vec<u8>, Error> {
        match self {
            Self::Plain(plain) => Ok(plain.head(books).into_bytes()),
            Self::Sheets(sheets) => sheets.head(books),
        }
    }

    fn day(&mut self, books: &Books, entries: &[Entry]) -> Result<Vec<u8>, Error> {
        match self {
            Self::Plain(plain) => Ok(plain.day(books, entries).into_bytes()),
            Self::Sheets(sheets) => sheets.day(books, entries),
        }
    }

    fn tail(self, books: &Books) -> Result<Vec<u8>, Error> {
        match self {
            Self::Plain(plain) => Ok(plain.tail(books).into_bytes()),
            Self::Sheets(sheets) => sheets.tail(),
        }
    }
}

/// Whether money counts for a later day than the one on which it came, because that one was closed.
fn is_late(entry: &Entry, calendar: Calendar) -> bool {
    entry.purpose.is_some() && calendar.today(entry.posted_at) < entry.business_day
}
