# shellcheck shell=bash
# Ten copies of staff-api start at once, on an empty database and on an old one.

# shellcheck source=deploy/lib/faults/crowd.sh
. "$DEPLOY/lib/faults/crowd.sh"

AT_ONCE=10
# The last migration that the old database has.
OLD=0009

fault_copies() {
    local round=0 rounds
    rounds=$(times 5 1)
    fresh_stack
    trap stop_copies EXIT
    while [ "$round" -lt "$rounds" ]; do
        round=$((round + 1))
        new_database "empty$round"
        start_together "empty$round"
        new_database "old$round"
        bring_up_to_old "old$round"
        holds "the old database lacks some migrations" test "$(migrations_in "old$round")" -lt "$(migrations_there)"
        start_together "old$round"
    done
    holds "both ways lead to the same schema" test "$(schema_of empty1)" = "$(schema_of old1)"
}

new_database() {
    gym_sql "create database $1 owner gym_migrator" postgres
    gym_sql "grant connect on database $1 to gym_staff, gym_client" postgres
}

migrations_there() { find "$ROOT/migrations" -name '[0-9]*.sql' | wc -l | tr -d ' '; }
migrations_in() { gym_sql "select count(*) from _sqlx_migrations where success" "$1"; }
schema_of() { PGPASSWORD=$(cat "$GYM_DATA/secrets/postgres") "$PG_BIN/pg_dump" -h 127.0.0.1 -p "$GYM_PG_PORT" -U postgres --schema-only --no-owner "$1" | grep -v '^\\\|^--'; }

# As an earlier release left it: the first migrations, each noted as done.
bring_up_to_old() {
    local file name sum
    gym_sql "create table _sqlx_migrations (version bigint primary key, description text not null,
        installed_on timestamptz not null default now(), success boolean not null, checksum bytea not null, execution_time bigint not null)" "$1"
    gym_sql "alter table _sqlx_migrations owner to gym_migrator" "$1"
    for file in "$ROOT"/migrations/[0-9]*.sql; do
        name=$(basename "$file" .sql)
        [ "${name%%_*}" -le "$OLD" ] || break
        PGPASSWORD=$(cat "$GYM_DATA/secrets/migrator") "$PSQL" -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$GYM_PG_PORT" -U gym_migrator -d "$1" -f "$file" >/dev/null
        sum=$(if have sha384sum; then sha384sum "$file"; else shasum -a 384 "$file"; fi)
        gym_sql "insert into _sqlx_migrations values (${name%%_*}, replace('${name#*_}', '_', ' '), now(), true, '\\x${sum%% *}', 0)" "$1"
    done
}

# start_together DATABASE: ten times `migrate` at once, then ten services at once.
start_together() {
    local database=$1 number pids='' pid failed=0 at_work first=16100 address
    address=$(url_file migrator "$database")
    service_settings migrator
    for ((number = 1; number <= AT_ONCE; number++)); do
        (cd "$ROOT" && exec env "${SETTINGS[@]}" "GYM__DATABASE__MIGRATE_URL_FILE=$address" \
            "$BINARIES/staff-api" migrate >"$WORK/migrate$number.log" 2>&1 9>&-) &
        pids="$pids $!"
    done
    at_work=0
    for pid in $pids; do if kill -0 "$pid" 2>/dev/null; then at_work=$((at_work + 1)); fi; done
    for pid in $pids; do wait "$pid" || failed=$((failed + 1)); done
    [ "$failed" -eq 0 ] || tail -n 3 "$WORK"/migrate*.log
    holds "$database: $at_work were at work at the same time" test "$at_work" -gt 1
    holds "$database: ten at once bring it up to date, $failed fail" test "$failed" -eq 0
    holds "$database: every migration is there once" test "$(migrations_in "$database")" = "$(migrations_there)"

    local port=$first ports=
    address=$(url_file staff "$database")
    service_settings staff-api
    for ((number = 1; number <= AT_ONCE; number++)); do
        port=$(free_port $((port + 1)))
        ports="$ports $port"
        COPIES="$COPIES staff-api-$number"
        (cd "$ROOT" && start_process "staff-api-$number" env "${SETTINGS[@]}" "GYM__DATABASE__URL_FILE=$address" \
            "GYM__HTTP__LISTEN=127.0.0.1:$port" "GYM__HTTP__INTERNAL_LISTEN=127.0.0.1:$((port + 50))" "$BINARIES/staff-api" serve)
    done
    number=0
    for port in $ports; do
        number=$((number + 1))
        wait_until_ready "staff-api-$number" $((port + 50)) /ready
    done
    holds "$database: $number services are ready" test "$number" -eq "$AT_ONCE"
    stop_copies
}

# url_file ROLE DATABASE: the role's address with another database.
url_file() {
    local file=$WORK/url-$1-$2
    sed "s#/gym\$#/$2#" "$GYM_DATA/secrets/${1}_url" | write_file "$file"
    printf '%s\n' "$file"
}
