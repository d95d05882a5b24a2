-- no-transaction
-- What a branch sold of one kind, newest first: one in nine is of sessions.
create index concurrently if not exists subscriptions_of_branch_by_kind on subscriptions (branch_id, kind, id desc);
