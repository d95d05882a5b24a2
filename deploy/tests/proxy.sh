#!/usr/bin/env bash
# The proxy's configuration: it renders, nginx accepts it, and the answers that nginx makes itself keep the contract.
set -euo pipefail
# shellcheck source=deploy/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=deploy/tests/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

GYM_DATA="$WORK/data with spaces"
cleanup() {
    stop_process nginx QUIT 5
    rm -rf "$WORK"
}
trap cleanup EXIT
need_nginx
need_program curl curl
need_program jq jq
make_data_folder

port=$(free_port 15600)
nobody=$(free_port $((port + 1)))
state=$GYM_DATA/nginx
render() {
    "$DEPLOY/nginx/render" "LISTEN=127.0.0.1:$port" "STATE=$state" "ACCESS_LOG=$GYM_DATA/log/access.log" "ERROR_LOG=$GYM_DATA/log/nginx.log" "$@"
}
accepts() { "$NGINX" -t -e "$GYM_DATA/log/nginx.log" -p "$state/" -c "$1"; }

render STAFF="127.0.0.1:$nobody" CLIENT="127.0.0.1:$nobody" >"$state/native.conf"
render STAFF=staff-api:8081 CLIENT=client-api:8082 RESOLVER=127.0.0.11 >"$state/compose.conf"
claim "nginx accepts it with fixed addresses" accepts "$state/native.conf"
render STAFF="127.0.0.1:$nobody,127.0.0.1:$((nobody + 1))" CLIENT="127.0.0.1:$nobody" >"$state/copies.conf"
claim "nginx accepts it with several copies" accepts "$state/copies.conf"
claim "which are all named" test "$(grep -c '^        server 127' "$state/copies.conf")" -eq 3
claim "nginx accepts it with names that are looked up again" accepts "$state/compose.conf"
claim "a missing setting is named" refuses "a setting is missing: @LISTEN@" "$DEPLOY/nginx/render" STATE=/x ACCESS_LOG=/x ERROR_LOG=/x STAFF=a:1 CLIENT=b:1
claim "an unknown setting is named" refuses "unknown setting PORT" "$DEPLOY/nginx/render" PORT=1


start_process nginx "$NGINX" -e "$GYM_DATA/log/nginx.log" -p "$state/" -c "$state/native.conf" -g 'daemon off;'
wait_until_ready nginx "$port" /live

# ask ARGUMENT...: one request; the body goes to $WORK/body, the headers to $WORK/headers, the status to stdout.
ask() { curl -sS -o "$WORK/body" -D "$WORK/headers" -w '%{http_code}' --max-time 10 "$@"; }
status_is() {
    local wanted=$1 got
    shift
    got=$(ask "$@")
    cat "$WORK/headers" "$WORK/body"
    [ "$got" = "$wanted" ]
}
# The shape that both apps read: both keys, equal, plain text; the envelope's flags; a stable code.
body_is_an_error() {
    cat "$WORK/body"
    jq -e --arg code "$1" '.success == false and .status == "error" and .code == $code and (.message | type == "string" and length > 0)
        and .error == .message and (.request_id | length > 0)' "$WORK/body"
}
header_is() {
    cat "$WORK/headers"
    tr -d '\r' <"$WORK/headers" | grep -qi -- "^$1: $2\$"
}
api=http://127.0.0.1:$port/api
head -c 70000 /dev/zero | tr '\0' x >"$WORK/large"

claim "a service that is away is 502" status_is 502 "$api/customers"
claim "with both keys" body_is_an_error UNAVAILABLE
claim "readable for the web build" header_is Access-Control-Allow-Origin '\*'
claim "with a time to wait" header_is Retry-After 2
claim "as JSON" header_is Content-Type application/json
claim "in Arabic for who reads Arabic" status_is 502 -H 'Accept-Language: ar-EG' "$api/clients/profile"
claim "really in Arabic" grep -q 'الخدمة' "$WORK/body"
claim "a body over the limit is 413" status_is 413 --data-binary "@$WORK/large" "$api/customers"
claim "413 has both keys" body_is_an_error BODY_TOO_LARGE
claim "413 is readable for the web build" header_is Access-Control-Allow-Origin '\*'
claim "a logo may be larger" status_is 502 --data-binary "@$WORK/large" "$api/gyms/upload-logo"
claim "an unknown address is 404" status_is 404 "http://127.0.0.1:$port/metrics"
claim "404 has both keys" body_is_an_error NOT_FOUND
claim "the request's own name is kept" status_is 404 -H 'X-Request-Id: desk-1' "http://127.0.0.1:$port/nothing"
claim "and returned" header_is X-Request-Id desk-1
claim "a harmful name is replaced" status_is 404 -H 'X-Request-Id: a"b<c>' "http://127.0.0.1:$port/nothing"
claim "by a harmless one" jq -e '.request_id | test("^[0-9a-f]{32}$")' "$WORK/body"
claim "headers over the limit are 400" status_is 400 -H "X-Long: $(head -c 9000 /dev/zero | tr '\0' x)" "$api/customers"
claim "400 has both keys" body_is_an_error BAD_REQUEST
claim "the version is nobody's business" header_is Server nginx

verdict
