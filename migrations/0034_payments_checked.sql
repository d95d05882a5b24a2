-- The payments that were there before hold what the last file asks of new ones.
set local lock_timeout = '2s';

alter table payments
    validate constraint payments_kind_known,
    validate constraint payments_return_names_its_payment,
    validate constraint payments_returns_are_negative,
    validate constraint payments_are_chained;
