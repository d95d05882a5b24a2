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
