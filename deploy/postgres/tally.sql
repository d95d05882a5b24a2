-- What is in the gym, as lines that are equal exactly when the contents are: per table the number of rows and the sum of
-- a hash of each row, then the sums of money, sessions and receipts that a person can compare. Tab-separated, for psql -At.
set local timezone = 'UTC';
set local datestyle = 'ISO, YMD';
set local intervalstyle = 'postgres';
set local bytea_output = 'hex';
set local extra_float_digits = 1;

select format(
    'select ''table'', %L, count(*), coalesce(sum((''x'' || left(md5(line::text), 15))::bit(60)::bigint::numeric), 0) from public.%I as line',
    relname, relname)
from pg_catalog.pg_class
where relnamespace = 'public'::regnamespace and relkind = 'r'
order by relname
\gexec

select format('select ''sum'', %L, coalesce(sum(%I::numeric), 0) from public.%I', relname || '.' || attname, attname, relname)
from pg_catalog.pg_class
join pg_catalog.pg_attribute on attrelid = pg_class.oid
where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
    and atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
    and (attname like '%\_minor' or attname in ('amount', 'charged', 'last_number', 'remaining', 'total'))
order by relname, attname
\gexec
