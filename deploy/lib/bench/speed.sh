# shellcheck shell=bash
# What a case costs in bare statements, through the service, and through the proxy.

# What each case asks, as METHOD PATH BODY CALLER WALK; {…} is filled in for each request.
case_of() {
    case $1 in
        customer) CASE=(GET '/api/customers/{id}' '' desk no) ;;
        page) CASE=(GET '/api/customers?branch_id={branch}&limit=20' '' desk no) ;;
        name) CASE=(GET '/api/customers/search?q={first}%20{last}&limit=20' '' owner no) ;;
        phone) CASE=(GET '/api/customers/search?q={part}&limit=20' '' owner no) ;;
        check-in) CASE=(POST '/api/attendance' '{"customer_id":{id},"action":"check_in_only"}' desk yes) ;;
        profile) CASE=(GET '/api/clients/profile' '' member no) ;;
        qr) CASE=(GET '/api/clients/qr' '' member no) ;;
        overview) CASE=(GET '/api/dashboards/overview' '' owner no) ;;
        login) CASE=(POST '/api/auth/login' '{"username":"reception_l{desk}","password":"demo-gym-2026"}' nobody no) ;;
    esac
    PORT=$GYM_STAFF_PORT
    case ${CASE[1]} in /api/clients/*) PORT=$GYM_CLIENT_PORT ;; esac
}

# The share of the bare rate that is to be reached at 16 connections, direct.
target_of() {
    case $1 in
        customer | profile | page) echo 0.25 ;;
        phone | name | check-in) echo 0.4 ;;
        overview) echo 0.5 ;;
        login) echo 0.9 ;;
        *) echo 0.25 ;;
    esac
}

# --- the bare statements

pg_log() { printf '%s/log/bench.json\n' "$CLUSTER"; }

# capture COMMAND...: runs it and prints the statements that the services sent meanwhile, with their parameters filled in,
# one a line; without those that find a session or work off messages.
capture() {
    local from
    sql "alter system set log_min_duration_statement = 0" && sql "select pg_reload_conf()" >/dev/null
    sleep 0.5
    from=$(as_postgres stat -c %s "$(pg_log)")
    "$@" >/dev/null
    sleep 0.5
    sql "alter system reset log_min_duration_statement" && sql "select pg_reload_conf()" >/dev/null
    as_postgres tail -c "+$((from + 1))" "$(pg_log)" | jq -r '
        select((.user == "gym_staff" or .user == "gym_client") and (.message | test("^duration: [0-9.]+ ms  execute ")))
        | (.detail // "") as $detail
        | (.message | sub("^duration: [0-9.]+ ms  execute [^:]*: "; "") | gsub("--[^\n]*"; "") | gsub("\\s+"; " ") | ltrimstr(" "))
        | select(test("outbox|staff_sessions|member_sessions|limit_counters") | not)
        | reduce ($detail | [scan("\\$([0-9]+) = (NULL|\u0027(?:[^\u0027]|\u0027\u0027)*\u0027)")] | reverse | .[]) as $one
            (.; gsub("\\$" + $one[0] + "(?![0-9])"; if $one[1] | test("^\u0027[0-9]{4}-[0-9]{2}-[0-9]{2}\u0027$") then "date " + $one[1] else $one[1] end))'
}

# one_request CASE LINE: as a caller of the bench would send it, about the customer in that line of the list.
one_request() {
    local id branch phone first last path body
    IFS=$'\t' read -r id branch phone _ _ first last <<<"$(sed -n "$2p" "$WORK/customers")"
    local token=
    case ${CASE[3]} in
        desk) token=$(awk -v branch="$branch" '$1 == branch { print $2 }' "$WORK/desks") ;;
        owner) token=$(cat "$WORK/owner") ;;
        member) token=$(sed -n "$(($2 % 200 + 1))p" "$WORK/members") ;;
    esac
    path=${CASE[1]} body=${CASE[2]}
    path=${path//\{id\}/$id}
    path=${path//\{branch\}/$branch}
    path=${path//\{part\}/${phone:5:6}}
    path=${path//\{first\}/$(jq -rn --arg text "$first" '$text | @uri')}
    path=${path//\{last\}/$(jq -rn --arg text "${last:-$first}" '$text | @uri')}
    body=${body//\{id\}/$id}
    curl -sS --max-time 20 -o "$WORK/answer" -w '%{http_code}\n' -X "${CASE[0]}" "http://127.0.0.1:$PORT$path" -H "Authorization: Bearer $token" \
        -H 'Content-Type: application/json' ${body:+-d "$body"} >"$WORK/status"
    printf '%s\n' "$id" >"$WORK/id"
}

# scripts_for CASE: pgbench scripts of the statements behind it, one for each of some requests.
scripts_for() {
    local line
    rm -f "$WORK/$1".*.sql
    for line in 17 1017 2017 3017 4017 5017 6017 7017; do
        capture one_request "$1" "$line" >"$WORK/statements"
        [ "$(head -c 1 "$WORK/status")" = 2 ] || die "$1 answers $(cat "$WORK/status")" "$(head -c 300 "$WORK/answer")"
        STATEMENTS=$(wc -l <"$WORK/statements")
        [ "$STATEMENTS" -gt 0 ] || die "no statements were seen behind $1"
        # What asks by the customer's id alone is asked for any customer.
        local id subscription
        id=$(cat "$WORK/id")
        {
            case $1 in
                customer)
                    printf '\\set id random(%s, %s)\n' "$FIRST_ID" "$LAST_ID"
                    sed -e "s/'{$id}'/array[:id]/g" -e "s/'$id'/:id/g" -e 's/$/;/' "$WORK/statements"
                    ;;
                check-in)
                    # The writes alone, each about another customer and what they hold.
                    subscription=$(sql "select subscription_id from entries where customer_id = $id order by id desc limit 1")
                    somebody
                    grep '^with door as' "$WORK/statements" | sed -E -e "s/d\.version = '[0-9]+'/d.version = d.version/" -e "s/-'([0-9]+)'/-\1/g" \
                        -e "s/'$id'/:id/g" -e "s/'$subscription'/:subscription/g" -e 's/$/;/'
                    ;;
                *) sed 's/$/;/' "$WORK/statements" ;;
            esac
        } >"$WORK/$1.$line.sql"
    done
}

# somebody: a pgbench script's way to somebody with a subscription that opens the door.
somebody() {
    printf '\\set place random(1, %s)\n' "$HOLDERS"
    printf 'select customer_id as id, subscription_id as subscription from bench.holders where place = :place \\gset\n'
}

# note_holders: who that may be; sets HOLDERS.
note_holders() {
    sql "set client_min_messages = warning; drop schema if exists bench cascade"
    sql "create schema bench"
    sql "create unlogged table bench.holders (place integer primary key, customer_id bigint, subscription_id bigint)"
    sql "insert into bench.holders select row_number() over (order by md5(c.id::text)), c.id, s.id
        from customers c cross join lateral (
            select s.id from subscriptions s
            where s.customer_id = c.id and s.opens_door and s.kind = 'time_based'
                and subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at, null, current_date) = 'active'
            limit 1) s
        where c.gym_id = $LARGE and c.is_active"
    sql "grant usage on schema bench to gym_migrator"
    sql "grant select on bench.holders to gym_migrator"
    sql "analyze bench.holders"
    HOLDERS=$(sql "select count(*) from bench.holders")
}

# bare_check_ins CONNECTIONS: writes a second, less the time for finding out whose.
bare_check_ins() {
    local both alone
    both=$(bare_rate check-in "$1")
    somebody >"$WORK/somebody.1.sql"
    alone=$(bare_rate somebody "$1")
    awk -v both="${both:-0}" -v alone="${alone:-0}" 'BEGIN { if (both > 0 && alone > both) printf "%d\n", 1 / (1 / both - 1 / alone) }'
}

# bare_rate CASE CONNECTIONS: transactions a second by pgbench, from its third second on: its connections are new each time, and
# a new one reads the catalog and makes its plans first.
bare_rate() {
    local script scripts=()
    for script in "$WORK/$1".*.sql; do scripts+=(-f "$script"); done
    PGPASSWORD=$(cat "$GYM_DATA/secrets/migrator") "$PG_BIN/pgbench" -n -M prepared -h 127.0.0.1 -p "$GYM_PG_PORT" -U gym_migrator -c "$2" -j 2 -T $((SECONDS_EACH + 2)) -P 1 \
        "${scripts[@]}" gym >/dev/null 2>"$WORK/pgbench.log" || return 0
    awk '/^progress: / && $2 > 2.5 { rate += $4; seconds++ } END { if (seconds) printf "%d\n", rate / seconds }' "$WORK/pgbench.log"
}

# bare CASE CONNECTIONS: what a second holds without the services.
bare() {
    case $1 in
        check-in) bare_check_ins "$2" ;;
        login) "$BINARIES/drill" hashes --seconds "$SECONDS_EACH" ;;
        *) bare_rate "$1" "$2" ;;
    esac
}

# --- through the services

# figures PORT CONNECTIONS: rate, p50 and p99 in milliseconds, and failures, of CASE. One thread: wrk lets the first one ask
# while the others still read their customers, and counts those answers without their time.
figures() {
    BENCH_METHOD=${CASE[0]} BENCH_PATH=${CASE[1]} BENCH_BODY=${CASE[2]} BENCH_AS=${CASE[3]} BENCH_WALK=${CASE[4]} BENCH_GYM=$LARGE BENCH_FOLDER=$WORK \
        bounded $((SECONDS_EACH + 60)) wrk -t1 -c"$2" -d"${SECONDS_EACH}s" --timeout 10s -s "$DEPLOY/lib/bench/caller.lua" "http://127.0.0.1:$1" \
        | sed -n 's/^figures //p'
}

# take_turns CASE CONNECTIONS WAY...: figures of each way in a file of its name, in quarters: all ways there and back, twice, so
# that a machine that becomes slower or faster meanwhile changes all alike.
take_turns() {
    local name=$1 connections=$2 each=$SECONDS_EACH turn way order back=
    shift 2
    for way in "$@"; do back="$way $back"; done
    rm -f "$WORK"/turns.*
    SECONDS_EACH=$(((each + 3) / 4))
    for turn in 1 2 3 4; do
        order=$*
        [ $((turn % 2)) -eq 1 ] || order=$back
        for way in $order; do
            sleep 0.5
            case $way in
                bare) bare "$name" "$connections" ;;
                direct) figures "$PORT" "$connections" ;;
                proxied) figures "$GYM_PORT" "$connections" ;;
            esac >>"$WORK/turns.$way"
        done
    done
    SECONDS_EACH=$each
    for way in "$@"; do
        [ "$(wc -l <"$WORK/turns.$way")" -eq 4 ] || die "$name was not measured ($way)" "$(head -n 4 "$WORK/pgbench.log" 2>/dev/null)"
        awk '{ rate += $1; p50 += $2; if ($3 > p99) p99 = $3; failed += $4 } END { print rate / NR, p50 / NR, p99, failed + 0 }' "$WORK/turns.$way" >"$WORK/$way"
    done
}

measure_speed() {
    enter_callers
    note_holders
    printf '%-9s %6s %4s | %8s | %8s %5s %8s %8s %6s | %8s %5s %8s %8s\n' case conns sql 'bare/s' 'direct/s' share p50ms p99ms failed 'proxy/s' share p50ms p99ms
    local name connections verdict
    for name in customer page name phone check-in profile qr overview; do
        case_of "$name"
        scripts_for "$name"
        for connections in 16 64; do
            measure_case "$name" "$connections"
            # On cores that others use as well: once more counts instead.
            case $verdict in *MISSED*) measure_case "$name" "$connections" ;; esac
            case $verdict in *MISSED*) MISSED=$((MISSED + 1)) ;; esac
        done
    done
    sql "set client_min_messages = warning; drop schema bench cascade"
    measure_login
    printf 'memory under load: staff-api %s MB, client-api %s MB (target 150)\n' "$(service_memory staff-api)" "$(service_memory client-api)"
    if [ "$(service_memory staff-api)" -gt 150 ] || [ "$(service_memory client-api)" -gt 150 ]; then MISSED=$((MISSED + 1)); fi
}

# measure_case CASE CONNECTIONS: a line of figures; sets verdict.
measure_case() {
    local bare rate p50 p99 failed proxied p50_proxied p99_proxied failed_proxied target
    take_turns "$1" "$2" bare direct proxied
    read -r bare _ <"$WORK/bare"
    read -r rate p50 p99 failed <"$WORK/direct"
    read -r proxied p50_proxied p99_proxied failed_proxied <"$WORK/proxied"
    verdict=
    if [ "$2" = 16 ]; then
        target=$(target_of "$1")
        verdict=" target $target: $(judge "$(share "$rate" "$bare")" "$target"), proxy 0.8: $(judge "$(share "$proxied" "$rate")" 0.8)"
    fi
    failed=$((failed + failed_proxied))
    [ "$failed" -eq 0 ] || verdict="$verdict, MISSED: failed"
    printf '%-9s %6s %4s | %8.0f | %8.0f %5s %8s %8s %6s | %8.0f %5s %8s %8s%s\n' "$1" "$2" "$STATEMENTS" "$bare" "$rate" "$(share "$rate" "$bare")" \
        "$p50" "$p99" "$failed" "$proxied" "$(share "$proxied" "$rate")" "$p50_proxied" "$p99_proxied" "$verdict"
}

# Signing in costs one password hash; everything else must not show beside it.
measure_login() {
    local bare rate p50 p99 failed
    case_of login
    take_turns login 16 bare direct
    read -r bare _ <"$WORK/bare"
    read -r rate p50 p99 failed <"$WORK/direct"
    printf '%-9s %6s %4s | %8.0f | %8.0f %5s %8s %8s %6s | target 0.9: %s\n' login 16 - "$bare" "$rate" "$(share "$rate" "$bare")" "$p50" "$p99" "$failed" \
        "$(judge "$(share "$rate" "$bare")" 0.9)"
    [ "$(judge "$(share "$rate" "$bare")" 0.9)" = ok ] && [ "$failed" -eq 0 ] || MISSED=$((MISSED + 1))
}

share() { awk -v part="$1" -v whole="$2" 'BEGIN { printf "%.2f", (whole > 0 ? part / whole : 0) }'; }
