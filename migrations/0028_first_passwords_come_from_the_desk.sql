-- The members' door takes a first-login password away when a member chooses their own; that is a write of the same column
-- as giving one, which only the desk does.
set local lock_timeout = '2s';

create function customers_first_passwords_come_from_the_desk() returns trigger
    language plpgsql set search_path = '' as $$
begin
    if current_user = 'gym_client' then
        raise insufficient_privilege using message = 'permission denied to give a first-login password';
    end if;
    return new;
end
$$;
create trigger customers_get_first_passwords before update of temporary_password on customers
    for each row when (new.temporary_password is not null) execute function customers_first_passwords_come_from_the_desk();
