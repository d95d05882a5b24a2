-- Whoever asks for a code is nobody until they show it: such a row names neither a person nor a gym. They go with age, as
-- refusals do; what was sent to somebody is in the log of their gym and stays.
create function forget_strangers(before timestamptz, most bigint) returns bigint
    language plpgsql security definer set search_path = '' as $$
declare
    forgotten bigint;
begin
    delete from public.audit_log
    where id in (
        select id
        from public.audit_log
        where actor_kind = 'visitor' and gym_id is null and refused_as is null and at < before
        order by at
        limit most
    );
    get diagnostics forgotten = row_count;
    return forgotten;
end
$$;
comment on function forget_strangers is 'takes away the oldest rows of visitors that concern no gym and no refusal, and answers how many';
grant execute on function forget_strangers to gym_staff;
