-- One arm for each index that can serve a list in its own order. The tests on parameters alone are made once per run, so
-- that exactly one arm is walked, also in the plan that is kept for all parameters.
select s.id, s.gym_id, s.branch_id, br.name as branch_name, s.customer_id, c.full_name as customer_name,
    c.phone as "customer_phone: Phone", g.calling_code, s.service_id, s.service_name, s.service_type, s.kind as "kind: Kind",
    s.price_minor, s.duration_days, s.opens_door, s.opens_every_branch as "doors: EveryBranch", s.starts_on, s.ends_on,
    s.frozen_from, s.frozen_until, s.stopped_at, b.remaining as "remaining?", b.total as "total?", s.max_freezes,
    s.max_freeze_days, s.freeze_fee_minor, s.freezes_used, s.freeze_days_used, s.trainer_id,
    t.full_name as "trainer_name?", s.stop_reason, s.renews_id, s.sold_by, u.full_name as "seller_name?", s.created_at
from subscriptions s
join branches br on br.id = s.branch_id
join customers c on c.id = s.customer_id
join gyms g on g.id = s.gym_id
left join subscription_balances b on b.subscription_id = s.id
left join staff_users t on t.id = s.trainer_id
left join staff_users u on u.id = s.sold_by
where s.id = any(array(
    (select s.id from subscriptions s
    where $11::bigint[] is not null and s.id = any($11)
      and ($4::bigint is null or s.customer_id = $4)
      and ($1::bigint is null or s.gym_id = $1)
      and ($2::bigint is null or s.branch_id = $2)
      and ($3::bigint[] is null or s.branch_id = any($3))
      and ($5::bigint is null or s.service_id = $5)
      and ($6::text is null or s.kind = $6)
      and ($7::text is null
           or subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at,
                  case when s.is_used_up then 0 end, $8) = $7)
    order by s.id desc limit $9 offset $10)
    union all
    (select s.id from subscriptions s
    where $11::bigint[] is null and $4::bigint is not null and s.customer_id = $4
      and ($1::bigint is null or s.gym_id = $1)
      and ($2::bigint is null or s.branch_id = $2)
      and ($3::bigint[] is null or s.branch_id = any($3))
      and ($5::bigint is null or s.service_id = $5)
      and ($6::text is null or s.kind = $6)
      and ($7::text is null
           or subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at,
                  case when s.is_used_up then 0 end, $8) = $7)
    order by s.id desc limit $9 offset $10)
    union all
    (select s.id from subscriptions s
    where $11::bigint[] is null and $4::bigint is null and $2::bigint is not null and s.branch_id = $2
      and ($1::bigint is null or s.gym_id = $1)
      and ($5::bigint is null or s.service_id = $5)
      and ($6::text is null or s.kind = $6)
      and ($7::text is null
           or subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at,
                  case when s.is_used_up then 0 end, $8) = $7)
    order by s.id desc limit $9 offset $10)
    union all
    (select s.id from subscriptions s
    where $11::bigint[] is null and $4::bigint is null and $2::bigint is null and $1::bigint is not null
      and s.gym_id = $1
      and ($3::bigint[] is null or s.branch_id = any($3))
      and ($5::bigint is null or s.service_id = $5)
      and ($6::text is null or s.kind = $6)
      and ($7::text is null
           or subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at,
                  case when s.is_used_up then 0 end, $8) = $7)
    order by s.id desc limit $9 offset $10)
    union all
    (select s.id from subscriptions s
    where $11::bigint[] is null and $4::bigint is null and $2::bigint is null and $1::bigint is null
      and ($3::bigint[] is null or s.branch_id = any($3))
      and ($5::bigint is null or s.service_id = $5)
      and ($6::text is null or s.kind = $6)
      and ($7::text is null
           or subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at,
                  case when s.is_used_up then 0 end, $8) = $7)
    order by s.id desc limit $9 offset $10)
))
order by s.id desc
