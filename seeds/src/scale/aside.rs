//! Secondary indexes and foreign keys of the large tables, set aside while rows pour in.

use sqlx::PgConnection;

use super::Progress;

/// Keeps everybody else out, so that ids can be taken in a row and nothing slips past the keys.
pub(super) async fn lock(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::raw_sql(
        "lock table gyms, branches, branch_receipts, staff_users, customers, customer_doors, services, subscriptions,
             subscription_balances, subscription_freezes, subscription_movements, payments,
             ledger_accounts, transfers, account_days, payment_returns, daily_closings, shift_closings, branch_sizes, expenses, entries, audit_log
         in access exclusive mode",
    )
    .execute(&mut *conn)
    .await?;
    // Parallel workers would need more shared memory than a container has.
    sqlx::raw_sql(
        "set local maintenance_work_mem = '192MB';
         set local work_mem = '96MB';
         set local max_parallel_maintenance_workers = 0;
         set local max_parallel_workers_per_gather = 0;
         set local synchronous_commit = off",
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets them aside, and says how many there are. Whatever hangs on a key (primary, unique, exclusion) stays.
pub(super) async fn set(conn: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::raw_sql(
        "create temporary table set_aside (place integer, take_away text, bring_back text) on commit drop;

         insert into set_aside (place, take_away, bring_back)
         select row_number() over (order by is_key, name), take_away, bring_back
         from (
             select false, c.relname,
                    format('drop index %s', i.indexrelid::regclass),
                    pg_get_indexdef(i.indexrelid)
             from pg_index i join pg_class c on c.oid = i.indexrelid
             where i.indrelid in (
                     'customers'::regclass, 'customer_doors'::regclass, 'subscriptions'::regclass,
                     'subscription_movements'::regclass, 'payments'::regclass, 'entries'::regclass,
                     'audit_log'::regclass)
               and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
             union all
             select true, k.conname,
                    format('alter table %s drop constraint %I', k.conrelid::regclass, k.conname),
                    format('alter table %s add constraint %I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
             from pg_constraint k
             where k.contype = 'f'
               and k.conrelid in (
                     'customers'::regclass, 'customer_doors'::regclass, 'subscriptions'::regclass,
                     'subscription_balances'::regclass, 'subscription_movements'::regclass, 'payments'::regclass,
                     'entries'::regclass)
         ) as found (is_key, name, take_away, bring_back);

         do $$
         declare
             taken text;
         begin
             for taken in select take_away from set_aside order by place desc loop
                 execute taken;
             end loop;
         end
         $$",
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query_scalar("select count(*) from set_aside").fetch_one(conn).await
}

/// Makes them again, one by one.
pub(super) async fn bring_back(conn: &mut PgConnection, count: i64, progress: &Progress) -> sqlx::Result<()> {
    for _ in 0..count {
        sqlx::raw_sql(
            "do $$
             declare
                 made text;
             begin
                 delete from set_aside
                 where place = (select min(place) from set_aside)
                 returning bring_back into strict made;
                 execute made;
             end
             $$",
        )
        .execute(&mut *conn)
        .await?;
        progress.did(1);
    }
    Ok(())
}

/// What makes the planner and index-only scans see the new rows.
pub(super) const VACUUM: &str = "vacuum (analyze) gyms, branches, branch_receipts, staff_users, customers, customer_doors,
    services, subscriptions, subscription_balances, subscription_freezes, subscription_movements, payments, ledger_accounts,
    transfers, account_days, payment_returns, daily_closings, shift_closings, branch_sizes,
    payment_days, staff_days, expenses, entries, audit_log";
