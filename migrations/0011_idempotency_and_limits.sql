-- Answers kept for repeated writes, and counters that protect accounts.
create table idempotency_keys (
    actor_kind text not null,
    actor_id bigint not null,
    key text not null,
    fingerprint bytea not null,
    outcome jsonb not null,
    created_at timestamptz not null,
    constraint idempotency_keys_pk primary key (actor_kind, actor_id, key)
);
comment on column idempotency_keys.fingerprint is 'keyed hash of method, path and body';
-- Answers that are old enough: housekeeping deletes them.
create index idempotency_keys_by_age on idempotency_keys (created_at);

grant select, insert, update, delete on idempotency_keys to gym_staff;
grant select, insert, update, delete on idempotency_keys to gym_client;

create table limit_counters (
    action text not null,
    key_hash bytea not null,
    window_started_at timestamptz not null,
    count integer not null,
    constraint limit_counters_pk primary key (action, key_hash)
)
-- Half of each page stays free, so that a counter is updated in place.
with (fillfactor = 50);
-- Counters whose window is long over: housekeeping deletes them.
create index limit_counters_by_age on limit_counters (window_started_at);
grant select, insert, update, delete on limit_counters to gym_staff;
grant select, insert, update, delete on limit_counters to gym_client;
