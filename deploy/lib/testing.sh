# shellcheck shell=bash
# A throw-away Postgres for the checks: no durability, no passwords, loopback only.

# work_folder NAME: a temporary folder that the database's user can reach.
work_folder() {
    local folder
    folder=$(mktemp -d "${TMPDIR:-/tmp}/$1.XXXXXX")
    chmod 711 "$folder"
    if ! as_postgres test -x "$folder"; then
        rmdir "$folder"
        folder=$(mktemp -d "/tmp/$1.XXXXXX")
        chmod 711 "$folder"
    fi
    printf '%s\n' "$folder"
}

# choose_test_cluster FOLDER: where it will lie and listen; exports the address for the tests.
choose_test_cluster() {
    TEST_CLUSTER=$1/pg
    TEST_CLUSTER_LOG=$1/postgres.log
    TEST_PG_PORT=$(free_port "${GYM_TEST_PG_PORT:-15490}")
    [ "$TEST_PG_PORT" -lt 32768 ] || die "GYM_TEST_PG_PORT=$TEST_PG_PORT: ports must be below 32768"
    export GYM_TEST_DATABASE_URL=postgres://gym_migrator:gym_migrator@127.0.0.1:$TEST_PG_PORT/postgres
}

start_test_cluster() {
    need_postgres
    cluster_init "$TEST_CLUSTER" --auth=trust --no-sync
    cluster_configure "$TEST_CLUSTER" <<SETTINGS
listen_addresses = '127.0.0.1'
port = $TEST_PG_PORT
unix_socket_directories = ''
max_connections = 300
shared_buffers = 256MB
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
autovacuum_naptime = 10min
jit = off
timezone = 'UTC'
SETTINGS
    cluster_start "$TEST_CLUSTER" "$TEST_CLUSTER_LOG" || {
        tail -n 20 "$TEST_CLUSTER_LOG" >&2
        die "the test cluster did not start"
    }
    local name
    for name in migrator staff client; do
        test_sql postgres "create role gym_$name login password 'gym_$name'"
    done
    # The tests drop databases that the other roles are still connected to.
    test_sql postgres "alter role gym_migrator createdb; grant pg_signal_backend to gym_migrator"
}

stop_test_cluster() {
    [ -n "${TEST_CLUSTER:-}" ] && [ -d "$TEST_CLUSTER" ] || return 0
    find_postgres || return 0
    as_postgres "$PG_BIN/pg_ctl" -D "$TEST_CLUSTER" -m immediate -w -t 30 stop >/dev/null 2>&1 || true
}

# test_sql DATABASE STATEMENT
test_sql() { "$PSQL" -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$TEST_PG_PORT" -U postgres -d "$1" -c "$2"; }

# test_migrate DATABASE: a new database with the schema of migrations/, owned as in production.
test_migrate() {
    local file
    test_sql postgres "create database $1 owner gym_migrator"
    for file in "$ROOT"/migrations/[0-9]*.sql; do
        [ -e "$file" ] || continue
        "$PSQL" -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$TEST_PG_PORT" -U gym_migrator -d "$1" -f "$file" >/dev/null || return 1
    done
}

# --- the drill, which decides what the scripts only start and stop

DRILL=

# drill WORD...: in the background, so that a signal to this script does not wait for its end; in a group of its own, where
# nothing ignores an interrupt, as what is put into the background otherwise does.
drill() {
    local status=0
    need_postgres
    set -m
    PATH=$PG_BIN:$PATH "$BINARIES/drill" "$@" &
    DRILL=$!
    set +m
    wait "$DRILL" || status=$?
    DRILL=
    return "$status"
}

# end_drill: before what it looks at is stopped.
end_drill() { [ -z "$DRILL" ] || kill -s TERM -- "-$DRILL" 2>/dev/null || true; }

# own_ports FIRST: free ones for a stack that is in nobody's way.
own_ports() {
    local setting port=$1
    for setting in $PORT_SETTINGS; do
        port=$(free_port $((port + 1)))
        export "$setting=$port"
    done
}

# drill_on_stack PART WORD...: a part of it that looks at the stack of GYM_DATA.
drill_on_stack() {
    local part=$1
    shift
    # shellcheck disable=SC2153 # every script with a drill has this folder
    drill "$part" --deploy "$DEPLOY" --data "$GYM_DATA" --work "$WORK" --proxy "$GYM_PORT" --staff "$GYM_STAFF_PORT" --client "$GYM_CLIENT_PORT" \
        --staff-internal "$GYM_STAFF_INTERNAL_PORT" --client-internal "$GYM_CLIENT_INTERNAL_PORT" --postgres "$GYM_PG_PORT" "$@"
}

# remove_gym FOLDER: stops what runs for it, and takes its database away, wherever that lies.
remove_gym() {
    [ -d "$1" ] || return 0
    local copy
    for copy in "$1"/run/*-[0-9]*.pid; do
        [ ! -e "$copy" ] || GYM_DATA=$1 stop_process "$(basename "$copy" .pid)" KILL 5
    done
    GYM_DATA=$1 "$DEPLOY/down" >/dev/null 2>&1 || true
    if [ -s "$1/cluster" ]; then rm -rf "$(dirname "$(cat "$1/cluster")")"; fi
}

# forget_settings: those of whoever called; a check decides its own.
forget_settings() {
    local name
    for name in "${!GYM__@}" GYM_DATA GYM_BIND GYM_CONFIG $PORT_SETTINGS; do unset "$name"; done
}
