-- Messages to people: written together with what caused them, sent afterwards by a worker.
create table outbox (
    id bigint generated always as identity,
    kind text not null,
    channel text not null,
    state text not null,
    priority smallint not null,
    recipient text,
    subject text,
    body_text text,
    body_html text,
    attempts integer not null,
    run_at timestamptz not null,
    lease_until timestamptz,
    expires_at timestamptz,
    created_at timestamptz not null,
    finished_at timestamptz,
    last_error text,
    constraint outbox_pk primary key (id),
    constraint outbox_kind_known check (kind in ('activation_code', 'password_reset_code')),
    constraint outbox_channel_known check (channel in ('mail', 'sms', 'push')),
    constraint outbox_state_known check (state in ('waiting', 'sent', 'expired', 'dead', 'withheld')),
    constraint outbox_attempts_not_negative check (attempts >= 0),
    constraint outbox_last_error_length check (char_length(last_error) <= 200),
    constraint outbox_waiting_or_finished check ((state = 'waiting') = (finished_at is null)),
    constraint outbox_waiting_can_be_sent check (
        state <> 'waiting' or (recipient is not null and body_text is not null)
    ),
    constraint outbox_codes_do_not_linger check (
        state = 'waiting'
        or kind not in ('activation_code', 'password_reset_code')
        or (recipient is null and subject is null and body_text is null and body_html is null)
    )
);
comment on table outbox is 'only the worker reads it; a code is blanked as soon as its message is no longer waiting';
comment on column outbox.state is
    'withheld: never meant to be sent; written so that asking for an unknown account costs what a known one costs';
comment on column outbox.priority is 'lower goes first; codes are 0';
comment on column outbox.run_at is 'not tried before';
comment on column outbox.lease_until is 'a worker is sending it; after this instant another one may';
comment on column outbox.expires_at is 'not sent at or after this instant';
comment on column outbox.last_error is 'class and number of the failure, never words of the provider';

-- What is to be sent now, the most urgent first.
create index outbox_due on outbox (channel, priority, run_at, id) where state = 'waiting';
-- What is done and old enough: housekeeping deletes it.
create index outbox_finished on outbox (finished_at) where state <> 'waiting';

grant select, insert, update, delete on outbox to gym_staff;
grant insert on outbox to gym_client;
