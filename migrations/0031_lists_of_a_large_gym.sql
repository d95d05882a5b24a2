-- What the lists of a large gym are read by, so that none of them walks past all its rows.

-- Entries are listed by the clock. Nothing reads them by id within a gym or branch, and every check-in paid for it.
drop index entries_newest_of_gym;
drop index entries_newest_of_branch;
create index entries_of_gym_by_time on entries (gym_id, at desc, id desc) include (is_admitted);
create index entries_denied_of_gym on entries (gym_id, at desc, id desc) where not is_admitted;

-- As few subscriptions and customers are: a walk from the newest on would look for them among all.
create index subscriptions_stopped_of_gym on subscriptions (gym_id, id desc) where stopped_at is not null;
create index subscriptions_frozen_of_gym on subscriptions (gym_id, frozen_until) include (frozen_from, customer_id)
    where stopped_at is null and frozen_until is not null;
create index subscriptions_of_gym_by_start on subscriptions (gym_id, starts_on);
create index subscriptions_of_service on subscriptions (service_id, id desc);
create index customers_inactive_of_gym on customers (gym_id, id desc) where not is_active;
