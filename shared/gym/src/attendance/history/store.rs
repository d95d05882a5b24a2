//! The SQL of looking back.

use super::super::{
    model::{Action, Entry, EntryStatus, Source},
    store::{Flag, denial_of},
};
use base::{
    Error,
    access::{Place, Scope, Unseen},
    platform::{
        db::Connection,
        list::{List, Table},
    },
    vocabulary::{
        BranchId, CustomerId, EntryId, GymId, Listing, Page, StaffId, SubscriptionId, Timestamp,
        page::COUNTED_MOST,
    },
};

/// Which entries a list shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct EntrySpan {
    /// From this instant on.
    pub since: Option<Timestamp>,
    /// Up to this instant, which no longer belongs to it.
    pub before: Option<Timestamp>,
    pub status: Option<EntryStatus>,
}

struct EntryRow {
    id: i64,
    gym_id: i64,
    at: Timestamp,
    customer_id: i64,
    customer_name: String,
    branch_id: i64,
    branch_name: String,
    subscription_id: Option<i64>,
    service_name: Option<String>,
    is_admitted: Flag,
    denied_as: Option<String>,
    override_reason: Option<String>,
    source: Source,
    action: Action,
    charged: i32,
    staff_id: Option<i64>,
    staff_name: Option<String>,
}

/// A statement that reads whole entries: `$from` says where they are found, `$which` which ones or in which order.
macro_rules! entries {
    ($from:literal, $which:literal, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            EntryRow,
            r#"select e.id, e.gym_id, e.at, e.customer_id, c.full_name as customer_name, e.branch_id, b.name as branch_name,
                   e.subscription_id, s.service_name as "service_name?", e.is_admitted as "is_admitted: Flag", e.denied_as,
                   e.override_reason, e.source as "source: Source", e.action as "action: Action", e.charged, e.staff_id,
                   u.full_name as "staff_name?" "# + $from + "
               join customers c on c.id = e.customer_id
               join branches b on b.id = e.branch_id
               left join subscriptions s on s.id = e.subscription_id
               left join staff_users u on u.id = e.staff_id " + $which,
            $($argument),+
        )
    };
}

impl TryFrom<EntryRow> for Entry {
    type Error = Error;

    fn try_from(row: EntryRow) -> Result<Self, Error> {
        Ok(Self {
            id: EntryId::from(row.id),
            gym: GymId::from(row.gym_id),
            at: row.at,
            customer: CustomerId::from(row.customer_id),
            customer_name: row.customer_name,
            branch: BranchId::from(row.branch_id),
            branch_name: row.branch_name,
            subscription: row.subscription_id.map(SubscriptionId::from),
            service_name: row.service_name,
            status: if row.is_admitted.0 { EntryStatus::Approved } else { EntryStatus::Denied },
            denied_as: denial_of(row.id, row.denied_as.as_deref())?,
            override_reason: row.override_reason,
            source: row.source,
            action: row.action,
            charged: row.charged,
            staff: row.staff_id.map(StaffId::from),
            staff_name: row.staff_name,
        })
    }
}

const ENTRIES: Table = Table { name: "entries", alias: "e", order: &["at", "id"] };
/// Of one customer, whose entries are indexed in the order in which they were written.
const ENTRIES_OF_ONE: Table = Table { name: "entries", alias: "e", order: &["id"] };

impl EntrySpan {
    fn narrow(&self, list: List) -> List {
        let list = list.only("e.at >= {}", self.since).only("e.at < {}", self.before);
        // Without a value, so that the index of the few who are turned away fits.
        match self.status {
            Some(EntryStatus::Approved) => list.and("e.is_admitted"),
            Some(EntryStatus::Denied) => list.and("not e.is_admitted"),
            None => list,
        }
    }
}

/// Entries of everybody, newest first.
pub(super) async fn list(
    conn: &mut Connection,
    scope: &Scope,
    wanted: &EntrySpan,
    page: Page,
) -> Result<Listing<Entry>, Error> {
    let found = of_everybody(scope, wanted).page(conn, page, COUNTED_MOST).await?;
    read(conn, found).await
}

/// Entries of one customer, newest first.
pub(super) async fn list_of_customer(
    conn: &mut Connection,
    scope: &Scope,
    customer: CustomerId,
    wanted: &EntrySpan,
    page: Page,
) -> Result<Listing<Entry>, Error> {
    let found = of_customer(scope, customer, wanted).page(conn, page, COUNTED_MOST).await?;
    read(conn, found).await
}

