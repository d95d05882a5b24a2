//! Pictures of bills, and bills as PDF, beside an expense.
//!
//! - What a file is follows from its bytes, never from its name or from what the caller says. Pictures are taken apart and
//!   made anew: what a phone writes beside them (place, time, owner) is gone, and so is whatever somebody hid behind them.
//!   A PDF is kept as it is, and is only ever handed out to be kept, never to be shown on our address.
//! - Files are attached while an expense waits and after it was approved, for many a bill comes when it is paid; they are
//!   taken off only while it waits. Of one expense there are at most [`ATTACHMENTS_MOST`], each once.
//! - The file is written before its row and outlives it: see [`base::platform::files`]. [`keep_tidy`] takes away what no
//!   row names.

mod actions;
mod model;
mod picture;
mod rules;
mod store;

pub use actions::{AttachmentParts, attach, detach, fetch, keep_tidy, sweep_files};
pub use model::{AttachmentKind, ExpenseAttachment};
pub use rules::{ATTACHMENT_BYTES_MOST, ATTACHMENTS_MOST, AttachmentRefused};
pub(super) use store::list_attachments;
