//! Files on their way to a caller, sent while they are made.
//!
//! Whatever can be refused is refused before the first byte. A fault after it cuts the connection, so that the caller's
//! program sees that the file is not whole.

use std::{fmt::Write as _, io, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use base::{
    Error, Fault, Text,
    platform::sheets::{Pieces, Seat},
    vocabulary::words,
};
use chrono::NaiveDate;
use futures_util::{StreamExt as _, stream};
use tokio::time::Instant;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

/// Longest time for a file. It holds a connection to Postgres that is not there for others.
const LONGEST: Duration = Duration::from_mins(5);

words! {
    /// How an answer is written.
    pub enum AnswerFormat {
        /// JSON, as the apps read it.
        Json = "json",
        /// Comma-separated values, for programs.
        Csv = "csv",
        /// A workbook, for people with a spreadsheet.
        Xlsx = "xlsx",
    }
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Comma-separated values.
    Csv,
    /// A workbook.
    Xlsx,
    /// The books for Beancount.
    Beancount,
    /// The books for hledger.
    Hledger,
}

impl FileKind {
    /// Its media type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Beancount | Self::Hledger => "text/plain; charset=utf-8",
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Beancount => "beancount",
            Self::Hledger => "journal",
        }
    }
}

/// An answer that is a file and nothing else.
#[derive(Debug, Clone, Copy)]
pub struct FileBody;

impl PartialSchema for FileBody {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
            .into()
    }
}

impl ToSchema for FileBody {}

/// What a file is called: what is in it, in both languages, and of which days.
#[derive(Debug, Clone)]
pub struct FileName {
    /// What is in it; in English of plain letters.
    pub about: Text,
    /// First and last day of what is in it, or the day on which it was made.
    pub days: (NaiveDate, NaiveDate),
}

impl FileName {
    /// The header that tells a browser to keep the answer, and under which name: an English one for those that know
    /// nothing else, an Arabic one for the others (RFC 6266, RFC 8187).
    fn disposition(&self, kind: FileKind, is_arabic: bool) -> String {
        let (from, to) = self.days;
        let days = if from == to { from.to_string() } else { format!("{from}_{to}") };
        let plain =
            |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
        let english: String = self.about.en.chars().map(plain).collect();
        let extension = kind.extension();
        let mut header = format!("attachment; filename=\"{english}_{days}.{extension}\"");
        if is_arabic {
            let arabic = self.about.ar.replace(char::is_whitespace, "-");
            header.push_str("; filename*=UTF-8''");
            for byte in format!("{arabic}_{days}.{extension}").bytes() {
                if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
                    header.push(char::from(byte));
                } else {
                    // Writing into a string cannot fail.
                    let _written = write!(header, "%{byte:02X}");
                }
            }
        }
        header
    }
}

/// A file for a caller.
pub struct Download {
    /// What it is.
    pub kind: FileKind,
    /// What it is called.
    pub name: FileName,
    /// What is in it.
    pub pieces: Pieces,
    /// The caller's place among those who receive a file.
    pub seat: Seat,
    /// Whether the caller reads Arabic.
    pub is_arabic: bool,
}

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        let Self { kind, name, pieces, seat, is_arabic } = self;
        let until = Instant::now().checked_add(LONGEST);
        let sent = stream::unfold((pieces, seat), move |(mut pieces, seat)| async move {
            let piece = pieces.next().await?;
            let is_late = until.is_some_and(|until| Instant::now() > until);
            let piece = if is_late {
                Err(io::ErrorKind::TimedOut.into())
            } else {
                piece.map_err(|error| told(&error))
            };
            Some((piece.map(Bytes::from), (pieces, seat)))
        });
        // An empty piece says that nothing came out of the compression yet; as a chunk of HTTP it would be the end.
        let sent =
            sent.filter(|piece| std::future::ready(piece.as_ref().map_or(true, |piece| !piece.is_empty())));
        let mut response = Body::from_stream(sent).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.content_type()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(disposition) = HeaderValue::from_str(&name.disposition(kind, is_arabic)) {
            headers.insert(header::CONTENT_DISPOSITION, disposition);
        }
        response
    }
}

/// Logged here, because the head of the answer, which would name the request, is gone.
fn told(error: &Error) -> io::Error {
    match error {
        Error::Fault(fault) => failed(fault),
        Error::Refused(refusal) => tracing::info!(code = refusal.code(), "a file was cut short"),
    }
    io::ErrorKind::Other.into()
}

fn failed(fault: &Fault) {
    if fault.is_outage() {
        // The caller's reader was too slow for Postgres, or Postgres is gone: nothing of ours is wrong.
        tracing::warn!(at = %fault.at(), error = fault.chain(), "a file was cut short");
        return;
    }
    tracing::error!(at = %fault.at(), error = fault.chain(), "a file was cut short");
    metrics::counter!("faults_total", "kind" => "fault").increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_name_that_every_browser_can_use() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 4, day).unwrap();
        let about = Text { en: "Cash differences", ar: "فروق النقدية" };
        let name = FileName { about, days: (day(1), day(30)) };
        assert_eq!(
            name.disposition(FileKind::Csv, false),
            "attachment; filename=\"cash-differences_2026-04-01_2026-04-30.csv\""
        );
        let name = FileName { about, days: (day(2), day(2)) };
        let arabic = name.disposition(FileKind::Xlsx, true);
        assert!(arabic.is_ascii(), "{arabic}");
        assert!(arabic.starts_with(
            "attachment; filename=\"cash-differences_2026-04-02.xlsx\"; filename*=UTF-8''%D9%81"
        ));
        assert!(arabic.ends_with("_2026-04-02.xlsx"));
    }
}
