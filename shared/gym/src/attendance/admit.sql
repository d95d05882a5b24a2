with door as (
    select d.customer_id
    from customer_doors d
    where d.customer_id = $1 and d.version = $2
    for update
),
customer as (
    select c.id
    from door
    join customers c on c.id = door.customer_id
    for key share of c
),
sold as (
    select s.id
    from customer
    join subscriptions s on s.id = $6 and s.customer_id = customer.id
    where subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at, null, $8) = 'active'
    for key share of s
),
balance as (
    select b.subscription_id
    from sold
    join subscription_balances b on b.subscription_id = sold.id
    where b.remaining >= $7 and $7 > 0
    for update of b
),
entry as (
    insert into entries (
        gym_id, branch_id, customer_id, subscription_id, at, is_admitted, denied_as, source, action, charged,
        override_reason, staff_id
    )
    select $4, $5, customer.id, $6, $3, true, $9, $10, $11, $7, $12, $13
    from customer
    where ($6::bigint is null or exists (select from sold))
      and ($7::integer = 0 or exists (select from balance))
    returning id
),
spent as (
    update subscription_balances b
    set remaining = b.remaining - $7
    from balance, entry
    where b.subscription_id = balance.subscription_id
    returning b.subscription_id, b.remaining
),
movement as (
    insert into subscription_movements (
        subscription_id, kind, amount, remaining_after, entry_id, actor_kind, actor_id, at
    )
    select spent.subscription_id, 'use', -$7, spent.remaining, entry.id, $14, $15, $3
    from spent, entry
),
moved as (
    update customer_doors d
    set version = d.version + 1, last_entry_id = entry.id, last_admitted_at = $3
    from entry
    where d.customer_id = $1
),
code as (
    insert into spent_qr_tokens (token_id, customer_id, spent_at, expires_at)
    select $16, $1, $3, $17
    from entry
    where $16::uuid is not null
),
note as (
    insert into audit_log (
        at, gym_id, branch_id, actor_kind, actor_id, action, subject_kind, subject_id, detail, request_id,
        client_request_id
    )
    select $3, $4, $5, $14, $15, $18, 'entry', entry.id, $19, $20, $21
    from entry
    where $18::text is not null
)
select entry.id as "id!", (select spent.remaining from spent) as remaining
from entry
