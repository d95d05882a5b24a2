-- How many customers a branch has: dashboards look it up instead of counting everybody of a large gym each time.
create table branch_sizes (
    gym_id bigint not null,
    branch_id bigint not null,
    customers integer not null,
    constraint branch_sizes_pk primary key (branch_id),
    constraint branch_sizes_branch_of_gym foreign key (gym_id, branch_id) references branches (gym_id, id),
    constraint branch_sizes_not_negative check (customers >= 0)
);
comment on table branch_sizes is 'one row for each branch, by trigger, never written otherwise';
comment on column branch_sizes.customers is 'who belong to the branch and are active';
grant select on branch_sizes to gym_staff;

create function branches_begin_empty() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as $$
begin
    insert into branch_sizes (gym_id, branch_id, customers) values (new.gym_id, new.id, 0);
    return null;
end
$$;
create trigger branches_have_a_size after insert on branches for each row execute function branches_begin_empty();

create function customers_join_a_branch() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as $$
begin
    perform from branch_sizes where branch_id in (select branch_id from added where is_active) order by branch_id for update;
    update branch_sizes z
    set customers = z.customers + c.customers
    from (select branch_id, count(*) as customers from added where is_active group by branch_id) c
    where z.branch_id = c.branch_id;
    return null;
end
$$;
create trigger customers_are_counted after insert on customers
    referencing new table as added for each statement execute function customers_join_a_branch();

-- Of two who change places each takes the same branch first.
create function customers_change_a_branch() returns trigger
    language plpgsql security definer set search_path = pg_catalog, public as $$
begin
    perform from branch_sizes where branch_id in (old.branch_id, new.branch_id) order by branch_id for update;
    update branch_sizes
    set customers = customers
        - case when old.is_active and branch_id = old.branch_id then 1 else 0 end
        + case when new.is_active and branch_id = new.branch_id then 1 else 0 end
    where branch_id in (old.branch_id, new.branch_id);
    return null;
end
$$;
create trigger customers_are_counted_again after update of branch_id, is_active on customers
    for each row when (old.branch_id <> new.branch_id or old.is_active <> new.is_active)
    execute function customers_change_a_branch();

-- The triggers stand, and keep everybody who would write waiting until those before them are counted.
insert into branch_sizes (gym_id, branch_id, customers)
    select b.gym_id, b.id, count(c.id)
    from branches b left join customers c on c.branch_id = b.id and c.is_active
    group by b.gym_id, b.id;
