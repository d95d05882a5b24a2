-- A service may be sold in another way than before: what was sold in the old one lies far back among all that was sold of it.
create index subscriptions_of_service_by_kind on subscriptions (service_id, kind, id desc);

-- Who holds what is asked of every customer that a list walks past: answered without touching the table.
create index subscriptions_judged_of_customer on subscriptions (customer_id, id desc)
    include (starts_on, ends_on, frozen_from, frozen_until, stopped_at, is_used_up);
drop index subscriptions_of_customer;
alter index subscriptions_judged_of_customer rename to subscriptions_of_customer;

create index customers_walked_of_gym on customers (gym_id, id desc) include (branch_id, is_active, gender);
drop index customers_newest_of_gym;
alter index customers_walked_of_gym rename to customers_newest_of_gym;
