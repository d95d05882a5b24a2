-- As list_customers.sql, of one: for a list of unknown length Postgres would make a new plan each time.
select c.id, c.gym_id, c.branch_id, b.name as branch_name, c.full_name,
    c.phone as "phone: Phone", c.email as "email: Email", c.gender as "gender: Gender",
    c.date_of_birth, c.age_years, c.age_recorded_on, c.height_mm, c.weight_g, c.notes, c.qr_version,
    c.temporary_password, c.temporary_password_until, c.password_changed,
    c.preferred_language as "preferred_language: Language", c.is_active, c.deletion_requested_at, c.created_at,
    r.is_on as "desk_sees?",
    held.id as "subscription_id?", held.service_name as "service_name?", held.kind as "kind?",
    held.status as "standing?: Standing", held.starts_on as "starts_on?", held.ends_on as "ends_on?",
    held.remaining as "remaining?"
from customers c
join branches b on b.id = c.branch_id
left join gym_rules r on r.gym_id = c.gym_id and r.rule = 'desk_sees_temporary_passwords'
left join lateral (
    select judged.id, judged.service_name, judged.kind, judged.starts_on, judged.ends_on, judged.remaining, judged.status
    from (
        select s.id, s.service_name, s.kind, s.starts_on, s.ends_on, l.remaining,
            subscription_status(
                s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at, l.remaining, $2) as status
        from subscriptions s
        left join subscription_balances l on l.subscription_id = s.id
        where s.customer_id = c.id
    ) judged
    where judged.status in ('active', 'frozen')
    order by judged.status, judged.ends_on nulls last, judged.id
    limit 1
) held on true
where c.id = $1
