-- What is counted and walked from indexes alone stays so only while the table's pages are known to be visible to everybody.
-- By default a table is vacuumed when a fifth of it is new: a million entries, each of which would be looked up by itself.
alter table entries set (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 20000);
alter table customers set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
alter table subscriptions set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
