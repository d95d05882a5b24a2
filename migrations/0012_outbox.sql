-- Jobs, written together with what caused them and done afterwards by a worker: messages to people, and other work that
-- must not keep a request waiting.
create table outbox (
    id bigint generated always as identity,
    kind text not null,
    payload_version smallint not null,
    payload jsonb,
    is_secret boolean not null,
    lane text not null,
    state text not null,
    priority smallint not null,
    attempts integer not null,
    due_at timestamptz not null,
    run_at timestamptz not null,
    lease_until timestamptz,
    expires_at timestamptz,
    created_at timestamptz not null,
    finished_at timestamptz,
    last_error text,
    constraint outbox_pk primary key (id),
    constraint outbox_kind_is_a_word check (kind ~ '^[a-z][a-z_]{0,59}$'),
    constraint outbox_payload_version_positive check (payload_version > 0),
    constraint outbox_lane_known check (lane in ('mail', 'sms', 'work')),
    constraint outbox_state_known check (state in ('waiting', 'done', 'expired', 'dead', 'withheld')),
    constraint outbox_attempts_not_negative check (attempts >= 0),
    constraint outbox_last_error_length check (char_length(last_error) <= 200),
    constraint outbox_waiting_or_finished check ((state = 'waiting') = (finished_at is null)),
    constraint outbox_waiting_can_be_done check (state <> 'waiting' or payload is not null),
    constraint outbox_secrets_do_not_linger check (state = 'waiting' or not is_secret or payload is null)
);
comment on table outbox is 'only the worker reads it; what is secret is blanked as soon as its job is no longer waiting';
comment on column outbox.kind is 'which feature''s job it is; each feature keeps the list of its own';
comment on column outbox.payload_version is 'a worker that does not know this version of the kind leaves the job to one that does';
comment on column outbox.lane is 'jobs of one lane wait for each other, those of different lanes do not';
comment on column outbox.state is
    'withheld: never meant to be done; written so that asking for an unknown account costs what a known one costs';
comment on column outbox.priority is 'lower goes first; codes are 0';
comment on column outbox.due_at is 'when it was first to be done';
comment on column outbox.run_at is 'not tried before; moves on with each failure';
comment on column outbox.lease_until is 'a worker does it; after this instant another one may';
comment on column outbox.expires_at is 'not done at or after this instant';
comment on column outbox.last_error is 'class and number of the failure, never words of a provider';

-- What is to be done now in a lane, the most urgent first.
create index outbox_due on outbox (lane, priority, run_at, id) where state = 'waiting';
-- What is over and old enough: housekeeping deletes it.
create index outbox_finished on outbox (finished_at) where state <> 'waiting';

grant select, insert, update, delete on outbox to gym_staff;
grant insert (kind, payload_version, payload, is_secret, lane, state, priority, attempts, due_at, run_at, expires_at, created_at,
    finished_at) on outbox to gym_client;

-- The worker does what it finds, with the rights of staff-api. So the members' door may write down only its own kinds: whoever
-- breaks in there can send codes and do nothing else through the queue.
alter table outbox enable row level security;
create policy outbox_staff_do_all on outbox to gym_staff using (true) with check (true);
create policy outbox_members_ask_for_codes on outbox for insert to gym_client
    with check (kind in ('activation_code', 'password_reset_code') and is_secret);
