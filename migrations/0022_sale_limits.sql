-- How far a desk may go by itself when it sells; beyond it a manager says why.
create table sale_limits (
    gym_id bigint not null,
    max_percent_off integer,
    max_units_times integer,
    max_days_times integer,
    constraint sale_limits_pk primary key (gym_id),
    constraint sale_limits_gym foreign key (gym_id) references gyms (id),
    constraint sale_limits_percent check (max_percent_off between 0 and 100),
    constraint sale_limits_units_times check (max_units_times between 1 and 1000),
    constraint sale_limits_days_times check (max_days_times between 1 and 1000)
);
comment on table sale_limits is 'only of gyms whose owner has set one; null, and no row, is no limit';
comment on column sale_limits.max_percent_off is 'percent of the price of what is sold';
comment on column sale_limits.max_units_times is 'coins or sessions of one sale, as times those of the service';
comment on column sale_limits.max_days_times is 'days of one sale, as times those of the service';
grant select, insert, update on sale_limits to gym_staff;
