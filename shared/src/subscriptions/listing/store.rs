//! The SQL of lists: the ids first, by the index that knows them best; then what a screen shows of them.

use chrono::NaiveDate;

use super::{Looking, Way};
use crate::{
    access::Scope,
    error::Error,
    platform::db::Connection,
    subscriptions::model::{Kind, Status},
    vocabulary::{CustomerId, Page, ServiceId},
};

/// One way to the newest for each index: the condition that its key begins with, before those of every list.
///
/// Those stand in a `case`, whose outcome Postgres takes for a coin's: from one by one it would conclude, in the plan that it
/// keeps for all parameters, that next to nothing is left, and put the whole gym in order instead of walking an index.
macro_rules! ways {
    ($conditions:tt; $($(#[$doc:meta])* $list:ident, $count:ident: $first:tt;)+) => {$(
        $(#[$doc])*
        async fn $list(
            conn: &mut Connection,
            looking: &Looking<'_>,
            picked: Option<&[i64]>,
            page: Page,
        ) -> Result<Vec<i64>, Error> {
            let Looking { scope, wanted, today } = looking;
            let many = scope.many();
            let ids = sqlx::query_scalar!(
                "select s.id from subscriptions s
                 where " + $first + " and case when " + $conditions + " then true else false end
                 order by s.id desc limit $10 offset $11",
                scope.gym(),
                scope.one(),
                many.as_deref(),
                wanted.customer.map(CustomerId::get),
                wanted.service.map(ServiceId::get),
                wanted.kind.map(Kind::as_str),
                wanted.status.map(Status::as_str),
                today,
                picked,
                page.limit,
                page.offset,
            )
            .fetch_all(conn)
            .await?;
            Ok(ids)
        }

        /// How many of them there are, counted up to `most`.
        async fn $count(
            conn: &mut Connection,
            looking: &Looking<'_>,
            picked: Option<&[i64]>,
            most: i64,
        ) -> Result<i64, Error> {
            let Looking { scope, wanted, today } = looking;
            let many = scope.many();
            let total = sqlx::query_scalar!(
                r#"select count(*) as "total!" from (
                 select from subscriptions s
                 where "# + $first + " and case when " + $conditions + " then true else false end
                 order by s.id desc limit $10) counted",
                scope.gym(),
                scope.one(),
                many.as_deref(),
                wanted.customer.map(CustomerId::get),
                wanted.service.map(ServiceId::get),
                wanted.kind.map(Kind::as_str),
                wanted.status.map(Status::as_str),
                today,
                picked,
                most,
            )
            .fetch_one(conn)
            .await?;
            Ok(total)
        }
    )+};
}

ways! {
    "($1::bigint is null or s.gym_id = $1)
     and ($2::bigint is null or s.branch_id = $2)
     and ($3::bigint[] is null or s.branch_id = any($3))
     and ($4::bigint is null or s.customer_id = $4)
     and ($5::bigint is null or s.service_id = $5)
     and ($6::text is null or s.kind = $6)
     and ($7::text is null
          or subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at,
                 case when s.is_used_up then 0 end, $8) = $7)
     and ($9::bigint[] is null or s.id = any($9))";
    /// Of those that were picked before.
    list_picked, count_picked: "s.id = any($9)";
    /// Of one customer.
    list_of_customer, count_of_customer: "s.customer_id = $4";
    /// Of one branch.
    list_of_branch, count_of_branch: "s.branch_id = $2";
    /// Of one service.
    list_of_service, count_of_service: "s.service_id = $5";
    /// Of one service, as long as it was used up in one way.
    list_of_service_by_kind, count_of_service_by_kind: "s.service_id = $5 and s.kind = $6";
    /// Of one kind, in a gym.
    list_of_kind, count_of_kind: "s.gym_id = $1 and s.kind = $6";
    /// Of a gym.
    list_of_gym, count_of_gym: "s.gym_id = $1";
    /// Of every gym.
    list_of_platform, count_of_platform: "true";
}

