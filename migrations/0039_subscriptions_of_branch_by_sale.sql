-- no-transaction
-- How many subscriptions a branch sold within some days, and who signed whom: renewals that begin a new one are no sale.
create index concurrently if not exists subscriptions_of_branch_by_sale on subscriptions (branch_id, created_at)
    include (sold_by, customer_id) where renews_id is null;
