-- The arms of list_held.sql, counted up to a number; what was picked before is looked up, the rest walked from the newest on.
select count(*) as "total!"
from (
    (select from subscriptions s
    where $10::bigint[] is not null and s.id = any($10)
      and ($4::bigint is null or s.customer_id = $4)
      and ($1::bigint is null or s.gym_id = $1)
      and ($2::bigint is null or s.branch_id = $2)
      and ($3::bigint[] is null or s.branch_id = any($3))
      and ($5::bigint is null or s.service_id = $5)
      and ($6::text is null or s.kind = $6)
      and ($7::text is null
           or subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at,
                  case when s.is_used_up then 0 end, $8) = $7)
    limit $9)
    union all
    (select from subscriptions s
    where $10::bigint[] is null and $4::bigint is not null and s.customer_id = $4
      and ($1::bigint is null or s.gym_id = $1)
      and ($2::bigint is null or s.branch_id = $2)
      and ($3::bigint[] is null or s.branch_id = any($3))
      and ($5::bigint is null or s.service_id = $5)
      and ($6::text is null or s.kind = $6)
      and ($7::text is null
           or subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at,
                  case when s.is_used_up then 0 end, $8) = $7)
    order by s.id desc limit $9)
    union all
    (select from subscriptions s
    where $10::bigint[] is null and $4::bigint is null and $2::bigint is not null and s.branch_id = $2
      and ($1::bigint is null or s.gym_id = $1)
      and ($5::bigint is null or s.service_id = $5)
      and ($6::text is null or s.kind = $6)
      and ($7::text is null
           or subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at,
                  case when s.is_used_up then 0 end, $8) = $7)
    order by s.id desc limit $9)
    union all
    (select from subscriptions s
    where $10::bigint[] is null and $4::bigint is null and $2::bigint is null and $1::bigint is not null
      and s.gym_id = $1
      and ($3::bigint[] is null or s.branch_id = any($3))
      and ($5::bigint is null or s.service_id = $5)
      and ($6::text is null or s.kind = $6)
      and ($7::text is null
           or subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at,
                  case when s.is_used_up then 0 end, $8) = $7)
    order by s.id desc limit $9)
    union all
    (select from subscriptions s
    where $10::bigint[] is null and $4::bigint is null and $2::bigint is null and $1::bigint is null
      and ($3::bigint[] is null or s.branch_id = any($3))
      and ($5::bigint is null or s.service_id = $5)
      and ($6::text is null or s.kind = $6)
      and ($7::text is null
           or subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at,
                  case when s.is_used_up then 0 end, $8) = $7)
    order by s.id desc limit $9)
) counted
