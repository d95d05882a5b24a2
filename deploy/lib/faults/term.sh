# shellcheck shell=bash
# A service is told to stop while callers, some of them rude, keep it busy.

# shellcheck source=deploy/lib/faults/crowd.sh
. "$DEPLOY/lib/faults/crowd.sh"

fault_term() {
    local round=0 rounds
    rounds=$(times 10 1)
    fresh_stack
    while [ "$round" -lt "$rounds" ]; do
        round=$((round + 1))
        runs staff-api || {
            start_service staff-api
            wait_until_ready staff-api "$GYM_STAFF_INTERNAL_PORT" /ready
        }
        crowd 120 parting --at "127.0.0.1:$GYM_STAFF_PORT" --process "$(pid_of staff-api)"
        holds "it says that it closed in order" grep -q 'closed' "$GYM_DATA/log/staff-api.log"
    done
}
