-- One arm for each index that can serve the list in its own order; the tests on parameters alone are made once per run, so
-- that exactly one arm is walked. Of a whole gym, and of what it denied; of one branch; of several branches, each from its
-- own newest on; and of what one or several denied.
select e.id, e.at, e.customer_id, c.full_name as customer_name, e.branch_id, b.name as branch_name, e.subscription_id,
    s.service_name as "service_name?", e.is_admitted as "is_admitted: Flag", e.denied_as, e.override_reason,
    e.source as "source: Source", e.action as "action: Action", e.charged, e.staff_id, u.full_name as "staff_name?"
from (
    (
        select n.id, n.at
        from entries n
        where $1::bigint is not null and $2::bigint is null and $3::bigint[] is null and $6::boolean is distinct from false
          and n.gym_id = $1
          and n.at >= coalesce($4::timestamptz, '-infinity')
          and n.at < coalesce($5::timestamptz, 'infinity')
          and ($6::boolean is null or n.is_admitted)
        order by n.at desc, n.id desc
        limit $7 offset $8
    )
    union all
    (
        select n.id, n.at
        from entries n
        where $1::bigint is not null and $2::bigint is null and $3::bigint[] is null and $6::boolean is not distinct from false
          and n.gym_id = $1
          and not n.is_admitted
          and n.at >= coalesce($4::timestamptz, '-infinity')
          and n.at < coalesce($5::timestamptz, 'infinity')
        order by n.at desc, n.id desc
        limit $7 offset $8
    )
    union all
    (
        select n.id, n.at
        from entries n
        where $2::bigint is not null and $6::boolean is distinct from false
          and n.branch_id = $2
          and n.at >= coalesce($4::timestamptz, '-infinity')
          and n.at < coalesce($5::timestamptz, 'infinity')
          and ($6::boolean is null or n.is_admitted)
        order by n.at desc, n.id desc
        limit $7 offset $8
    )
    union all
    (
        select newest.id, newest.at
        from branches place
        cross join lateral (
            select n.id, n.at
            from entries n
            where n.branch_id = place.id
              and n.at >= coalesce($4::timestamptz, '-infinity')
              and n.at < coalesce($5::timestamptz, 'infinity')
              and ($6::boolean is null or n.is_admitted)
            order by n.at desc, n.id desc
            limit $7::bigint + $8::bigint
        ) newest
        where $2::bigint is null and ($1::bigint is null or $3::bigint[] is not null) and $6::boolean is distinct from false
          and ($1::bigint is null or place.gym_id = $1)
          and ($3::bigint[] is null or place.id = any($3))
        order by newest.at desc, newest.id desc
        limit $7 offset $8
    )
    union all
    (
        select newest.id, newest.at
        from branches place
        cross join lateral (
            select n.id, n.at
            from entries n
            where n.branch_id = place.id
              and not n.is_admitted
              and n.at >= coalesce($4::timestamptz, '-infinity')
              and n.at < coalesce($5::timestamptz, 'infinity')
            order by n.at desc, n.id desc
            limit $7::bigint + $8::bigint
        ) newest
        where ($1::bigint is null or $2::bigint is not null or $3::bigint[] is not null) and $6::boolean is not distinct from false
          and ($1::bigint is null or place.gym_id = $1)
          and ($2::bigint is null or place.id = $2)
          and ($3::bigint[] is null or place.id = any($3))
        order by newest.at desc, newest.id desc
        limit $7 offset $8
    )
) page
join entries e on e.id = page.id
join customers c on c.id = e.customer_id
join branches b on b.id = e.branch_id
left join subscriptions s on s.id = e.subscription_id
left join staff_users u on u.id = e.staff_id
order by page.at desc, page.id desc
