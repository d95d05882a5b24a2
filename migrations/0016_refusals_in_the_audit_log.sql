-- The audit log also keeps what was refused: failed sign-ins, wrong codes, lock-outs, and what somebody may not do. And beside
-- our own name of a request it keeps the caller's.
set local lock_timeout = '2s';

alter table audit_log
    add column client_request_id text,
    add column refused_as text,
    add column address_hash bytea,
    add column address_network text,
    add constraint audit_log_refusals_say_from_where
        check ((refused_as is null) = (address_hash is null) and (refused_as is null) = (address_network is null)) not valid,
    add constraint audit_log_client_request_id_length check (char_length(client_request_id) between 1 and 64) not valid;
comment on column audit_log.request_id is 'how our own logs name the request, the proxy''s too';
comment on column audit_log.client_request_id is 'how the caller named it; believed by nobody';
comment on column audit_log.refused_as is 'the code of the refusal; null for what was done';
comment on column audit_log.address_hash is 'keyed hash of the address that was refused, of IPv6 its /64';
comment on column audit_log.address_network is 'the /24 of that address, of IPv6 its /48';
grant insert (client_request_id, refused_as, address_hash, address_network) on audit_log to gym_client;

-- What was done stays for good: nobody has the right to delete from the log, and this takes away refusals only.
create function forget_refusals(of_kind text, before timestamptz, most bigint) returns bigint
    language plpgsql security definer set search_path = '' as $$
declare
    forgotten bigint;
begin
    delete from public.audit_log
    where id in (
        select id
        from public.audit_log
        where refused_as is not null and actor_kind = of_kind and at < before
        order by at
        limit most
    );
    get diagnostics forgotten = row_count;
    return forgotten;
end
$$;
comment on function forget_refusals is 'takes away the oldest refusals of one kind of actor, and answers how many';
revoke execute on function forget_refusals from public;
grant execute on function forget_refusals to gym_staff;
