-- What revenue was read from before. In a file of its own: a table that names branches is dropped under a lock of branches, and
-- whoever held payments at the same time would wait crosswise with a sale.
set local lock_timeout = '2s';

drop table branch_days;
