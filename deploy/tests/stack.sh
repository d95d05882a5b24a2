#!/usr/bin/env bash
# The life of a stack started by deploy/up: started twice, killed in every part, stopped twice, two starts at once,
# Ctrl-C, a part that ends by itself. Needs what deploy/up needs; builds with GYM_PROFILE (dev by default here).
set -euo pipefail
# shellcheck source=deploy/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=deploy/tests/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

export GYM_DATA="$WORK/a gym" GYM_PROFILE=${GYM_PROFILE:-dev}
GYM_PORT=$(free_port 15700)
for setting in GYM_STAFF_PORT GYM_CLIENT_PORT GYM_STAFF_INTERNAL_PORT GYM_CLIENT_INTERNAL_PORT GYM_PG_PORT; do
    printf -v "$setting" %s "$(free_port $((${last:-$GYM_PORT} + 1)))"
    last=${!setting}
    export "${setting?}"
done
export GYM_PORT
URL=http://127.0.0.1:$GYM_PORT
load_settings

cleanup() {
    "$DEPLOY/down" >/dev/null 2>&1 || true
    if [ -s "$GYM_DATA/cluster" ]; then rm -rf "$(dirname "$(cat "$GYM_DATA/cluster")")"; fi
    rm -rf "$WORK"
}
trap cleanup EXIT

up() { bounded 900 "$DEPLOY/up" --native "$@"; }
up_again() { says "^ready $URL\$" up --detach; }
ends_ready() { [ "$(up --detach | tail -n 1)" = "ready $URL" ]; }
ready() { [ "$(http_status "$GYM_STAFF_INTERNAL_PORT" /ready)" = 200 ] && [ "$(http_status "$GYM_CLIENT_INTERNAL_PORT" /ready)" = 200 ]; }
all_ports_free() {
    local setting
    for setting in $PORT_SETTINGS; do if port_is_busy "${!setting}"; then return 1; fi; done
}
number() { sed -n 1p "$GYM_DATA/run/$1.pid"; }
kill_hard() { kill -s KILL "$1"; sleep 0.3; }
postmaster() { cluster_pid "$(cluster_folder)"; }
sql() {
    find_postgres "" && PGPASSWORD=$(cat "$GYM_DATA/secrets/postgres") "$PSQL" -X -qAt -h 127.0.0.1 -p "$GYM_PG_PORT" -U postgres -d gym -c "$1"
}

claim "the first start ends with the ready line" ends_ready
[ "$FAILED" -eq 0 ] || verdict
claim "both services are ready" ready
claim "the proxy answers" test "$(http_status "$GYM_PORT" /live)" = 200
claim "the documents of staff-api are served" test "$(http_status "$GYM_PORT" /docs/staff/openapi.json)" = 200
claim "the documents of client-api are served" test "$(http_status "$GYM_PORT" /docs/clients/openapi.json)" = 200
claim "no internal path is served by the proxy" test "$(http_status "$GYM_PORT" /metrics)" = 404
claim "the secrets are closed to others" test "$(find "$GYM_DATA/secrets" -perm /077 | wc -l)" -eq 0
claim "a note is left in the database" sql "create table kept (note text); insert into kept values ('still here')"

staff=$(number staff-api)
claim "started twice it says so" says "runs already" up --detach
claim "and started nothing new" test "$(number staff-api)" = "$staff"
claim "a foreground start on a running stack returns too" says "^ready $URL\$" up
other=$WORK/other
claim "another data folder on the same ports is refused by name" refuses "port $GYM_PORT \(the proxy\) is in use" env "GYM_DATA=$other" "GYM_PG_PORT=$((GYM_PG_PORT + 1))" "$DEPLOY/up" --native --detach
claim "and the running stack is unharmed" ready

for part in staff-api client-api nginx; do
    kill_hard "$(number "$part")"
    claim "it starts again after kill -9 of $part" up_again
    claim "everything is ready after kill -9 of $part" ready
done
kill_hard "$(postmaster)"
claim "it starts again after kill -9 of Postgres" up_again
for part in staff-api client-api nginx; do kill -s KILL "$(number "$part")"; done
kill_hard "$(postmaster)"
claim "it starts again after kill -9 of everything" up_again
claim "the data is still there" says "still here" sql "select note from kept"

"$DEPLOY/down" >/dev/null
claim "down frees every port" all_ports_free
claim "down twice says that nothing runs" says "nothing runs" "$DEPLOY/down"

# As after a power cut: numbers of processes that are now somebody else's.
printf '%s\n%s\n' "$$" "0@another-boot" >"$GYM_DATA/run/staff-api.pid"
as_postgres sh -c "printf '%s\n' $$ >\"\$1/postmaster.pid\"" sh "$(cluster_folder)"
claim "stale process numbers do not hinder a start" up_again
"$DEPLOY/down" >/dev/null

up --detach >"$WORK/one.log" 2>&1 &
one=$!
up --detach >"$WORK/two.log" 2>&1 &
two=$!
claim "two starts at once: the first ends well" wait "$one"
claim "two starts at once: the second ends well" wait "$two"
claim "the first is ready" test "$(tail -n 1 "$WORK/one.log")" = "ready $URL"
claim "the second is ready" test "$(tail -n 1 "$WORK/two.log")" = "ready $URL"
claim "there is one stack" ready
rm -f "$GYM_DATA/secrets/postgres"
"$DEPLOY/down" >/dev/null
claim "a lost superuser password is replaced" up_again
claim "with the data kept" says "still here" sql "select note from kept"
"$DEPLOY/down" >/dev/null

foreground() {
    : >"$WORK/foreground.log"
    set -m
    up >"$WORK/foreground.log" 2>&1 &
    set +m
    foreground=$!
    local tries=600
    until grep -q '^ready' "$WORK/foreground.log" || [ "$tries" -le 0 ]; do
        sleep 0.2
        tries=$((tries - 1))
    done
}
# The signal goes to the whole group, as from a terminal.
foreground
kill -s INT -- "-$foreground"
claim "Ctrl-C ends a foreground start in peace" wait "$foreground"
claim "Ctrl-C stops everything" all_ports_free
foreground
kill_hard "$(number client-api)"
claim "a service that ends takes the foreground start with it" not wait "$foreground"
claim "which says who it was" grep -q "ended by itself: client-api" "$WORK/foreground.log"
claim "and stops the rest" all_ports_free
foreground
"$DEPLOY/down" >/dev/null
claim "down ends a foreground start in peace" wait "$foreground"

claim "--fresh starts" says "the old data is gone" up --detach --fresh
claim "without the old data" not sql "select note from kept"
"$DEPLOY/down" >/dev/null

verdict
