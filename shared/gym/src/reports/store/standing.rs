//! How many there are of what is neither money nor people who work here.

use chrono::NaiveDate;

use super::super::{
    days::DayRange,
    model::{AlertCounts, BranchActivity, Traffic},
};
use base::{
    Error,
    platform::db::Connection,
    vocabulary::{BranchId, Timestamp},
};

/// Subscriptions sold and people let in at the branches between two instants, of which the second no longer counts.
pub(in super::super) async fn count_traffic(
    conn: &mut Connection,
    sites: &[i64],
    (began, ended): (Timestamp, Timestamp),
) -> Result<Traffic, Error> {
    let row = sqlx::query!(
        r#"select
               (select count(*) from subscriptions s
                where s.branch_id = any($1) and s.created_at >= $2 and s.created_at < $3 and s.renews_id is null)
                   as "subscriptions!",
               (select count(*) from entries e
                where e.branch_id = any($1) and e.at >= $2 and e.at < $3 and e.is_admitted) as "check_ins!""#,
        sites,
        began,
        ended,
    )
    .fetch_one(conn)
    .await?;
    Ok(Traffic { subscriptions: row.subscriptions, check_ins: row.check_ins })
}

/// Until when a subscription that ends is counted, and how few coins are few.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct AlertBounds {
    /// Today.
    pub(in super::super) today: NaiveDate,
    /// Last of the days that are soon.
    pub(in super::super) soon: NaiveDate,
    /// Last of the seven days that begin today.
    pub(in super::super) week: NaiveDate,
    /// As many coins, or fewer, are few.
    pub(in super::super) few_coins: i32,
}

/// What asks to be looked at, for each of the branches, by id. Pending expenses are those that were spent within `spent`, or
/// all.
pub(in super::super) async fn list_alert_counts(
    conn: &mut Connection,
    sites: &[i64],
    bounds: AlertBounds,
    spent: Option<DayRange>,
) -> Result<Vec<(BranchId, AlertCounts)>, Error> {
    let rows = sqlx::query!(
        r#"select site.id as "branch_id!", e.today as "today!", e.soon as "soon!", e.week as "week!", c.few as "few!",
               x.pending as "pending!"
           from unnest($1::bigint[]) site (id)
           cross join lateral (
               select count(*) filter (where s.ends_on = $2) as today, count(*) filter (where s.ends_on <= $3) as soon,
                   count(*) as week
               from subscriptions s
               where s.branch_id = site.id and s.stopped_at is null and not s.is_used_up
                 and s.ends_on between $2 and $4 and s.starts_on <= $2
                 and (s.frozen_from is null or not $2 between s.frozen_from and s.frozen_until)
           ) e
           cross join lateral (
               select count(*) as few
               from subscriptions s
               join subscription_balances l on l.subscription_id = s.id
               where s.branch_id = site.id and s.kind = 'coins' and s.stopped_at is null and not s.is_used_up
                 and s.starts_on <= $2 and (s.ends_on is null or s.ends_on >= $2)
                 and (s.frozen_from is null or not $2 between s.frozen_from and s.frozen_until)
                 and l.remaining <= $5
           ) c
           cross join lateral (
               select count(*) as pending
               from expenses x
               where x.branch_id = site.id and x.decision is null
                 and ($6::date is null or x.spent_on >= $6) and ($7::date is null or x.spent_on <= $7)
           ) x
           order by site.id"#,
        sites,
        bounds.today,
        bounds.soon,
        bounds.week,
        bounds.few_coins,
        spent.map(|days| days.from),
        spent.map(|days| days.to),
    )
    .fetch_all(conn)
    .await?;
    let counts = rows.into_iter().map(|row| {
        let counts = AlertCounts {
            expiring_today: row.today,
            expiring_soon: row.soon,
            expiring_week: row.week,
            low_coins: row.few,
            pending_expenses: row.pending,
        };
        (BranchId::from(row.branch_id), counts)
    });
    Ok(counts.collect())
}

/// What happened at one branch from `began` on and today, up to `ended`, and how its subscriptions stand.
pub(in super::super) async fn count_activity(
    conn: &mut Connection,
    branch: BranchId,
    today: NaiveDate,
    (began, today_began, ended): (Timestamp, Timestamp, Timestamp),
) -> Result<BranchActivity, Error> {
    let row = sqlx::query!(
        r#"select e.came as "came!", e.today as "today!", c.joined as "joined!", s.members as "members!",
               s.expired as "expired!", s.frozen as "frozen!"
           from (
               select count(*) as came, count(*) filter (where e.at >= $4) as today
               from entries e
               where e.branch_id = $1 and e.at >= $3 and e.at < $5 and e.is_admitted
           ) e
           cross join (
               select count(*) as joined
               from customers c
               where c.branch_id = $1 and c.is_active and c.created_at >= $3 and c.created_at < $5
           ) c
           cross join (
               select count(distinct s.customer_id) filter (where s.status = 'active' and c.is_active) as members,
                   count(*) filter (where s.status = 'expired') as expired,
                   count(*) filter (where s.status = 'frozen') as frozen
               from (
                   select s.customer_id, subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until,
                       s.stopped_at, case when s.is_used_up then 0 end, $2) as status
                   from subscriptions s
                   where s.branch_id = $1
               ) s
               join customers c on c.id = s.customer_id
           ) s"#,
        branch.get(),
        today,
        began,
        today_began,
        ended,
    )
    .fetch_one(conn)
    .await?;
    Ok(BranchActivity {
        check_ins: row.came,
        check_ins_today: row.today,
        new_customers: row.joined,
        active_members: row.members,
        expired_subscriptions: row.expired,
        frozen_subscriptions: row.frozen,
    })
}
