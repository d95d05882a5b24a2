//! What members ask at the door.

use chrono::NaiveDateTime;

use super::{
    model::{Action, Look},
    outlook::Outlook,
    rules::Wish,
    store,
};
use base::{
    Error,
    access::{AccessRefused, Me},
    platform::db::Db,
    vocabulary::BranchId,
};

/// Says whether the member would be let in at `branch` (their own, if none) at `at` (now, if none), and what it would
/// take: the same decision as at the door.
///
/// # Refuses
/// [`AccessRefused::NoSuchBranch`] for a branch that is not of their gym.
pub async fn can_i_come_in(
    db: &Db,
    me: &Me,
    branch: Option<BranchId>,
    at: Option<NaiveDateTime>,
) -> Result<Outlook, Error> {
    let look = Look {
        gym: me.gym(),
        branch: branch.unwrap_or(me.branch()),
        customer: Some(me.customer()),
        subscription: None,
        token: None,
        // Nothing is repeated and no earlier deduction counts: the question is what would happen, so no past entry is
        // read.
        since: me.now(),
        paid_by: None,
    };
    let mut conn = db.conn().await?;
    let seen = store::find_seen(conn.get(), &look).await?.of(me).ok_or(AccessRefused::NoSuchBranch)?;
    let at = at.unwrap_or_else(|| me.calendar().local(me.now()));
    Ok(Outlook::of(&seen, Wish { action: Action::CheckInWithDeduction, preferred: None }, at))
}
