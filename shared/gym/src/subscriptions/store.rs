//! The SQL of subscriptions as they stand.

use chrono::NaiveDate;

use super::{
    count::Units,
    model::{
        Doors, FreezeSpan, Freezing, Held, Movement, MovementKind, ServiceKind, Status, StatusInputs,
        SubscriptionFilter,
    },
    own::OwnFreeze,
};
use base::{
    Error,
    access::{Place, Scope, Unseen},
    platform::db::{Connection, Tx},
    vocabulary::{
        BranchId, CustomerId, EntryId, GymId, Line, Money, MovementId, Page, Phone, ServiceId, StaffId,
        SubscriptionId, Timestamp, page::COUNTED_MOST, phone::Calling,
    },
};

/// Most subscriptions of one customer that are ever looked at; usable ones come first.
const HELD_MAX: i64 = 200;

struct HeldRow {
    id: i64,
    gym_id: i64,
    branch_id: i64,
    branch_name: String,
    customer_id: i64,
    customer_name: String,
    customer_phone: Option<Phone>,
    calling_code: String,
    service_id: i64,
    service_name: String,
    service_type: String,
    kind: ServiceKind,
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
    stop_reason: Option<String>,
    renews_id: Option<i64>,
    sold_by: Option<i64>,
    seller_name: Option<String>,
    created_at: Timestamp,
}

#[derive(sqlx::Type)]
#[sqlx(transparent)]
struct EveryBranch(bool);

/// A statement that reads whole subscriptions; `$which` says which ones and in which order.
macro_rules! held {
    ($which:tt, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            HeldRow,
            r#"select s.id, s.gym_id, s.branch_id, br.name as branch_name, s.customer_id, c.full_name as customer_name,
                   c.phone as "customer_phone: Phone", g.calling_code, s.service_id, s.service_name,
                   s.service_type, s.kind as "kind: ServiceKind", s.price_minor, s.duration_days, s.opens_door,
                   s.opens_every_branch as "doors: EveryBranch", s.starts_on, s.ends_on, s.frozen_from, s.frozen_until,
                   s.stopped_at, b.remaining as "remaining?", b.total as "total?", s.max_freezes, s.max_freeze_days,
                   s.freeze_fee_minor, s.freezes_used, s.freeze_days_used, s.trainer_id, t.full_name as "trainer_name?",
                   s.stop_reason, s.renews_id, s.sold_by, u.full_name as "seller_name?", s.created_at
               from subscriptions s
               join branches br on br.id = s.branch_id
               join customers c on c.id = s.customer_id
               join gyms g on g.id = s.gym_id
               left join subscription_balances b on b.subscription_id = s.id
               left join staff_users t on t.id = s.trainer_id
               left join staff_users u on u.id = s.sold_by "# + $which,
            $($argument),+
        )
    };
}

