select
    c.id as customer_id,
    c.full_name as customer_name,
    c.branch_id as home_id,
    c.is_active as "customer_is_active: Flag",
    c.qr_version,
    b.name as branch_name,
    b.is_active as "branch_is_active: Flag",
    d.version,
    array(select case when r.is_on then '+' else '-' end || r.rule from gym_rules r where r.gym_id = $1) as "rules!",
    (select t.spent_at from spent_qr_tokens t where t.token_id = $5) as token_spent_at,
    e.id as "last_id?",
    e.branch_id as "last_branch_id?",
    e.at as "last_at?",
    e.subscription_id as last_subscription_id,
    e.source as "last_source?: Source",
    e.action as "last_action?: Action",
    e.charged as "last_charged?",
    e.denied_as as last_denied_as,
    s.id as "subscription_id?",
    s.branch_id as "sold_at_id?",
    s.service_name as "service_name?",
    s.kind as "kind?: ServiceKind",
    s.opens_door as "opens_door?: Flag",
    s.opens_every_branch as "opens_every_branch?: Flag",
    s.starts_on as "starts_on?",
    s.ends_on,
    s.frozen_from,
    s.frozen_until,
    s.stopped_at,
    s.remaining as "remaining?",
    s.total as "total?",
    $6::bigint is not null and exists (
        select
        from subscription_movements m
        where m.subscription_id = s.id
          and m.kind = 'use'
          and m.entry_id is null
          and m.actor_kind = 'staff'
          and m.actor_id = $6
          and m.at > $7
          and (d.last_admitted_at is null or d.last_admitted_at < m.at)
    ) as "is_prepaid!: Flag"
from customers c
join branches b on b.gym_id = c.gym_id and b.id = $2
join customer_doors d on d.customer_id = c.id
-- Of the admissions of the last seconds the one at this door; nobody walks through ten doors in that time.
left join lateral (
    select n.id, n.branch_id, n.at, n.subscription_id, n.source, n.action, n.charged, n.denied_as
    from (
        select a.id, a.branch_id, a.at, a.subscription_id, a.source, a.action, a.charged, a.denied_as
        from entries a
        where a.customer_id = c.id and a.is_admitted
        order by a.id desc
        limit 10
    ) n
    where d.last_admitted_at > $7
      and n.at > $7
      and n.branch_id = $2
    order by n.id desc
    limit 1
) e on true
left join lateral (
    select h.id, h.branch_id, h.service_name, h.kind, h.opens_door, h.opens_every_branch, h.starts_on, h.ends_on,
        h.frozen_from, h.frozen_until, h.stopped_at, balance.remaining, balance.total
    from subscriptions h
    left join subscription_balances balance on balance.subscription_id = h.id
    where h.customer_id = c.id
    order by h.id = $4 desc nulls last, h.id desc
    limit 100
) s on true
where c.gym_id = $1
  and c.id = coalesce($3, (select n.customer_id from subscriptions n where n.id = $4 and n.gym_id = $1))
