# shellcheck shell=bash
# The stack in containers, from docker-compose.yml.

compose() { docker compose --project-directory "$ROOT" -f "$ROOT/docker-compose.yml" "$@"; }

# Is there an engine that answers, and compose to drive it?
docker_answers() {
    have docker || return 1
    bounded 20 docker version --format '{{.Server.Version}}' >/dev/null 2>&1 || return 1
    bounded 20 docker compose version >/dev/null 2>&1
}

containers_are_up() {
    [ -n "$(compose ps --status running --quiet nginx 2>/dev/null)" ] && [ "$(http_status "$(containers_port)" /live)" = 200 ]
}

containers_port() { compose port nginx 8080 2>/dev/null | sed -n 's/.*:\([0-9]*\)$/\1/p' | head -n 1; }

containers_url() { printf 'http://127.0.0.1:%s\n' "$(containers_port)"; }

start_containers() {
    need_port GYM_PORT "the proxy"
    say "building and starting the containers (the first time takes some minutes)"
    export GYM_PORT GYM_BIND
    compose up --build --detach --wait --wait-timeout 300 || {
        compose ps --all || true
        compose logs --tail 20 || true
        die "the containers did not come up" "deploy/up --native runs the same without containers"
    }
    printf 'docker\n' | write_file "$GYM_DATA/mode"
}

stop_containers() { compose --profile mail down --remove-orphans --timeout 25; }

remove_containers() { compose --profile mail down --remove-orphans --timeout 25 --volumes; }

# follow_containers: until Ctrl-C, or until somebody else stops them.
follow_containers() {
    local stop=""
    trap 'stop=yes' INT TERM HUP
    while [ -z "$stop" ] && [ -n "$(compose ps --status running --quiet nginx 2>/dev/null)" ]; do
        sleep 3 &
        wait $! || true
    done
    trap '' INT TERM HUP
    say "stopping"
    stop_containers
}
