//! Reading one subscription, its freezes and its ledger.

use super::{
    freezes,
    model::{Freeze, Held, Movement},
    rules::SubscriptionNotFound,
    store::{self, find_held},
};
use base::{
    Error,
    access::{DetailsOf, Granted, can},
    platform::db::{Connection, Db},
    vocabulary::{Listing, Page, SubscriptionId},
};

/// One subscription, with the history of its freezes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The subscription as it stands now.
    pub subscription: Held,
    /// Its latest freezes, newest first, a hundred at most.
    pub freezes: Vec<Freeze>,
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
    let subscription = seen(conn.get(), staff, id).await?;
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
    // Read only to know whether the caller may see it: a movement does not say whose it is.
    seen(conn.get(), staff, id).await?;
    let items = store::list_movements(conn.get(), id, page).await?;
    let total = match page.total_after(items.len(), i64::MAX) {
        Some(total) => total,
        None => store::count_movements(conn.get(), id).await?,
    };
    Ok(Listing { items, total })
}

/// The subscription, if the caller's reach carries to it and they see details of its holder.
async fn seen(
    conn: &mut Connection,
    staff: &Granted<can::ReadSubscriptions>,
    id: SubscriptionId,
) -> Result<Held, Error> {
    let held = find_held(conn, id).await?.within(staff).ok_or(SubscriptionNotFound)?;
    let today = staff.calendar().today(staff.now());
    match staff.sees_details_of() {
        DetailsOf::Everybody => Ok(held),
        DetailsOf::Trainees(trainer) if store::find_training(conn, held.customer, trainer, today).await? => {
            Ok(held)
        }
        DetailsOf::Trainees(_) => Err(SubscriptionNotFound.into()),
    }
}
