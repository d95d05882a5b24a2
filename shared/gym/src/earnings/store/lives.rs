//! The SQL of what subscriptions were at the end of a day.

use base::{
    Error,
    access::Scope,
    platform::db::Connection,
    vocabulary::{BranchId, Money, MonthClosingId, ServiceId, SubscriptionId, Timestamp},
};
use chrono::NaiveDate;

use super::super::model::{Life, Lot};

/// What has to be looked at to close a month of a branch: what still owed something at the end of the month before, what was
/// paid for within the month, and whose units were put right. Days are the first and the last that are new, instants the
/// beginning of the first and the end of the last.
pub(in super::super) async fn list_due(
    conn: &mut Connection,
    branch: BranchId,
    before: Option<MonthClosingId>,
    (from, to): (NaiveDate, NaiveDate),
    (from_at, to_at): (Timestamp, Timestamp),
) -> Result<Vec<i64>, Error> {
    Ok(sqlx::query_scalar!(
        r#"select m.subscription_id as "id!"
           from subscription_months m
           where m.month_closing_id = $2 and m.branch_id = $1 and m.unearned_minor <> 0
           union
           select p.subscription_id
           from payments p
           where p.branch_id = $1 and p.business_day between $3 and $4
             and p.kind in ('subscription', 'renewal') and p.subscription_id is not null
           union
           select p.subscription_id
           from payments r
           join payments p on p.id = r.reverses_id
           where r.branch_id = $1 and r.business_day between $3 and $4
             and r.kind = 'reversal' and p.kind in ('subscription', 'renewal') and p.subscription_id is not null
           union
           select s.id
           from subscription_movements u
           join subscriptions s on s.id = u.subscription_id
           where u.kind in ('correction', 'refund') and u.at >= $5 and u.at < $6 and s.branch_id = $1"#,
        branch.get(),
        before.map(MonthClosingId::get),
        from,
        to,
        from_at,
        to_at,
    )
    .fetch_all(conn)
    .await?)
}

/// Subscriptions that were sold until the end of a day and are not over then.
pub(in super::super) async fn list_running(
    conn: &mut Connection,
    scope: &Scope,
    day: NaiveDate,
    end: Timestamp,
) -> Result<Vec<i64>, Error> {
    let many = scope.many();
    Ok(sqlx::query_scalar!(
        "select s.id
         from branches b
         join subscriptions s on s.branch_id = b.id
         where ($1::bigint is null or b.gym_id = $1)
           and ($2::bigint is null or b.id = $2)
           and ($3::bigint[] is null or b.id = any($3))
           and s.created_at < $5
           and (s.stopped_at is null or s.stopped_at >= $5)
           and (s.ends_on is null or s.ends_on > $4)
           and s.price_minor > 0",
        scope.gym(),
        scope.one(),
        many.as_deref(),
        day,
        end,
    )
    .fetch_all(conn)
    .await?)
}

/// A subscription, where and as what it was sold, and what it is at the end of a day.
pub(in super::super) struct Lived {
    pub(in super::super) subscription: SubscriptionId,
    pub(in super::super) branch: BranchId,
    pub(in super::super) service: ServiceId,
    pub(in super::super) life: Life,
}

struct LifeRow {
    id: i64,
    branch_id: i64,
    service_id: i64,
    is_counted: bool,
    price_minor: i64,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    freeze_days_used: i32,
    total: Option<i32>,
    stopped_on: Option<NaiveDate>,
    frozen_days: i64,
    units_gone: i64,
    units_taken_back: i64,
    paid_minor: i64,
    renewed_prices: Option<Vec<i64>>,
    renewed_days: Option<Vec<i32>>,
    renewed_units: Option<Vec<i32>>,
}

impl From<LifeRow> for Lived {
    fn from(row: LifeRow) -> Self {
        Self {
            subscription: SubscriptionId::new(row.id),
            branch: BranchId::new(row.branch_id),
            service: ServiceId::new(row.service_id),
            life: Life {
                is_counted: row.is_counted,
                lots: row.lots(),
                starts_on: row.starts_on,
                ends_on: row.ends_on,
                stopped_on: row.stopped_on,
                frozen_days: row.frozen_days,
                units_gone: row.units_gone,
                units_taken_back: row.units_taken_back,
                paid: Money::from_minor(row.paid_minor),
            },
        }
    }
}

