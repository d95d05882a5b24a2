//! The verbs of reading.

use super::{
    freezes,
    model::{Freeze, Held, Listing, Movement, Wanted},
    rare,
    rules::SubscriptionNotFound,
    store::{self, Looking, find_held},
};
use crate::{
    access::{Can, Granted, can},
    error::Error,
    platform::db::Db,
    vocabulary::{
        Page, SubscriptionId,
        page::{COUNTED_MOST, COUNTED_MOST_JUDGED},
    },
};

/// One subscription, with the history of its freezes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// As it stands.
    pub subscription: Held,
    /// Newest first.
    pub freezes: Vec<Freeze>,
}

/// The subscriptions that the caller may see, newest first.
///
/// # Refuses
/// A branch outside their reach as one that does not exist.
pub async fn list(
    db: &Db,
    staff: &Granted<can::ReadSubscriptions>,
    wanted: &Wanted,
    page: Page,
) -> Result<Listing<Held>, Error> {
    let scope = staff.scope_at(wanted.branch)?;
    let today = staff.calendar().today(staff.now());
    let mut looking = Looking { scope: &scope, wanted, today, ids: None };
    let mut conn = db.conn().await?;
    let rare = rare::list(conn.get(), &looking, COUNTED_MOST).await?;
    if let Some(rare) = rare.as_deref().filter(|_| looking.is_plainly_rare()) {
        let total = i64::try_from(rare.len()).unwrap_or(i64::MAX);
        looking.ids = Some(page.part_of(rare).to_vec());
        let items = store::list_held(conn.get(), &looking, Page { offset: 0, ..page }).await?;
        return Ok(Listing { items, total });
    }
    looking.ids = rare;
    let items = store::list_held(conn.get(), &looking, page).await?;
    let total = match whole(&items, page) {
        Some(total) => total,
        None => {
            page.total_of(items.len(), store::count_held(conn.get(), &looking, most_counted(&looking)).await?)
        }
    };
    Ok(Listing { items, total })
}

/// Who has to be judged one by one is counted less far.
const fn most_counted(looking: &Looking<'_>) -> i64 {
    let is_judged = looking.wanted.status.is_some() || looking.wanted.kind.is_some();
    if is_judged && looking.ids.is_none() { COUNTED_MOST_JUDGED } else { COUNTED_MOST }
}

/// One subscription.
///
/// # Refuses
/// [`SubscriptionNotFound`] outside the caller's reach, too.
pub async fn open(
    db: &Db,
    staff: &Granted<can::ReadSubscriptions>,
    id: SubscriptionId,
) -> Result<Opened, Error> {
    let mut conn = db.conn().await?;
    let subscription = within(staff, find_held(conn.get(), id).await?)?;
    let freezes = freezes::list_freezes_of(conn.get(), id).await?;
    Ok(Opened { subscription, freezes })
}

/// The ledger of one subscription, newest first.
///
/// # Refuses
/// As [`open`].
pub async fn list_movements(
    db: &Db,
    staff: &Granted<can::ReadSubscriptions>,
    id: SubscriptionId,
    page: Page,
) -> Result<Listing<Movement>, Error> {
    let mut conn = db.conn().await?;
    within(staff, find_held(conn.get(), id).await?)?;
    let items = store::list_movements(conn.get(), id, page).await?;
    let total = match whole(&items, page) {
        Some(total) => total,
        None => store::count_movements(conn.get(), id).await?,
    };
    Ok(Listing { items, total })
}

/// The length of the whole, when the part shows it: a page that is not full and not empty is the last one.
fn whole<T>(items: &[T], page: Page) -> Option<i64> {
    let shown = i64::try_from(items.len()).ok()?;
    let is_last = shown < page.limit && (shown > 0 || page.offset == 0);
    is_last.then(|| page.offset.saturating_add(shown))
}

/// The subscription, if the caller reaches its branch.
pub(super) fn within<C: Can>(staff: &Granted<C>, held: Option<Held>) -> Result<Held, SubscriptionNotFound> {
    held.filter(|held| staff.at(held.branch).is_ok()).ok_or(SubscriptionNotFound)
}
