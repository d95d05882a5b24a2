//! A line of the audit log.

use serde_json::Value;

use base::vocabulary::{AuditFlag, AuditId, BranchId, Timestamp};

/// One row of the audit log: who did what to what.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// The id of the row; rows that are older than it can be asked for.
    pub id: AuditId,
    /// When the request arrived.
    pub at: Timestamp,
    /// `staff`, `customer`, `visitor` or `system`.
    pub actor_kind: String,
    /// Who, if somebody we know.
    pub actor: Option<Named<i64>>,
    /// What was done, e.g. `branches.switch`.
    pub action: String,
    /// What kind of thing was touched.
    pub subject_kind: Option<String>,
    /// The id of that thing; things of another kind have the same numbers.
    pub subject_id: Option<i64>,
    /// What changed, as JSON whose keys depend on the deed.
    pub detail: Option<Value>,
    /// The branch where it happened; none for what concerns the gym or no branch.
    pub branch: Option<Named<BranchId>>,
    /// How the request is named in the log of the service.
    pub request_id: String,
    /// How the caller named it, if they did.
    pub client_request_id: Option<String>,
    /// What it was refused with; none for what was done.
    pub refused_as: Option<String>,
    /// Roughly from where it was refused: a /24, of IPv6 a /48.
    pub network: Option<String>,
    /// Why an owner should look at it; none for most.
    pub flag: Option<AuditFlag>,
}

/// An id with the name it has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<T> {
    /// The id, as the row keeps it.
    pub id: T,
    /// The name; none for something that is gone.
    pub name: Option<String>,
}

/// A part of the log, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listed {
    /// The rows of this page, newest first.
    pub deeds: Vec<Deed>,
    /// The last row shown, after which the next page begins; none if there are no older rows.
    pub next: Option<AuditId>,
}
