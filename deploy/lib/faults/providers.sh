# shellcheck shell=bash
# The mail server and the SMS gateway are dead, hostile and slow while members ask for codes.

# shellcheck source=deploy/lib/faults/crowd.sh
. "$DEPLOY/lib/faults/crowd.sh"

RATE=10

fault_providers() {
    local smtp http length taken=$WORK/taken.jsonl manner=$WORK/manner
    length=$(times 200 16)
    smtp=$(free_port $((GYM_PG_PORT + 1)))
    http=$(free_port $((smtp + 1)))
    many_callers_at_one_address
    export GYM__MAIL__TRANSPORT=smtp GYM__MAIL__HOST=127.0.0.1 GYM__MAIL__PORT=$smtp GYM__MAIL__TLS=none
    export GYM__SMS__TRANSPORT=twilio GYM__SMS__BASE_URL=http://127.0.0.1:$http GYM__SMS__ACCOUNT_SID=drill GYM__SMS__AUTH_TOKEN=drill GYM__SMS__FROM=Gym
    fresh_stack
    # A code may be asked for three times in ten minutes; everybody here asks once.
    gym_sql "insert into customers (gym_id, branch_id, full_name, name_folded, phone, email, qr_version, password_changed, is_active, created_at, updated_at)
        select gym_id, id, 'Drill', 'drill', case when n % 2 = 0 then '+2010' || lpad(n::text, 8, '0') end,
            case when n % 2 = 1 then 'drill' || n || '@gym.example' end, 1, false, true, clock_timestamp(), clock_timestamp()
        from generate_series(1, $((length * RATE * 4))) n, (select * from branches order by id limit 1) b"
    gym_sql "select coalesce(phone, email) from customers where full_name = 'Drill' order by id" >"$WORK/everybody"
    local first
    first=$(gym_sql "select coalesce(max(id), 0) from outbox")

    printf 'good\n' >"$manner"
    crowd 2400 providers --smtp "$smtp" --http "$http" --manner "$manner" --taken "$taken" --seconds 2300 >"$WORK/providers.log" 2>&1 &
    local providers=$!
    asked=0
    ask_for_codes good $((length / 2))
    local before=$p99 kind taken_while_good slower=0
    sleep 1
    taken_while_good=$(wc -l <"$taken")
    holds "$taken_while_good of $asked messages were taken while all was well" test "$taken_while_good" -eq "$asked"
    for kind in dead hostile slow; do
        behave "$kind"
        ask_for_codes "$kind" "$length"
        # Goes on, for what becomes of the messages has nothing to do with it.
        holds "$kind: 99 of 100 within $p99 ms; $before ms before" test "$p99" -le $((before * 2 + 50)) || slower=$((slower + 1))
        holds "$kind: messages are waiting" test "$(gym_sql "select count(*) from outbox where id > $first and state = 'waiting'")" -gt 10
    done
    holds "nothing was taken meanwhile" test "$(wc -l <"$taken")" -eq "$taken_while_good"

    # Some codes run out while nobody takes them; then everything is due at once, with less urgent messages before it.
    local ended
    ended=$(gym_sql "update outbox set expires_at = clock_timestamp() where id in (select id from outbox where id > $first
        and state = 'waiting' and lease_until is null order by id desc limit 20) returning id" | tr '\n' ' ')
    local due
    due=$(gym_sql "with due as (update outbox set run_at = clock_timestamp() - interval '1 second' where id > $first and lane = 'sms'
            and state = 'waiting' and lease_until is null and expires_at > clock_timestamp() returning id),
        less as (insert into outbox (kind, payload_version, payload, is_secret, lane, state, priority, attempts, due_at, run_at, created_at)
            select 'activation_code', 1, jsonb_build_object('to', jsonb_build_object('sms', '+2010' || 99000000 + n), 'purpose', 'activation',
                'name', 'less urgent', 'code', '000000', 'language', 'en'), true, 'sms', 'waiting', 5, 0,
                clock_timestamp() - interval '1 hour', clock_timestamp() - interval '1 hour', clock_timestamp()
            from generate_series(1, 100) n)
        select count(*) from due")
    local taken_before
    taken_before=$(grep -c '"sms"' "$taken")
    behave good
    settle "$first"
    rm -f "$manner"
    wait "$providers"

    local id sent=0
    for id in $ended; do if grep -qE -- "-$id(\"|@|>)" "$taken"; then sent=$((sent + 1)); fi; done
    holds "$(printf '%s' "$ended" | wc -w | tr -d ' ') codes ran out, $sent of them were sent" test "$sent:${#ended}" != "0:0" -a "$sent" -eq 0
    holds "they are noted as expired" test "$(gym_sql "select count(*) from outbox where state <> 'expired' and id in (0 ${ended:+, $(printf '%s' "$ended" | sed 's/ *$//; s/ /, /g')})")" -eq 0
    local order
    order=$(grep '"sms"' "$taken" | awk -v before="$taken_before" 'NR > before && /less/ && !first { first = NR - before } END { print first + 0 }')
    # Forty: those in hand, and those claimed with them.
    holds "$due codes were due; the first less urgent message was number $order" test "$order" -ge $((due - 40))
    local made lost twice
    made=$(gym_sql "select count(*) from outbox where id > $first and priority = 0")
    lost=$(gym_sql "select count(*) from outbox where id > $first and state not in ('done', 'expired')")
    twice=$(sed 's/.*"key":"\([^"]*\)".*/\1/' "$taken" | sort | uniq -d | wc -l | tr -d ' ')
    holds "$asked codes were asked for, $made messages were made" test "$asked" -eq "$made"
    holds "$lost of them are neither sent nor expired" test "$lost" -eq 0
    holds "$twice were taken twice" test "$twice" -eq 0
    holds "what is noted as done was taken" test "$(gym_sql "select count(*) from outbox where id > $first and state = 'done'")" -eq "$(wc -l <"$taken")"
    [ "$slower" -eq 0 ]
}

behave() {
    printf '%s\n' "$1" >"$manner.new"
    mv -f "$manner.new" "$manner"
    sleep 0.5
}

# ask_for_codes LABEL SECONDS: sets p99, adds to asked.
ask_for_codes() {
    sed -n "$((asked + 1)),$((asked + $2 * RATE))p" "$WORK/everybody" >"$WORK/identifiers"
    crowd $(($2 + 60)) steady --at "127.0.0.1:$GYM_CLIENT_PORT" --rate "$RATE" --seconds "$2" --codes-for "$WORK/identifiers" >"$WORK/codes.log" 2>&1 || {
        cat "$WORK/codes.log"
        return 1
    }
    note "$1: $(head -n 1 "$WORK/codes.log")"
    p99=$(sed -n 's/.*p99 \([0-9]*\) ms.*/\1/p' "$WORK/codes.log")
    asked=$((asked + $(sed -n 's/.* \([0-9]*\) good.*/\1/p' "$WORK/codes.log")))
}

# settle FIRST: until nothing waits; a code waits ten minutes at most.
settle() {
    local began=$SECONDS
    while [ "$(gym_sql "select count(*) from outbox where id > $1 and state = 'waiting'")" -gt 0 ]; do
        [ $((SECONDS - began)) -lt 700 ] || return 1
        sleep 1
    done
    note "everything is settled $((SECONDS - began)) s after the providers came back"
}
