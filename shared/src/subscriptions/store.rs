//! The SQL of subscriptions as they stand.

use chrono::NaiveDate;
use sqlx::PgConnection;

use super::model::{Doors, FreezeSpan, Freezing, Held, Kind, Standing};
use super::own::OwnFreeze;
use crate::{
    error::Error,
    vocabulary::{BranchId, CustomerId, GymId, Money, ServiceId, StaffId, SubscriptionId, Timestamp},
};

/// Most subscriptions of one customer that are ever looked at; usable ones come first.
const HELD_MAX: i64 = 200;

struct HeldRow {
    id: i64,
    gym_id: i64,
    branch_id: i64,
    branch_name: String,
    customer_id: i64,
    service_id: i64,
    service_name: String,
    service_type: String,
    kind: Kind,
    price_minor: i64,
    duration_days: Option<i32>,
    opens_door: bool,
    doors: EveryBranch,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    frozen_from: Option<NaiveDate>,
    frozen_until: Option<NaiveDate>,
    stopped_at: Option<Timestamp>,
    remaining: Option<i32>,
    total: Option<i32>,
    max_freezes: i32,
    max_freeze_days: i32,
    freeze_fee_minor: i64,
    freezes_used: i32,
    freeze_days_used: i32,
    trainer_id: Option<i64>,
    trainer_name: Option<String>,
    created_at: Timestamp,
}

#[derive(sqlx::Type)]
#[sqlx(transparent)]
struct EveryBranch(bool);

impl From<HeldRow> for Held {
    fn from(row: HeldRow) -> Self {
        Self {
            id: SubscriptionId::from(row.id),
            gym: GymId::from(row.gym_id),
            branch: BranchId::from(row.branch_id),
            branch_name: row.branch_name,
            customer: CustomerId::from(row.customer_id),
            service: ServiceId::from(row.service_id),
            service_name: row.service_name,
            service_type: row.service_type,
            kind: row.kind,
            price: Money::from_minor(row.price_minor),
            duration_days: row.duration_days,
            opens_door: row.opens_door,
            doors: if row.doors.0 { Doors::EveryBranch } else { Doors::OwnBranch },
            standing: Standing {
                starts_on: row.starts_on,
                ends_on: row.ends_on,
                freeze: row.frozen_from.zip(row.frozen_until).map(|(from, until)| FreezeSpan { from, until }),
                stopped_at: row.stopped_at,
                remaining: row.remaining,
            },
            total: row.total,
            freezing: Freezing {
                max_freezes: row.max_freezes,
                max_days: row.max_freeze_days,
                fee: Money::from_minor(row.freeze_fee_minor),
                used: row.freezes_used,
                days_used: row.freeze_days_used,
            },
            trainer: row.trainer_id.map(StaffId::from),
            trainer_name: row.trainer_name,
            created_at: row.created_at,
        }
    }
}

/// The subscription `id`, of whatever gym.
pub(crate) async fn find_held(conn: &mut PgConnection, id: SubscriptionId) -> Result<Option<Held>, Error> {
    let row = sqlx::query_as!(
        HeldRow,
        r#"select s.id, s.gym_id, s.branch_id, br.name as branch_name, s.customer_id, s.service_id, s.service_name,
               s.service_type, s.kind as "kind: Kind", s.price_minor, s.duration_days, s.opens_door,
               s.opens_every_branch as "doors: EveryBranch", s.starts_on, s.ends_on, s.frozen_from, s.frozen_until,
               s.stopped_at, b.remaining as "remaining?", b.total as "total?", s.max_freezes, s.max_freeze_days,
               s.freeze_fee_minor, s.freezes_used, s.freeze_days_used, s.trainer_id, t.full_name as "trainer_name?",
               s.created_at
           from subscriptions s
           join branches br on br.id = s.branch_id
           left join subscription_balances b on b.subscription_id = s.id
           left join staff_users t on t.id = s.trainer_id
           where s.id = $1"#,
        id.get(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Held::from))
}

/// Everything `customer` holds or held: what is not over by `today` first, newest first.
pub(crate) async fn list_held_by(
    conn: &mut PgConnection,
    customer: CustomerId,
    today: NaiveDate,
) -> Result<Vec<Held>, Error> {
    let rows = sqlx::query_as!(
        HeldRow,
        r#"select s.id, s.gym_id, s.branch_id, br.name as branch_name, s.customer_id, s.service_id, s.service_name,
               s.service_type, s.kind as "kind: Kind", s.price_minor, s.duration_days, s.opens_door,
               s.opens_every_branch as "doors: EveryBranch", s.starts_on, s.ends_on, s.frozen_from, s.frozen_until,
               s.stopped_at, b.remaining as "remaining?", b.total as "total?", s.max_freezes, s.max_freeze_days,
               s.freeze_fee_minor, s.freezes_used, s.freeze_days_used, s.trainer_id, t.full_name as "trainer_name?",
               s.created_at
           from subscriptions s
           join branches br on br.id = s.branch_id
           left join subscription_balances b on b.subscription_id = s.id
           left join staff_users t on t.id = s.trainer_id
           where s.customer_id = $1
           order by (s.stopped_at is not null or coalesce(s.ends_on < $2, false) or coalesce(b.remaining = 0, false)), s.id desc
           limit $3"#,
        customer.get(),
        today,
        HELD_MAX,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Held::from).collect())
}

/// The freezes of the subscriptions, newest first.
pub(super) async fn list_freezes(
    conn: &mut PgConnection,
    subscriptions: &[i64],
) -> Result<Vec<OwnFreeze>, Error> {
    let rows = sqlx::query!(
        r#"select subscription_id, starts_on, coalesce(ended_on, ends_on + 1) as "until!", reason
           from subscription_freezes
           where subscription_id = any($1)
           order by id desc
           limit 100"#,
        subscriptions,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| OwnFreeze {
            subscription: SubscriptionId::new(row.subscription_id),
            from: row.starts_on,
            until: row.until,
            reason: row.reason,
        })
        .collect())
}
