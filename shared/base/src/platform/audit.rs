//! Who did what, where, when, for which request: one row per write, in its transaction.

use serde_json::Value;

use super::db::{Connection, Signature};
use crate::{
    error::Error,
    vocabulary::{AuditFlag, BranchId, GymId, Timestamp},
};

/// What was done to what, for the audit row.
#[must_use]
#[derive(Debug, Clone)]
pub struct Note {
    subject_kind: &'static str,
    subject_id: i64,
    detail: Option<Value>,
    flag: Option<AuditFlag>,
}

impl Note {
    /// Names the thing that was touched: a table's singular, and its id.
    pub fn on(subject_kind: &'static str, subject_id: i64) -> Self {
        Self { subject_kind, subject_id, detail: None, flag: None }
    }

    /// Adds what changed. Never a secret, a code, a phone or a body.
    pub fn with(mut self, detail: Value) -> Self {
        self.detail = Some(detail);
        self
    }

    /// Says why an owner should look at it, if there is a reason.
    pub fn flagged(mut self, flag: Option<AuditFlag>) -> Self {
        self.flag = flag;
        self
    }
}

/// Writes the row, in the transaction of the write. The first note names the subject, and the first flag is kept; the
/// details of several notes are kept as a list.
pub async fn record(conn: &mut Connection, signature: &Signature, notes: Vec<Note>) -> Result<(), Error> {
    let (subject_kind, subject_id) =
        notes.first().map_or((None, None), |note| (Some(note.subject_kind), Some(note.subject_id)));
    let flag = notes.iter().find_map(|note| note.flag);
    let at: Timestamp = signature.request.arrived_at();
    sqlx::query!(
        "insert into audit_log (at, gym_id, branch_id, actor_kind, actor_id, action, subject_kind, subject_id, detail, request_id,
             client_request_id, flag)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        at,
        signature.gym.map(GymId::get),
        signature.branch.map(BranchId::get),
        signature.actor.kind(),
        signature.actor.id(),
        signature.deed,
        subject_kind,
        subject_id,
        detail_of(notes),
        signature.request.id(),
        signature.request.client_id(),
        flag.map(AuditFlag::as_str),
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn detail_of(mut notes: Vec<Note>) -> Option<Value> {
    if notes.len() <= 1 {
        return notes.pop().and_then(|note| note.detail);
    }
    let listed = notes.into_iter().map(|note| {
        serde_json::json!({ "subject": note.subject_kind, "id": note.subject_id, "detail": note.detail })
    });
    Some(Value::Array(listed.collect()))
}
