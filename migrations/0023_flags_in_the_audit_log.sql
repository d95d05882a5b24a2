-- Some deeds are right and yet something an owner wants to look at: they carry a flag.
set local lock_timeout = '2s';

alter table audit_log
    add column flag text,
    add constraint audit_log_flag_known check (flag in ('below_price')) not valid;
comment on column audit_log.flag is 'why an owner should look at it; null for most';

-- The members' door writes its deeds with the same statement, and flags none.
grant insert (flag) on audit_log to gym_client;
alter policy audit_log_members_sign_for_themselves on audit_log
    with check (actor_kind in ('customer', 'visitor') and action like 'account.%' and flag is null);
