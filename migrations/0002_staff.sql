-- The people who work at the gym. Staff and customers draw from one sequence, so that an id means one person.
create sequence people_ids as bigint;
grant usage on sequence people_ids to gym_staff;

create table staff_users (
    id bigint not null default nextval('people_ids'),
    gym_id bigint,
    branch_id bigint,
    username text not null,
    full_name text not null,
    role text not null,
    email text,
    phone text,
    password_hash text not null,
    must_change_password boolean not null,
    preferred_language text,
    is_active boolean not null,
    created_at timestamptz not null,
    last_login_at timestamptz,
    constraint staff_users_pk primary key (id),
    constraint staff_users_gym foreign key (gym_id) references gyms (id),
    constraint staff_users_branch_of_gym foreign key (gym_id, branch_id) references branches (gym_id, id),
    constraint staff_users_username_once unique (username),
    constraint staff_users_username_folded check (username = lower(username) and char_length(username) between 3 and 60),
    constraint staff_users_full_name_length check (char_length(full_name) between 1 and 100),
    constraint staff_users_role_known check (role in (
        'super_admin', 'owner', 'regional_manager', 'branch_manager', 'front_desk', 'trainer',
        'central_accountant', 'regional_accountant', 'branch_accountant'
    )),
    constraint staff_users_platform_has_no_gym check ((role = 'super_admin') = (gym_id is null)),
    constraint staff_users_language_known check (preferred_language in ('ar', 'en'))
);
-- The staff of a gym, by id.
create index staff_users_by_gym on staff_users (gym_id, id);
-- How many work at a branch, and who manages it: the list of branches asks for each.
create index staff_users_by_branch on staff_users (branch_id) where branch_id is not null;
grant select, insert, update on staff_users to gym_staff;
grant select (id, gym_id, branch_id, full_name, role, is_active) on staff_users to gym_client;

alter table gyms add constraint gyms_owner foreign key (owner_id) references staff_users (id);

create table staff_branches (
    staff_id bigint not null,
    branch_id bigint not null,
    constraint staff_branches_pk primary key (staff_id, branch_id),
    constraint staff_branches_staff foreign key (staff_id) references staff_users (id),
    constraint staff_branches_branch foreign key (branch_id) references branches (id)
);
comment on table staff_branches is 'the managed set of regional roles, beside the home branch';
-- Who manages a branch from afar: the list of a branch's staff.
create index staff_branches_by_branch on staff_branches (branch_id);
grant select, insert, delete on staff_branches to gym_staff;
