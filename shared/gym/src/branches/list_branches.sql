select b.id, b.gym_id, b.name, b.code, b.city, b.address, b.location, b.phone, b.is_active, b.created_at,
    m.full_name as "manager?", u.staff as "staff!", z.customers::bigint as "customers!", n.today as "customers_today!",
    n.month as "customers_month!", s.active as "active!", r.in_window as "in_window!", r.today as "revenue_today!",
    r.month as "revenue_month!"
from branches b
left join lateral (
    select u.full_name
    from staff_users u
    where u.branch_id = b.id and u.role = 'branch_manager' and u.is_active
    order by u.id
    limit 1
) m on true
cross join lateral (
    select count(*) as staff from staff_users u where u.branch_id = b.id and u.is_active
) u
join branch_sizes z on z.branch_id = b.id
cross join lateral (
    select count(*) as month, count(*) filter (where c.created_at >= $5) as today
    from customers c
    where $10 and c.branch_id = b.id and c.is_active and c.created_at >= $6
) n
cross join lateral (
    select count(*) as active
    from (
        select s.starts_on, s.frozen_from, s.frozen_until
        from subscriptions s
        where s.branch_id = b.id and s.stopped_at is null and not s.is_used_up and s.ends_on >= $7
        union all
        select s.starts_on, s.frozen_from, s.frozen_until
        from subscriptions s
        where s.branch_id = b.id and s.stopped_at is null and not s.is_used_up and s.ends_on is null
    ) s
    where s.starts_on <= $7 and (s.frozen_from is null or not $7 between s.frozen_from and s.frozen_until)
) s
cross join lateral (
    select coalesce(sum(r.amount_minor) filter (where r.business_day >= $8), 0)::bigint as in_window,
        coalesce(sum(r.amount_minor) filter (where r.business_day = $7), 0)::bigint as today,
        coalesce(sum(r.amount_minor) filter (where r.business_day >= $9), 0)::bigint as month
    from revenue r
    where $10 and r.branch_id = b.id and r.business_day between least($8, $9) and $7
) r
where ($1::bigint is null or b.gym_id = $1)
  and ($2::bigint[] is null or b.id = any($2) or b.id in (
      select w.branch_id from staff_branches w where w.staff_id = $3
  ))
  and ($4::bigint is null or b.id = $4)
order by b.id
limit $11
