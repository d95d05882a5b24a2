//! The ids of few, newest first. Those that an index knows by a date are picked before they are put in order: with a limit in
//! sight Postgres would walk from the newest on, past all that were ever sold.

use chrono::NaiveDate;
use sqlx::PgConnection;

use crate::{access::Scope, error::Error, vocabulary::ServiceId};

/// Stopped by hand.
pub(super) async fn list_stopped(
    conn: &mut PgConnection,
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
    conn: &mut PgConnection,
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
    conn: &mut PgConnection,
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

/// Of one service.
pub(super) async fn list_of_service(
    conn: &mut PgConnection,
    gym: i64,
    service: ServiceId,
    most: i64,
) -> Result<Vec<i64>, Error> {
    let ids = sqlx::query_scalar!(
        "select s.id from subscriptions s
         where s.gym_id = $1 and s.service_id = $2
         order by s.id desc limit $3",
        gym,
        service.get(),
        most,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids)
}
