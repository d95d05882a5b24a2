-- no-transaction
-- Whose coins are nearly used up: of all that a branch ever sold, the few passes of coins that may still be used.
create index concurrently if not exists subscriptions_usable_coins_of_branch on subscriptions (branch_id, id)
    include (starts_on, ends_on, frozen_from, frozen_until)
    where kind = 'coins' and stopped_at is null and not is_used_up;
