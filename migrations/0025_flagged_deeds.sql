-- no-transaction
-- What an owner should look at, newest first: a few of very many rows.
create index concurrently if not exists audit_log_flagged_of_gym on audit_log (gym_id, at desc, id desc)
    where flag is not null;
