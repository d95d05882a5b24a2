with entry as (
    insert into entries (
        gym_id, branch_id, customer_id, subscription_id, at, is_admitted, denied_as, source, action, charged, staff_id
    )
    values ($1, $2, $3, $4, $5, false, $6, $7, $8, 0, $9)
    returning id
),
note as (
    insert into audit_log (
        at, gym_id, branch_id, actor_kind, actor_id, action, subject_kind, subject_id, detail, request_id,
        client_request_id
    )
    select $5, $1, $2, $10, $11, $12, 'entry', entry.id, $13, $14, $15
    from entry
    where $12::text is not null
)
select entry.id as "id!"
from entry
