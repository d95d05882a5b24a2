-- no-transaction
-- Coins and sessions that were given back, taken back or put right within a month: few among all that were used.
create index concurrently if not exists subscription_movements_put_right on subscription_movements (at, subscription_id)
    where kind in ('correction', 'refund');
