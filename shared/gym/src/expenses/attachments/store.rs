//! The SQL of attachments.

use super::model::{AttachmentKind, ExpenseAttachment};
use base::{
    Error,
    access::{Place, Unseen},
    platform::{
        db::{Connection, Tx},
        files::FileKey,
    },
    vocabulary::{BranchId, ExpenseAttachmentId, ExpenseId, GymId, StaffId, Timestamp},
};

struct AttachmentRow {
    id: i64,
    expense_id: i64,
    kind: AttachmentKind,
    bytes: i32,
    sha256: Vec<u8>,
    created_by: i64,
    writer_name: String,
    created_at: Timestamp,
}

impl From<AttachmentRow> for ExpenseAttachment {
    fn from(row: AttachmentRow) -> Self {
        Self {
            id: ExpenseAttachmentId::from(row.id),
            expense: ExpenseId::from(row.expense_id),
            kind: row.kind,
            bytes: row.bytes,
            sha256: row.sha256,
            attached_by: StaffId::from(row.created_by),
            attached_by_name: row.writer_name,
            attached_at: row.created_at,
        }
    }
}

/// What is attached to these expenses, the oldest first.
pub(in super::super) async fn list_attachments(
    conn: &mut Connection,
    expenses: &[i64],
) -> Result<Vec<ExpenseAttachment>, Error> {
    let rows = sqlx::query_as!(
        AttachmentRow,
        r#"select a.id, a.expense_id, a.kind as "kind: AttachmentKind", a.bytes, a.sha256, a.created_by,
               u.full_name as writer_name, a.created_at
           from expense_attachments a
           join staff_users u on u.id = a.created_by
           where a.expense_id = any($1)
           order by a.id"#,
        expenses,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(ExpenseAttachment::from).collect())
}

/// A file that is attached, and where it is kept.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) attachment: ExpenseAttachment,
    pub(super) key: FileKey,
    place: Place,
}

/// What is attached to `expense` under `id`, of whatever gym.
pub(super) async fn find_attachment(
    conn: &mut Connection,
    expense: ExpenseId,
    id: ExpenseAttachmentId,
) -> Result<Unseen<Kept>, Error> {
    let row = sqlx::query!(
        r#"select a.kind as "kind: AttachmentKind", a.bytes, a.sha256, a.created_by, u.full_name as writer_name, a.created_at,
               a.file_key, e.gym_id, e.branch_id
           from expense_attachments a
           join expenses e on e.id = a.expense_id
           join staff_users u on u.id = a.created_by
           where a.id = $1 and a.expense_id = $2"#,
        id.get(),
        expense.get(),
    )
    .fetch_optional(conn)
    .await?;
    let kept = row.map(|row| Kept {
        attachment: ExpenseAttachment {
            id,
            expense,
            kind: row.kind,
            bytes: row.bytes,
            sha256: row.sha256,
            attached_by: StaffId::from(row.created_by),
            attached_by_name: row.writer_name,
            attached_at: row.created_at,
        },
        key: FileKey::stored(row.file_key),
        place: Place::branch(GymId::from(row.gym_id), BranchId::from(row.branch_id)),
    });
    Ok(Unseen::new(kept, |kept| kept.place))
}

/// How many files `expense` has, and the one with these bytes, if it is attached already.
pub(super) async fn count_attachments(
    conn: &mut Connection,
    expense: ExpenseId,
    sha256: &[u8],
) -> Result<(i64, Option<ExpenseAttachmentId>), Error> {
    let row = sqlx::query!(
        r#"select max(a.id) filter (where a.sha256 = $2) as id, count(*) as "count!"
           from expense_attachments a
           where a.expense_id = $1"#,
        expense.get(),
        sha256,
    )
    .fetch_one(conn)
    .await?;
    Ok((row.count, row.id.map(ExpenseAttachmentId::from)))
}

/// A file that was written, and is to be named by a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewFile<'a> {
    pub(super) key: &'a FileKey,
    pub(super) kind: AttachmentKind,
    pub(super) bytes: i32,
    pub(super) sha256: &'a [u8],
}

pub(super) async fn insert_attachment(
    tx: &mut Tx,
    expense: ExpenseId,
    file: NewFile<'_>,
    by: StaffId,
) -> Result<ExpenseAttachmentId, Error> {
    let now = tx.now();
    let id = sqlx::query_scalar!(
        "insert into expense_attachments (expense_id, file_key, kind, bytes, sha256, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         returning id",
        expense.get(),
        file.key.as_str(),
        file.kind.as_str(),
        file.bytes,
        file.sha256,
        by.get(),
        now,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(ExpenseAttachmentId::from(id))
}

pub(super) async fn delete_attachment(tx: &mut Tx, id: ExpenseAttachmentId) -> Result<(), Error> {
    sqlx::query!("delete from expense_attachments where id = $1", id.get()).execute(tx.conn()).await?;
    Ok(())
}

/// Those of these keys that a row names.
pub(super) async fn list_named(conn: &mut Connection, keys: &[String]) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!("select file_key from expense_attachments where file_key = any($1)", keys)
        .fetch_all(conn)
        .await?)
}
