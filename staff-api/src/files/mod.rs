//! Lists and reports as files: `?format=csv` and `?format=xlsx` of the same address.
//!
//! A list says once which of its fields are columns ([`Sheet`]); what they are called and what stands in them is in
//! [`columns`]. The rows of a file are the rows of the answer in JSON, so that a figure is the same in both. A file has
//! everything that the filter finds, not a page of it; it is sent while it is read, from one moment of the gym.

mod columns;
mod table;
mod words;

use std::collections::BTreeMap;

use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Response},
};
use base::{
    Error, Fault, Text,
    access::Can,
    platform::{
        request,
        sheets::{FileRefused, Pieces, Rows, Seat},
    },
    vocabulary::{Calendar, Day, Language, Page},
};
use chrono::NaiveDate;
use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use web::{
    Answer, App, ErrorResponse, Query, Staff,
    download::{AnswerFormat, Download, FileKind, FileName},
};

use self::table::Table;

/// Most lines of a report that is a file. Its sums are made of all of it, so that it is made before it is sent.
const REPORT_LINES_MOST: i64 = 10_000;

/// How the answer is written.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FormatQuery {
    /// `json`, one page of it, if absent; `csv` or `xlsx` for a file with everything that the filter finds, up to 100,000
    /// rows (10,000 lines of a report), with headings in the caller's language. Of a report with several tables `csv` has
    /// the first; `xlsx` has a sheet for each.
    #[param(inline)]
    format: Option<AnswerFormat>,
}

/// One table of a file.
#[derive(Debug)]
pub(crate) struct Sheet {
    /// What it is called, on its tab and in the name of the file.
    pub(crate) about: Text,
    /// Where its rows stand in the answer: a list, or one thing that is one row; empty for the whole answer.
    pub(crate) rows: &'static str,
    /// Its columns, each by the field that it shows, in their order. `a/b` is a field of a field; `heading=field` shows a
    /// field under another heading than its own.
    pub(crate) columns: &'static [&'static str],
}

/// How the caller wants the answer, and which days the query names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    format: AnswerFormat,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl<S: Send + Sync> FromRequestParts<S> for Wanted {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let Query(asked) = Query::<FormatQuery>::from_request_parts(parts, state).await?;
        let format = asked.format.unwrap_or(AnswerFormat::Json);
        // The list reads its days itself and refuses those that are none; here they only name the file.
        let named = Query::<BTreeMap<String, String>>::from_request_parts(parts, state).await;
        let named = named.map(|Query(named)| named).unwrap_or_default();
        let day = |keys: &[&str]| {
            let text = keys.iter().find_map(|key| named.get(*key))?;
            Day::parse(text).ok().map(Day::date)
        };
        Ok(Self {
            format,
            from: day(&["date_from", "start_date", "date"]),
            to: day(&["date_to", "end_date", "date"]),
        })
    }
}

/// What is answered: JSON, or a file.
pub(crate) enum Given<T> {
    /// What the apps read.
    Answer(Answer<T>),
    /// What a browser keeps.
    File(Box<Download>),
}

impl<T> From<Answer<T>> for Given<T> {
    fn from(answer: Answer<T>) -> Self {
        Self::Answer(answer)
    }
}

impl<T: Serialize> IntoResponse for Given<T> {
    fn into_response(self) -> Response {
        match self {
            Self::Answer(answer) => answer.into_response(),
            Self::File(file) => file.into_response(),
        }
    }
}

impl Wanted {
    /// Whether a file is wanted, and the list therefore whole.
    pub(crate) const fn is_file(self) -> bool {
        !matches!(self.format, AnswerFormat::Json)
    }

    /// The lines of a report that is there whole: `page` of them, or all for a file.
    pub(crate) fn lines(self, page: Page) -> Page {
        if self.is_file() { Page { limit: REPORT_LINES_MOST.saturating_add(1), offset: 0 } } else { page }
    }

