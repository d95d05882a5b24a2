-- One arm for the customers that were picked before, one for a walk from the newest on; each also in the plan that is kept
-- for all parameters. The subscription is asked for by a scalar subquery with a limit, so that it is looked up for the
-- customers that are walked past, and never for all.
select found.id as "id!"
from (
    (
        select c.id
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
        order by c.id desc
        limit $10 offset $11
    )
    union all
    (
        select c.id
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
        limit $10 offset $11
    )
) found
order by found.id desc
