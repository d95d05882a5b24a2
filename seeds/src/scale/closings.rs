//! How the branches of the large gym closed their days.

use sqlx::PgConnection;

use crate::book::Moment;

/// Closes every day of each branch of the gym whose owner is `owner`, from the first to three days ago: most tills were
/// right, some short, a few over. Returns how many closings there are in all.
pub(super) async fn write(conn: &mut PgConnection, moment: Moment, owner: &str) -> sqlx::Result<u64> {
    let closed = sqlx::query(
        "insert into daily_closings (gym_id, branch_id, business_day, expected_minor, counted_minor, card_minor,
             transfer_minor, closed_by, closed_at)
         select b.gym_id, b.id, days.day, coalesce(d.till, 0),
             greatest(coalesce(d.till, 0) + case when (b.id + n) % 17 = 0 then -500 when (b.id + n) % 31 = 0 then 250 else 0 end, 0),
             coalesce(d.card, 0), coalesce(d.transfer, 0), m.id, (days.day + time '23:30') at time zone 'Africa/Cairo'
         from staff_users o
         join branches b on b.gym_id = o.gym_id
         join lateral (
             select min(id) as id from staff_users where branch_id = b.id and role = 'front_desk'
         ) m on m.id is not null
         cross join generate_series(0, $3::date - $2::date) n
         cross join lateral (select $2::date + n as day) days
         left join (
             select branch_id, business_day,
                 sum(debit_minor - credit_minor) filter (where account = 'till') as till,
                 sum(debit_minor - credit_minor) filter (where account = 'card') as card,
                 sum(debit_minor - credit_minor) filter (where account = 'transfer') as transfer
             from account_days
             group by branch_id, business_day
         ) d on d.branch_id = b.id and d.business_day = days.day
         where o.username = $1
         order by b.id, days.day",
    )
    .bind(owner)
    .bind(moment.from)
    .bind(moment.ago(3))
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "insert into transfers (gym_id, branch_id, debit, credit, amount_minor, business_day, source, source_id, posted_at)
         select k.gym_id, k.branch_id,
             case when k.counted_minor > k.expected_minor then 'till' else 'cash_over_short' end,
             case when k.counted_minor > k.expected_minor then 'cash_over_short' else 'till' end,
             abs(k.counted_minor - k.expected_minor), k.business_day, 'closing', k.id, k.closed_at
         from daily_closings k
         join staff_users o on o.gym_id = k.gym_id and o.username = $1
         where k.counted_minor <> k.expected_minor
         order by k.id",
    )
    .bind(owner)
    .execute(&mut *conn)
    .await?;
    shifts(&mut *conn, moment, owner).await?;
    sqlx::query(
        "update branch_receipts r
         set first_open_day = $2::date + 1
         from branches b
         join staff_users o on o.gym_id = b.gym_id and o.username = $1
         where b.id = r.branch_id",
    )
    .bind(owner)
    .bind(moment.ago(3))
    .execute(conn)
    .await?;
    Ok(closed.rows_affected())
}

/// Closes a shift for everybody who took money at a branch on one of the last thirty closed days.
async fn shifts(conn: &mut PgConnection, moment: Moment, owner: &str) -> sqlx::Result<()> {
    sqlx::query(
        "insert into shift_closings (gym_id, branch_id, staff_id, business_day, after_transfer_id, last_transfer_id,
             expected_minor, counted_minor, card_minor, transfer_minor, payments, closed_by, closed_at)
         select b.gym_id, b.id, p.taken_by, p.business_day,
             min(t.id) - 1, max(t.id),
             coalesce(sum(p.amount_minor) filter (where p.method = 'cash'), 0),
             greatest(coalesce(sum(p.amount_minor) filter (where p.method = 'cash'), 0), 0),
             coalesce(sum(p.amount_minor) filter (where p.method = 'card'), 0),
             coalesce(sum(p.amount_minor) filter (where p.method = 'transfer'), 0),
             count(*), p.taken_by, (p.business_day + time '23:00') at time zone 'Africa/Cairo'
         from staff_users o
         join branches b on b.gym_id = o.gym_id
         join payments p on p.branch_id = b.id and p.business_day between $2 and $3
         join transfers t on t.source_id = p.id and t.source in ('payment', 'refund')
         where o.username = $1
         group by b.gym_id, b.id, p.taken_by, p.business_day
         order by p.business_day, b.id, p.taken_by",
    )
    .bind(owner)
    .bind(moment.ago(33))
    .bind(moment.ago(3))
    .execute(conn)
    .await?;
    Ok(())
}