fn of_everybody(scope: &Scope, wanted: &EntrySpan) -> List {
    wanted.narrow(List::of(&ENTRIES, scope))
}

fn of_customer(scope: &Scope, customer: CustomerId, wanted: &EntrySpan) -> List {
    wanted.narrow(List::of(&ENTRIES_OF_ONE, scope).led_by("e.customer_id = {}", Some(customer.get())))
}

/// What is shown of the entries that were found, in the same order.
async fn read(conn: &mut Connection, found: Listing<i64>) -> Result<Listing<Entry>, Error> {
    Ok(Listing { items: list_found(conn, &found.items).await?, total: found.total })
}

/// The keys of all entries that fit, newest first.
pub(super) async fn list_keys(
    conn: &mut Connection,
    scope: &Scope,
    customer: Option<CustomerId>,
    wanted: &EntrySpan,
) -> Result<Vec<i64>, Error> {
    let list = match customer {
        Some(customer) => of_customer(scope, customer, wanted),
        None => of_everybody(scope, wanted),
    };
    list.keys(conn, Page::WHOLE).await
}

/// The entries that were found, in the same order.
pub(super) async fn list_found(conn: &mut Connection, found: &[i64]) -> Result<Vec<Entry>, Error> {
    let rows = entries!(
        "from unnest($1::bigint[]) with ordinality as found (id, place) join entries e on e.id = found.id",
        "order by found.place",
        found,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// The entry `id`, of whatever gym.
pub(super) async fn find_entry(conn: &mut Connection, id: EntryId) -> Result<Unseen<Entry>, Error> {
    let row = entries!("from entries e", "where e.id = $1", id.get()).fetch_optional(conn).await?;
    let entry = row.map(Entry::try_from).transpose()?;
    Ok(Unseen::new(entry, |entry| Place::branch(entry.gym, entry.branch).of(entry.customer)))
}

/// A customer's visits, summed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SumOfVisits {
    pub visits: i64,
    pub spent: i64,
    pub last_at: Option<Timestamp>,
    /// The instants of those since a given one, newest first.
    pub recent: Vec<Timestamp>,
}

/// Sums up the newest visits of a customer, at most `most` of them.
pub(super) async fn find_sum_of_visits(
    conn: &mut Connection,
    customer: CustomerId,
    since: Timestamp,
    most: i64,
) -> Result<SumOfVisits, Error> {
    let row = sqlx::query!(
        r#"select count(*) as "visits!", coalesce(sum(charged), 0) as "spent!", max(at) as last_at,
               coalesce(array_agg(at order by at desc) filter (where at >= $2), '{}') as "recent!"
           from (
               select at, charged
               from entries
               where customer_id = $1 and is_admitted
               order by id desc
               limit $3
           ) newest"#,
        customer.get(),
        since,
        most,
    )
    .fetch_one(conn)
    .await?;
    Ok(SumOfVisits { visits: row.visits, spent: row.spent, last_at: row.last_at, recent: row.recent })
}

/// How many came in at a branch since an instant, counted up to `most`.
pub(super) async fn count_admitted(
    conn: &mut Connection,
    branch: BranchId,
    since: Timestamp,
    most: i64,
) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "total!"
           from (
               select
               from entries
               where branch_id = $1 and at > $2 and is_admitted
               limit $3
           ) counted"#,
        branch.get(),
        since,
        most,
    )
    .fetch_one(conn)
    .await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::testing::{assert_lists_sound, scopes};

    #[tokio::test]
    async fn every_list_that_the_filters_make_is_found_by_an_index() {
        let moment = Some(Timestamp::UNIX_EPOCH);
        let mut lists = Vec::new();
        for scope in scopes() {
            for since in [None, moment] {
                for before in [None, moment] {
                    for status in [None, Some(EntryStatus::Approved), Some(EntryStatus::Denied)] {
                        let wanted = EntrySpan { since, before, status };
                        lists.push(of_everybody(&scope, &wanted));
                        lists.push(of_customer(&scope, CustomerId::new(1), &wanted));
                    }
                }
            }
        }
        assert_lists_sound(lists).await;
    }
}
