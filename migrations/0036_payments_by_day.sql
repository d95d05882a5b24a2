-- no-transaction
-- What a branch took on some days, the newest first; the sums of a list and of reports come from the index alone.
create index concurrently if not exists payments_of_branch_by_day on payments (branch_id, business_day, id)
    include (kind, method, amount_minor, discount_minor, taken_by, subscription_id);