impl LifeRow {
    /// What the sale brought, which is everything but what renewals added; then the renewals.
    fn lots(&self) -> Vec<Lot> {
        let prices = self.renewed_prices.iter().flatten().copied();
        let days = self.renewed_days.iter().flatten().copied().map(i64::from);
        let units = self.renewed_units.iter().flatten().copied().map(i64::from);
        let renewed: Vec<(i64, i64, i64)> =
            prices.zip(days).zip(units).map(|((price, days), units)| (price, days, units)).collect();
        let less = |whole: i64, of: fn(&(i64, i64, i64)) -> i64| {
            renewed.iter().fold(whole, |left, part| left.saturating_sub(of(part)))
        };
        let days = self.ends_on.map(|end| {
            let days = end.signed_duration_since(self.starts_on).num_days().saturating_add(1);
            less(days.saturating_sub(i64::from(self.freeze_days_used)), |part| part.1)
        });
        let sold = Lot {
            price: Money::from_minor(less(self.price_minor, |part| part.0)),
            days,
            units: self.total.map(|total| less(i64::from(total), |part| part.2)),
        };
        let later = renewed.iter().map(|(price, days, units)| Lot {
            price: Money::from_minor(*price),
            days: Some(*days),
            units: Some(*units),
        });
        std::iter::once(sold).chain(later).collect()
    }
}

/// These subscriptions as they were at the end of a day, which is the instant `end`; unless it `is_over`, as they are.
pub(in super::super) async fn list_lives(
    conn: &mut Connection,
    ids: &[i64],
    day: NaiveDate,
    end: Timestamp,
    is_over: bool,
) -> Result<Vec<Lived>, Error> {
    let rows = sqlx::query_as!(
        LifeRow,
        r#"select s.id, s.branch_id, s.service_id, s.kind <> 'time_based' as "is_counted!", s.price_minor, s.starts_on,
               s.ends_on, s.freeze_days_used, b.total as "total?", stop.stopped_on, coalesce(f.days, 0) as "frozen_days!",
               coalesce(b.total - b.remaining + coalesce(u.later, 0), 0) as "units_gone!",
               coalesce(k.taken_back, 0) as "units_taken_back!",
               coalesce(p.paid, 0)::bigint as "paid_minor!", r.prices as renewed_prices, r.days as renewed_days,
               r.units as renewed_units
           from unnest($1::bigint[]) wanted (id)
           join subscriptions s on s.id = wanted.id
           join gyms g on g.id = s.gym_id
           left join subscription_balances b on b.subscription_id = s.id
           cross join lateral (
               select case when s.stopped_at < $3 then (s.stopped_at at time zone g.time_zone)::date end as stopped_on
           ) stop
           left join lateral (
               select sum(greatest(0, least(coalesce(f.ended_on, f.ends_on + 1), least($2, stop.stopped_on) + 1)
                   - greatest(f.starts_on, s.starts_on))) as days
               from subscription_freezes f
               where s.freezes_used > 0 and f.subscription_id = s.id
           ) f on true
           left join lateral (
               select sum(m.amount) as later
               from subscription_movements m
               where not $4 and s.kind <> 'time_based' and m.subscription_id = s.id and m.at >= $3
                 and m.kind not in ('sale', 'renewal')
           ) u on true
           left join (
               select subscription_id, -sum(amount) as taken_back
               from subscription_movements
               where kind = 'refund' and amount < 0 and at < $3
               group by subscription_id
           ) k on k.subscription_id = s.id
           left join lateral (
               select sum(p.amount_minor) + coalesce(sum(v.amount_minor), 0) as paid
               from payments p
               left join payments v on v.reverses_id = p.id and v.kind = 'reversal' and v.business_day <= $2
               where p.subscription_id = s.id and p.kind in ('subscription', 'renewal') and p.business_day <= $2
           ) p on true
           left join (
               select subscription_id, array_agg(price_minor order by id) as prices,
                      array_agg(coalesce(days, 0) order by id) as days, array_agg(coalesce(units, 0) order by id) as units
               from subscription_renewals
               where subscription_id = any($1)
               group by subscription_id
           ) r on r.subscription_id = s.id"#,
        ids,
        day,
        end,
        !is_over,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Lived::from).collect())
}

/// How far a subscription was delivered when a month was closed the last time: earned and forfeited.
pub(in super::super) async fn list_posted(
    conn: &mut Connection,
    ids: &[i64],
) -> Result<Vec<(i64, i64, i64)>, Error> {
    let rows = sqlx::query!(
        r#"select wanted.id as "id!", m.earned_minor, m.forfeited_minor
           from unnest($1::bigint[]) wanted (id)
           cross join lateral (
               select earned_minor, forfeited_minor
               from subscription_months
               where subscription_id = wanted.id
               order by month_closing_id desc
               limit 1
           ) m"#,
        ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.earned_minor, row.forfeited_minor)).collect())
}