/// Everything that was sold in one place, where the index alone tells what that is.
macro_rules! wholes {
    ($($(#[$doc:meta])* $list:ident, $count:ident: $place:tt;)+) => {$(
        $(#[$doc])*
        async fn $list(conn: &mut Connection, place: Option<i64>, page: Page) -> Result<Vec<i64>, Error> {
            let ids = sqlx::query_scalar!(
                "select s.id from subscriptions s where " + $place + " = $1 order by s.id desc limit $2 offset $3",
                place,
                page.limit,
                page.offset,
            )
            .fetch_all(conn)
            .await?;
            Ok(ids)
        }

        /// How many there are, counted up to `most`.
        async fn $count(conn: &mut Connection, place: Option<i64>, most: i64) -> Result<i64, Error> {
            let total = sqlx::query_scalar!(
                r#"select count(*) as "total!" from (
                 select from subscriptions s where "# + $place + " = $1 order by s.id desc limit $2) counted",
                place,
                most,
            )
            .fetch_one(conn)
            .await?;
            Ok(total)
        }
    )+};
}

wholes! {
    /// At a branch.
    list_whole_branch, count_whole_branch: "s.branch_id";
    /// In a gym.
    list_whole_gym, count_whole_gym: "s.gym_id";
}

/// The newest ids that `looking` finds, by `way`.
pub(super) async fn list_ids(
    conn: &mut Connection,
    looking: &Looking<'_>,
    way: &Way,
    page: Page,
) -> Result<Vec<i64>, Error> {
    match way {
        Way::Picked(ids) => list_picked(conn, looking, Some(ids), page).await,
        Way::WholeBranch => list_whole_branch(conn, looking.scope.one(), page).await,
        Way::WholeGym => list_whole_gym(conn, looking.scope.gym(), page).await,
        Way::Customer => list_of_customer(conn, looking, None, page).await,
        Way::Branch => list_of_branch(conn, looking, None, page).await,
        Way::Service => list_of_service(conn, looking, None, page).await,
        Way::ServiceByKind => list_of_service_by_kind(conn, looking, None, page).await,
        Way::Kind => list_of_kind(conn, looking, None, page).await,
        Way::Gym => list_of_gym(conn, looking, None, page).await,
        Way::Platform => list_of_platform(conn, looking, None, page).await,
    }
}

/// How many `looking` finds by `way`, counted up to `most`.
pub(super) async fn count_ids(
    conn: &mut Connection,
    looking: &Looking<'_>,
    way: &Way,
    most: i64,
) -> Result<i64, Error> {
    match way {
        Way::Picked(ids) => count_picked(conn, looking, Some(ids), most).await,
        Way::Customer => count_of_customer(conn, looking, None, most).await,
        Way::Branch => count_of_branch(conn, looking, None, most).await,
        Way::Service => count_of_service(conn, looking, None, most).await,
        Way::ServiceByKind => count_of_service_by_kind(conn, looking, None, most).await,
        Way::Kind => count_of_kind(conn, looking, None, most).await,
        Way::WholeBranch => count_whole_branch(conn, looking.scope.one(), most).await,
        Way::WholeGym => count_whole_gym(conn, looking.scope.gym(), most).await,
        Way::Gym => count_of_gym(conn, looking, None, most).await,
        Way::Platform => count_of_platform(conn, looking, None, most).await,
    }
}

// The ids of few, newest first. Those that an index knows by a date are picked before they are put in order: with a limit in
// sight Postgres would walk from the newest on, past all that were ever sold.

/// Stopped by hand.
pub(super) async fn list_stopped(
    conn: &mut Connection,
    gym: i64,
    scope: &Scope,
    most: i64,
) -> Result<Vec<i64>, Error> {
    let many = scope.many();
    let ids = sqlx::query_scalar!(
        "select s.id from subscriptions s
         where s.gym_id = $1 and s.stopped_at is not null
           and ($2::bigint is null or s.branch_id = $2) and ($3::bigint[] is null or s.branch_id = any($3))
         order by s.id desc limit $4",
        gym,
        scope.one(),
        many.as_deref(),
        most,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids)
}

/// Frozen on `today`.
pub(super) async fn list_frozen(
    conn: &mut Connection,
    gym: i64,
    scope: &Scope,
    today: NaiveDate,
    most: i64,
) -> Result<Vec<i64>, Error> {
    let many = scope.many();
    let ids = sqlx::query_scalar!(
        "with few as materialized (
             select s.id from subscriptions s
             where s.gym_id = $1 and s.stopped_at is null and s.frozen_until >= $4 and s.frozen_from <= $4
               and ($2::bigint is null or s.branch_id = $2) and ($3::bigint[] is null or s.branch_id = any($3))
         )
         select few.id from few order by few.id desc limit $5",
        gym,
        scope.one(),
        many.as_deref(),
        today,
        most,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids)
}

/// Not begun by `today`.
pub(super) async fn list_pending(
    conn: &mut Connection,
    gym: i64,
    scope: &Scope,
    today: NaiveDate,
    most: i64,
) -> Result<Vec<i64>, Error> {
    let many = scope.many();
    let ids = sqlx::query_scalar!(
        "with few as materialized (
             select s.id from subscriptions s
             where s.gym_id = $1 and s.starts_on > $4
               and subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at,
                       case when s.is_used_up then 0 end, $4) = 'pending'
               and ($2::bigint is null or s.branch_id = $2) and ($3::bigint[] is null or s.branch_id = any($3))
         )
         select few.id from few order by few.id desc limit $5",
        gym,
        scope.one(),
        many.as_deref(),
        today,
        most,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids)
}
