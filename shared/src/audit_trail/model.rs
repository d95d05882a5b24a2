//! A line of the audit log.

use serde_json::Value;

use crate::vocabulary::{AuditId, BranchId, Timestamp};

/// Something that was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// Its id.
    pub id: AuditId,
    /// When the request arrived.
    pub at: Timestamp,
    /// staff, customer, visitor or system.
    pub actor_kind: String,
    /// Who, if somebody we know.
    pub actor: Option<Named<i64>>,
    /// What, e.g. `branches.switch`.
    pub action: String,
    /// What kind of thing was touched.
    pub subject_kind: Option<String>,
    /// Which.
    pub subject_id: Option<i64>,
    /// What changed.
    pub detail: Option<Value>,
    /// Where.
    pub branch: Option<Named<BranchId>>,
    /// How the request is named in the log of the service.
    pub request_id: String,
}

/// An id with the name it has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<T> {
    /// The id.
    pub id: T,
    /// The name; none for something that is gone.
    pub name: Option<String>,
}

/// A part of the log, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listed {
    /// The lines.
    pub deeds: Vec<Deed>,
    /// Where to go on, if there are older lines.
    pub next: Option<AuditId>,
}
