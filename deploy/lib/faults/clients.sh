# shellcheck shell=bash
# Two thousand connections at the staff door and as many at the proxy say nothing, or a byte a second.

# shellcheck source=deploy/lib/faults/crowd.sh
. "$DEPLOY/lib/faults/crowd.sh"

fault_clients() {
    many_files
    many_callers_at_one_address
    fresh_stack
    crowd 200 slow --at "127.0.0.1:$GYM_STAFF_PORT" --at "127.0.0.1:$GYM_PORT" \
        --desk "127.0.0.1:$GYM_STAFF_PORT" --desk "127.0.0.1:$GYM_PORT" --connections "$(times 2000 2000)"
}
