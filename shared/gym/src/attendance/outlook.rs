//! Asking the door without acting: what would happen, and why not.

use chrono::NaiveDateTime;

use super::{
    check_in::{Request, pass_of},
    model::{DoorRequest, Pass, Seen},
    rules::{Decision, Wish, decide},
};
use base::{
    Error,
    access::{Keyring, Permit, can},
    platform::db::Db,
    vocabulary::{BranchId, CustomerId},
};

/// What would happen at a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// The customer who is asked about.
    pub customer: CustomerId,
    /// The customer's full name.
    pub customer_name: String,
    /// The branch whose door is asked about.
    pub branch: BranchId,
    /// The name of that branch.
    pub branch_name: String,
    /// The moment that is asked about, in the gym's local time.
    pub at: NaiveDateTime,
    /// Whether the door would open.
    pub decision: Decision,
    /// The subscription that would open it, or that the first reason is about.
    pub pass: Option<Pass>,
}

impl Outlook {
    pub(super) fn of(seen: &Seen, wish: Wish, at: NaiveDateTime) -> Self {
        let decision = decide(&seen.facts, wish, at.date());
        let subscription = match &decision {
            Decision::Admit { on, .. } => Some(*on),
            Decision::Deny(reasons) => reasons.subscription(),
        };
        Self {
            customer: seen.facts.customer,
            customer_name: seen.facts.customer_name.clone(),
            branch: seen.facts.branch,
            branch_name: seen.facts.branch_name.clone(),
            at,
            pass: pass_of(seen, subscription),
            decision,
        }
    }
}

/// Says whether the customer would be let in at `at` (now, if none), without acting.
///
/// # Refuses
/// [`crate::customers::CustomerRefused::NotFound`], as [`super::check_in()`] does.
pub async fn would_admit(
    db: &Db,
    keys: &Keyring,
    desk: &Permit<can::CheckIn>,
    ask: DoorRequest,
    at: Option<NaiveDateTime>,
) -> Result<Outlook, Error> {
    let request = Request::read(keys, desk, ask)?;
    let mut conn = db.conn().await?;
    let seen = request.look(conn.get()).await?;
    let at = at.unwrap_or_else(|| desk.calendar().local(desk.now()));
    Ok(Outlook::of(&seen, request.knock.wish, at))
}
