-- Every payment so far is posted and chained. Nobody waits for it: payments are only read and filled in here, and those that
-- are taken meanwhile are left to the next file.
select post_payments();
select chain_receipts();
