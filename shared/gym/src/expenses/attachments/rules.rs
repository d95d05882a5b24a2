//! What may be attached to an expense, and taken off it.

use super::{super::rules::ExpenseRefused, model::AttachmentKind};
use crate::expenses::{Expense, ExpenseStatus};
use base::{refusals, vocabulary::StaffId};

/// Most bytes of a file as it is sent.
pub const ATTACHMENT_BYTES_MOST: usize = 10 * 1024 * 1024;
/// Most files of one expense.
pub const ATTACHMENTS_MOST: i64 = 10;
/// Where a PDF must have its end mark, in bytes from its end: readers look no further (ISO 32000-1, annex H).
const PDF_TAIL: usize = 1024;

refusals! {
    /// Why a file is not attached, found or taken off.
    pub enum AttachmentRefused {
        /// There is none, or it is out of reach.
        NotFound => NotFound, "ATTACHMENT_NOT_FOUND",
            en: "This file does not exist",
            ar: "هذا الملف غير موجود";
        /// Nothing was sent.
        Empty => Invalid of "body", "ATTACHMENT_EMPTY",
            en: "The file is empty",
            ar: "الملف فارغ";
        /// It is neither a picture that is taken nor a PDF, whatever its name says.
        UnknownType => Invalid of "body", "ATTACHMENT_TYPE_UNKNOWN",
            en: "The file must be a JPEG, PNG or WebP picture, or a PDF",
            ar: "يجب أن يكون الملف صورة JPEG أو PNG أو WebP أو مستند PDF";
        /// It is a picture as newer phones write them by themselves.
        Heic => Invalid of "body", "ATTACHMENT_HEIC",
            en: "Pictures in HEIC cannot be read here; send the picture as JPEG",
            ar: "لا يمكن قراءة صور HEIC؛ أرسل الصورة بصيغة JPEG";
        /// It begins like a picture or a PDF and is none.
        Broken => Invalid of "body", "ATTACHMENT_BROKEN",
            en: "The file is damaged and cannot be read",
            ar: "الملف تالف ولا يمكن قراءته";
        /// It would take too much room in memory.
        TooManyPixels => Invalid of "body", "ATTACHMENT_TOO_MANY_PIXELS",
            en: "The picture has too many pixels; send a smaller one",
            ar: "أبعاد الصورة كبيرة جدا؛ أرسل صورة أصغر";
        /// The expense has as many files as one may have.
        TooMany => Conflict, "TOO_MANY_ATTACHMENTS",
            en: "This expense has ten files already",
            ar: "هذا المصروف مرفق به عشرة ملفات بالفعل";
        /// Somebody else attached it.
        NotYours => Forbidden, "NOT_YOUR_ATTACHMENT",
            en: "You can only take off files that you attached",
            ar: "يمكنك حذف الملفات التي أرفقتها فقط";
    }
}

/// What was sent, by its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    Picture(image::ImageFormat),
    Document,
}

/// What `bytes` are.
pub(super) fn look(bytes: &[u8]) -> Result<Sent, AttachmentRefused> {
    if bytes.is_empty() {
        return Err(AttachmentRefused::Empty);
    }
    let kind = infer::get(bytes).map(|kind| kind.mime_type());
    match kind {
        Some("image/jpeg") => Ok(Sent::Picture(image::ImageFormat::Jpeg)),
        Some("image/png") => Ok(Sent::Picture(image::ImageFormat::Png)),
        Some("image/webp") => Ok(Sent::Picture(image::ImageFormat::WebP)),
        Some("application/pdf") => document(bytes),
        Some("image/heif" | "image/heic" | "image/avif") => Err(AttachmentRefused::Heic),
        Some(_) | None => Err(AttachmentRefused::UnknownType),
    }
}

