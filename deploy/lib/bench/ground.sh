# shellcheck shell=bash
# The large gym in service, and what its callers need.

# How many targets were missed.
MISSED=0
PASSWORD=demo-gym-2026

# The machine of a gym of this size; shown with the figures.
bench_settings() {
    cat <<SETTINGS
shared_buffers = 2GB
effective_cache_size = 8GB
max_wal_size = 8GB
checkpoint_timeout = 30min
log_min_duration_statement = -1
log_lock_waits = off
logging_collector = on
log_destination = 'jsonlog'
log_directory = 'log'
log_filename = 'bench.log'
log_truncate_on_rotation = off
session_preload_libraries = 'auto_explain'
SETTINGS
}

open_the_large_gym() {
    make_data_folder
    take_lock
    if [ ! -e "$GYM_DATA/filled" ]; then
        start_native
        stop_process staff-api TERM 20
        stop_process client-api TERM 20
        run_job "filling the large gym (factor $FACTOR)" seeds --scale --factor "$FACTOR"
        sql "vacuum (analyze)" >/dev/null
        sql "checkpoint" >/dev/null
        printf '%s\n' "$FACTOR" | write_file "$GYM_DATA/filled"
        stop_native
    fi
    start_bench_stack
}

# As start_native, with the settings of a larger machine; the settings of the stack are written at every start.
start_bench_stack() {
    ensure_secrets
    place_cluster
    local wanted=
    [ ! -s "$CLUSTER/PG_VERSION" ] || wanted=$(as_postgres cat "$CLUSTER/PG_VERSION")
    need_postgres "$wanted"
    # shellcheck disable=SC2016 # for the other shell
    bench_settings | as_postgres sh -c 'cat >"$1/bench.conf"; grep -q bench.conf "$1/postgresql.conf" || echo "include_if_exists = '\''bench.conf'\''" >>"$1/postgresql.conf"' sh "$CLUSTER"
    start_native >"$WORK/up.log"
    say "Postgres $PG_MAJOR: $(sql "select string_agg(name || '=' || current_setting(name), ' ' order by name) from pg_settings
        where name in ('shared_buffers', 'synchronous_commit', 'fsync', 'full_page_writes', 'max_wal_size', 'jit', 'random_page_cost', 'effective_cache_size')")"
    say "machine: $(nproc) cores, shared by Postgres, the services, the proxy and the callers; $(machine_speed)"
}

# machine_speed: by which figures of one machine, or one hour, are compared with those of another.
machine_speed() {
    local sum one
    sum=$(for _ in 1 2 3; do sql "explain (analyze, timing off, costs off) select sum(n) from generate_series(1, 1000000) n"; done \
        | sed -n 's/^Execution Time: //p' | sort -n | head -n 1)
    printf 'select 1;\n' >"$WORK/one.sql"
    one=$(PGPASSWORD=$(cat "$GYM_DATA/secrets/migrator") "$PG_BIN/pgbench" -n -M prepared -h 127.0.0.1 -p "$GYM_PG_PORT" -U gym_migrator -c 1 -T 3 \
        -f "$WORK/one.sql" gym 2>/dev/null | sed -n 's/^latency average = //p')
    printf 'a million numbers added up by Postgres in %s, an empty statement over TCP in %s' "$sum" "$one"
}

# sql STATEMENT: as the superuser.
sql() { PGPASSWORD=$(cat "$GYM_DATA/secrets/postgres") "$PSQL" -X -qAt -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$GYM_PG_PORT" -U postgres -d gym -c "$1"; }

# post PORT PATH BODY
post() { curl -sS --max-time 20 -X POST "http://127.0.0.1:$1$2" -H 'Content-Type: application/json' -d "$3"; }

# staff_token USERNAME
staff_token() { post "$GYM_STAFF_PORT" /api/auth/login "{\"username\":\"$1\",\"password\":\"$PASSWORD\"}" | jq -er .data.access_token; }

# enter_callers: tokens of the desks and of some members, and the customers that are asked about.
enter_callers() {
    [ ! -e "$WORK/desks" ] || return 0
    say "signing in 50 desks and 200 members"
    local branch id username phone
    sql "select branch_id, id, username from staff_users where username like 'reception\\_l%' order by branch_id" \
        | while IFS='|' read -r branch id username; do printf '%s\t%s\t%s\n' "$branch" "$(staff_token "$username")" "$id"; done >"$WORK/desks"
    staff_token regional_l01 >"$WORK/regional"
    staff_token owner_l >"$WORK/owner"
    staff_token superadmin >"$WORK/operator"
    LARGE=$(sql "select gym_id from staff_users where username = 'owner_l'")
    sql "select c.id, c.branch_id, c.phone, s.id, s.service_id, split_part(c.full_name, ' ', 1), split_part(c.full_name, ' ', 2)
        from customers c cross join lateral (
            select s.id, s.service_id from subscriptions s left join subscription_balances b on b.subscription_id = s.id
            where s.customer_id = c.id and s.opens_door and subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until,
                s.stopped_at, b.remaining, current_date) = 'active'
            order by s.id desc limit 1) s
        where c.gym_id = $LARGE and c.is_active
        order by md5(c.id::text)" | tr '|' '\t' >"$WORK/customers"
    sql "select '0' || substr(phone, 4) from customers where gym_id = $LARGE and is_active order by md5(id::text) limit 200" \
        | while read -r phone; do
            post "$GYM_CLIENT_PORT" /api/clients/auth/login "{\"phone\":\"$phone\",\"password\":\"$PASSWORD\"}" | jq -er .data.access_token
        done >"$WORK/members"
    # shellcheck disable=SC2034 # for the cases
    read -r FIRST_ID LAST_ID <<<"$(sql "select min(id), max(id) from customers where gym_id = $LARGE" | tr '|' ' ')"
    if ! [ -s "$WORK/desks" ] || ! [ -s "$WORK/members" ]; then die "nobody could sign in"; fi
}

# at_least FIGURE TARGET: 1 when the target is met, with the miss counted.
judge() {
    if awk -v figure="$1" -v target="$2" 'BEGIN { exit !(figure >= target) }'; then
        printf 'ok'
    else
        printf 'MISSED'
    fi
}

measure_size() {
    sql "analyze"
    sql "select format('%-28s %12s rows %9s', c.relname, to_char(c.reltuples, 'FM999,999,999'), pg_size_pretty(pg_total_relation_size(c.oid)))
        from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.reltuples > 1000
        order by pg_total_relation_size(c.oid) desc"
    say "all: $(sql "select pg_size_pretty(pg_database_size('gym'))")"
}

# service_memory NAME: resident, in MB.
service_memory() { awk '/^VmRSS/ { printf "%d\n", $2 / 1024 }' "/proc/$(pid_of "$1")/status"; }

measure_start() {
    local name began took port
    for name in staff-api client-api; do
        stop_process "$name" TERM 20
        port=$GYM_STAFF_INTERNAL_PORT
        [ "$name" = staff-api ] || port=$GYM_CLIENT_INTERNAL_PORT
        began=$(date +%s%N)
        start_service "$name"
        until [ "$(http_status "$port" /ready)" = 200 ]; do sleep 0.01; done
        took=$((($(date +%s%N) - began) / 1000000))
        printf '%-11s ready after %4d ms (target 1000: %s), %d MB\n' "$name" "$took" "$(judge "$((1000 - took))" 0)" "$(service_memory "$name")"
        [ "$took" -le 1000 ] || MISSED=$((MISSED + 1))
    done
}
