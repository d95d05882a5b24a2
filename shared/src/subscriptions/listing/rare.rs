//! Subscriptions that stand as few do: a walk from the newest on would look for them among all that were ever sold, while an
//! index knows them.

use super::{Looking, store};
use crate::{
    error::Error,
    platform::db::Connection,
    subscriptions::model::{Status, Wanted},
};

impl Looking<'_> {
    /// Whether [`list`] knows the list itself, and leaves nothing to be judged.
    pub(super) fn is_plainly_rare(&self) -> bool {
        let Wanted { branch: _, customer, service, kind, status } = self.wanted;
        let is_known_by_index = matches!(status, Some(Status::Frozen | Status::Stopped | Status::Pending));
        is_known_by_index && customer.is_none() && service.is_none() && kind.is_none()
    }
}

/// The newest of a gym. Nothing where they are not fewer than `most`, for then the walk finds them soon, and a part of
/// them would hide the rest.
pub(super) async fn list(
    conn: &mut Connection,
    looking: &Looking<'_>,
    most: i64,
) -> Result<Option<Vec<i64>>, Error> {
    let (wanted, scope, today) = (looking.wanted, looking.scope, looking.today);
    let Some(gym) = scope.gym().filter(|_| wanted.customer.is_none()) else { return Ok(None) };
    let ids = match wanted.status {
        Some(Status::Stopped) => store::list_stopped(conn, gym, scope, most).await?,
        Some(Status::Frozen) => store::list_frozen(conn, gym, scope, today, most).await?,
        Some(Status::Pending) => store::list_pending(conn, gym, scope, today, most).await?,
        Some(Status::Active | Status::Expired) | None => return Ok(None),
    };
    Ok(i64::try_from(ids.len()).is_ok_and(|found| found < most).then_some(ids))
}
