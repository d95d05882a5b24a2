# shellcheck shell=bash
# Postgres stopped, restarted, frozen, locked, slow, silent: answers within five seconds, 503 at worst, back within five seconds.

# shellcheck source=deploy/lib/faults/kills.sh
. "$DEPLOY/lib/faults/kills.sh"

# both_say PATH STATUS: what both services answer on their internal ports.
both_say() {
    [ "$(http_status "$GYM_STAFF_INTERNAL_PORT" "$1")" = "$2" ] && [ "$(http_status "$GYM_CLIENT_INTERNAL_PORT" "$1")" = "$2" ]
}

# within TENTHS COMMAND...: true as soon as the command is.
within() {
    local tenths=$1 began
    began=$(date +%s%N)
    shift
    until "$@"; do
        [ $((($(date +%s%N) - began) / 100000000)) -lt "$tenths" ] || return 1
        sleep 0.1
    done
}

missed() {
    note "NOT SO: $1"
    MISSED=$((MISSED + 1))
}

# without_database SECONDS: what holds while it is away.
without_database() {
    local until=$((SECONDS + $1))
    within 30 both_say /ready 503 || missed "ready goes within three seconds"
    while [ "$SECONDS" -lt "$until" ]; do
        both_say /live 200 || missed "alive without the database"
        both_say /ready 503 || missed "not ready without the database"
        sleep 0.5
    done
}

# back NAME: what holds from now on.
back() {
    local began=$SECONDS
    if within 50 both_say /ready 200; then note "$1: ready $((SECONDS - began)) s after it"; else missed "$1: ready within five seconds"; fi
    sleep 2
    both_say /ready 200 || missed "$1: and it stays"
}

signal_postgres() {
    local pids
    pids=$(postgres_processes)
    # shellcheck disable=SC2086 # several of them
    kill -s "$1" $pids 2>/dev/null || true
}

pg_ctl() { as_postgres "$PG_BIN/pg_ctl" -D "$(cluster_folder)" -w -t 60 "$@" >>"$GYM_DATA/log/postgres.log" 2>&1 </dev/null; }
superuser() { PGPASSWORD=$(cat "$GYM_DATA/secrets/postgres") "$PSQL" -X -qAt -h 127.0.0.1 -p "$GYM_PG_PORT" -U postgres -d gym "$@"; }
pace() { printf '%s\n' "$1" >"$WORK/delay"; }

# behind_a_relay: the services reach Postgres through a line that can be made slow or silent.
behind_a_relay() {
    local name tries=100
    RELAY_PORT=$(free_port 16000)
    pace 0
    "$BINARIES/drill" relay --listen "$RELAY_PORT" --to "$GYM_PG_PORT" --delay "$WORK/delay" >"$WORK/relay.log" 2>&1 8>&- &
    until port_is_busy "$RELAY_PORT"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.1
    done
    for name in staff client; do
        printf 'postgres://gym_%s:%s@127.0.0.1:%s/gym' "$name" "$(cat "$GYM_DATA/secrets/$name")" "$RELAY_PORT" \
            | write_file "$GYM_DATA/secrets/${name}_url"
        stop_process "$name-api" TERM 20
        start_service "$name-api"
    done
    within 100 both_say /ready 200
}

stopped() {
    pg_ctl -m fast stop
    without_database 6
    cluster_start "$(cluster_folder)" "$GYM_DATA/log/postgres.log"
    back "stopped"
}

restarted() {
    pg_ctl -m fast restart
    back "restarted"
}

frozen() {
    signal_postgres STOP
    without_database 12
    signal_postgres CONT
    back "frozen"
}

locked() {
    superuser -c "begin; lock table subscription_balances, entries, audit_log in access exclusive mode; select pg_sleep(8)" >/dev/null
    back "locked"
}

slow() {
    pace 150
    sleep 8
    both_say /live 200 || missed "alive with a slow database"
    pace 0
    back "slow"
}

silent() {
    pace silent
    without_database 12
    pace 0
    back "silent"
}

# production SECONDS: staff-api in production, for so long; its words go to WORK/production.log.
production() {
    service_settings staff-api
    (cd "$ROOT" && bounded "$1" env "${SETTINGS[@]}" GYM__MODE=production GYM__HTTP__LISTEN="127.0.0.1:$(free_port 16010)" \
        GYM__HTTP__INTERNAL_LISTEN="127.0.0.1:$(free_port 16020)" GYM__OUTBOX__WORKER=false \
        GYM__MAIL__TRANSPORT=smtp GYM__MAIL__HOST=127.0.0.1 GYM__MAIL__TLS=none GYM__MAIL__FROM=gym@example.com \
        GYM__SMS__TRANSPORT=twilio GYM__SMS__ACCOUNT_SID=AC0 GYM__SMS__AUTH_TOKEN=none-of-ours GYM__SMS__FROM=+15005550006 \
        "$BINARIES/staff-api" serve) >"$WORK/production.log" 2>&1
}

# refuses_forgetful SETTING
refuses_forgetful() {
    local status=0
    superuser -c "alter system set $1 = off"
    pg_ctl -m fast restart
    production 10 || status=$?
    if [ "$status" -ne 1 ] || ! grep -q "may lose what it acknowledged: $1 off" "$WORK/production.log"; then
        tail -n 3 "$WORK/production.log"
        missed "production refuses $1 off"
    fi
    superuser -c "alter system reset $1"
}

fault_database() {
    local round name status=0
    SEED=${GYM_SEED:-$((RANDOM % 900000 + 100000))}
    MISSED=0
    fresh_stack
    behind_a_relay
    start_ledger --answered-within 5000
    for ((round = 1; round <= $(times 3 1); round++)); do
        for name in stopped restarted frozen locked slow silent; do "$name"; done
    done
    finish_ledger || MISSED=$((MISSED + 1))
    for name in fsync full_page_writes synchronous_commit; do refuses_forgetful "$name"; done
    pg_ctl -m fast restart
    production 5 || status=$?
    [ "$status" -eq 124 ] || missed "production takes a Postgres that keeps everything"
    note "production refuses fsync, full_page_writes and synchronous_commit off"
    [ "$MISSED" -eq 0 ]
}
