# shellcheck shell=bash
# What the faults around many callers share.

# crowd SECONDS COMMAND...: the callers, for no longer than that.
crowd() {
    local seconds=$1
    shift
    bounded "$seconds" "$BINARIES/drill" crowd "$@"
}

# many_files: thousands of connections need as many descriptors, here and in what is started from here.
many_files() {
    ulimit -S -n "$(ulimit -H -n)"
    local files
    files=$(ulimit -S -n)
    case $files in
        unlimited) ;;
        *) [ "$files" -ge 12000 ] || die "only $files files may be open; 12000 are needed" "raise the hard limit: ulimit -H -n" ;;
    esac
}

# many_callers_at_one_address: the proxy's callers here all come from the loopback, where a gym's come from many places.
many_callers_at_one_address() {
    export GYM__LIMITS__ADDRESS_REQUESTS_PER_SECOND=100000 GYM__LIMITS__ADDRESS_BURST=100000
    export GYM__LIMITS__ADDRESS_SIGN_INS_PER_MINUTE=1000000 GYM__LIMITS__ADDRESS_SIGN_IN_BURST=1000000
}

# gym_sql STATEMENT [DATABASE]: as the superuser.
gym_sql() {
    PGPASSWORD=$(cat "$GYM_DATA/secrets/postgres") "$PSQL" -X -qAt -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$GYM_PG_PORT" -U postgres -d "${2:-gym}" -c "$1"
}

# holds TEXT COMMAND...: a claim; what does not hold fails the fault.
holds() {
    local text=$1
    shift
    if "$@"; then
        note "ok     $text"
    else
        note "NOT SO $text"
        return 1
    fi
}

# --- several copies of a service

COPIES=

# start_copy SERVICE NAME PORT INTERNAL_PORT
start_copy() {
    service_settings "$1"
    COPIES="$COPIES $2"
    (cd "$ROOT" && start_process "$2" env "${SETTINGS[@]}" "GYM__HTTP__LISTEN=127.0.0.1:$3" "GYM__HTTP__INTERNAL_LISTEN=127.0.0.1:$4" "$BINARIES/$1" serve)
}

stop_copies() {
    local name
    for name in $COPIES; do stop_process "$name" KILL 5; done
    COPIES=
}

# proxy_to STAFF CLIENT: as start_proxy, with host:port,host:port for each.
proxy_to() {
    local state=$GYM_DATA/nginx
    stop_process nginx QUIT 5
    "$DEPLOY/nginx/render" "LISTEN=$GYM_BIND:$GYM_PORT" "STATE=$state" "ACCESS_LOG=$GYM_DATA/log/nginx-access.log" \
        "ERROR_LOG=$GYM_DATA/log/nginx.log" "STAFF=$1" "CLIENT=$2" | write_file "$state/gym.conf"
    start_process nginx "$NGINX" -e "$GYM_DATA/log/nginx.log" -p "$state/" -c "$state/gym.conf" -g 'daemon off;'
    wait_until_ready nginx "$GYM_PORT" /live
}
