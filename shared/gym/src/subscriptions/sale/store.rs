//! The SQL of selling.

use super::{
    super::model::{Doors, Held, ServiceKind},
    model::{Buyer, IsForSale, Offer},
    rules::{Price, SaleRefused, Span},
};
use crate::gyms::SaleLimits;
use base::{
    Error, OnConstraint,
    access::{Place, Unseen},
    platform::db::{Connection, Tx},
    vocabulary::{BranchId, CustomerId, GymId, Money, ServiceId, StaffId, SubscriptionId},
};

/// Who is sold to; switching them off waits until the sale is done.
pub(super) async fn lock_buyer(tx: &mut Tx, customer: CustomerId) -> Result<Unseen<Buyer>, Error> {
    let row = sqlx::query!(
        "select gym_id, branch_id, is_active from customers where id = $1 for share",
        customer.get(),
    )
    .fetch_optional(tx.conn())
    .await?;
    let buyer = row.map(|row| Buyer {
        gym: GymId::from(row.gym_id),
        branch: BranchId::from(row.branch_id),
        is_active: row.is_active,
    });
    Ok(Unseen::new(buyer, |buyer| Place::branch(buyer.gym, buyer.branch).of(customer)))
}

/// Whether the subscription `id` was stopped.
pub(super) async fn find_stopped(conn: &mut Connection, id: SubscriptionId) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select stopped_at is not null as "is_stopped!" from subscriptions where id = $1"#,
        id.get(),
    )
    .fetch_one(conn)
    .await?)
}

/// What `service` of the branch's gym is today; nothing if it is only sold at another branch.
pub(super) async fn find_offer(
    conn: &mut Connection,
    service: ServiceId,
    branch: BranchId,
) -> Result<Option<Offer>, Error> {
    let row = sqlx::query!(
        r#"select s.name, s.service_type, s.kind as "kind: ServiceKind", s.price_minor, s.duration_days,
               coalesce(s.coins, s.sessions) as units, s.max_freezes, s.max_freeze_days, s.freeze_fee_minor, s.opens_door,
               s.opens_every_branch, s.is_active, b.is_active as branch_is_active, l.max_percent_off as "max_percent_off?",
               l.max_units_times as "max_units_times?", l.max_days_times as "max_days_times?"
           from services s
           join branches b on b.gym_id = s.gym_id and b.id = $2
           left join sale_limits l on l.gym_id = s.gym_id
           where s.id = $1 and (s.branch_id is null or s.branch_id = b.id)"#,
        service.get(),
        branch.get(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Offer {
        service,
        name: row.name,
        service_type: row.service_type,
        kind: row.kind,
        price: Money::from_minor(row.price_minor),
        duration_days: row.duration_days,
        units: row.units,
        max_freezes: row.max_freezes,
        max_freeze_days: row.max_freeze_days,
        freeze_fee: Money::from_minor(row.freeze_fee_minor),
        opens_door: row.opens_door,
        doors: if row.opens_every_branch { Doors::EveryBranch } else { Doors::OwnBranch },
        is_for_sale: match (row.is_active, row.branch_is_active) {
            (true, true) => IsForSale::Yes,
            (false, _) => IsForSale::Withdrawn,
            (true, false) => IsForSale::BranchClosed,
        },
        limits: SaleLimits {
            percent_off: row.max_percent_off,
            units_times: row.max_units_times,
            days_times: row.max_days_times,
        },
    }))
}

