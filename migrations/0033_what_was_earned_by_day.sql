-- What was earned, day by day: dashboards add up days instead of every payment.
create table branch_days (
    gym_id bigint not null,
    branch_id bigint not null,
    business_day date not null,
    amount_minor bigint not null,
    constraint branch_days_pk primary key (branch_id, business_day),
    constraint branch_days_branch_of_gym foreign key (gym_id, branch_id) references branches (gym_id, id)
);
comment on table branch_days is 'the sum of a branch''s payments of one business day; follows payments by trigger, never written otherwise';

-- Payments are only ever added. Whoever adds one holds the row of the branch's receipt numbers, so that two sales of one
-- branch never meet here for the first time, and two branches never meet.
create function payments_add_to_the_day() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as $$
begin
    insert into branch_days as d (gym_id, branch_id, business_day, amount_minor)
    select gym_id, branch_id, business_day, sum(amount_minor)
    from added
    group by gym_id, branch_id, business_day
    order by branch_id, business_day
    on conflict (branch_id, business_day) do update set amount_minor = d.amount_minor + excluded.amount_minor;
    return null;
end
$$;
-- First, and it keeps every payment waiting until all of this is done: one that came in between would be in no day.
create trigger payments_make_the_day after insert on payments
    referencing new table as added for each statement execute function payments_add_to_the_day();
insert into branch_days (gym_id, branch_id, business_day, amount_minor)
    select gym_id, branch_id, business_day, sum(amount_minor) from payments group by gym_id, branch_id, business_day;

create or replace view revenue as
    select gym_id, branch_id, business_day, amount_minor
    from branch_days;
-- The view is all that reads them, and nothing looks for the payments of a branch or gym by day any more.
drop index payments_of_branch_by_day;
drop index payments_of_gym_by_day;
