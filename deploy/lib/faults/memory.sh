# shellcheck shell=bash
# Identifiers and addresses that nobody has seen before: a million of them.

# shellcheck source=deploy/lib/faults/crowd.sh
. "$DEPLOY/lib/faults/crowd.sh"

fault_memory() {
    fresh_stack
    crowd 3000 strangers --staff "127.0.0.1:$GYM_STAFF_PORT" --clients "127.0.0.1:$GYM_CLIENT_PORT" \
        --process "$(pid_of staff-api)" --process "$(pid_of client-api)" --strangers "$(times 1000000 100000)"
    note "counters kept: $(gym_sql "select count(*) from limit_counters"), codes: $(gym_sql "select count(*) from one_time_codes"), messages withheld: $(gym_sql "select count(*) from outbox where state = 'withheld'")"
    # Two days later.
    gym_sql "update limit_counters set window_started_at = window_started_at - interval '2 days'"
    gym_sql "update one_time_codes set created_at = created_at - interval '2 days', expires_at = expires_at - interval '2 days'"
    gym_sql "update outbox set created_at = created_at - interval '8 days', finished_at = finished_at - interval '8 days' where state = 'withheld'"
    local began=$SECONDS limit
    limit=$(times 1200 150)
    until [ "$(old_rows)" -eq 0 ] || [ $((SECONDS - began)) -ge "$limit" ]; do sleep 2; done
    holds "$(old_rows) old rows are left $((SECONDS - began)) s later" test "$(old_rows)" -eq 0
}

old_rows() {
    gym_sql "select (select count(*) from limit_counters where window_started_at < now() - interval '1 day')
        + (select count(*) from one_time_codes where expires_at < now() - interval '1 day')
        + (select count(*) from outbox where state = 'withheld' and finished_at < now() - interval '7 days')"
}
