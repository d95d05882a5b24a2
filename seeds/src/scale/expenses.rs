//! What the branches of the large gym spend.

use sqlx::PgConnection;

use crate::book::Moment;

/// Writes `count` expenses for each branch of the gym whose owner is `owner`, spread over the past: most of them approved
/// and paid, one of twenty rejected, one of forty taken back, and those of the last three days still to be decided.
/// Returns how many there are in all.
pub(super) async fn write(
    conn: &mut PgConnection,
    moment: Moment,
    owner: &str,
    count: i64,
) -> sqlx::Result<u64> {
    let written = sqlx::query(
        "insert into expenses (gym_id, branch_id, title, category, amount_minor, spent_on, created_by, created_at, decision,
             decided_by, decided_at, decision_notes, business_day, paid_from, paid_by, paid_at, paid_business_day)
         select b.gym_id, b.id, initcap(kinds.kind) || ' ' || n, kinds.kind, 1000 + n * 7919 % 900000, spent_on, m.id,
             (spent_on + time '10:00') at time zone 'Africa/Cairo', decision,
             case decision when 'withdrawn' then m.id when 'approved' then o.id when 'rejected' then o.id end,
             case when decision is not null then (spent_on + 1 + time '12:00') at time zone 'Africa/Cairo' end,
             case decision when 'rejected' then 'Not this month' end,
             case decision when 'approved' then spent_on end,
             case decision when 'approved' then case when n % 3 = 0 then 'till' else 'bank' end end,
             case decision when 'approved' then m.id end,
             case decision when 'approved' then (spent_on + 2 + time '12:00') at time zone 'Africa/Cairo' end,
             case decision when 'approved' then spent_on + 2 end
         from staff_users o
         join branches b on b.gym_id = o.gym_id
         join staff_users m on m.branch_id = b.id and m.role = 'branch_manager'
         cross join generate_series(1, $2) n
         cross join lateral (
             select ($3 + ((n * ($4::date - $3::date)) / $2)::integer) as spent_on
         ) days
         cross join lateral (
             select (array['rent', 'salaries', 'utilities', 'equipment', 'maintenance', 'supplies', 'marketing', 'insurance',
                 'training', 'services', 'safety', 'software', 'other'])[1 + (n + b.id) % 13] as kind
         ) kinds
         cross join lateral (
             select case
                 when spent_on > $4::date - 3 then null
                 when n % 40 = 1 then 'withdrawn'
                 when n % 20 = 0 then 'rejected'
                 else 'approved'
             end as decision
         ) fates
         where o.username = $1
         order by n, b.id",
    )
    .bind(owner)
    .bind(count)
    .bind(moment.from)
    .bind(moment.ago(1))
    .execute(conn)
    .await?;
    Ok(written.rows_affected())
}
