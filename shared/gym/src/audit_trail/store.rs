//! The SQL of reading the audit log.

use serde_json::Value;

use super::{AuditFilter, Deed, LogPosition, Named, Range};
use base::{
    Error,
    access::Scope,
    platform::{
        db::Connection,
        list::{List, Table},
    },
    vocabulary::{AuditFlag, AuditId, BranchId, GymId, Page, Timestamp},
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
    client_request_id: Option<String>,
    refused_as: Option<String>,
    address_network: Option<String>,
    flag: Option<AuditFlag>,
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
            client_request_id: row.client_request_id,
            refused_as: row.refused_as,
            network: row.address_network,
            flag: row.flag,
        }
    }
}

/// Where a line of the gym's log stands.
pub(super) async fn find_position(
    conn: &mut Connection,
    gym: GymId,
    id: AuditId,
) -> Result<Option<LogPosition>, Error> {
    let at =
        sqlx::query_scalar!("select at from audit_log where id = $1 and gym_id = $2", id.get(), gym.get())
            .fetch_optional(conn)
            .await?;
    Ok(at.map(|at| LogPosition { at, id }))
}

const DEEDS: Table = Table { name: "audit_log", alias: "l", order: &["at", "id"] };

/// What was done, newest first.
pub(super) async fn list_deeds(
    conn: &mut Connection,
    scope: &Scope,
    filter: &AuditFilter,
    range: &Range,
    page: Page,
) -> Result<Vec<Deed>, Error> {
    let keys = list_keys(conn, scope, filter, range, page).await?;
    list_found(conn, &keys).await
}

/// The keys of a page of what was done, newest first.
pub(super) async fn list_keys(
    conn: &mut Connection,
    scope: &Scope,
    filter: &AuditFilter,
    range: &Range,
    page: Page,
) -> Result<Vec<i64>, Error> {
    deeds(scope, filter, range).keys(conn, page).await
}

/// The deeds that were found, newest first.
pub(super) async fn list_found(conn: &mut Connection, keys: &[i64]) -> Result<Vec<Deed>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select l.id, l.at, l.actor_kind, l.actor_id, coalesce(u.full_name, c.full_name) as actor_name, l.action,
               l.subject_kind, l.subject_id, l.detail, l.branch_id, b.name as "branch_name?", l.request_id,
               l.client_request_id, l.refused_as, l.address_network, l.flag as "flag: AuditFlag"
           from audit_log l
           left join staff_users u on u.id = l.actor_id and l.actor_kind = 'staff'
           left join customers c on c.id = l.actor_id and l.actor_kind = 'customer'
           left join branches b on b.id = l.branch_id
           where l.id = any($1)
           order by l.at desc, l.id desc"#,
        keys,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Deed::from).collect())
}

/// How many deeds since `since` carry the flag, at most `most`.
pub(super) async fn count_flagged(
    conn: &mut Connection,
    scope: &Scope,
    (flag, since): (AuditFlag, Timestamp),
    most: i64,
) -> Result<i64, Error> {
    let one = Page { limit: 1, offset: 0 };
    Ok(flagged(scope, flag, since).page(conn, one, most).await?.total)
}

fn flagged(scope: &Scope, flag: AuditFlag, since: Timestamp) -> List {
    List::of(&DEEDS, scope)
        .only("l.at >= {}", Some(since))
        .only("l.flag = {}", Some(flag.as_str().to_owned()))
}

fn deeds(scope: &Scope, filter: &AuditFilter, range: &Range) -> List {
    let Range { from, until, before } = *range;
    let list = List::of(&DEEDS, scope)
        .all("l.at >= {} and l.at < {}", [from.into(), until.into()])
        .all("(l.at, l.id) < ({}, {})", [before.at.into(), before.id.get().into()])
        .only("l.action = {}", filter.action.as_ref().map(|action| action.as_str().to_owned()))
        .only("l.actor_id = {}", filter.actor)
        .only("l.flag = {}", filter.flag.map(|flag| flag.as_str().to_owned()));
    let Some(subject) = &filter.subject else { return list };
    let kind = subject.kind().as_str();
    let list =
        list.only("l.subject_kind = {}", Some(kind.to_owned())).only("l.subject_id = {}", subject.id());
    // Entries are four of five rows: the index of kinds leaves them out, and they are soon found without it.
    if kind == "entry" { list } else { list.and("l.subject_kind <> 'entry'") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit_trail::Subject;
    use base::{
        testing::{assert_lists_sound, scopes},
        vocabulary::{Calendar, Line},
    };

    #[tokio::test]
    async fn every_list_that_the_filters_make_is_found_by_an_index() {
        let line = |text| Some(Line::parse(text).unwrap());
        let (customer, entry) = (line("customer").unwrap(), line("entry").unwrap());
        let subjects = [
            None,
            Some(Subject::AnyOf(customer.clone())),
            Some(Subject::AnyOf(entry)),
            Some(Subject::One { kind: customer, id: 1 }),
        ];
        let [_, gym, ..] = scopes();
        let mut lists = Vec::new();
        for action in [None, line("subscriptions.sell")] {
            for (actor, flag) in [(None, None), (Some(1), None), (None, Some(AuditFlag::BelowPrice))] {
                for subject in subjects.clone() {
                    let filter = AuditFilter {
                        action: action.clone(),
                        actor,
                        subject,
                        flag,
                        ..AuditFilter::default()
                    };
                    let range = filter.range(Calendar::CAIRO, None).unwrap();
                    lists.push(deeds(&gym, &filter, &range));
                }
            }
        }
        for scope in scopes() {
            lists.push(flagged(&scope, AuditFlag::BelowPrice, Timestamp::UNIX_EPOCH));
        }
        assert_lists_sound(lists).await;
    }
}
