//! Lists of subscriptions, newest first.

use chrono::NaiveDate;

use super::{
    model::{Held, ServiceKind, Status, SubscriptionFilter},
    store::{list_held, list_of_trainees},
};
use base::{
    Error, Invalid,
    access::{DetailsOf, Granted, Scope, can},
    platform::{
        db::{Connection, Db},
        list::{List, Rows, Table, whole as read_rows},
    },
    vocabulary::{
        CustomerId, Listing, Page, ServiceId,
        page::{COUNTED_MOST, COUNTED_MOST_JUDGED, OFFSET_MAX_JUDGED, OFFSET_MAX_SIFTED},
    },
};

const SUBSCRIPTIONS: Table = Table { name: "subscriptions", alias: "s", order: &["id"] };

const HAS_STATUS: &str =
    "subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at,
    case when s.is_used_up then 0 end, {}) = {}";

/// The subscriptions that the caller may see, newest first; a trainer's are those of whom they train.
///
/// # Refuses
/// A branch outside their reach as one that does not exist; a page further back than rows are looked at one by one.
pub async fn list(
    db: &Db,
    staff: &Granted<can::ReadSubscriptions>,
    wanted: &SubscriptionFilter,
    page: Page,
) -> Result<Listing<Held>, Error> {
    let scope = staff.scope_at(wanted.branch)?;
    let today = staff.calendar().today(staff.now());
    let mut conn = db.conn().await?;
    let conn = conn.get();
    if let DetailsOf::Trainees(trainer) = staff.sees_details_of() {
        let keys = list_of_trainees(conn, (&scope, trainer), wanted, today).await?;
        let items = list_held(conn, page.part_of(&keys)).await?;
        return Ok(Listing { items, total: i64::try_from(keys.len()).unwrap_or(i64::MAX) });
    }
    let is_filtered = wanted.customer.is_some() || wanted.service.is_some() || wanted.kind.is_some();
    let few = find_few(conn, &scope, wanted, today).await?;
    if let Some(keys) = few.as_deref().filter(|_| !is_filtered) {
        let items = list_held(conn, page.part_of(keys)).await?;
        return Ok(Listing { items, total: i64::try_from(keys.len()).unwrap_or(i64::MAX) });
    }
    // Where few rows are looked at, all may be judged; elsewhere fewer are counted, and pages reach less far back.
    let is_short = few.is_some() || wanted.customer.is_some() || scope.one().is_some();
    let is_judged = wanted.status.is_some() && !is_short;
    let is_whole_gym = !is_filtered && scope.many().is_none() && scope.gym().is_some();
    let page = match (is_judged, is_short || is_whole_gym) {
        (true, _) => page.within(OFFSET_MAX_JUDGED),
        (false, false) => page.within(OFFSET_MAX_SIFTED),
        (false, true) => Ok(page),
    };
    let most = if is_judged { COUNTED_MOST_JUDGED } else { COUNTED_MOST };
    let found = filtered(&scope, wanted, few, today).page(conn, page.map_err(Invalid::from)?, most).await?;
    Ok(Listing { items: list_held(conn, &found.items).await?, total: found.total })
}

/// Every subscription that fits, in the order of [`list`].
///
/// # Refuses
/// As [`list`]; [`base::platform::sheets::FileRefused::TooLong`].
pub async fn whole(
    db: &Db,
    staff: &Granted<can::ReadSubscriptions>,
    wanted: &SubscriptionFilter,
) -> Result<Rows<Held>, Error> {
    let scope = staff.scope_at(wanted.branch)?;
    let today = staff.calendar().today(staff.now());
    let mut snapshot = db.snapshot().await?;
    let keys = match staff.sees_details_of() {
        DetailsOf::Trainees(trainer) => {
            list_of_trainees(snapshot.get(), (&scope, trainer), wanted, today).await?
        }
        DetailsOf::Everybody => {
            let few = find_few(snapshot.get(), &scope, wanted, today).await?;
            filtered(&scope, wanted, few, today).keys(snapshot.get(), Page::WHOLE).await?
        }
    };
    read_rows(snapshot, keys, |conn, keys| Box::pin(async move { list_held(conn, &keys).await })).await
}

/// The list of what is wanted; `few` are all of the status that is wanted, where they were found before.
fn filtered(scope: &Scope, wanted: &SubscriptionFilter, few: Option<Vec<i64>>, today: NaiveDate) -> List {
    let list = List::of(&SUBSCRIPTIONS, scope)
        .led_by("s.customer_id = {}", wanted.customer.map(CustomerId::get))
        .led_by("s.service_id = {}", wanted.service.map(ServiceId::get))
        .only("s.kind = {}", wanted.kind.map(ServiceKind::as_str));
    match (few, wanted.status) {
        (Some(keys), _) => list.among(keys),
        (None, Some(status)) => list.judged(HAS_STATUS, [today.into(), status.as_str().into()]),
        (None, None) => list,
    }
}

/// All subscriptions of the status that is wanted, if they are few and an index finds them: a walk from the newest on
/// would look for them among all that were ever sold.
async fn find_few(
    conn: &mut Connection,
    scope: &Scope,
    wanted: &SubscriptionFilter,
    today: NaiveDate,
) -> Result<Option<Vec<i64>>, Error> {
    if scope.gym().is_none() || wanted.customer.is_some() {
        return Ok(None);
    }
    match wanted.status.and_then(|status| few(scope, status, today)) {
        Some(list) => list.few(conn, "s.id", COUNTED_MOST).await,
        None => Ok(None),
    }
}

/// The subscriptions of a status for which there is an index; nothing for another status.
fn few(scope: &Scope, status: Status, today: NaiveDate) -> Option<List> {
    let list = List::of(&SUBSCRIPTIONS, scope);
    match status {
        Status::Stopped => Some(list.and("s.stopped_at is not null")),
        Status::Frozen => Some(list.all(
            "s.stopped_at is null and s.frozen_until >= {} and s.frozen_from <= {}",
            [today.into(), today.into()],
        )),
        Status::Pending => Some(
            list.only("s.starts_on > {}", Some(today))
                .all(HAS_STATUS, [today.into(), Status::Pending.as_str().into()]),
        ),
        Status::Active | Status::Expired => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::testing::{assert_lists_sound, scopes};

    #[tokio::test]
    async fn every_list_that_the_filters_make_is_found_by_an_index() {
        let mut lists = Vec::new();
        for scope in scopes() {
            for customer in [None, Some(CustomerId::new(1))] {
                for service in [None, Some(ServiceId::new(1))] {
                    for kind in [None, Some(ServiceKind::Coins)] {
                        let wanted =
                            SubscriptionFilter { branch: None, customer, service, kind, status: None };
                        let of = |wanted, few| filtered(&scope, &wanted, few, NaiveDate::default());
                        lists.push(of(wanted, None));
                        lists.push(of(wanted, Some(vec![1, 2])));
                        lists.push(of(SubscriptionFilter { status: Some(Status::Active), ..wanted }, None));
                    }
                }
            }
        }
        assert_lists_sound(lists).await;
    }

    #[tokio::test]
    async fn what_few_subscriptions_are_is_found_by_an_index() {
        let test = base::testing::TestDb::open().await;
        let mut conn = test.staff().conn().await.unwrap();
        for scope in scopes() {
            for status in Status::ALL {
                if let Some(list) = few(&scope, *status, NaiveDate::default()) {
                    assert_eq!(list.few(conn.get(), "s.id", 10).await.unwrap(), Some(vec![]), "{status:?}");
                }
            }
        }
    }
}
