//! The SQL that compares closed months with what they follow from.

use base::{Error, platform::db::Connection};

/// Months of branches that are not posted as they say, that are not the sum of what their subscriptions say, or that leave
/// another sum owed in service than the account.
pub(in super::super) async fn list_wrong_months(
    conn: &mut Connection,
    most: i64,
) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!(
        r#"select 'month ' || to_char(c.month, 'YYYY-MM') || ' of branch ' || m.branch_id as "place!"
           from branch_months m
           join month_closings c on c.id = m.month_closing_id
           cross join lateral (
               select coalesce(sum(case when t.debit = 'unearned' and t.credit = 'membership_income' then t.amount_minor
                                        when t.credit = 'unearned' and t.debit = 'membership_income' then -t.amount_minor end), 0)
                          as earned,
                      coalesce(sum(case when t.debit = 'unearned' and t.credit = 'forfeited' then t.amount_minor
                                        when t.credit = 'unearned' and t.debit = 'forfeited' then -t.amount_minor end), 0)
                          as forfeited,
                      count(*) filter (where 'unearned' not in (t.debit, t.credit)
                          or (t.gym_id, t.business_day, t.posted_at, t.first_id is null)
                              <> (m.gym_id, (c.month + interval '1 month')::date - 1, m.posted_at, true)) as odd
               from transfers t
               where t.source = 'recognition' and t.source_id = c.id and t.branch_id = m.branch_id
           ) posted
           cross join lateral (
               select coalesce(sum(s.earned_minor - coalesce(before.earned_minor, 0)), 0) as earned,
                      coalesce(sum(s.forfeited_minor - coalesce(before.forfeited_minor, 0)), 0) as forfeited,
                      coalesce(sum(s.unearned_minor), 0) as unearned
               from subscription_months s
               left join lateral (
                   select b.earned_minor, b.forfeited_minor
                   from subscription_months b
                   where b.subscription_id = s.subscription_id and b.month_closing_id < s.month_closing_id
                   order by b.month_closing_id desc
                   limit 1
               ) before on true
               where s.month_closing_id = c.id and s.branch_id = m.branch_id
           ) delivered
           cross join lateral (
               select coalesce(sum(d.credit_minor - d.debit_minor), 0) as unearned
               from account_days d
               where d.branch_id = m.branch_id and d.account = 'unearned'
                 and d.business_day < (c.month + interval '1 month')::date
           ) account
           where (m.gym_id, m.earned_minor, m.forfeited_minor, m.unearned_minor, m.unearned_minor, 0)
               <> (c.gym_id, posted.earned, posted.forfeited, account.unearned, delivered.unearned, posted.odd)
              or (m.earned_minor, m.forfeited_minor) <> (delivered.earned, delivered.forfeited)
           order by c.month, m.branch_id
           limit $1"#,
        most,
    )
    .fetch_all(conn)
    .await?)
}

/// Subscriptions of which a closed month does not tell what was paid until its end, or that it forgot.
pub(in super::super) async fn list_wrongly_delivered(
    conn: &mut Connection,
    most: i64,
) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!(
        r#"select 'month ' || to_char(c.month, 'YYYY-MM') || ' of subscription ' || s.subscription_id as "place!"
           from subscription_months s
           join month_closings c on c.id = s.month_closing_id
           left join subscriptions k on k.id = s.subscription_id
           cross join lateral (
               select coalesce(sum(p.amount_minor + coalesce(v.amount_minor, 0)), 0) as minor
               from payments p
               left join payments v on v.reverses_id = p.id and v.kind = 'reversal'
                   and v.business_day < (c.month + interval '1 month')::date
               where p.subscription_id = s.subscription_id and p.kind in ('subscription', 'renewal')
                 and p.business_day < (c.month + interval '1 month')::date
           ) paid
           where s.earned_minor + s.forfeited_minor + s.unearned_minor <> paid.minor or k.branch_id is distinct from s.branch_id
           order by s.month_closing_id, s.subscription_id
           limit $1"#,
        most,
    )
    .fetch_all(conn)
    .await?)
}
