# shellcheck shell=bash
# The stack as plain processes: a private Postgres, staff-api, client-api, nginx.

SERVICES="staff-api client-api"
PROCESSES="$SERVICES nginx"

# --- secrets

random_hex() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

ensure_secrets() {
    local name
    for name in migrator staff client; do
        [ -s "$GYM_DATA/secrets/$name" ] || random_hex 24 | write_file "$GYM_DATA/secrets/$name"
    done
    "$DEPLOY/make-key" random "$GYM_DATA/secrets/hash_key"
    "$DEPLOY/make-key" ed25519 "$GYM_DATA/secrets/staff_key"
    "$DEPLOY/make-key" ed25519 "$GYM_DATA/secrets/client_key"
    for name in migrator staff client; do
        printf 'postgres://gym_%s:%s@127.0.0.1:%s/gym' "$name" "$(cat "$GYM_DATA/secrets/$name")" "$GYM_PG_PORT" \
            | write_file "$GYM_DATA/secrets/${name}_url"
    done
}

# --- the database

start_database() {
    place_cluster
    local wanted=
    [ ! -s "$CLUSTER/PG_VERSION" ] || wanted=$(as_postgres cat "$CLUSTER/PG_VERSION")
    need_postgres "$wanted"
    if ! cluster_runs "$CLUSTER"; then
        prepare_cluster
    fi
    cluster_start "$CLUSTER" "$GYM_DATA/log/postgres.log" || {
        last_words postgres
        die "Postgres did not start"
    }
    PGHOST=127.0.0.1 PGPORT=$GYM_PG_PORT PGUSER=postgres PGPASSWORD='' PSQL=$PSQL GYM_SECRETS=$GYM_DATA/secrets bash "$DEPLOY/postgres/roles.sh" >>"$GYM_DATA/log/postgres.log" 2>&1 || {
        last_words postgres
        die "the database roles could not be made"
    }
}

prepare_cluster() {
    local password=$GYM_DATA/secrets/postgres lost=no
    if ! [ -s "$password" ]; then
        random_hex 24 | write_file "$password"
        lost=yes
    fi
    if ! [ -s "$CLUSTER/PG_VERSION" ]; then
        say "creating a Postgres $PG_MAJOR cluster in $CLUSTER"
        cluster_init_with_password "$CLUSTER" "$password"
    elif [ "$lost" = yes ]; then
        as_postgres rm -f "$CLUSTER/postmaster.pid"
        cluster_set_superuser "$CLUSTER" "$(cat "$password")"
    fi
    cluster_configure "$CLUSTER" <<SETTINGS
# Written by deploy/up at every start; put your own settings into postgresql.conf below the include.
listen_addresses = '127.0.0.1'
port = $GYM_PG_PORT
unix_socket_directories = '$(socket_folder "$CLUSTER")'
max_connections = 100
shared_buffers = 128MB
effective_cache_size = 1GB
maintenance_work_mem = 64MB
max_wal_size = 1GB
checkpoint_timeout = 15min
wal_compression = on
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
log_error_verbosity = terse # the details of a broken constraint repeat phone numbers and addresses
log_parameter_max_length = 0 # the parameters of a slow statement are codes and passwords
log_lock_waits = on
log_min_duration_statement = 1s
SETTINGS
}

# --- the services

# service_settings NAME: the environment of one program, as NAME=VALUE lines read into SETTINGS.
service_settings() {
    local secrets=$GYM_DATA/secrets
    SETTINGS=(GYM__MODE=development "GYM__MESSAGES__FILE=$GYM_DATA/messages.jsonl"
        "GYM__FILES__FOLDER=$GYM_DATA/files"
        "GYM__SECRETS__HASH_KEY_FILE=$secrets/hash_key" "GYM__TOKENS__CLIENT_KEY_FILE=$secrets/client_key")
    case $1 in
        staff-api) SETTINGS+=("GYM__HTTP__LISTEN=127.0.0.1:$GYM_STAFF_PORT"
            "GYM__HTTP__INTERNAL_LISTEN=127.0.0.1:$GYM_STAFF_INTERNAL_PORT"
            "GYM__DATABASE__URL_FILE=$secrets/staff_url" "GYM__TOKENS__STAFF_KEY_FILE=$secrets/staff_key") ;;
        client-api) SETTINGS+=("GYM__HTTP__LISTEN=127.0.0.1:$GYM_CLIENT_PORT"
            "GYM__HTTP__INTERNAL_LISTEN=127.0.0.1:$GYM_CLIENT_INTERNAL_PORT"
            "GYM__DATABASE__URL_FILE=$secrets/client_url") ;;
        migrator) SETTINGS+=("GYM__DATABASE__URL_FILE=$secrets/migrator_url"
            "GYM__DATABASE__MIGRATE_URL_FILE=$secrets/migrator_url" "GYM__TOKENS__STAFF_KEY_FILE=$secrets/staff_key") ;;
    esac
}

