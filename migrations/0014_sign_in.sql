-- Where people sign in from, what a code was asked for by whom, and which of several accounts somebody used last.
set local lock_timeout = '2s';

create table known_addresses (
    account_hash bytea not null,
    address_hash bytea not null,
    last_seen_at timestamptz not null,
    noted_by text not null default current_user,
    constraint known_addresses_pk primary key (account_hash, address_hash)
);
comment on table known_addresses is 'addresses from which somebody signed in to an account; both are kept as keyed hashes only';
comment on column known_addresses.noted_by is 'the role whose service noted it; written by Postgres, because a hash does not tell whose account it is';
-- Addresses that were not seen for long: housekeeping deletes them.
create index known_addresses_by_age on known_addresses (last_seen_at);
grant select, insert, update, delete on known_addresses to gym_staff;
grant select, update (last_seen_at), insert (account_hash, address_hash, last_seen_at) on known_addresses to gym_client;
alter table known_addresses enable row level security;
create policy known_addresses_staff_do_all on known_addresses to gym_staff using (true) with check (true);
create policy known_addresses_members_note_their_own on known_addresses to gym_client
    using (noted_by = current_user) with check (noted_by = current_user);

alter table one_time_codes
    add column asked_from bytea,
    add column is_from_known_address boolean not null default false,
    add column other_guesses smallint not null default 0,
    add column gym_id bigint,
    add column sent_at timestamptz,
    add constraint one_time_codes_five_guesses_of_others check (other_guesses between 0 and 5) not valid,
    add constraint one_time_codes_gym foreign key (gym_id) references gyms (id) not valid;
alter table one_time_codes validate constraint one_time_codes_five_guesses_of_others;
alter table one_time_codes validate constraint one_time_codes_gym;
comment on column one_time_codes.customer_id is 'the account it was sent to; null until it is sent, and for an identifier nobody has';
comment on column one_time_codes.asked_from is 'keyed hash of the address that asked for it';
comment on column one_time_codes.guesses is 'wrong and right guesses from the address that asked for it';
comment on column one_time_codes.other_guesses is 'guesses from all other addresses together';
comment on column one_time_codes.gym_id is 'the gym of customer_id';
comment on column one_time_codes.sent_at is 'when the message was handed to the outbox';
-- How many messages a gym was made to send within an hour.
create index one_time_codes_sent_by_gym on one_time_codes (gym_id, sent_at) where sent_at is not null;

alter table customers add column signed_in_at timestamptz;
comment on column customers.signed_in_at is 'when they last signed in to the member app; of several accounts with one number the last used one answers';
grant update (signed_in_at) on customers to gym_client;

alter table member_sessions add column proved_hash bytea;
comment on column member_sessions.proved_hash is 'keyed hash of the phone number or address that a code proved; null for a sign-in by password';

-- The members' door asks for a code; the worker writes the letter. The release before wrote the letters itself.
alter policy outbox_members_ask_for_codes on outbox
    with check (kind in ('send_code', 'activation_code', 'password_reset_code') and is_secret);