    /// The file that is wanted, if it is one.
    ///
    /// # Refuses
    /// [`FileRefused::Busy`].
    pub(crate) fn file<C: Can>(self, app: &App, staff: &Staff<C>) -> Result<Option<File>, FileRefused> {
        let kind = match self.format {
            AnswerFormat::Json => return Ok(None),
            AnswerFormat::Csv => FileKind::Csv,
            AnswerFormat::Xlsx => FileKind::Xlsx,
        };
        let calendar = staff.calendar();
        let today = calendar.today(staff.now());
        let to = self.to.unwrap_or_else(|| self.from.map_or(today, |from| from.max(today)));
        Ok(Some(File {
            kind,
            seat: app.seats.take(staff.staff())?,
            days: (self.from.unwrap_or(to), to),
            calendar,
            language: request::language(),
        }))
    }

    /// An answer that is there whole, as it is wanted. CSV has its first table only.
    ///
    /// # Refuses
    /// [`FileRefused`].
    pub(crate) fn given<C: Can, T: Serialize>(
        self,
        app: &App,
        staff: &Staff<C>,
        sheets: &'static [Sheet],
        answer: Answer<T>,
    ) -> Result<Given<T>, ErrorResponse> {
        match self.file(app, staff)? {
            None => Ok(answer.into()),
            Some(file) => Ok(file.of(sheets, answer.data())?),
        }
    }
}

/// A file that is about to be made.
pub(crate) struct File {
    kind: FileKind,
    seat: Seat,
    days: (NaiveDate, NaiveDate),
    calendar: Calendar,
    language: Language,
}

impl File {
    /// A file of rows that are sent as they are read; `shown` makes of each what the list answers.
    pub(crate) fn streamed<T, R, A>(
        self,
        sheet: &'static Sheet,
        rows: Rows<T>,
        shown: impl Fn(T) -> R + Send + 'static,
    ) -> Result<Given<A>, Error>
    where
        T: Send + 'static,
        R: Serialize,
    {
        let table = Table::begin(self.kind, (self.language, self.calendar), std::slice::from_ref(sheet))?;
        let begun = Some((table, rows, shown, true));
        let pieces = stream::try_unfold(begun, move |step| async move {
            let Some((mut table, mut rows, shown, is_first)) = step else { return Ok(None) };
            if is_first {
                let head = table.open(sheet, true)?;
                return Ok(Some((head, Some((table, rows, shown, false)))));
            }
            match rows.next().await {
                Some(some) => {
                    let mut written = Vec::new();
                    for row in some? {
                        let row = serde_json::to_value(shown(row)).map_err(Fault::new)?;
                        table.push(&row, &mut written)?;
                    }
                    written.extend(table.take());
                    Ok(Some((written, Some((table, rows, shown, false)))))
                }
                None => Ok(Some((table.finish()?, None))),
            }
        });
        Ok(self.sent(sheet.about, pieces.boxed()))
    }

    /// A file of what is there whole.
    fn of<A>(self, sheets: &'static [Sheet], data: &impl Serialize) -> Result<Given<A>, Error> {
        let data = serde_json::to_value(data).map_err(Fault::new)?;
        let first = sheets.first().ok_or_else(|| Fault::new("a report that names no table"))?;
        let sheets = if self.kind == FileKind::Csv { std::slice::from_ref(first) } else { sheets };
        let mut table = Table::begin(self.kind, (self.language, self.calendar), sheets)?;
        let mut bytes = Vec::new();
        for sheet in sheets {
            let (rows, is_list) = match data.pointer(sheet.rows) {
                Some(Value::Array(rows)) => (rows.as_slice(), true),
                Some(one) => (std::slice::from_ref(one), false),
                None => (&[][..], true),
            };
            if i64::try_from(rows.len()).is_ok_and(|rows| rows > REPORT_LINES_MOST) {
                return Err(FileRefused::ReportTooLong.into());
            }
            bytes.extend(table.open(sheet, is_list)?);
            for row in rows {
                table.push(row, &mut bytes)?;
            }
        }
        bytes.extend(table.finish()?);
        Ok(self.sent(first.about, stream::once(std::future::ready(Ok(bytes))).boxed()))
    }

    fn sent<A>(self, about: Text, pieces: Pieces) -> Given<A> {
        let name = FileName { about, days: self.days };
        let is_arabic = self.language == Language::Ar;
        Given::File(Box::new(Download { kind: self.kind, name, pieces, seat: self.seat, is_arabic }))
    }
}
