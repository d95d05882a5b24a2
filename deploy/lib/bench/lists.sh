# shellcheck shell=bash
# Every list, search and figure with one caller, and how Postgres really found its rows.

# Tables that grow with the gym: none of them is ever read from one end to the other.
BIG="customers customer_doors subscriptions subscription_balances subscription_movements entries payments audit_log member_sessions"

# auto_explain DURATION: -1 for none, 0 for the plan of every statement.
auto_explain() {
    sql "alter role gym_staff set auto_explain.log_min_duration = $1"
    sql "alter role gym_client set auto_explain.log_min_duration = $1"
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

# plans_seen: the shapes of the plans in the log since FROM, without figures, each once.
plans_since() {
    as_postgres tail -c "+$(($1 + 1))" "$(pg_log)" | jq -r '
        select((.user == "gym_staff" or .user == "gym_client") and (.message | test("ms  plan:\n")))
        | .message | split("\n") | map(select(test("^Query Text|^ *(Filter|Index Cond|Recheck Cond|Sort Key|Group Key|Rows Removed|One-Time Filter|Order By|Cache|Join Filter|Hash Cond|Merge Cond|Heap Blocks|Presorted|Output|InitPlan|SubPlan|CTE [a-z]+$)|^duration") | not))
        | map(sub("  \\(cost=.*"; "")) | map(select(test("(Scan|Function|Join|Loop|Sort|Limit|Aggregate|Append|Unique|Insert|Update|Lock)"))) | join("\n")' \
        | grep -v 'outbox\|staff_sessions\|limit_counters' || true
}

measure_lists() {
    enter_callers
    local who path p50 p99 failed verdict from=0 plans=$WORK/plans.txt bad=$WORK/bad table
    printf '%-7s %-72s %8s %8s\n' who path p50ms p99ms
    local each=$SECONDS_EACH
    SECONDS_EACH=$((each < 3 ? each : 3))
    while IFS=$'\t' read -r who path; do
        case $who in \#* | '') continue ;; esac
        list_case "$who" "$path"
        read -r _ p50 p99 failed <<<"$(alone "$PORT")"
        verdict=
        if awk -v p99="$p99" 'BEGIN { exit !(p99 > 50) }'; then verdict=MISSED; fi
        [ "${failed:-1}" = 0 ] || verdict="MISSED: $failed requests failed"
        [ -z "$verdict" ] || MISSED=$((MISSED + 1))
        printf '%-7s %-72s %8s %8s %s\n' "$who" "$path" "$p50" "$p99" "$verdict"
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
        plans_since "$from" | awk -v RS= '1' >"$WORK/seen" || true
        sort -u "$WORK/seen" >"$WORK/lines"
        for table in $BIG; do
            if grep -E "Seq Scan on $table\\b" "$WORK/lines" >/dev/null; then printf '%s %s: %s is read from end to end\n' "$who" "$path" "$table" >>"$bad"; fi
        done
        { printf '== %s %s\n' "$who" "$path"; sed -e 's/^ *\(->\)\{0,1\} *//' "$WORK/lines" | grep -E 'Scan|Function' | sort -u; printf '\n'; } >>"$plans"
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

# alone PORT: the figures of one caller.
alone() {
    BENCH_METHOD=${CASE[0]} BENCH_PATH=${CASE[1]} BENCH_BODY=${CASE[2]} BENCH_AS=${CASE[3]} BENCH_WALK=${CASE[4]} BENCH_FOLDER=$WORK \
        bounded $((SECONDS_EACH + 60)) wrk -t1 -c1 -d"${SECONDS_EACH}s" --timeout 10s -s "$DEPLOY/lib/bench/caller.lua" "http://127.0.0.1:$1" \
        | sed -n 's/^figures //p'
}
