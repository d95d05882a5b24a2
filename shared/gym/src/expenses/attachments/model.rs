//! What is attached to an expense.

use base::vocabulary::{ExpenseAttachmentId, ExpenseId, StaffId, Timestamp, words};

words! {
    /// What a file is that is attached.
    pub enum AttachmentKind {
        /// A picture, as photographs are kept.
        Jpeg = "jpeg",
        /// A picture, as drawings are kept.
        Png = "png",
        /// A document.
        Pdf = "pdf",
    }
}

impl AttachmentKind {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }

    /// What the name of such a file ends with.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }
}

/// A file that is attached to an expense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpenseAttachment {
    /// Its id.
    pub id: ExpenseAttachmentId,
    /// The expense that it is attached to.
    pub expense: ExpenseId,
    /// What it is.
    pub kind: AttachmentKind,
    /// How many bytes it has.
    pub bytes: i32,
    /// The SHA-256 of its bytes.
    pub sha256: Vec<u8>,
    /// The staff user who attached it.
    pub attached_by: StaffId,
    /// Their name, as it is now.
    pub attached_by_name: String,
    /// When.
    pub attached_at: Timestamp,
}

impl ExpenseAttachment {
    /// What it is called when it is handed out.
    pub fn file_name(&self) -> String {
        format!("expense-{}-{}.{}", self.expense, self.id, self.kind.extension())
    }
}
