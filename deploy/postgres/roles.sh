#!/usr/bin/env bash
# Makes the three login roles and the database, or brings their passwords up to date; safe to run again.
# Connects as the superuser through the usual PG… variables; reads the passwords from files in GYM_SECRETS, also the
# superuser's own (file postgres) where PGPASSWORD is not set.
# The schema belongs to gym_migrator; gym_staff and gym_client get their rights from the migrations.
set -euo pipefail

if [ -z "${PGPASSWORD:-}" ]; then PGPASSWORD=$(cat "$GYM_SECRETS/postgres"); fi
export PGPASSWORD
GYM_MIGRATOR_PASSWORD=$(cat "$GYM_SECRETS/migrator") GYM_STAFF_PASSWORD=$(cat "$GYM_SECRETS/staff") \
    GYM_CLIENT_PASSWORD=$(cat "$GYM_SECRETS/client") \
    "${PSQL:-psql}" -X -q -v ON_ERROR_STOP=1 -U "${PGUSER:-postgres}" -d postgres <<'SQL'
\getenv migrator_password GYM_MIGRATOR_PASSWORD
\getenv staff_password GYM_STAFF_PASSWORD
\getenv client_password GYM_CLIENT_PASSWORD

select format('create role %I login', name)
from unnest(array['gym_migrator', 'gym_staff', 'gym_client']) as name
where not exists (select from pg_roles where rolname = name)
\gexec

alter role gym_migrator with login nosuperuser createdb nocreaterole password :'migrator_password';
alter role gym_staff with login nosuperuser nocreatedb nocreaterole password :'staff_password';
alter role gym_client with login nosuperuser nocreatedb nocreaterole password :'client_password';

select 'create database gym owner gym_migrator'
where not exists (select from pg_database where datname = 'gym')
\gexec

revoke all on database gym from public;
grant connect on database gym to gym_staff, gym_client;
SQL
