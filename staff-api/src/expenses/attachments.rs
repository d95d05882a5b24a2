//! Files of an expense: attaching one, fetching it, taking it off.

use axum::extract::State;
use base::{
    Text,
    access::can,
    vocabulary::{ExpenseAttachmentId, ExpenseId},
};
use gym::expenses::attachments::{self, AttachmentKind, AttachmentParts};
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, FileAnswer, Path, Staff, Upload,
    envelope::{Done, Failure, Picture, Success},
};

use super::row::AttachmentRow;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(attach_file))
        .routes(endpoint!(fetch_file))
        .routes(endpoint!(detach_file))
}

const ATTACHED: Text = Text { en: "The file was attached", ar: "تم إرفاق الملف" };

/// Attach a picture or a PDF to an expense that waits or was approved. The body is the file itself, 10 MiB at most; what it
/// is follows from its bytes. A picture is made anew, without what a phone wrote beside it.
#[utoipa::path(post, path = "/expenses/{id}/attachments", tag = "expenses",
    params(("id" = i64, Path, description = "The expense", example = 1)),
    request_body(content = inline(Picture), content_type = "application/octet-stream", description = "A JPEG, PNG or WebP picture, or a PDF"),
    responses(
    (status = 201, body = Success<AttachmentRow>),
    (status = 400, description = "ATTACHMENT_EMPTY, ATTACHMENT_TYPE_UNKNOWN, ATTACHMENT_HEIC, ATTACHMENT_BROKEN, ATTACHMENT_TOO_MANY_PIXELS", body = Failure),
    (status = 404, description = "EXPENSE_NOT_FOUND", body = Failure),
    (status = 409, description = "EXPENSE_ALREADY_REVIEWED, EXPENSE_WITHDRAWN, TOO_MANY_ATTACHMENTS, REQUEST_STILL_RUNNING", body = Failure),
    (status = 503, description = "BUSY", body = Failure)))]
async fn attach_file(
    staff: Staff<can::AttachToExpenses>,
    State(app): State<App>,
    Path(id): Path<ExpenseId>,
    Upload(bytes): Upload,
) -> Result<Answer<AttachmentRow>, ErrorResponse> {
    let parts = AttachmentParts { db: &app.db, files: &app.files, workshop: &app.workshop };
    let attached = attachments::attach(parts, &staff, id, bytes).await?;
    Ok(Answer::new(AttachmentRow::from((attached, staff.calendar()))).created().said(ATTACHED))
}

/// Fetch a file of an expense: a picture to be looked at, a PDF to be kept.
#[utoipa::path(get, path = "/expenses/{id}/attachments/{attachment_id}", tag = "expenses",
    params(
        ("id" = i64, Path, description = "The expense", example = 1),
        ("attachment_id" = i64, Path, description = "The file", example = 1)),
    responses(
    (status = 200, description = "The file", content(
        (inline(Picture) = "image/jpeg"), (inline(Picture) = "image/png"), (inline(Picture) = "application/pdf"))),
    (status = 404, description = "ATTACHMENT_NOT_FOUND", body = Failure)))]
async fn fetch_file(
    staff: Staff<can::ReadExpenses>,
    State(app): State<App>,
    Path((id, attachment)): Path<(ExpenseId, ExpenseAttachmentId)>,
) -> Result<FileAnswer, ErrorResponse> {
    let (attached, bytes) = attachments::fetch(&app.db, &app.files, &staff, id, attachment).await?;
    Ok(FileAnswer {
        content_type: attached.kind.media_type(),
        name: attached.file_name(),
        // Pictures were made by us; a PDF is whatever its sender made of it.
        is_shown: attached.kind != AttachmentKind::Pdf,
        bytes,
    })
}

const DETACHED: Text = Text { en: "The file was taken off", ar: "تم حذف الملف" };

/// Take a file off an expense that is not decided yet: one's own, or any for who reviews expenses.
#[utoipa::path(delete, path = "/expenses/{id}/attachments/{attachment_id}", tag = "expenses",
    params(
        ("id" = i64, Path, description = "The expense", example = 1),
        ("attachment_id" = i64, Path, description = "The file", example = 1)),
    responses(
    (status = 200, body = Success<Done>),
    (status = 403, description = "NOT_ALLOWED, NOT_YOUR_ATTACHMENT", body = Failure),
    (status = 404, description = "EXPENSE_NOT_FOUND, ATTACHMENT_NOT_FOUND", body = Failure),
    (status = 409, description = "EXPENSE_ALREADY_REVIEWED, EXPENSE_WITHDRAWN, REQUEST_STILL_RUNNING", body = Failure)))]
async fn detach_file(
    staff: Staff<can::AttachToExpenses>,
    State(app): State<App>,
    Path((id, attachment)): Path<(ExpenseId, ExpenseAttachmentId)>,
) -> Result<Answer<Done>, ErrorResponse> {
    attachments::detach(&app.db, &app.files, &staff, id, attachment).await?;
    Ok(Answer::new(Done).said(DETACHED))
}
