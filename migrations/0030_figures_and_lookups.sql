-- What the lists of branches, the figures of the gym and the audit log are read by.

-- Of all subscriptions ever sold, the few that may still be used are found without reading the others. Whether anything
-- is left is kept in the balance, which changes at every use; here it is noted only when it becomes, or stops being, nothing.
alter table subscriptions add column is_used_up boolean not null default false;
comment on column subscriptions.is_used_up is 'nothing is left of its balance; follows subscription_balances.remaining by trigger, never written otherwise';

create function subscription_used_up() returns trigger language plpgsql as $$
begin
    update subscriptions set is_used_up = (new.remaining = 0) where id = new.subscription_id;
    return null;
end
$$;
create trigger subscription_balances_begin_used_up after insert on subscription_balances
    for each row when (new.remaining = 0) execute function subscription_used_up();
create trigger subscription_balances_cross_zero after update of remaining on subscription_balances
    for each row when ((old.remaining = 0) <> (new.remaining = 0)) execute function subscription_used_up();

create index subscriptions_usable_of_branch on subscriptions (branch_id, ends_on)
    include (starts_on, frozen_from, frozen_until)
    where stopped_at is null and not is_used_up;

create index customers_active_of_branch on customers (branch_id, created_at) where is_active;

-- The log is read newest first within a range of time, so that its order is that of the clock.
drop index audit_log_newest_of_gym;
drop index audit_log_of_subject;
drop index audit_log_of_actor;
create index audit_log_newest_of_gym on audit_log (gym_id, at desc, id desc);
create index audit_log_of_subject on audit_log (gym_id, subject_kind, subject_id, at desc, id desc);
create index audit_log_of_actor on audit_log (gym_id, actor_id, at desc, id desc);
create index audit_log_of_action on audit_log (gym_id, action, at desc, id desc);
