-- Each service may do what its own statements need. What one role writes another one shares the table with is told apart by
-- row: the members' door sees and touches only what is a member's.
set local lock_timeout = '2s';

-- Nobody but who is named below runs a function of ours, now or later; a trigger asks no right of whoever sets it off.
alter default privileges revoke execute on functions from public;
do $$
declare
    ours record;
begin
    for ours in
        select p.oid::regprocedure as called, p.prorettype = 'trigger'::regtype as is_trigger
        from pg_proc p
        where p.pronamespace = 'public'::regnamespace and p.proowner = (select oid from pg_roles where rolname = current_user)
          and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    loop
        execute format('revoke execute on function %s from public', ours.called);
        if not ours.is_trigger then
            execute format('grant execute on function %s to gym_staff, gym_client', ours.called);
        end if;
    end loop;
end
$$;
revoke create on schema public from public;

-- The desk reads first-login passwords and notes; the members' door needs neither, nor how names are folded for search.
revoke select on customers from gym_client;
do $$
begin
    execute (
        select format('grant select (%s) on customers to gym_client', string_agg(quote_ident(attname), ', ' order by attnum))
        from pg_attribute
        where attrelid = 'public.customers'::regclass and attnum > 0 and not attisdropped
          and attname not in ('temporary_password', 'notes', 'name_folded')
    );
end
$$;

-- A member's deeds are their account's; nobody at the members' door signs as staff or as the system.
revoke insert on audit_log from gym_client;
grant insert (at, gym_id, branch_id, actor_kind, actor_id, action, subject_kind, subject_id, detail, request_id)
    on audit_log to gym_client;
alter table audit_log enable row level security;
create policy audit_log_staff_do_all on audit_log to gym_staff using (true) with check (true);
create policy audit_log_members_sign_for_themselves on audit_log for insert to gym_client
    with check (actor_kind in ('customer', 'visitor') and action like 'account.%');

-- Kept outcomes: a member's own are seen and renewed; housekeeping of staff-api deletes.
revoke delete, update on idempotency_keys from gym_client, gym_staff;
grant delete on idempotency_keys to gym_staff;
grant update (fingerprint, outcome, created_at) on idempotency_keys to gym_staff, gym_client;
alter table idempotency_keys enable row level security;
create policy idempotency_keys_staff_do_all on idempotency_keys to gym_staff using (true) with check (true);
create policy idempotency_keys_members_keep_their_own on idempotency_keys to gym_client
    using (actor_kind = 'customer') with check (actor_kind = 'customer');

-- Counters: a key is a hash and does not tell whose it is, so each row keeps which service counts there. No counter is
-- shared by both. Those of the last minutes are forgotten once, because nobody noted whose they are.
do $$
begin
    lock table limit_counters in access exclusive mode;
    delete from limit_counters;
end
$$;
alter table limit_counters add column counted_by text not null default current_user;
comment on column limit_counters.counted_by is 'the role whose service counts here; written by Postgres, which alone knows it for certain';
alter table limit_counters enable row level security;
create policy limit_counters_staff_do_all on limit_counters to gym_staff using (true) with check (true);
create policy limit_counters_members_count_their_own on limit_counters to gym_client
    using (counted_by = current_user) with check (counted_by = current_user);

-- Devices: the members' door takes a member's phones off the list, and reads no token.
revoke select on devices from gym_client;
grant select (customer_id) on devices to gym_client;
alter table devices enable row level security;
create policy devices_staff_do_all on devices to gym_staff using (true) with check (true);
create policy devices_members_see_their_own on devices for select to gym_client using (customer_id is not null);
create policy devices_members_forget_their_own on devices for delete to gym_client using (customer_id is not null);

-- Sessions and codes are made at the members' door, and deleted by the housekeeping of staff-api.
revoke delete on member_sessions, one_time_codes from gym_client;
revoke insert on member_sessions, one_time_codes from gym_staff;
revoke update on member_sessions from gym_client, gym_staff;
grant update (ended_at) on member_sessions to gym_client, gym_staff;

-- Whose, what and when never change, whatever the state of a thing comes to.
revoke update on staff_sessions, subscriptions, subscription_freezes, subscription_balances, customer_doors, branch_receipts
    from gym_staff;
grant update (expires_at, ended_at) on staff_sessions to gym_staff;
grant update (price_minor, ends_on, max_freezes, max_freeze_days, freezes_used, freeze_days_used, frozen_from, frozen_until,
    stopped_at, stop_reason, is_used_up) on subscriptions to gym_staff;
grant update (ended_on, unfrozen_by, unfrozen_at) on subscription_freezes to gym_staff;
grant update (remaining, total) on subscription_balances to gym_staff;
grant update (version, last_entry_id, last_admitted_at) on customer_doors to gym_staff;
grant update (last_number) on branch_receipts to gym_staff;
