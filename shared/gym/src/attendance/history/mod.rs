//! Looking back: who came in.

mod own;
mod store;

pub use own::{BUSY_FROM, Crowd, Level, MODERATE_FROM, OwnStats, branch_activity, list_own, own_stats};

use super::model::{Entry, EntryStatus};
use base::{
    Error, Invalid,
    access::{Granted, Unseen, can},
    platform::{
        db::{Connection, Db},
        list::{Rows, whole as read_rows},
    },
    vocabulary::{
        BranchId, Calendar, CustomerId, EntryId, Listing, Page,
        dates::Day,
        page::{OFFSET_MAX_ENTRIES_OF_GYM, OFFSET_MAX_SIFTED},
    },
};
use store::EntrySpan;

/// Which entries are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// Only entries at this branch; none for every branch within the caller's reach.
    pub branch: Option<BranchId>,
    /// Only attempts of this customer, at the branches within the caller's reach.
    pub customer: Option<CustomerId>,
    /// From this day of the gym on.
    pub from: Option<Day>,
    /// Up to this day of the gym, included.
    pub to: Option<Day>,
    /// Only entries that were approved, or only those that were denied.
    pub status: Option<EntryStatus>,
}

/// Lists the entries that a staff user may see, newest first.
///
/// # Refuses
/// A page too far back. Of several branches together the bound comes sooner, as each branch gives all rows that come
/// before the page.
pub async fn list(
    db: &Db,
    staff: &Granted<can::ReadEntries>,
    filter: &EntryFilter,
    page: Page,
) -> Result<Listing<Entry>, Error> {
    let scope = staff.scope_at(filter.branch)?;
    let wanted = wanted(filter, staff.calendar());
    let mut conn = db.conn().await?;
    if let Some(customer) = filter.customer {
        return store::list_of_customer(conn.get(), &scope, customer, &wanted, page).await;
    }
    let page = match (scope.one(), scope.many(), scope.gym()) {
        (Some(_), ..) => page,
        (None, None, Some(_)) => page.within(OFFSET_MAX_ENTRIES_OF_GYM).map_err(Invalid::from)?,
        _ => page.within(OFFSET_MAX_SIFTED).map_err(Invalid::from)?,
    };
    store::list(conn.get(), &scope, &wanted, page).await
}

/// Every entry that fits, in the order of [`list`].
///
/// # Refuses
/// A branch outside the caller's reach as one that does not exist; [`base::platform::sheets::FileRefused::TooLong`].
pub async fn whole(
    db: &Db,
    staff: &Granted<can::ReadEntries>,
    filter: &EntryFilter,
) -> Result<Rows<Entry>, Error> {
    let scope = staff.scope_at(filter.branch)?;
    let wanted = wanted(filter, staff.calendar());
    let mut snapshot = db.snapshot().await?;
    let keys = store::list_keys(snapshot.get(), &scope, filter.customer, &wanted).await?;
    read_rows(snapshot, keys, |conn, keys| Box::pin(async move { store::list_found(conn, &keys).await }))
        .await
}

fn wanted(filter: &EntryFilter, calendar: Calendar) -> EntrySpan {
    EntrySpan {
        since: filter.from.map(|day| calendar.day_start(day.date())),
        before: filter.to.map(|day| calendar.day_end(day.date())),
        status: filter.status,
    }
}

/// The entry `id`, of whatever gym.
pub(super) async fn find(conn: &mut Connection, id: EntryId) -> Result<Unseen<Entry>, Error> {
    store::find_entry(conn, id).await
}