impl From<HeldRow> for Held {
    fn from(row: HeldRow) -> Self {
        Self {
            id: SubscriptionId::from(row.id),
            gym: GymId::from(row.gym_id),
            branch: BranchId::from(row.branch_id),
            branch_name: row.branch_name,
            customer: CustomerId::from(row.customer_id),
            customer_name: row.customer_name,
            customer_phone: row.customer_phone.map(|phone| dialled(&phone, &row.calling_code)),
            service: ServiceId::from(row.service_id),
            service_name: row.service_name,
            service_type: row.service_type,
            kind: row.kind,
            price: Money::from_minor(row.price_minor),
            duration_days: row.duration_days,
            opens_door: row.opens_door,
            doors: if row.doors.0 { Doors::EveryBranch } else { Doors::OwnBranch },
            standing: StatusInputs {
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
            stop_reason: row.stop_reason,
            renews: row.renews_id.map(SubscriptionId::from),
            sold_by: row.sold_by.map(StaffId::from),
            seller_name: row.seller_name,
            created_at: row.created_at,
        }
    }
}

fn dialled(phone: &Phone, calling_code: &str) -> String {
    Calling::of_code(calling_code).map_or_else(|| phone.local(), |home| phone.local_in(&home))
}

/// The subscription `id`, of whatever gym.
pub(crate) async fn find_held(conn: &mut Connection, id: SubscriptionId) -> Result<Unseen<Held>, Error> {
    let row = held!("where s.id = $1", id.get()).fetch_optional(conn).await?;
    Ok(Unseen::new(row.map(Held::from), |held| Place::branch(held.gym, held.branch).of(held.customer)))
}

/// Everything `customer` holds or held: what is not over by `today` first, newest first.
pub(crate) async fn list_held_by(
    conn: &mut Connection,
    customer: CustomerId,
    today: NaiveDate,
) -> Result<Vec<Held>, Error> {
    let rows = held!(
        "where s.customer_id = $1
         order by (s.stopped_at is not null or coalesce(s.ends_on < $2, false) or coalesce(b.remaining = 0, false)), s.id desc
         limit $3",
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
    conn: &mut Connection,
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

/// Locks the subscription and its balance, then reads it.
pub(super) async fn lock_held(tx: &mut Tx, id: SubscriptionId) -> Result<Unseen<Held>, Error> {
    // A statement of its own: the reading after it must see what the former holder committed.
    sqlx::query!(
        "with s as materialized (select id from subscriptions where id = $1 for update)
         select b.subscription_id
         from subscription_balances b
         join s on s.id = b.subscription_id
         for update of b",
        id.get(),
    )
    .fetch_optional(tx.conn())
    .await?;
    find_held(tx.conn(), id).await
}

/// Takes back units that are left, and writes it into the ledger; the balance is locked, and holds as many.
pub(super) async fn update_taken_back(
    tx: &mut Tx,
    id: SubscriptionId,
    units: Units,
    reason: &Line,
) -> Result<(), Error> {
    let (actor, now) = (tx.actor(), tx.now());
    sqlx::query!(
        "with taken as (
             update subscription_balances
             set remaining = remaining - $2
             where subscription_id = $1
             returning remaining
         )
         insert into subscription_movements (subscription_id, kind, amount, remaining_after, actor_kind, actor_id, reason, at)
         select $1, 'refund', -$2, remaining, $3, $4, $5, $6
         from taken",
        id.get(),
        units.get(),
        actor.kind(),
        actor.id(),
        reason.as_str(),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// These subscriptions, newest first.
pub(super) async fn list_held(conn: &mut Connection, ids: &[i64]) -> Result<Vec<Held>, Error> {
    let rows = held!("where s.id = any($1) order by s.id desc", ids).fetch_all(conn).await?;
    Ok(rows.into_iter().map(Held::from).collect())
}

/// Whether the customer holds an active training subscription with the trainer.
pub(super) async fn find_training(
    conn: &mut Connection,
    customer: CustomerId,
    trainer: StaffId,
    today: NaiveDate,
) -> Result<bool, Error> {
    let is_trained = sqlx::query_scalar!(
        r#"select is_trained_by($1, $2, $3) as "is_trained!""#,
        customer.get(),
        trainer.get(),
        today,
    )
    .fetch_one(conn)
    .await?;
    Ok(is_trained)
}

/// The subscriptions of those whom the trainer trains, newest first: with all that is wanted in one statement, because
/// the people whom one trainer trains are few.
pub(super) async fn list_of_trainees(
    conn: &mut Connection,
    (scope, trainer): (&Scope, StaffId),
    wanted: &SubscriptionFilter,
    today: NaiveDate,
) -> Result<Vec<i64>, Error> {
    let many = scope.many();
    let ids = sqlx::query_scalar!(
        "with trainees as materialized (
             select distinct t.customer_id
             from subscriptions t
             where t.trainer_id = $1
               and is_trained_by(t.customer_id, $1, $2)
         )
         select s.id
         from trainees
         join subscriptions s on s.customer_id = trainees.customer_id
         where ($3::bigint is null or s.gym_id = $3)
           and ($4::bigint is null or s.branch_id = $4)
           and ($5::bigint[] is null or s.branch_id = any($5))
           and ($6::bigint is null or s.customer_id = $6)
           and ($7::bigint is null or s.service_id = $7)
           and ($8::text is null or s.kind = $8)
           and ($9::text is null or subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until,
               s.stopped_at, case when s.is_used_up then 0 end, $2) = $9)
         order by s.id desc
         limit $10",
        trainer.get(),
        today,
        scope.gym(),
        scope.one(),
        many.as_deref(),
        wanted.customer.map(CustomerId::get),
        wanted.service.map(ServiceId::get),
        wanted.kind.map(ServiceKind::as_str),
        wanted.status.map(Status::as_str),
        COUNTED_MOST,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids)
}

/// The ledger of a subscription, newest first.
pub(super) async fn list_movements(
    conn: &mut Connection,
    subscription: SubscriptionId,
    page: Page,
) -> Result<Vec<Movement>, Error> {
    let rows = sqlx::query!(
        r#"select m.id, m.kind as "kind: MovementKind", m.amount, m.remaining_after, m.entry_id, m.actor_kind, m.actor_id,
               coalesce(u.full_name, c.full_name) as actor_name, m.reason, m.at
           from subscription_movements m
           left join staff_users u on m.actor_kind = 'staff' and u.id = m.actor_id
           left join customers c on m.actor_kind = 'customer' and c.id = m.actor_id
           where m.subscription_id = $1
           order by m.id desc
           limit $2 offset $3"#,
        subscription.get(),
        page.limit,
        page.offset,
    )
    .fetch_all(conn)
    .await?;
    let movements = rows.into_iter().map(|row| Movement {
        id: MovementId::from(row.id),
        kind: row.kind,
        amount: row.amount,
        remaining_after: row.remaining_after,
        entry: row.entry_id.map(EntryId::from),
        actor_kind: row.actor_kind,
        actor_id: row.actor_id,
        actor_name: row.actor_name,
        reason: row.reason,
        at: row.at,
    });
    Ok(movements.collect())
}

/// How many lines the ledger of a subscription has.
pub(super) async fn count_movements(
    conn: &mut Connection,
    subscription: SubscriptionId,
) -> Result<i64, Error> {
    let total = sqlx::query_scalar!(
        r#"select count(*) as "total!" from subscription_movements where subscription_id = $1"#,
        subscription.get(),
    )
    .fetch_one(conn)
    .await?;
    Ok(total)
}
