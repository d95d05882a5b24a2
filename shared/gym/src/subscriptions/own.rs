//! What members see of their own subscriptions.

use chrono::NaiveDate;

use super::{
    model::{Held, Status},
    store,
};
use base::{
    Error,
    platform::db::Db,
    vocabulary::{CustomerId, SubscriptionId},
};

/// A freeze of one of the member's subscriptions.
#[derive(Debug, Clone)]
pub struct OwnFreeze {
    /// The subscription that was frozen.
    pub subscription: SubscriptionId,
    /// First frozen day, in the gym's calendar.
    pub from: NaiveDate,
    /// First day no longer frozen, once that is past or agreed.
    pub until: NaiveDate,
    /// The reason, if the desk gave one.
    pub reason: Option<String>,
}

/// Everything a customer holds or held, and the freezes.
#[derive(Debug, Clone)]
pub struct Portfolio {
    /// The subscriptions: what is not over first, newest first.
    pub held: Vec<Held>,
    /// Their freezes, newest first.
    pub freezes: Vec<OwnFreeze>,
}

impl Portfolio {
    /// The one that the app shows as "my subscription": an active one, the one that ends first; else a frozen one, one
    /// still to come, a stopped one, the latest expired one.
    pub fn shown(&self, today: NaiveDate) -> Option<&Held> {
        self.held.iter().min_by_key(|held| {
            let status = held.status(today);
            let ends = match status {
                Status::Active => (held.standing.ends_on.is_none(), held.standing.ends_on, held.id.get()),
                Status::Frozen | Status::Pending | Status::Stopped | Status::Expired => {
                    (false, None, held.id.get().saturating_neg())
                }
            };
            (prominence(status), !held.opens_door, ends)
        })
    }

    /// Whether any of them is active on `today`.
    pub fn has_active(&self, today: NaiveDate) -> bool {
        self.held.iter().any(|held| held.status(today) == Status::Active)
    }
}

const fn prominence(status: Status) -> u8 {
    match status {
        Status::Active => 0,
        Status::Frozen => 1,
        Status::Pending => 2,
        Status::Stopped => 3,
        Status::Expired => 4,
    }
}

/// What `customer`, who is asking for themselves, holds and held.
pub async fn own(db: &Db, customer: CustomerId, today: NaiveDate) -> Result<Portfolio, Error> {
    let mut conn = db.conn().await?;
    let held = store::list_held_by(conn.get(), customer, today).await?;
    let ids: Vec<i64> = held.iter().map(|held| held.id.get()).collect();
    let was_frozen = held.iter().any(|held| held.freezing.used > 0 || held.standing.freeze.is_some());
    let freezes = if was_frozen { store::list_freezes(conn.get(), &ids).await? } else { Vec::new() };
    Ok(Portfolio { held, freezes })
}
