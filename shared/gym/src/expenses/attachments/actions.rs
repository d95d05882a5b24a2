//! The verbs of attachments.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{
    model::{AttachmentKind, ExpenseAttachment},
    picture,
    rules::{self, AttachmentRefused, Sent},
    store::{self, NewFile},
};
use crate::expenses::{actions::lock_within, rules::ExpenseRefused, store::find_expense};
use base::{
    Error, Fault,
    access::{Granted, can},
    platform::{
        audit::Note as AuditNote,
        clock::Clock,
        db::Db,
        files::{FileKey, Files},
        once::RepeatableOutcome,
        workshop::Workshop,
    },
    vocabulary::{ExpenseAttachmentId, ExpenseId, Timestamp, dates::earlier},
};

/// How long a file may be there without a row: longer than any request.
const UNNAMED_KEPT: TimeDelta = TimeDelta::hours(24);
/// How often unnamed files are looked for.
const EVERY: Duration = Duration::from_hours(6);
/// Keys that are asked about in one statement.
const KEYS: usize = 1_000;

/// What attaching needs to reach.
#[derive(Debug, Clone, Copy)]
pub struct AttachmentParts<'a> {
    /// The pools of connections to Postgres.
    pub db: &'a Db,
    /// Where files are kept.
    pub files: &'a Files,
    /// Where pictures are taken apart.
    pub workshop: &'a Workshop,
}

/// Attaches a file to an expense that waits or was approved. A file that is attached already is attached once.
///
/// # Refuses
/// [`ExpenseRefused`]: not found; rejected; withdrawn. [`AttachmentRefused`]: what the bytes are; ten files already.
/// [`base::platform::workshop::WorkshopBusy`].
///
/// # Locks
/// The expense.
pub async fn attach(
    parts: AttachmentParts<'_>,
    staff: &Granted<can::AttachToExpenses>,
    expense: ExpenseId,
    sent: Vec<u8>,
) -> Result<ExpenseAttachment, Error> {
    let found = find_expense(parts.db.conn().await?.get(), expense).await?.within(staff);
    rules::attach(&found.ok_or(ExpenseRefused::NotFound)?)?;
    let (kind, bytes) = parts.workshop.run(move || made(sent)).await??;
    let (size, sha256) = (i32::try_from(bytes.len()).map_err(Fault::new)?, Sha256::digest(&bytes));
    let key = FileKey::new(staff.now());
    // Before its row, and outside of the transaction: what fails from here on leaves a file that nobody names.
    parts.files.put(&key, bytes).await?;
    let id = parts
        .db
        .write(staff, async |tx| {
            let expense = lock_within(tx, staff, expense).await?;
            rules::attach(&expense)?;
            let (count, same) = store::count_attachments(tx.conn(), expense.id, &sha256).await?;
            if let Some(same) = same {
                return Ok(same);
            }
            rules::fits(count)?;
            let file = NewFile { key: &key, kind, bytes: size, sha256: &sha256 };
            let id = store::insert_attachment(tx, expense.id, file, staff.staff()).await?;
            tx.note(AuditNote::on("expense", expense.id.get()).with(json!({
                "attachment": id.get(), "kind": kind, "bytes": size,
            })));
            Ok(id)
        })
        .await?;
    let kept = store::find_attachment(parts.db.conn().await?.get(), expense, id).await?.within(staff);
    Ok(kept.ok_or(AttachmentRefused::NotFound)?.attachment)
}

/// What is kept of what was sent.
fn made(sent: Vec<u8>) -> Result<(AttachmentKind, Vec<u8>), AttachmentRefused> {
    match rules::look(&sent)? {
        Sent::Picture(format) => picture::cleaned(&sent, format),
        Sent::Document => Ok((AttachmentKind::Pdf, sent)),
    }
}

/// A file of an expense within a staff user's reach, with its bytes.
///
/// # Refuses
/// [`AttachmentRefused::NotFound`], also for a file of another expense.
pub async fn fetch(
    db: &Db,
    files: &Files,
    staff: &Granted<can::ReadExpenses>,
    expense: ExpenseId,
    id: ExpenseAttachmentId,
) -> Result<(ExpenseAttachment, Vec<u8>), Error> {
    let found = store::find_attachment(db.conn().await?.get(), expense, id).await?.within(staff);
    let kept = found.ok_or(AttachmentRefused::NotFound)?;
    let bytes = files.get(&kept.key).await?.to_vec();
    if Sha256::digest(&bytes).as_slice() != kept.attachment.sha256 {
        return Err(Fault::new(format!("attachment {id} is not the file that was attached")).into());
    }
    Ok((kept.attachment, bytes))
}

/// Which file was taken off.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Detached {
    key: String,
}

impl RepeatableOutcome for Detached {}

/// Takes a file off an expense that waits: one's own, or any for who reviews expenses.
///
/// # Refuses
/// [`ExpenseRefused`]: not found; decided or withdrawn before. [`AttachmentRefused`]: not found; somebody else's.
///
/// # Locks
/// The expense.
pub async fn detach(
    db: &Db,
    files: &Files,
    staff: &Granted<can::AttachToExpenses>,
    expense: ExpenseId,
    id: ExpenseAttachmentId,
) -> Result<(), Error> {
    let reviews = staff.also::<can::ReviewExpenses>().is_some();
    let detached = db
        .write(staff, async |tx| {
            let expense = lock_within(tx, staff, expense).await?;
            let found = store::find_attachment(tx.conn(), expense.id, id).await?.within(staff);
            let kept = found.ok_or(AttachmentRefused::NotFound)?;
            rules::detach(&expense)?;
            rules::whose(kept.attachment.attached_by, staff.staff(), reviews)?;
            store::delete_attachment(tx, id).await?;
            tx.note(AuditNote::on("expense", expense.id.get()).with(json!({ "detached": id.get() })));
            Ok(Detached { key: kept.key.as_str().to_owned() })
        })
        .await?;
    // A repeat is told what the first came to only where the expense is still in reach.
    let found = find_expense(db.conn().await?.get(), expense).await?.within(staff);
    found.ok_or(ExpenseRefused::NotFound)?;
    // After its row: what fails here is a file that nobody names, and goes later.
    if let Err(error) = files.delete(&FileKey::stored(detached.key)).await {
        tracing::warn!(%error, "a file that was taken off stays for now");
    }
    Ok(())
}

/// Takes away files that no row names and that are a day old; says how many.
pub async fn sweep_files(db: &Db, files: &Files, now: Timestamp) -> Result<usize, Error> {
    let old = files.written_before(earlier(now, UNNAMED_KEPT)).await?;
    let mut gone = 0_usize;
    for keys in old.chunks(KEYS) {
        let texts: Vec<String> = keys.iter().map(|key| key.as_str().to_owned()).collect();
        let named = store::list_named(db.conn().await?.get(), &texts).await?;
        for key in keys.iter().filter(|key| !named.iter().any(|name| name == key.as_str())) {
            files.delete(key).await?;
            gone = gone.saturating_add(1);
        }
    }
    Ok(gone)
}

/// Sweeps files four times a day until `stop`.
pub async fn keep_tidy(db: Db, files: Files, clock: Arc<dyn Clock>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(EVERY) => {}
        }
        note(&sweep_files(&db, &files, clock.now()).await);
    }
}

fn note(swept: &Result<usize, Error>) {
    match swept {
        Ok(0) => {}
        Ok(gone) => tracing::info!(gone, "took away files that nobody names"),
        Err(error) => tracing::warn!(%error, "files that nobody names stay for now"),
    }
}