start_service() {
    service_settings "$1"
    (cd "$ROOT" && start_process "$1" env "${SETTINGS[@]}" "$BINARIES/$1" serve)
}

# run_job LABEL PROGRAM ARGUMENT...: a command that ends by itself, as the owner of the schema.
run_job() {
    local label=$1 began=$SECONDS
    shift
    say "$label"
    service_settings migrator
    if ! (cd "$ROOT" && env "${SETTINGS[@]}" "$BINARIES/$1" "${@:2}" </dev/null 2>&1 9>&-) | tee -a "$GYM_DATA/log/$1-${2}.log" | progress; then
        die "$* failed; its output is in $GYM_DATA/log/$1-$2.log"
    fi
    note "done in $((SECONDS - began)) s"
}

# Shows a job's plain lines; its structured log stays in the file.
progress() { sed -u -e '/^{/d' -e 's/^/  /'; }

# wait_until_ready NAME PORT PATH [HOST]: bounded, and at once when the process ends.
wait_until_ready() {
    local name=$1 port=$2 path=$3 host=${4:-127.0.0.1} tries=600
    until [ "$(http_status "$port" "$path" "$host")" = 200 ]; do
        if ! runs "$name"; then
            last_words "$name"
            die "$name ended instead of starting"
        fi
        tries=$((tries - 1))
        if [ "$tries" -le 0 ]; then
            last_words "$name"
            die "$name is not ready after a minute (http://$host:$port$path)"
        fi
        sleep 0.1
    done
}

# --- the proxy

# start_proxy STAFF CLIENT: host:port of each; several copies: host:port,host:port.
start_proxy() {
    local state=$GYM_DATA/nginx conf=$GYM_DATA/nginx/gym.conf
    "$DEPLOY/nginx/render" "LISTEN=$GYM_BIND:$GYM_PORT" "STATE=$state" "ACCESS_LOG=$GYM_DATA/log/nginx-access.log" \
        "ERROR_LOG=$GYM_DATA/log/nginx.log" "STAFF=$1" "CLIENT=$2" \
        | write_file "$conf"
    start_nginx "$conf"
}

# start_nginx CONFIGURATION
start_nginx() { start_process nginx "$NGINX" -e "$GYM_DATA/log/nginx.log" -p "$GYM_DATA/nginx/" -c "$1" -g 'daemon off;'; }

# --- the stack

native_url() { printf 'http://%s:%s\n' "$GYM_HOST" "$GYM_PORT"; }

# A stack is described by the file `stack`: mode, address, internal ports, and a mark of this very start.
write_stack() {
    STACK_MARK=$$-$(date +%s)-$RANDOM
    printf '%s\n' native "$(native_url)" "$GYM_STAFF_INTERNAL_PORT" "$GYM_CLIENT_INTERNAL_PORT" "$STACK_MARK" | write_file "$GYM_DATA/stack"
}

stack_line() { sed -n "$1p" "$GYM_DATA/stack" 2>/dev/null; }

native_parts_missing() {
    local name
    for name in $PROCESSES; do runs "$name" || printf '%s ' "$name"; done
    cluster_runs "$(cluster_folder)" || printf 'postgres '
}

native_runs_at_all() {
    local name
    for name in $PROCESSES; do if runs "$name"; then return 0; fi; done
    [ -e "$GYM_DATA/stack" ] || cluster_runs "$(cluster_folder)"
}

# native_is_up: every part runs, and both services are ready or become so within some seconds.
native_is_up() {
    [ "$(stack_line 1)" = native ] && [ -z "$(native_parts_missing)" ] || return 1
    local tries=50
    until [ "$(http_status "$(stack_line 3)" /ready)" = 200 ] && [ "$(http_status "$(stack_line 4)" /ready)" = 200 ]; do
        tries=$((tries - 1))
        if [ "$tries" -le 0 ] || [ -n "$(native_parts_missing)" ]; then return 1; fi
        sleep 0.2
    done
}

