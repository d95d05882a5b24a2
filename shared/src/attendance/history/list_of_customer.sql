select e.id, e.at, e.customer_id, c.full_name as customer_name, e.branch_id, b.name as branch_name, e.subscription_id,
    s.service_name as "service_name?", e.is_admitted as "is_admitted: Flag", e.denied_as, e.override_reason,
    e.source as "source: Source", e.action as "action: Action", e.charged, e.staff_id, u.full_name as "staff_name?"
from entries e
join customers c on c.id = e.customer_id
join branches b on b.id = e.branch_id
left join subscriptions s on s.id = e.subscription_id
left join staff_users u on u.id = e.staff_id
where e.customer_id = $1
  and ($2::bigint is null or e.gym_id = $2)
  and ($3::bigint is null or e.branch_id = $3)
  and ($4::bigint[] is null or e.branch_id = any($4))
  and e.at >= coalesce($5::timestamptz, '-infinity')
  and e.at < coalesce($6::timestamptz, 'infinity')
  and ($7::boolean is null or e.is_admitted = $7)
order by e.id desc
limit $8 offset $9
