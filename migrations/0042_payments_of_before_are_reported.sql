-- The payments that were there before their sums by day. Sales go on meanwhile; those of the last two days, to whose sums they
-- add, are summed up at the end, so that nobody waits for all the others.
do $$
declare
    last bigint := (select last_id from payments_before_reports);
    recent timestamptz := (select last_taken_at - interval '2 days' from payments_before_reports);
    is_recent boolean;
begin
    foreach is_recent in array array[false, true]
    loop
        insert into payment_days as d
            (gym_id, branch_id, business_day, kind, method, service_id, payments, amount_minor, discount_minor)
        select p.gym_id, p.branch_id, p.business_day, p.kind, p.method, s.service_id, count(*), sum(p.amount_minor),
               sum(p.discount_minor)
        from payments p
        left join subscriptions s on s.id = p.subscription_id
        where p.id <= last and (p.taken_at > recent) = is_recent
        group by p.gym_id, p.branch_id, p.business_day, p.kind, p.method, s.service_id
        order by p.branch_id, p.business_day, p.kind, p.method, s.service_id
        on conflict on constraint payment_days_once do update
        set payments = d.payments + excluded.payments, amount_minor = d.amount_minor + excluded.amount_minor,
            discount_minor = d.discount_minor + excluded.discount_minor;
        insert into staff_days as d (gym_id, branch_id, business_day, taken_by, payments, amount_minor)
        select p.gym_id, p.branch_id, p.business_day, p.taken_by, count(*), sum(p.amount_minor)
        from payments p
        where p.id <= last and (p.taken_at > recent) = is_recent
        group by p.gym_id, p.branch_id, p.business_day, p.taken_by
        order by p.branch_id, p.business_day, p.taken_by
        on conflict (branch_id, business_day, taken_by) do update
        set payments = d.payments + excluded.payments, amount_minor = d.amount_minor + excluded.amount_minor;
    end loop;
end
$$;

drop table payments_before_reports;
