-- no-transaction
-- Refusals of one kind of actor, oldest first: housekeeping takes them away.
create index concurrently if not exists audit_log_refusals_by_age on audit_log (actor_kind, at) where refused_as is not null;