/// A PDF says so at its very beginning, and ends near its end.
fn document(bytes: &[u8]) -> Result<Sent, AttachmentRefused> {
    let tail = bytes.get(bytes.len().saturating_sub(PDF_TAIL)..).unwrap_or(bytes);
    let has_end = tail.windows(5).any(|part| part == b"%%EOF");
    if bytes.starts_with(b"%PDF-") && has_end { Ok(Sent::Document) } else { Err(AttachmentRefused::Broken) }
}

/// Whether something is attached to `expense`, which has so many files.
pub(super) fn attach(expense: &Expense) -> Result<(), ExpenseRefused> {
    match expense.status() {
        ExpenseStatus::Pending | ExpenseStatus::Approved => Ok(()),
        ExpenseStatus::Rejected => Err(ExpenseRefused::AlreadyReviewed),
        ExpenseStatus::Withdrawn => Err(ExpenseRefused::Withdrawn),
    }
}

/// Whether one more fits beside `count` files.
pub(super) fn fits(count: i64) -> Result<(), AttachmentRefused> {
    if count < ATTACHMENTS_MOST { Ok(()) } else { Err(AttachmentRefused::TooMany) }
}

/// Whether a file of `expense` is taken off: never once it is decided, for then it is what was decided on.
pub(super) fn detach(expense: &Expense) -> Result<(), ExpenseRefused> {
    match expense.status() {
        ExpenseStatus::Pending => Ok(()),
        ExpenseStatus::Approved | ExpenseStatus::Rejected => Err(ExpenseRefused::AlreadyReviewed),
        ExpenseStatus::Withdrawn => Err(ExpenseRefused::Withdrawn),
    }
}

/// Whether `by` takes off what `attached_by` attached: whoever reviews expenses takes off any.
pub(super) fn whose(attached_by: StaffId, by: StaffId, reviews: bool) -> Result<(), AttachmentRefused> {
    if reviews || attached_by == by { Ok(()) } else { Err(AttachmentRefused::NotYours) }
}

/// What a picture becomes: photographs stay photographs, and what may be transparent stays so.
pub(super) const fn becomes(format: image::ImageFormat) -> AttachmentKind {
    if matches!(format, image::ImageFormat::Png) { AttachmentKind::Png } else { AttachmentKind::Jpeg }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_say_what_they_are() {
        assert_eq!(look(b""), Err(AttachmentRefused::Empty));
        assert_eq!(look(b"\xFF\xD8\xFF\xE0 and so on"), Ok(Sent::Picture(image::ImageFormat::Jpeg)));
        assert_eq!(look(b"\x89PNG\r\n\x1a\n and so on"), Ok(Sent::Picture(image::ImageFormat::Png)));
        assert_eq!(look(b"RIFF\0\0\0\0WEBPVP8 "), Ok(Sent::Picture(image::ImageFormat::WebP)));
        assert_eq!(look(b"%PDF-1.7 things\n%%EOF\n"), Ok(Sent::Document));
        assert_eq!(look(b"%PDF-1.7 things that break off"), Err(AttachmentRefused::Broken));
        assert_eq!(look(b" %PDF-1.7 things\n%%EOF\n"), Err(AttachmentRefused::Broken), "something before it");
        assert_eq!(look(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), Err(AttachmentRefused::Heic));
        for odd in [
            &b"<html><script>alert(1)</script>"[..],
            b"GIF89a\x01\0\x01\0",
            b"MZ\x90\0",
            b"PK\x03\x04",
            b"<svg xmlns=''/>",
        ] {
            assert_eq!(look(odd), Err(AttachmentRefused::UnknownType), "{odd:?}");
        }
    }

    #[test]
    fn ten_files_are_enough() {
        assert_eq!(fits(9), Ok(()));
        assert_eq!(fits(10), Err(AttachmentRefused::TooMany));
    }

    #[test]
    fn one_takes_off_ones_own_and_a_reviewer_any() {
        let (one, other) = (StaffId::new(1), StaffId::new(2));
        assert_eq!(whose(one, one, false), Ok(()));
        assert_eq!(whose(one, other, true), Ok(()));
        assert_eq!(whose(one, other, false), Err(AttachmentRefused::NotYours));
    }
}
