//! The books as a file.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use base::{Fields, Text, access::can, platform::request, vocabulary::Language};
use gym::books::{self, BooksFormat};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use web::{
    App, ErrorResponse, Query, Staff,
    download::{Download, FileBody, FileKind, FileName},
    envelope::Failure,
};

use super::BooksQuery;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(export_books))
}

const BOOKS: Text = Text { en: "Books", ar: "الدفاتر" };

/// Which books, and for which program.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    #[serde(flatten)]
    #[param(ignore)]
    books: BooksQuery,
    /// For which program; a spreadsheet if absent.
    #[param(inline)]
    format: Option<BooksFormat>,
}

/// Take the books to another program: Beancount, hledger, or a spreadsheet.
///
/// What is before the first day is in the opening balances, and each file ends with the balances of the last day, which
/// are those of the trial balance; Beancount and hledger check them. Everything is of one moment. No file has a name, a
/// phone or anything that somebody typed, but for the names of the gym and its branches. Debits are above zero, credits
/// below. Up to 100,000 transfers; one file at a time for a person, two for all.
#[utoipa::path(get, path = "/books/export", tag = "books", params(ExportQuery, BooksQuery), responses(
    (status = 200, description = "The file", content(
        (inline(FileBody) = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (inline(FileBody) = "text/plain"))),
    (status = 400, description = "DATE_INVALID, DATE_RANGE_REVERSED, DATE_RANGE_TOO_LONG, FILE_TOO_LONG", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure),
    (status = 429, description = "FILE_BUSY", body = Failure)))]
async fn export_books(
    staff: Staff<can::ReadBooks>,
    State(app): State<App>,
    Query(query): Query<ExportQuery>,
) -> Result<Response, ErrorResponse> {
    let mut fields = Fields::new();
    let days = query.books.days(&mut fields);
    fields.done()?;
    let format = query.format.unwrap_or(BooksFormat::Xlsx);
    let language = request::language();
    let seat = app.seats.take(staff.staff())?;
    let file = books::export(&app.db, &staff, format, (query.books.branch_id, days), language).await?;
    let kind = match format {
        BooksFormat::Beancount => FileKind::Beancount,
        BooksFormat::Hledger => FileKind::Hledger,
        BooksFormat::Xlsx => FileKind::Xlsx,
    };
    let name = FileName { about: BOOKS, days: file.days };
    let is_arabic = language == Language::Ar;
    Ok(Download { kind, name, pieces: file.pieces, seat, is_arabic }.into_response())
}
