-- The rows that were there before hold what the last file asks of new ones.
set local lock_timeout = '2s';

alter table audit_log validate constraint audit_log_refusals_say_from_where;
alter table audit_log validate constraint audit_log_client_request_id_length;
