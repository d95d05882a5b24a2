//! Taking coins or sessions.

mod actions;
mod rules;
mod store;

use chrono::NaiveDate;

pub use actions::{Deducted, Deduction, SomebodyElses, deduct};
pub use rules::SpendRefused;
pub use store::Spent;

use super::store::find_held;
use crate::{
    error::Error,
    platform::db::Tx,
    vocabulary::{EntryId, SubscriptionId},
};

/// What is to be taken, and why.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spend<'a> {
    /// From which subscription.
    pub subscription: SubscriptionId,
    /// How much, above zero.
    pub amount: i32,
    /// The entry it pays for.
    pub entry: Option<EntryId>,
    /// Why, in words.
    pub reason: Option<&'a str>,
    /// The gym's day.
    pub today: NaiveDate,
}

/// Further looks when somebody renewed or unfroze between the attempt and the question why it failed.
const LOOKS: u8 = 3;

/// Takes from a subscription, or says why not; nothing is taken then. The subscription must be one that was read before.
///
/// # Locks
/// The subscription against freezing, stopping and renewing, then its balance.
pub(crate) async fn spend(tx: &mut Tx, spend: &Spend<'_>) -> Result<Result<Spent, SpendRefused>, Error> {
    if spend.amount <= 0 {
        return Ok(Err(SpendRefused::NotPositive));
    }
    for _ in 0..LOOKS {
        if let Some(spent) = store::update_balance(tx, spend).await? {
            return Ok(Ok(spent));
        }
        let Some(held) = find_held(tx.conn(), spend.subscription).await? else {
            return Ok(Err(SpendRefused::NothingToCount));
        };
        if let Err(refused) = rules::may_spend(&held, spend.amount, spend.today) {
            return Ok(Err(refused));
        }
    }
    Ok(Err(SpendRefused::NothingToCount))
}
