//! Who came in during the last 90 days, and who was turned away.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use shared::vocabulary::Calendar;

use super::{Moment, Tx, dice::Dice, sales::Sold};

const DAYS: u64 = 90;

/// One entry to be written.
#[derive(Debug)]
struct Visit {
    sold: Sold,
    at: DateTime<Utc>,
    denied_as: Option<&'static str>,
    is_charged: bool,
}

/// Writes entries, in the order in which they happened, with the movements of those that cost something.
pub(super) async fn write(tx: &mut Tx, moment: Moment, sold: &[Sold]) -> anyhow::Result<()> {
    let mut dice = Dice::new(3);
    let mut visits: Vec<Visit> = sold.iter().flat_map(|sold| visits_of(&mut dice, moment, *sold)).collect();
    visits.sort_by_key(|visit| (visit.at, visit.sold.id));
    let mut left: std::collections::HashMap<i64, i32> = std::collections::HashMap::new();
    let totals: Vec<(i64, i32)> = sqlx::query_as("select subscription_id, total from subscription_balances")
        .fetch_all(&mut **tx)
        .await?;
    left.extend(totals);
    for visit in visits {
        let entry = write_entry(tx, &visit).await?;
        if visit.is_charged
            && let Some(remaining) = left.get_mut(&visit.sold.id)
        {
            *remaining -= 1;
            write_use(tx, &visit, entry, *remaining).await?;
        }
    }
    sqlx::query(
        "update customer_doors d
         set last_entry_id = e.id, last_admitted_at = e.at, version = e.visits
         from (
             select distinct on (customer_id) customer_id, id, at, count(*) over (partition by customer_id) as visits
             from entries where is_admitted order by customer_id, id desc
         ) e
         where e.customer_id = d.customer_id",
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The visits of one subscription: exactly as many charged ones as were spent, a few free ones for time, and here and
/// there one that came to nothing.
fn visits_of(dice: &mut Dice, moment: Moment, sold: Sold) -> Vec<Visit> {
    let earliest = moment.today.checked_sub_days(Days::new(DAYS)).unwrap_or(moment.today);
    let first = sold.starts_on.max(earliest);
    let last = sold.visited_until.min(moment.today.pred_opt().unwrap_or(moment.today));
    let span = (last - first).num_days();
    if span < 0 {
        return Vec::new();
    }
    let admitted = sold.to_spend.map_or_else(|| dice.between(0, span / 2), i64::from);
    let mut visits: Vec<Visit> = (0..admitted)
        .map(|_| Visit {
            sold,
            at: moment_of(dice, first, span),
            denied_as: None,
            is_charged: sold.to_spend.is_some(),
        })
        .collect();
    if !sold.opens_door {
        for visit in &mut visits {
            visit.is_charged = true;
        }
    }
    if sold.gym == 1 && dice.chance(12) {
        let at = moment_of(dice, first, span);
        visits.push(Visit { sold, at, denied_as: Some("OTHER_BRANCH"), is_charged: false });
    }
    visits
}

fn moment_of(dice: &mut Dice, first: NaiveDate, span: i64) -> DateTime<Utc> {
    let day = first + TimeDelta::days(dice.between(0, span));
    let hour = u32::try_from(dice.pick(&[7_i64, 8, 9, 10, 12, 16, 17, 18, 18, 19, 19, 20, 21])).unwrap_or(18);
    let minute = u32::try_from(dice.between(0, 59)).unwrap_or(0);
    let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
    Calendar::CAIRO.day_start(day) + (time - NaiveTime::MIN)
}

async fn write_entry(tx: &mut Tx, visit: &Visit) -> anyhow::Result<i64> {
    let desk = if visit.sold.gym == 2 {
        1013
    } else {
        match visit.sold.branch {
            1 => 1005,
            2 => 1006,
            _ => 1011,
        }
    };
    let id = sqlx::query_scalar(
        "insert into entries (gym_id, branch_id, customer_id, subscription_id, at, is_admitted, denied_as, source,
             action, charged, staff_id)
         values ($1, $2, $3, $4, $5, $6, $7, 'qr_scan', $8, $9, $10)
         returning id",
    )
    .bind(visit.sold.gym)
    .bind(if visit.denied_as.is_some() { visit.sold.branch % 3 + 1 } else { visit.sold.branch })
    .bind(visit.sold.customer)
    .bind(visit.denied_as.is_none().then_some(visit.sold.id))
    .bind(visit.at)
    .bind(visit.denied_as.is_none())
    .bind(visit.denied_as)
    .bind(if visit.is_charged { "check_in_with_deduction" } else { "check_in_only" })
    .bind(i32::from(visit.is_charged))
    .bind(desk)
    .fetch_one(&mut **tx)
    .await?;
    Ok(id)
}

async fn write_use(tx: &mut Tx, visit: &Visit, entry: i64, remaining: i32) -> anyhow::Result<()> {
    sqlx::query(
        "insert into subscription_movements
             (subscription_id, kind, amount, remaining_after, entry_id, actor_kind, actor_id, at)
         values ($1, 'use', -1, $2, $3, 'staff', 1005, $4)",
    )
    .bind(visit.sold.id)
    .bind(remaining)
    .bind(entry)
    .bind(visit.at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
