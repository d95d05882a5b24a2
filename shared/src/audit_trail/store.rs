//! The SQL of reading the audit log.

use serde_json::Value;

use super::{Deed, Filter, Named, Place, Range, Subject};
use crate::{
    error::Error,
    platform::db::Connection,
    vocabulary::{AuditId, BranchId, GymId, Line, Page, Timestamp},
};

struct Row {
    id: i64,
    at: Timestamp,
    actor_kind: String,
    actor_id: Option<i64>,
    actor_name: Option<String>,
    action: String,
    subject_kind: Option<String>,
    subject_id: Option<i64>,
    detail: Option<Value>,
    branch_id: Option<i64>,
    branch_name: Option<String>,
    request_id: String,
}

impl From<Row> for Deed {
    fn from(row: Row) -> Self {
        Self {
            id: AuditId::from(row.id),
            at: row.at,
            actor_kind: row.actor_kind,
            actor: row.actor_id.map(|id| Named { id, name: row.actor_name }),
            action: row.action,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            detail: row.detail,
            branch: row.branch_id.map(|id| Named { id: BranchId::from(id), name: row.branch_name }),
            request_id: row.request_id,
        }
    }
}

/// Where a line of the gym's log stands.
pub(super) async fn find_place(
    conn: &mut Connection,
    gym: GymId,
    id: AuditId,
) -> Result<Option<Place>, Error> {
    let at =
        sqlx::query_scalar!("select at from audit_log where id = $1 and gym_id = $2", id.get(), gym.get())
            .fetch_optional(conn)
            .await?;
    Ok(at.map(|at| Place { at, id }))
}

/// One way into the log for each index: `$first` is what its key begins with. Everything else is compared row by row,
/// so that a plan made once for all filters cannot take the wrong index.
macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident($first:tt);)+) => {$(
        $(#[$doc])*
        pub(super) async fn $name(
            conn: &mut Connection,
            gym: GymId,
            filter: &Filter,
            range: &Range,
            page: Page,
        ) -> Result<Vec<Deed>, Error> {
            let rows = sqlx::query_as!(
                Row,
                r#"select l.id, l.at, l.actor_kind, l.actor_id, coalesce(u.full_name, c.full_name) as actor_name, l.action,
                       l.subject_kind, l.subject_id, l.detail, l.branch_id, b.name as "branch_name?", l.request_id
                   from (
                       select id, at, actor_kind, actor_id, action, subject_kind, subject_id, detail, branch_id, request_id
                       from audit_log
                       where gym_id = $1 and at >= $2 and at < $3 and "# + $first + r#"
                         and ($4::text is null or action = $4)
                         and ($5::bigint is null or actor_id = $5)
                         and ($6::text is null or subject_kind = $6)
                         and ($7::bigint is null or subject_id = $7)
                         and (at, id) < ($8, $9)
                       order by at desc, id desc
                       limit $10 offset $11
                   ) l
                   left join staff_users u on u.id = l.actor_id and l.actor_kind = 'staff'
                   left join customers c on c.id = l.actor_id and l.actor_kind = 'customer'
                   left join branches b on b.id = l.branch_id
                   order by l.at desc, l.id desc"#,
                gym.get(),
                range.from,
                range.until,
                filter.action.as_ref().map(Line::as_str),
                filter.actor,
                filter.subject.as_ref().map(|subject| subject.kind().as_str()),
                filter.subject.as_ref().and_then(Subject::id),
                range.before.at,
                range.before.id.get(),
                page.limit,
                page.offset,
            )
            .fetch_all(conn)
            .await?;
            Ok(rows.into_iter().map(Deed::from).collect())
        }
    )+};
}

lists! {
    /// What was done, newest first.
    list_deeds("true");
    /// What was done to things of one kind, newest first; entries are not among them, they are four of five rows.
    list_deeds_on_kind("subject_kind = $6 and subject_kind <> 'entry'");
    /// What was done to one thing, newest first.
    list_deeds_on("subject_kind = $6 and subject_id = $7");
    /// What somebody did, newest first.
    list_deeds_by("actor_id = $5");
    /// Where one thing was done, newest first.
    list_deeds_called("action = $4");
}
