# shellcheck shell=bash
# Two copies of each service behind the proxy are restarted, one after the other, under 200 calls a second.

# shellcheck source=deploy/lib/faults/crowd.sh
. "$DEPLOY/lib/faults/crowd.sh"

fault_rolling() {
    local rounds round kind restarts=0 staff client staff_internal client_internal before after
    rounds=$(times 25 3)
    many_callers_at_one_address
    fresh_stack
    staff=$(free_port $((GYM_PG_PORT + 1)))
    client=$(free_port $((staff + 1)))
    staff_internal=$(free_port $((client + 1)))
    client_internal=$(free_port $((staff_internal + 1)))
    trap stop_copies EXIT
    second() { start_copy "$1" "$1-2" "$2" "$3" && wait_until_ready "$1-2" "$3" /ready; }
    second staff-api "$staff" "$staff_internal"
    second client-api "$client" "$client_internal"
    proxy_to "127.0.0.1:$GYM_STAFF_PORT,127.0.0.1:$staff" "127.0.0.1:$GYM_CLIENT_PORT,127.0.0.1:$client"

    rm -f "$WORK/rolled"
    before=$(edits_made)
    crowd 1600 steady --at "127.0.0.1:$GYM_PORT" --rate 200 --seconds 1500 --until "$WORK/rolled" --mark rolling >"$WORK/rolling.log" 2>&1 &
    local callers=$!
    sleep 5
    round=0
    while [ "$round" -lt "$rounds" ]; do
        round=$((round + 1))
        for kind in staff-api client-api; do
            restart_first "$kind"
            if [ "$kind" = staff-api ]; then
                restart_second "$kind" "$staff" "$staff_internal"
            else
                restart_second "$kind" "$client" "$client_internal"
            fi
        done
    done
    sleep 2
    : >"$WORK/rolled"
    local status=0
    wait "$callers" || status=$?
    cat "$WORK/rolling.log"
    after=$(edits_made)
    local edits
    edits=$(sed -n 's/.*edits acknowledged: //p' "$WORK/rolling.log")
    holds "$restarts copies were restarted" test "$restarts" -eq $((rounds * 4))
    holds "both copies of staff-api were called" both_called "127.0.0.1:$GYM_STAFF_PORT" "127.0.0.1:$staff"
    holds "both copies of client-api were called" both_called "127.0.0.1:$GYM_CLIENT_PORT" "127.0.0.1:$client"
    holds "$edits edits were acknowledged, $((after - before)) were made" test "$edits" = "$((after - before))"
    holds "no call failed" test "$status" -eq 0
}

edits_made() { gym_sql "select count(*) from audit_log where action = 'customers.edit'"; }

# A restart counts when the process that was told to stop is another one afterwards, and went by itself.
restart_first() {
    local old new port=$GYM_STAFF_INTERNAL_PORT
    [ "$1" = staff-api ] || port=$GYM_CLIENT_INTERNAL_PORT
    old=$(pid_of "$1")
    stop_politely "$1"
    start_service "$1"
    wait_until_ready "$1" "$port" /ready
    new=$(pid_of "$1")
    [ "$old" = "$new" ] || restarts=$((restarts + 1))
}

restart_second() {
    local old new
    old=$(pid_of "$1-2")
    stop_politely "$1-2"
    second "$@"
    new=$(pid_of "$1-2")
    [ "$old" = "$new" ] || restarts=$((restarts + 1))
}

stop_politely() {
    stop_process "$1" TERM 20 2>"$WORK/stop.log"
    if grep -q killed "$WORK/stop.log"; then
        cat "$WORK/stop.log" >&2
        return 1
    fi
}

both_called() {
    local address
    for address in "$@"; do
        grep -q "\"service\":\"$address\"" "$GYM_DATA/log/nginx-access.log" || return 1
    done
}