need_ports() {
    need_port GYM_PORT "the proxy"
    need_port GYM_STAFF_PORT staff-api
    need_port GYM_CLIENT_PORT client-api
    need_port GYM_STAFF_INTERNAL_PORT "staff-api, internal"
    need_port GYM_CLIENT_INTERNAL_PORT "client-api, internal"
    if ! cluster_runs "$(cluster_folder)"; then need_port GYM_PG_PORT Postgres; fi
}

# build_binaries: sets BINARIES; GYM_BINARIES names a folder with programs that were built elsewhere.
build_binaries() {
    if [ -n "${GYM_BINARIES:-}" ]; then
        BINARIES=$GYM_BINARIES
        [ -x "$BINARIES/staff-api" ] || die "GYM_BINARIES=$GYM_BINARIES has no staff-api"
        return
    fi
    need_rust
    local began=$SECONDS
    say "building the services ($GYM_PROFILE; the first time takes some minutes)"
    cargo_here build --workspace --exclude cast --bins --locked --profile "$GYM_PROFILE" || die "the build failed"
    BINARIES=$(target_folder)
    [ -x "$BINARIES/staff-api" ] || die "the build left no programs in $BINARIES"
    note "built in $((SECONDS - began)) s"
}

STARTING=

# stop_unfinished: a start that fails or is broken off leaves nothing running.
stop_unfinished() { [ -z "$STARTING" ] || stop_native; }

start_native() {
    local began=$SECONDS
    STARTING=yes
    need_ports
    write_stack
    ensure_secrets
    say "starting Postgres on port $GYM_PG_PORT"
    start_database
    run_job "bringing the schema up to date" staff-api migrate
    run_job "seeding the demo gym (the first time takes a while)" seeds demo
    say "starting staff-api, client-api and nginx"
    start_service staff-api
    start_service client-api
    wait_until_ready staff-api "$GYM_STAFF_INTERNAL_PORT" /ready
    wait_until_ready client-api "$GYM_CLIENT_INTERNAL_PORT" /ready
    start_proxy "127.0.0.1:$GYM_STAFF_PORT" "127.0.0.1:$GYM_CLIENT_PORT"
    wait_until_ready nginx "$GYM_PORT" /live "$GYM_HOST"
    printf 'native\n' | write_file "$GYM_DATA/mode"
    STARTING=
    note "started in $((SECONDS - began)) s"
}

# stop_native: everything that runs for GYM_DATA, the proxy first, the database last.
stop_native() {
    rm -f "$GYM_DATA/stack"
    stop_process nginx QUIT 5
    local name
    for name in $SERVICES; do
        local pid
        if pid=$(pid_of "$name"); then kill -s TERM "$pid" 2>/dev/null || true; fi
    done
    for name in $SERVICES; do stop_process "$name" TERM 20; done
    local folder
    folder=$(cluster_folder)
    if cluster_runs "$folder"; then
        find_postgres "$(as_postgres cat "$folder/PG_VERSION")" || die "Postgres runs in $folder, but its programs are gone"
        cluster_stop "$folder" "$GYM_DATA/log/postgres.log"
    fi
}

# Everything that deploy/up writes below GYM_DATA; throw_data_away removes these and nothing else.
DATA_ENTRIES="pg secrets run log nginx messages.jsonl files stack mode cluster"

# throw_data_away MODE
throw_data_away() {
    local entry folder
    if [ "$1" = docker ]; then
        remove_containers
    else
        stop_native
        folder=$(cluster_folder)
        case $folder in
            "$GYM_DATA"/*) ;;
            /var/lib/gym/*/pg) rm -rf "${folder%/pg}" ;;
        esac
    fi
    for entry in $DATA_ENTRIES; do rm -rf "${GYM_DATA:?}/$entry"; done
    make_data_folder
    say "the old data is gone"
}

# supervise: until somebody stops it or a part dies.
supervise() {
    local stop="" dead name mark=$STACK_MARK
    trap 'stop=yes' INT TERM HUP
    while [ -z "$stop" ]; do
        sleep 1 &
        wait $! || true
        dead=$(native_parts_missing)
        if [ "$(stack_line 5)" != "$mark" ]; then
            say "stopped by another command"
            exit 0
        fi
        [ -z "$dead" ] || [ -n "$stop" ] || break
    done
    trap '' INT TERM HUP
    take_lock
    [ "$(stack_line 5)" = "$mark" ] || exit 0
    if [ -z "$stop" ]; then
        for name in $dead; do last_words "$name"; done
        stop_native
        die "ended by itself: $dead; the rest was stopped. deploy/up starts again with the same data"
    fi
    say "stopping"
    stop_native
    say "stopped"
}
