-- The arms of list_newest.sql, counted up to a number, from the newest on.
select count(*) as "total!"
from (
    (
        select
        from customers c
        where $4::bigint[] is not null
          and c.id = any($4)
          and ($1::bigint is null or c.gym_id = $1)
          and ($2::bigint is null or c.branch_id = $2)
          and ($3::bigint[] is null or c.branch_id = any($3))
          and ($5::boolean is null or c.is_active = $5)
          and ($6::text is null or c.gender = $6)
          and ($7::text is null or $8 = coalesce((
              select true
              from subscriptions s
              where s.customer_id = c.id
                and subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at,
                    case when s.is_used_up then 0 end, $9) = $7
              limit 1
          ), false))
        limit $10
    )
    union all
    (
        select
        from customers c
        where $4::bigint[] is null
          and ($1::bigint is null or c.gym_id = $1)
          and ($2::bigint is null or c.branch_id = $2)
          and ($3::bigint[] is null or c.branch_id = any($3))
          and ($5::boolean is null or c.is_active = $5)
          and ($6::text is null or c.gender = $6)
          and ($7::text is null or $8 = coalesce((
              select true
              from subscriptions s
              where s.customer_id = c.id
                and subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at,
                    case when s.is_used_up then 0 end, $9) = $7
              limit 1
          ), false))
        order by c.id desc
        limit $10
    )
) counted
