//! The books of expenses that were made up: payments post themselves, expenses are posted by whoever decides on them.

use sqlx::PgConnection;

/// Posts every approved and every paid expense that is not posted yet, as the page of postings says.
pub(crate) async fn post_expenses(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query(
        "insert into transfers (gym_id, branch_id, debit, credit, amount_minor, business_day, source, source_id, posted_at)
         select gym_id, branch_id, debit, credit, amount_minor, day, 'expense', id, at
         from (
             select id, gym_id, branch_id, 'expense:' || category, 'owed_to_suppliers', amount_minor, business_day, decided_at
             from expenses
             where decision = 'approved'
             union all
             select id, gym_id, branch_id, 'owed_to_suppliers', case paid_from when 'till' then 'till' else 'transfer' end,
                 amount_minor, paid_business_day, paid_at
             from expenses
             where paid_from is not null
         ) due (id, gym_id, branch_id, debit, credit, amount_minor, day, at)
         where not exists (
             select from transfers t where t.source_id = due.id and t.source = 'expense' and t.debit = due.debit
         )
         order by at, id",
    )
    .execute(conn)
    .await?;
    Ok(())
}
