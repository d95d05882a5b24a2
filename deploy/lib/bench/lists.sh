# shellcheck shell=bash
# Every list, search and figure with one caller, and how Postgres really found its rows.

# Tables that grow with the gym: none of them is ever read from one end to the other.
BIG="customers customer_doors subscriptions subscription_balances subscription_movements entries payments audit_log member_sessions"

# A table that grows counts as read from end to end when one execution of a statement reads so many of its rows in the order
# in which they lie there; with a limit Postgres may do so for some.
READ_AT_MOST=10000

# auto_explain DURATION: -1 for none, 0 for the plan of every statement, as it went.
auto_explain() {
    local role
    for role in gym_staff gym_client; do
        sql "alter role $role set auto_explain.log_min_duration = $1"
        sql "alter role $role set auto_explain.log_analyze = on"
        sql "alter role $role set auto_explain.log_timing = off"
    done
    # The services connect again, as the setting is read by new connections.
    stop_process staff-api TERM 20
    stop_process client-api TERM 20
    start_service staff-api
    start_service client-api
    wait_until_ready staff-api "$GYM_STAFF_INTERNAL_PORT" /ready
    wait_until_ready client-api "$GYM_CLIENT_INTERNAL_PORT" /ready
}

# list_case WHO PATH
list_case() {
    CASE=(GET "$2" '' "$1" no)
    PORT=$GYM_STAFF_PORT
    case $2 in /api/clients/*) PORT=$GYM_CLIENT_PORT ;; esac
}

# scans_since FROM: how the statements in the log since then really found their rows, a scan a line; what was read in the order
# in which it lies there with the number of rows behind it. Without those that find a session or work off messages, and without
# the housekeeping: what writes, as no list does, and its look for passwords that ran out.
scans_since() {
    as_postgres tail -c "+$(($1 + 1))" "$(pg_log)" | jq -r '
        select((.user == "gym_staff" or .user == "gym_client") and (.message | test("ms  plan:\n")))
        | .message | select(test("outbox|staff_sessions|member_sessions|limit_counters|temporary_password_until <=|\\b(insert|update|delete)\\b") | not)' \
        | awk '
            function flush() { if (scan != "") print scan (rows == "" ? "" : " | " rows * loops); scan = "" }
            /\(actual rows=/ || /\(never executed\)/ { flush() }
            /(Scan|Function).*\(actual rows=/ {
                scan = $0; sub(/^ *(->)? */, "", scan); sub(/  \(cost=.*/, "", scan)
                loops = $0; sub(/.* loops=/, "", loops); sub(/\).*/, "", loops)
                rows = ""
                if (scan ~ /^(Parallel )?Seq Scan/) { rows = $0; sub(/.*actual rows=/, "", rows); sub(/ .*/, "", rows) }
            }
            /Rows Removed by Filter: / && scan ~ /Seq Scan/ { rows += $NF }
            END { flush() }'
}

measure_lists() {
    enter_callers
    local who path p50 p99 failed verdict from=0 plans=$WORK/plans.txt bad=$WORK/bad table
    printf '%-8s %-72s %8s %8s\n' who path p50ms p99ms
    local each=$SECONDS_EACH
    SECONDS_EACH=$((each < 3 ? each : 3))
    while IFS=$'\t' read -r who path; do
        case $who in \#* | '') continue ;; esac
        list_case "$who" "$path"
        best_of_three
        printf '%-8s %-72s %8s %8s %s\n' "$who" "$path" "$p50" "$p99" "$verdict"
    done <"$DEPLOY/lib/bench/lists.tsv"

    say "and the plans"
    auto_explain 0
    SECONDS_EACH=1
    : >"$plans"
    : >"$bad"
    while IFS=$'\t' read -r who path; do
        case $who in \#* | '') continue ;; esac
        list_case "$who" "$path"
        from=$(as_postgres stat -c %s "$(pg_log)")
        alone "$PORT" >/dev/null
        sleep 0.3
        scans_since "$from" >"$WORK/scans"
        for table in $BIG; do
            if grep -E "Seq Scan on $table\\b" "$WORK/scans" | awk -F ' [|] ' -v most="$READ_AT_MOST" '$2 > most { found = 1 } END { exit !found }'; then
                printf '%s %s: %s is read from end to end\n' "$who" "$path" "$table" >>"$bad"
            fi
        done
        {
            printf '== %s %s\n' "$who" "$path"
            sed 's/ | .*//' "$WORK/scans" | sort -u
            printf '\n'
        } >>"$plans"
    done <"$DEPLOY/lib/bench/lists.tsv"
    auto_explain -1
    SECONDS_EACH=$each
    if [ "$KEEP_PLANS" = yes ]; then
        cat "$plans" >"$DEPLOY/plans.txt"
        say "wrote deploy/plans.txt"
    fi
    if [ -s "$bad" ]; then
        cat "$bad"
        MISSED=$((MISSED + $(wc -l <"$bad")))
    else
        say "no table that grows is read from end to end"
    fi
}

# best_of_three: p50, p99, failed and verdict of CASE. What is too slow is asked again, twice at most: whoever else is on the
# machine makes a call slower now and then, and never faster.
best_of_three() {
    local asked=1 p50_again p99_again failed_again
    read -r _ p50 p99 failed <<<"$(alone "$PORT")"
    while is_too_slow "${p99:-1000}" && [ "$asked" -lt 3 ]; do
        asked=$((asked + 1))
        read -r _ p50_again p99_again failed_again <<<"$(alone "$PORT")"
        failed=$((${failed:-1} + ${failed_again:-1}))
        if awk -v again="${p99_again:-1000}" -v p99="${p99:-1000}" 'BEGIN { exit !(again < p99) }'; then p50=$p50_again p99=$p99_again; fi
    done
    verdict=
    [ "$asked" -eq 1 ] || verdict="best of $asked"
    if is_too_slow "${p99:-1000}"; then verdict="MISSED ($verdict)"; fi
    [ "${failed:-1}" = 0 ] || verdict="MISSED: $failed requests failed"
    case $verdict in MISSED*) MISSED=$((MISSED + 1)) ;; esac
}

is_too_slow() { awk -v p99="$1" 'BEGIN { exit !(p99 > 50) }'; }

# alone PORT: the figures of one caller.
alone() {
    BENCH_METHOD=${CASE[0]} BENCH_PATH=${CASE[1]} BENCH_BODY=${CASE[2]} BENCH_AS=${CASE[3]} BENCH_WALK=${CASE[4]} BENCH_GYM=$LARGE BENCH_FOLDER=$WORK \
        bounded $((SECONDS_EACH + 60)) wrk -t1 -c1 -d"${SECONDS_EACH}s" --timeout 10s -s "$DEPLOY/lib/bench/caller.lua" "http://127.0.0.1:$1" \
        | sed -n 's/^figures //p'
}
