-- The members of a branch: what the desk knows of them, and how it finds them.
create table customers (
    id bigint not null default nextval('people_ids'),
    gym_id bigint not null,
    branch_id bigint not null,
    full_name text not null,
    name_folded text not null,
    phone text,
    email text,
    gender text,
    date_of_birth date,
    age_years smallint,
    age_recorded_on date,
    height_mm integer,
    weight_g integer,
    notes text,
    qr_version integer not null,
    password_hash text,
    temporary_password text,
    temporary_password_until timestamptz,
    password_changed boolean not null,
    preferred_language text,
    is_active boolean not null,
    deletion_requested_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint customers_pk primary key (id),
    constraint customers_gym foreign key (gym_id) references gyms (id),
    constraint customers_branch_of_gym foreign key (gym_id, branch_id) references branches (gym_id, id),
    constraint customers_phone_once_per_gym unique (gym_id, phone),
    constraint customers_email_once_per_gym unique (gym_id, email),
    constraint customers_full_name_length check (char_length(full_name) between 1 and 100),
    constraint customers_phone_canonical check (phone ~ '^\+[1-9][0-9]{7,14}$'),
    constraint customers_email_folded check (email = lower(email)),
    constraint customers_gender_known check (gender in ('male', 'female')),
    constraint customers_age_plausible check (age_years between 1 and 120),
    constraint customers_age_has_a_day check ((age_years is null) = (age_recorded_on is null)),
    constraint customers_height_plausible check (height_mm between 500 and 2720),
    constraint customers_weight_plausible check (weight_g between 2000 and 500000),
    constraint customers_qr_version_positive check (qr_version > 0),
    constraint customers_temporary_password_ends check ((temporary_password is null) = (temporary_password_until is null)),
    constraint customers_language_known check (preferred_language in ('ar', 'en'))
)
-- Lists are counted and walked on indexes alone, which works only while the table's pages are known to be visible to
-- everybody; by default that is noted again when a fifth of the table has changed, tens of thousands of rows.
with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
comment on column customers.temporary_password is 'first-login password in clear, shown to those who onboard; null after the first change or 72 hours';
comment on column customers.name_folded is 'full_name folded for search';
comment on column customers.height_mm is 'millimetres';
comment on column customers.weight_g is 'grams';
comment on column customers.age_years is 'age as told on age_recorded_on, when the date of birth is not known';

-- The customers of a branch, newest first.
create index customers_newest_of_branch on customers (branch_id, id desc);
-- The customers of a gym, newest first, filtered by branch, activity or gender without touching the table.
create index customers_newest_of_gym on customers (gym_id, id desc) include (branch_id, is_active, gender);
-- The few who are switched off: the newest of a gym would be walked in search of them.
create index customers_inactive_of_gym on customers (gym_id, id desc) where not is_active;
-- How many joined a branch today and this month.
create index customers_active_of_branch on customers (branch_id, created_at) where is_active;

-- The search field of the desk. Names and addresses in byte order, so that what begins with the typed letters is a range
-- of an index whatever the collation of the database, and the first ten are found without reading the rest.
create index customers_by_name_in_branch on customers (branch_id, name_folded collate "C", id);
create index customers_by_name_in_gym on customers (gym_id, name_folded collate "C", id);
create index customers_by_email_start on customers (gym_id, email collate "C", id) where email is not null;
-- The search field again: letters from the middle of a name, digits from the middle of a phone number.
create index customers_by_name_part on customers using gin (name_folded gin_trgm_ops);
create index customers_by_phone_part on customers using gin (phone gin_trgm_ops);

-- Who signs in with this phone number or address, in whichever gym; by phone also the desk's look-up.
create index customers_by_phone on customers (phone) where phone is not null;
create index customers_by_email on customers (email) where email is not null;
-- First-login passwords whose time is over: housekeeping takes them away.
create index customers_temporary_passwords on customers (temporary_password_until) where temporary_password is not null;

grant select, insert, update on customers to gym_staff;
grant select on customers to gym_client;
-- Not qr_version: a member's old code ends at the desk alone, the members' door only draws the current one.
grant update (password_hash, temporary_password, temporary_password_until, password_changed, preferred_language,
    deletion_requested_at, updated_at) on customers to gym_client;

create function customers_join_a_branch() returns trigger
    language plpgsql security definer set search_path = '' as $$
begin
    perform from public.branch_sizes where branch_id in (select branch_id from added) order by branch_id for update;
    update public.branch_sizes z
    set customers = z.customers + joined.active, inactive_customers = z.inactive_customers + joined.inactive
    from (
        select branch_id, count(*) filter (where is_active) as active, count(*) filter (where not is_active) as inactive
        from added
        group by branch_id
    ) joined
    where z.branch_id = joined.branch_id;
    return null;
end
$$;
create trigger customers_are_counted after insert on customers
    referencing new table as added for each statement execute function customers_join_a_branch();

-- Of two who change places each takes the same branch first.
create function customers_change_a_branch() returns trigger
    language plpgsql security definer set search_path = '' as $$
begin
    perform from public.branch_sizes where branch_id in (old.branch_id, new.branch_id) order by branch_id for update;
    update public.branch_sizes
    set customers = customers
        - case when old.is_active and branch_id = old.branch_id then 1 else 0 end
        + case when new.is_active and branch_id = new.branch_id then 1 else 0 end,
        inactive_customers = inactive_customers
        - case when not old.is_active and branch_id = old.branch_id then 1 else 0 end
        + case when not new.is_active and branch_id = new.branch_id then 1 else 0 end
    where branch_id in (old.branch_id, new.branch_id);
    return null;
end
$$;
create trigger customers_are_counted_again after update of branch_id, is_active on customers
    for each row when (old.branch_id <> new.branch_id or old.is_active <> new.is_active)
    execute function customers_change_a_branch();
