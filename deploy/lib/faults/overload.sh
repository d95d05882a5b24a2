# shellcheck shell=bash
# Ten times the load that staff-api can take.

# shellcheck source=deploy/lib/faults/crowd.sh
. "$DEPLOY/lib/faults/crowd.sh"

fault_overload() {
    many_files
    # Everybody signs in to one account here.
    export GYM__LIMITS__ACCOUNT_WRONG_PASSWORDS=1000000
    fresh_stack
    crowd 200 flood --at "127.0.0.1:$GYM_STAFF_PORT" --seconds "$(times 30 10)"
}
