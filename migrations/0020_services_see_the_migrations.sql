-- A service is ready when the schema knows every migration of its release, so both may look up which these are. The table
-- belongs to whoever migrates and is made before the first file runs; a schema that was put together by hand has none.
do $$
begin
    if to_regclass('public._sqlx_migrations') is not null then
        grant select (version, success) on public._sqlx_migrations to gym_staff, gym_client;
    end if;
end
$$;
