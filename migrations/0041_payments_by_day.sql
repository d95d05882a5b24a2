-- What was taken, day by day, split in the ways in which reports tell it: a year of a large gym is hundreds of thousands of
-- payments, and to add them up anew takes a second for each report. Only reports read these sums.
set local lock_timeout = '2s';

create table payment_days (
    gym_id bigint not null,
    branch_id bigint not null,
    business_day date not null,
    kind text not null,
    method text not null,
    service_id bigint,
    payments bigint not null,
    amount_minor bigint not null,
    discount_minor bigint not null,
    constraint payment_days_once unique nulls not distinct (branch_id, business_day, kind, method, service_id),
    constraint payment_days_branch_of_gym foreign key (gym_id, branch_id) references branches (gym_id, id)
);
comment on table payment_days is 'a branch''s payments of one business day, by what was paid for, how, and for which service; follows payments by trigger, never written otherwise';
comment on column payment_days.service_id is 'the service whose subscription was paid for; null: paid for no subscription';
comment on column payment_days.payments is 'how many, those that went back included';
comment on column payment_days.amount_minor is 'net of discount, smallest unit of the gym''s currency; what went back is taken off';
comment on column payment_days.discount_minor is 'smallest unit of the gym''s currency';
grant select on payment_days to gym_staff;

create table staff_days (
    gym_id bigint not null,
    branch_id bigint not null,
    business_day date not null,
    taken_by bigint not null,
    payments bigint not null,
    amount_minor bigint not null,
    constraint staff_days_pk primary key (branch_id, business_day, taken_by),
    constraint staff_days_branch_of_gym foreign key (gym_id, branch_id) references branches (gym_id, id)
);
comment on table staff_days is 'a branch''s payments of one business day, by who took them; follows payments by trigger, never written otherwise';
comment on column staff_days.payments is 'how many, those that went back included';
comment on column staff_days.amount_minor is 'net of discount, smallest unit of the gym''s currency; what went back is taken off';
grant select on staff_days to gym_staff;

-- Payments are only ever added. Whoever adds one holds the row of the branch's receipt numbers, so that two sales of one branch
-- never meet here for the first time, and two branches never meet.
create function payments_add_to_the_reports() returns trigger
    language plpgsql security definer set search_path = '' as $$
begin
    insert into public.payment_days as d
        (gym_id, branch_id, business_day, kind, method, service_id, payments, amount_minor, discount_minor)
    select a.gym_id, a.branch_id, a.business_day, a.kind, a.method, s.service_id, count(*), sum(a.amount_minor),
           sum(a.discount_minor)
    from added a
    left join public.subscriptions s on s.id = a.subscription_id
    group by a.gym_id, a.branch_id, a.business_day, a.kind, a.method, s.service_id
    order by a.branch_id, a.business_day, a.kind, a.method, s.service_id
    on conflict on constraint payment_days_once do update
    set payments = d.payments + excluded.payments, amount_minor = d.amount_minor + excluded.amount_minor,
        discount_minor = d.discount_minor + excluded.discount_minor;
    insert into public.staff_days as d (gym_id, branch_id, business_day, taken_by, payments, amount_minor)
    select gym_id, branch_id, business_day, taken_by, count(*), sum(amount_minor)
    from added
    group by gym_id, branch_id, business_day, taken_by
    order by branch_id, business_day, taken_by
    on conflict (branch_id, business_day, taken_by) do update
    set payments = d.payments + excluded.payments, amount_minor = d.amount_minor + excluded.amount_minor;
    return null;
end
$$;
create trigger payments_are_reported after insert on payments
    referencing new table as added for each statement execute function payments_add_to_the_reports();

-- The trigger waited for every sale that was under way: what is there now was not counted by it, and what comes is.
create table payments_before_reports as select coalesce(max(id), 0) as last_id, max(taken_at) as last_taken_at from payments;
