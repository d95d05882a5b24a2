# shellcheck shell=bash
# Kill -9 of the services and of all of Postgres while desks write: nothing acknowledged is lost, nothing happens twice.

# The postmaster and its children; they have none of their own.
postgres_processes() {
    local postmaster
    postmaster=$(cluster_pid "$(cluster_folder)") || return 0
    ps -A -o pid=,ppid= | awk -v postmaster="$postmaster" '$1 == postmaster || $2 == postmaster { print $1 }'
}

# kill_service NAME: kills it and starts it again at once; fails when it did not run.
kill_service() {
    local pid
    pid=$(pid_of "$1") || {
        note "$1 had ended by itself"
        last_words "$1"
        return 1
    }
    kill -s KILL "$pid"
    wait "$pid" 2>/dev/null || true
    start_service "$1"
}

kill_postgres() {
    local pids pid
    pids=$(postgres_processes)
    # One that is ending anyway may be gone before it is killed.
    # shellcheck disable=SC2086 # several of them
    kill -s KILL $pids 2>/dev/null || true
    for pid in $pids; do
        while process_identity "$pid" >/dev/null; do sleep 0.01; done
    done
    cluster_start "$(cluster_folder)" "$GYM_DATA/log/postgres.log" || {
        last_words postgres
        return 1
    }
}

# a_moment LEAST MOST: sleeps so many milliseconds, by the dice.
a_moment() {
    local milliseconds=$(($1 + RANDOM % ($2 - $1)))
    sleep "$((milliseconds / 1000)).$(printf '%03d' $((milliseconds % 1000)))"
}

# start_ledger OPTION...: the desks, until finish_ledger; its report goes to WORK/ledger.log.
start_ledger() {
    rm -f "$WORK/enough"
    "$BINARIES/drill" ledger --staff "http://127.0.0.1:$GYM_STAFF_PORT" --client "http://127.0.0.1:$GYM_CLIENT_PORT" \
        --database "$GYM_DATA/secrets/migrator_url" --seed "$SEED" --until "$WORK/enough" "$@" >"$WORK/ledger.log" 2>&1 8>&- &
    LEDGER=$!
    local tries=200
    until grep -qs 'callers at work' "$WORK/ledger.log"; do
        tries=$((tries - 1))
        if [ "$tries" -le 0 ] || ! kill -0 "$LEDGER" 2>/dev/null; then
            cat "$WORK/ledger.log"
            return 1
        fi
        sleep 0.1
    done
}

finish_ledger() {
    local status=0
    : >"$WORK/enough"
    wait "$LEDGER" || status=$?
    sed 's/^/  /' "$WORK/ledger.log"
    # What the services had to say of a 500.
    if grep -q 'FINDING answered 500' "$WORK/ledger.log"; then
        grep -h '"message":"fault"' "$GYM_DATA/log/staff-api.log" "$GYM_DATA/log/client-api.log" | head -n 5 | sed 's/^/  | /' || true
    fi
    return "$status"
}

fault_kills() {
    local services databases service name=staff-api killed_staff=0 killed_client=0 killed_postgres=0 round
    services=$(times 200 20)
    databases=$(times 50 5)
    SEED=${GYM_SEED:-$((RANDOM % 900000 + 100000))}
    RANDOM=$((SEED % 32768))
    note "seed $SEED: kill -9 of a service $services times, of all of Postgres $databases times"
    fresh_stack
    start_ledger --cut
    for ((round = 1; round <= services; round++)); do
        a_moment 50 900
        service=staff-api
        [ $((round % 5)) -ne 0 ] || service=client-api
        kill_service "$service" || return 1
        if [ "$service" = staff-api ]; then killed_staff=$((killed_staff + 1)); else killed_client=$((killed_client + 1)); fi
        if [ $((round * databases / services)) -gt "$killed_postgres" ]; then
            a_moment 150 900
            kill_postgres || return 1
            killed_postgres=$((killed_postgres + 1))
        fi
        kill -0 "$LEDGER" 2>/dev/null || break
    done
    for name in staff-api client-api; do wait_until_ready "$name" "$(internal_port "$name")" /ready; done
    finish_ledger || return 1
    note "killed: staff-api $killed_staff, client-api $killed_client, Postgres $killed_postgres"
    [ $((killed_staff + killed_client)) -eq "$services" ] && [ "$killed_postgres" -eq "$databases" ]
}

internal_port() { if [ "$1" = staff-api ]; then echo "$GYM_STAFF_INTERNAL_PORT"; else echo "$GYM_CLIENT_INTERNAL_PORT"; fi; }
