-- no-transaction
-- What visitors did that concerns no gym, oldest first: housekeeping takes it away.
create index concurrently if not exists audit_log_strangers_by_age on audit_log (at)
    where actor_kind = 'visitor' and gym_id is null and refused_as is null;
