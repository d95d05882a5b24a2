//! Taking by hand, at the desk.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    super::{
        count::Units,
        model::{Held, Status},
        rules::SubscriptionNotFound,
        store::find_held,
    },
    rules::{self, SpendRefused},
    store::{self, Spend},
};
use base::{
    Error,
    access::{Granted, can},
    platform::{
        audit::Note,
        db::{Db, Tx},
        once::RepeatableOutcome,
    },
    refusals,
    vocabulary::{CustomerId, Line, SubscriptionId},
};

/// What the desk asks to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deduction {
    /// The subscription to take from.
    pub subscription: SubscriptionId,
    /// How much of what it counts, be it coins or sessions.
    pub amount: Units,
    /// Whose it must be; any customer's if it is not said.
    pub customer: Option<CustomerId>,
    /// The reason, kept in the ledger.
    pub reason: Option<Line>,
}

/// What a deduction left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deducted {
    /// The subscription as it stands; what is left is what this deduction left.
    pub subscription: Held,
    /// Coins or sessions left.
    pub remaining: i32,
    /// What it is good for now.
    pub status: Status,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Left {
    remaining: i32,
}

impl RepeatableOutcome for Left {}

/// Takes coins or sessions. A repeat takes again, unless it carries the same `Idempotency-Key`.
///
/// # Refuses
/// [`super::SpendRefused`]; [`SomebodyElses`]; [`SubscriptionNotFound`] outside the caller's reach, too.
///
/// # Locks
/// The subscription against freezing, stopping and renewing, then its balance.
pub async fn deduct(
    db: &Db,
    staff: &Granted<can::SpendSubscriptions>,
    deduction: Deduction,
) -> Result<Deducted, Error> {
    let id = deduction.subscription;
    let left = db
        .write(staff, async |tx| {
            // Read without a lock: the statement that takes looks at status and balance again.
            let held = find_held(tx.conn(), id).await?.within(staff).ok_or(SubscriptionNotFound)?;
            tx.stand_at(held.gym, Some(held.branch));
            if deduction.customer.is_some_and(|customer| customer != held.customer) {
                return Err(SomebodyElses.into());
            }
            let wanted = Spend {
                subscription: id,
                amount: deduction.amount,
                reason: deduction.reason.as_ref(),
                today: staff.calendar().today(tx.now()),
            };
            let remaining = spend(tx, staff, &wanted).await?;
            let detail = json!({ "amount": wanted.amount.get(), "remaining": remaining });
            tx.note(Note::on("subscription", id.get()).with(detail));
            Ok(Left { remaining })
        })
        .await?;
    let held = find_held(db.conn().await?.get(), id).await?.within(staff).ok_or(SubscriptionNotFound)?;
    Ok(deducted(held, left.remaining, staff.calendar().today(staff.now())))
}

/// Further looks when somebody renewed or unfroze between the attempt and the question why it failed.
const LOOKS: u8 = 3;

/// Takes from a subscription that was read before, and answers what is left.
async fn spend(
    tx: &mut Tx,
    staff: &Granted<can::SpendSubscriptions>,
    wanted: &Spend<'_>,
) -> Result<i32, Error> {
    for _ in 0..LOOKS {
        if let Some(left) = store::update_balance(tx, wanted).await? {
            return Ok(left);
        }
        let held =
            find_held(tx.conn(), wanted.subscription).await?.within(staff).ok_or(SubscriptionNotFound)?;
        rules::may_spend(&held, wanted.amount.get(), wanted.today)?;
    }
    Err(SpendRefused::Busy.into())
}

fn deducted(mut held: Held, remaining: i32, today: NaiveDate) -> Deducted {
    held.standing.remaining = Some(remaining);
    Deducted { status: held.status(today), remaining, subscription: held }
}

refusals! {
    /// The subscription is not the named customer's.
    pub struct SomebodyElses => Rejected of "customer_id", "CUSTOMER_MISMATCH",
        en: "The subscription belongs to another customer",
        ar: "الاشتراك يخص عميلا آخر";
}
