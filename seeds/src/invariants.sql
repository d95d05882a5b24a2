-- What must hold in any gym that was made up: each line names what is broken, and how often.
with zones (gym_id, zone) as (
    -- In which a gym counted its days, now or before: a day stays as it was counted when the gym moves to another zone.
    select id, time_zone from gyms
    union
    select subject_id, detail #>> '{locale,before,time_zone}'
    from audit_log
    where subject_kind = 'gym' and detail #>> '{locale,before,time_zone}' is not null
), broken (what, how_often) as (
    select 'a balance is not the sum of its movements', count(*)
    from subscription_balances b
    where b.remaining <> (select coalesce(sum(m.amount), 0) from subscription_movements m where m.subscription_id = b.subscription_id)
    union all
    select 'a total is not what was granted', count(*)
    from subscription_balances b
    where b.total <> (
        select coalesce(sum(m.amount), 0) from subscription_movements m
        where m.subscription_id = b.subscription_id and m.kind in ('sale', 'renewal')
    )
    union all
    select 'a movement does not follow the one before', count(*)
    from (
        select remaining_after, amount, at, lag(at, 1, at) over w as before,
               sum(amount) over w as running
        from subscription_movements
        window w as (partition by subscription_id order by id)
    ) m
    where running <> remaining_after or remaining_after < 0 or at < before
    union all
    select 'a counted subscription has no balance, or an uncounted one has', count(*)
    from subscriptions s left join subscription_balances b on b.subscription_id = s.id
    where (s.kind = 'time_based') <> (b.subscription_id is null)
    union all
    select 'receipts have gaps', count(*)
    from (
        select r.branch_id
        from branch_receipts r left join payments p on p.branch_id = r.branch_id
        group by r.branch_id, r.last_number
        having count(p.id) <> r.last_number or coalesce(max(p.receipt_number), 0) <> r.last_number
    ) r
    union all
    select 'a branch has no receipts', count(*)
    from branches where not exists (select from branch_receipts r where r.branch_id = branches.id)
    union all
    select 'receipts do not run with time', count(*)
    from (select taken_at, lag(taken_at) over (partition by branch_id order by receipt_number) as before from payments) p
    where taken_at < before
    union all
    select 'a day is not the sum of its payments', count(*)
    from revenue d
    full join (
        select gym_id, branch_id, business_day, sum(amount_minor) as amount_minor
        from payments group by gym_id, branch_id, business_day
    ) p using (gym_id, branch_id, business_day)
    where d.amount_minor is distinct from p.amount_minor
    union all
    select 'a payment is not posted once', count(*)
    from payments p
    where (select count(*) from transfers t where t.source_id = p.id and t.source in ('payment', 'refund')) <> 1
    union all
    select 'more was given back than was paid', count(*)
    from (
        select r.reverses_id, sum(-r.amount_minor) as returned
        from payments r where r.reverses_id is not null group by r.reverses_id
    ) r
    join payments p on p.id = r.reverses_id
    where r.returned > p.amount_minor
    union all
    select 'a day of an account is not the sum of its transfers', count(*)
    from account_days d
    full join (
        select gym_id, branch_id, business_day, account, source, sum(debited) as debit_minor,
               sum(credited) as credit_minor
        from transfers
        cross join lateral (values (debit, amount_minor, 0), (credit, 0, amount_minor)) leg (account, debited, credited)
        group by gym_id, branch_id, business_day, account, source
    ) t using (gym_id, branch_id, business_day, account, source)
    where d.debit_minor is distinct from t.debit_minor or d.credit_minor is distinct from t.credit_minor
    union all
    select 'what reports add up is not the sum of the payments', count(*)
    from (
        select gym_id, branch_id, business_day, kind || ' ' || method || ' ' || coalesce(service_id, 0) as part, payments,
               amount_minor, discount_minor
        from payment_days
        union all
        select gym_id, branch_id, business_day, 'taken by ' || taken_by, payments, amount_minor, null
        from staff_days
    ) d
    full join (
        select p.gym_id, p.branch_id, p.business_day,
               p.kind || ' ' || p.method || ' ' || coalesce(s.service_id, 0) as part, count(*) as payments,
               sum(p.amount_minor) as amount_minor, sum(p.discount_minor) as discount_minor
        from payments p left join subscriptions s on s.id = p.subscription_id
        group by p.gym_id, p.branch_id, p.business_day, p.kind, p.method, s.service_id
        union all
        select gym_id, branch_id, business_day, 'taken by ' || taken_by, count(*), sum(amount_minor), null
        from payments
        group by gym_id, branch_id, business_day, taken_by
    ) p using (gym_id, branch_id, business_day, part)
    where (d.payments, d.amount_minor, d.discount_minor) is distinct from (p.payments, p.amount_minor, p.discount_minor)
    union all
    select 'a branch does not know how many its customers are', count(*)
    from branches b
    left join branch_sizes z on z.branch_id = b.id and z.gym_id = b.gym_id
    left join (
        select branch_id, count(*) filter (where is_active) as active, count(*) filter (where not is_active) as inactive
        from customers
        group by branch_id
    ) c on c.branch_id = b.id
    where z.customers is distinct from coalesce(c.active, 0)
        or z.inactive_customers is distinct from coalesce(c.inactive, 0)
    union all
    select 'a price is not what was paid', count(*)
    from subscriptions s
    where s.price_minor <> (
        select coalesce(sum(p.amount_minor), 0) from payments p where p.subscription_id = s.id and p.kind in ('subscription', 'renewal', 'reversal')
    )
    union all
    select 'a reversal does not undo its payment', count(*)
    from payments r join payments p on p.id = r.reverses_id
    where r.kind = 'reversal' and (r.amount_minor <> -p.amount_minor) or r.branch_id <> p.branch_id or r.taken_at < p.taken_at
       or r.kind = 'reversal' and r.method <> p.method
    union all
    select 'a payment is on the wrong day', count(*)
    from payments p
    where not exists (
        select from zones z where z.gym_id = p.gym_id and p.business_day = (p.taken_at at time zone z.zone)::date
    ) and not exists (
        -- Taken after its day was closed.
        select from daily_closings k where k.branch_id = p.branch_id and k.business_day = p.business_day - 1
    )
    union all
    select 'a door does not know the last entry', count(*)
    from customers c
    left join customer_doors d on d.customer_id = c.id
    left join lateral (
        select max(e.id) as id, max(e.at) as at, count(*) as visits
        from entries e where e.customer_id = c.id and e.is_admitted
    ) e on true
    where d.customer_id is null
       or (d.last_entry_id, d.last_admitted_at, d.version) is distinct from (e.id, e.at, e.visits)
    union all
    select 'entries do not run with time', count(*)
    from (select at, lag(at) over (partition by gym_id = (select max(id) from gyms) order by id) as before from entries) e where at < before
    union all
    select 'a charge has no movement, or a movement no charge', count(*)
    from entries e full join subscription_movements m on m.entry_id = e.id
    where (m.id is null and e.charged > 0)
       or (m.entry_id is not null and (e.charged <> -m.amount or e.subscription_id <> m.subscription_id or e.at <> m.at))
    union all
    select 'something is used before it was sold, or after its end', count(*)
    from entries e join subscriptions s on s.id = e.subscription_id
    where e.is_admitted and e.denied_as is null
      and (e.at < s.created_at or e.at > s.stopped_at or not exists (
          select from zones z
          where z.gym_id = e.gym_id
            and (e.at at time zone z.zone)::date between s.starts_on and coalesce(s.ends_on, 'infinity')
      ))
    union all
    select 'somebody came in during a freeze', count(*)
    from entries e join subscription_freezes f on f.subscription_id = e.subscription_id
    where e.is_admitted and e.denied_as is null
      and not exists (
          select from zones z
          where z.gym_id = e.gym_id
            and (e.at at time zone z.zone)::date not between f.starts_on and coalesce(f.ended_on - 1, f.ends_on)
      )
    union all
    select 'a door was opened that the subscription does not open', count(*)
    from entries e join subscriptions s on s.id = e.subscription_id
    where e.is_admitted and (not s.opens_door or (e.branch_id <> s.branch_id and not s.opens_every_branch))
    union all
    select 'freezes are not counted', count(*)
    from subscriptions s
    left join lateral (
        select count(*) as times, coalesce(sum(coalesce(f.ended_on, f.ends_on + 1) - f.starts_on), 0) as days
        from subscription_freezes f
        -- One that is undone on its first day was none.
        where f.subscription_id = s.id and f.ended_on is distinct from f.starts_on
    ) f on true
    where s.freezes_used <> f.times or s.freeze_days_used <> f.days
       or s.freezes_used > s.max_freezes or s.freeze_days_used > s.max_freeze_days
    union all
    select 'a renewal begins before the end of what it renews', count(*)
    from subscriptions s join subscriptions r on r.renews_id = s.id
    where (s.kind = 'time_based' and s.stopped_at is null and r.starts_on <= s.ends_on) or r.customer_id <> s.customer_id or r.service_id <> s.service_id or r.id <= s.id
    union all
    select 'somebody buys where they do not belong, or before they are there', count(*)
    from subscriptions s join customers c on c.id = s.customer_id
    where c.gym_id <> s.gym_id or not exists (
        select from zones z where z.gym_id = s.gym_id and (c.created_at at time zone z.zone)::date <= s.starts_on
    )
    union all
    select 'an expense was decided before it was written down, or paid before it was approved', count(*)
    from expenses where decided_at < created_at or paid_at < decided_at
    union all
    select 'an expense counts for a day after it was approved, or was paid on another day than it says', count(*)
    from expenses e
    where not exists (
        select from zones z
        where z.gym_id = e.gym_id
            and (e.business_day is null or e.business_day <= (e.decided_at at time zone z.zone)::date)
            and (e.paid_at is null or e.paid_business_day = (e.paid_at at time zone z.zone)::date)
    ) and not exists (
        -- Decided or paid after its day was closed.
        select from daily_closings k
        where k.branch_id = e.branch_id and k.business_day + 1 in (e.business_day, e.paid_business_day)
    )
    union all
    select 'an expense is not posted as it was approved and paid', count(*)
    from expenses e
    where (e.decision is not distinct from 'approved')::integer + (e.paid_from is not null)::integer
        <> (select count(*) from transfers t where t.source_id = e.id and t.source = 'expense')
    union all
    select 'an expense is of somebody who does not work there', count(*)
    from expenses e join staff_users s on s.id in (e.created_by, e.decided_by, e.paid_by)
    where s.gym_id is distinct from e.gym_id
    union all
    select 'something has not happened yet', (
        select count(*) from entries where at > $1) + (select count(*) from payments where taken_at > $1)
        + (select count(*) from subscriptions where created_at > $1 or stopped_at > $1)
        + (select count(*) from customers where created_at > $1)
        + (select count(*) from subscription_freezes where frozen_at > $1 or unfrozen_at > $1)
        + (select count(*) from expenses where created_at > $1 or decided_at > $1 or paid_at > $1)
    union all
    select 'an id is still to come', (
        select count(*) from entries where id > (select last_value from entries_id_seq))
        + (select count(*) from payments where id > (select last_value from payments_id_seq))
        + (select count(*) from expenses where id > (select last_value from expenses_id_seq))
        + (select count(*) from subscriptions where id > (select last_value from subscriptions_id_seq))
        + (select count(*) from customers where id > (select last_value from people_ids))
        + (select count(*) from staff_users where id > (select last_value from people_ids))
)
select what, how_often from broken where how_often > 0
