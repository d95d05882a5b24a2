//! What becomes of a subscription whose money is given back.

use chrono::NaiveDate;

use super::{
    count::Units,
    freezes,
    rules::SubscriptionNotFound,
    spending,
    store::{self, lock_held},
};
use base::{
    Error,
    access::{Can, Granted},
    platform::db::Tx,
    vocabulary::{Line, SubscriptionId},
};

/// What is to become of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ending<'a> {
    /// Of which subscription.
    pub(crate) subscription: SubscriptionId,
    /// Coins or sessions that are taken back, of those that are left.
    pub(crate) units: Option<Units>,
    /// Whether it ends for good.
    pub(crate) stops: bool,
    /// Why.
    pub(crate) reason: &'a Line,
    /// Today, in the gym's calendar.
    pub(crate) today: NaiveDate,
}

/// Takes units back that are not used yet, and stops the subscription, as the order says.
///
/// # Refuses
/// [`SubscriptionNotFound`] outside the caller's reach, too; [`super::SpendRefused`] for more units than are left;
/// [`super::RestRefused`] for a subscription that is over or stopped already.
///
/// # Locks
/// The subscription, its balance.
pub(crate) async fn take_back<C: Can>(
    tx: &mut Tx,
    staff: &Granted<C>,
    ending: &Ending<'_>,
) -> Result<(), Error> {
    let held = lock_held(tx, ending.subscription).await?.within(staff).ok_or(SubscriptionNotFound)?;
    if let Some(units) = ending.units {
        spending::has_enough(&held, units.get())?;
        store::update_taken_back(tx, held.id, units, ending.reason).await?;
    }
    if ending.stops {
        freezes::stop_locked(tx, &held, Some(ending.reason), ending.today).await?;
    }
    Ok(())
}