/// Whether `staff` trains in `gym`.
pub(super) async fn find_trainer(
    conn: &mut Connection,
    gym: GymId,
    staff: StaffId,
) -> Result<Option<StaffId>, Error> {
    let id = sqlx::query_scalar!(
        "select id from staff_users where id = $1 and gym_id = $2 and role = 'trainer' and is_active",
        staff.get(),
        gym.get(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(StaffId::from))
}

/// Coins or sessions that `subscription` was first granted; a renewal that names no number grants as many again.
pub(super) async fn find_first_grant(
    conn: &mut Connection,
    subscription: SubscriptionId,
) -> Result<Option<i32>, Error> {
    let amount = sqlx::query_scalar!(
        "select amount from subscription_movements
         where subscription_id = $1 and kind in ('sale', 'renewal')
         order by id
         limit 1",
        subscription.get(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(amount)
}

/// A subscription that is about to exist.
pub(super) struct New<'a> {
    pub(super) gym: GymId,
    pub(super) branch: BranchId,
    pub(super) customer: CustomerId,
    pub(super) offer: &'a Offer,
    pub(super) kind: ServiceKind,
    pub(super) opens_door: bool,
    pub(super) doors: Doors,
    pub(super) price: Price,
    pub(super) span: Span,
    pub(super) granted: Option<i32>,
    pub(super) trainer: Option<StaffId>,
    pub(super) renews: Option<SubscriptionId>,
}

/// Writes the subscription, its balance and the grant.
#[expect(
    clippy::cognitive_complexity,
    reason = "one flat statement; the lint counts the macro's check of each column"
)]
pub(super) async fn insert_subscription(
    tx: &mut Tx,
    new: &New<'_>,
    by: StaffId,
) -> Result<SubscriptionId, Error> {
    let (actor, now) = (tx.actor(), tx.now());
    let id = sqlx::query_scalar!(
        r#"with sold as (
               insert into subscriptions
                   (gym_id, branch_id, customer_id, service_id, service_name, service_type, kind, price_minor, duration_days,
                    opens_door, opens_every_branch, trainer_id, starts_on, ends_on, max_freezes, max_freeze_days,
                    freeze_fee_minor, freezes_used, freeze_days_used, renews_id, sold_by, created_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 0, 0, $18, $19, $20)
               returning id
           ), balance as (
               insert into subscription_balances (subscription_id, remaining, total)
               select id, $21, $21 from sold where $21::integer is not null
           ), line as (
               insert into subscription_movements
                   (subscription_id, kind, amount, remaining_after, actor_kind, actor_id, at)
               select id, case when $18::bigint is null then 'sale' else 'renewal' end, $21, $21, $22, $23, $20
               from sold
               where $21::integer is not null
           )
           select id as "id!" from sold"#,
        new.gym.get(),
        new.branch.get(),
        new.customer.get(),
        new.offer.service.get(),
        new.offer.name,
        new.offer.service_type,
        new.kind.as_str(),
        new.price.amount.minor(),
        new.span.duration_days,
        new.opens_door,
        new.doors == Doors::EveryBranch,
        new.trainer.map(StaffId::get),
        new.span.starts_on,
        new.span.ends_on,
        new.offer.max_freezes,
        new.offer.max_freeze_days,
        new.offer.freeze_fee.minor(),
        new.renews.map(SubscriptionId::get),
        by.get(),
        now,
        new.granted,
        actor.kind(),
        actor.id(),
    )
    .fetch_one(tx.conn())
    .await
    .on_constraint("subscriptions_renewed_once", || SaleRefused::AlreadyRenewed)?;
    Ok(SubscriptionId::from(id))
}

/// What a renewal before the end adds.
pub(super) struct Longer<'a> {
    pub(super) held: &'a Held,
    pub(super) offer: &'a Offer,
    pub(super) ends_on: Option<chrono::NaiveDate>,
    pub(super) granted: Option<i32>,
    pub(super) price: Price,
}

impl Longer<'_> {
    /// Days that are added.
    fn days(&self) -> Option<i32> {
        let days = self.ends_on?.signed_duration_since(self.held.standing.ends_on?).num_days();
        i32::try_from(days).ok()
    }
}

/// Adds days, counters, price and the freezes that come with them.
pub(super) async fn update_renewed(tx: &mut Tx, longer: &Longer<'_>) -> Result<(), Error> {
    let (actor, now) = (tx.actor(), tx.now());
    sqlx::query!(
        "with grown as (
             update subscription_balances
             set remaining = remaining + $2, total = total + $2
             where subscription_id = $1 and $2::integer is not null
             returning remaining
         ), line as (
             insert into subscription_movements (subscription_id, kind, amount, remaining_after, actor_kind, actor_id, at)
             select $1, 'renewal', $2, remaining, $3, $4, $5
             from grown
         ), added as (
             insert into subscription_renewals (subscription_id, price_minor, days, units, renewed_at)
             values ($1, $7, $10, $2, $5)
         )
         update subscriptions
         set ends_on = $6,
             price_minor = price_minor + $7,
             max_freezes = max_freezes + $8,
             max_freeze_days = max_freeze_days + $9
         where id = $1",
        longer.held.id.get(),
        longer.granted,
        actor.kind(),
        actor.id(),
        now,
        longer.ends_on,
        longer.price.amount.minor(),
        longer.offer.max_freezes,
        longer.offer.max_freeze_days,
        longer.days(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
