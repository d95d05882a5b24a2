//! The audit rows of what happened in the large gym.

use sqlx::PgConnection;

/// Writes a row for every attempt to come in and every payment for a subscription of the large gym, oldest first, in the
/// words in which the services would have told them. Returns how many.
pub(super) async fn write(conn: &mut PgConnection, owner: &str) -> sqlx::Result<u64> {
    let written = sqlx::query(
        "insert into audit_log (at, gym_id, branch_id, actor_kind, actor_id, action, subject_kind, subject_id, detail, request_id)
         select d.at, d.gym_id, d.branch_id, 'staff', d.staff_id, d.action, d.subject_kind, d.subject_id, d.detail,
             md5(d.subject_kind || d.id)::uuid::text
         from (
             select e.at, e.gym_id, e.branch_id, e.staff_id, 'entry' as subject_kind, e.id as subject_id, e.id,
                 case when e.override_reason is null then 'attendance.check_in' else 'attendance.override' end as action,
                 jsonb_build_object('customer_id', e.customer_id, 'subscription_id', e.subscription_id, 'admitted',
                     e.is_admitted, 'denied_as', e.denied_as, 'charged', e.charged, 'action', e.action, 'source', e.source
                 ) as detail
             from entries e
             where e.gym_id = (select gym_id from staff_users where username = $1)
             union all
             select p.taken_at, p.gym_id, p.branch_id, p.taken_by, 'subscription', p.subscription_id, p.id,
                 case p.kind
                     when 'renewal' then 'subscriptions.renew'
                     when 'freeze' then 'subscriptions.freeze'
                     when 'reversal' then 'subscriptions.stop'
                     else 'subscriptions.sell'
                 end,
                 jsonb_build_object('customer', p.customer_id, 'amount_minor', p.amount_minor)
             from payments p
             where p.gym_id = (select gym_id from staff_users where username = $1) and p.subscription_id is not null
         ) d
         order by d.at, d.subject_id",
    )
    .bind(owner)
    .execute(conn)
    .await?;
    Ok(written.rows_affected())
}
