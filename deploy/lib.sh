# shellcheck shell=bash
# What up, down, test and their helpers share: words, settings, ports, the lock, processes.
# Written for bash 3.2 and later, so that it also runs on macOS.

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." >/dev/null && pwd -P)
DEPLOY=$ROOT/deploy
USER_UMASK=$(umask)
umask 077
shopt -u patsub_replacement 2>/dev/null || true

# --- words

say() { printf '%s\n' "$*"; }
# end_on_signals: a signal ends the script in the usual way, so that what it started is stopped.
end_on_signals() {
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}
note() { printf '  %s\n' "$*"; }
warn() { printf 'note: %s\n' "$*" >&2; }
die() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    shift
    local line
    for line in "$@"; do printf '  %s\n' "$line" >&2; done
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }
is_root() { [ "$(id -u)" -eq 0 ]; }

# bounded SECONDS COMMAND...: runs it with a time limit where the system has `timeout`.
bounded() {
    local seconds=$1
    shift
    if have timeout; then timeout --foreground -k 10 "$seconds" "$@"; else "$@"; fi
}

# --- settings

# The listening ports by the name of the setting, in the order in which they are shown.
PORT_SETTINGS="GYM_PORT GYM_STAFF_PORT GYM_CLIENT_PORT GYM_STAFF_INTERNAL_PORT GYM_CLIENT_INTERNAL_PORT GYM_PG_PORT"

load_settings() {
    GYM_DATA=${GYM_DATA:-$ROOT/.data}
    case $GYM_DATA in /*) ;; *) GYM_DATA=$PWD/$GYM_DATA ;; esac
    while [ "$GYM_DATA" != "${GYM_DATA%/}" ]; do GYM_DATA=${GYM_DATA%/}; done
    GYM_BIND=${GYM_BIND:-127.0.0.1}
    GYM_HOST=$GYM_BIND
    [ "$GYM_BIND" != 0.0.0.0 ] || GYM_HOST=127.0.0.1
    GYM_PORT=${GYM_PORT:-8080}
    GYM_STAFF_PORT=${GYM_STAFF_PORT:-8081}
    GYM_CLIENT_PORT=${GYM_CLIENT_PORT:-8082}
    GYM_STAFF_INTERNAL_PORT=${GYM_STAFF_INTERNAL_PORT:-9081}
    GYM_CLIENT_INTERNAL_PORT=${GYM_CLIENT_INTERNAL_PORT:-9082}
    GYM_PG_PORT=${GYM_PG_PORT:-15480}
    GYM_PROFILE=${GYM_PROFILE:-release}
    check_data_path
    case $GYM_BIND in *[!0-9.]*) die "GYM_BIND=$GYM_BIND is not an IPv4 address (127.0.0.1, or 0.0.0.0 for all)" ;; esac
    check_ports
}

check_data_path() {
    case $GYM_DATA in
        "" | / | "$HOME" | "$ROOT") die "GYM_DATA=${GYM_DATA:-/} is not a folder of its own" ;;
        *[\"\'\\\$\`\;\{\}]* | *$'\n'*) die "GYM_DATA may not contain quotes, backslashes, braces, semicolons or \$: $GYM_DATA" ;;
    esac
}

# Ports from 32768 on are given out by the system to outgoing connections, so a listener there fails at random.
check_ports() {
    local name value seen=" "
    for name in $PORT_SETTINGS; do
        value=${!name}
        case $value in "" | *[!0-9]*) die "$name=$value is not a port number" ;; esac
        if [ "${#value}" -gt 5 ] || [ "$value" -lt 1 ] || [ "$value" -ge 32768 ]; then
            die "$name=$value: ports must be below 32768 (above, the system hands them to outgoing connections)"
        fi
        case $seen in *" $value "*) die "$name=$value is used twice; every port must be its own" ;; esac
        seen="$seen$value "
    done
}

# --- ports and HTTP, without other programs

port_is_busy() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# need_port SETTING PURPOSE: says which setting to change when something else listens there.
need_port() {
    local port=${!1}
    if port_is_busy "$port"; then
        die "port $port ($2) is in use by another program" "stop that program, or choose another port: $1=$((port + 100)) deploy/up"
    fi
}

# free_port FIRST: the first port from FIRST on where nobody listens.
free_port() {
    local port=$1
    while port_is_busy "$port"; do
        port=$((port + 1))
        [ "$port" -lt 32768 ] || die "no free port from $1 on"
    done
    printf '%s\n' "$port"
}

# http_status PORT PATH [HOST]: the status of a GET, on the loopback by default; nothing when there is no answer.
http_status() {
    (
        exec 3<>"/dev/tcp/${3:-127.0.0.1}/$1" || exit 1
        printf 'GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$2" "${3:-127.0.0.1}" >&3
        IFS=' ' read -r -t 3 _ status _ <&3 || exit 1
        printf '%s\n' "$status"
    ) 2>/dev/null || true
}

# --- the data folder and its lock

make_data_folder() {
    (umask 022 && mkdir -p "$GYM_DATA") 2>/dev/null || die "cannot create $GYM_DATA" "choose a folder that you may write: GYM_DATA=/path deploy/up"
    [ -w "$GYM_DATA" ] || die "$GYM_DATA belongs to another user" "run as that user, or choose your own folder: GYM_DATA=/path deploy/up"
    # As root the database runs as an ordinary user, who must be able to pass through.
    if is_root; then chmod 711 "$GYM_DATA"; else chmod 700 "$GYM_DATA"; fi
    mkdir -p "$GYM_DATA/run" "$GYM_DATA/log" "$GYM_DATA/nginx" "$GYM_DATA/secrets" && chmod 711 "$GYM_DATA/nginx" # large bodies wait there
}

# take_lock: one up or down at a time per data folder. The kernel drops the flock with its holder.
take_lock() {
    if have flock; then
        exec 9>"$GYM_DATA/lock"
        if ! flock -n 9; then
            say "another deploy command works on $GYM_DATA; waiting for it"
            flock -w 900 9 || die "the other command did not finish within 15 minutes"
        fi
    else
        take_lock_folder
    fi
}

take_lock_folder() {
    local folder=$GYM_DATA/lock.d waited=0 holder
    until mkdir "$folder" 2>/dev/null; do
        holder=$(cat "$folder/holder" 2>/dev/null || true)
        if [ -n "$holder" ] && ! is_process "${holder%% *}" "${holder#* }"; then
            rm -rf "$folder"
            continue
        fi
        [ "$waited" -ne 0 ] || say "another deploy command works on $GYM_DATA; waiting for it"
        waited=$((waited + 1))
        [ "$waited" -lt 900 ] || die "the other command did not finish within 15 minutes; if none runs, remove $folder"
        sleep 1
    done
    printf '%s %s\n' "$$" "$(process_identity $$)" >"$folder/holder"
}

release_lock() {
    if have flock; then exec 9>&-; else rm -rf "$GYM_DATA/lock.d"; fi
}

# write_file PATH: stdin to the file, whole or not at all.
write_file() {
    cat >"$1.new"
    mv -f "$1.new" "$1"
}

# --- processes

# process_identity PID: tells a process from a later one with the same number, also across a reboot.
process_identity() {
    local stat
    if [ -r "/proc/$1/stat" ]; then
        stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
        stat=${stat##*) }
        # shellcheck disable=SC2086 # the fields are what is wanted
        set -- $stat
        [ "$1" != Z ] || return 1
        printf '%s@%s\n' "${20}" "$(boot_id)"
    else
        ps -o lstart= -p "$1" 2>/dev/null | grep . || return 1
    fi
}

boot_id() { cat /proc/sys/kernel/random/boot_id 2>/dev/null || true; }

is_process() {
    kill -0 "$1" 2>/dev/null || return 1
    [ "$(process_identity "$1" || true)" = "$2" ]
}

# pid_of NAME: the number of our running process of that name; fails when it does not run.
pid_of() {
    local pid identity
    [ -r "$GYM_DATA/run/$1.pid" ] || return 1
    { IFS= read -r pid && IFS= read -r identity; } <"$GYM_DATA/run/$1.pid" || return 1
    is_process "$pid" "$identity" || return 1
    printf '%s\n' "$pid"
}

runs() { pid_of "$1" >/dev/null; }

# start_process NAME COMMAND...: in a process group of its own, output to log/NAME.log, number to run/NAME.pid.
start_process() {
    local name=$1
    shift
    rm -f "$GYM_DATA/run/$name.pid"
    set -m
    (
        trap - EXIT INT TERM
        trap '' HUP
        exec 9>&-
        pid=$(exec sh -c 'echo "$PPID"')
        printf '%s\n%s\n' "$pid" "$(process_identity "$pid")" | write_file "$GYM_DATA/run/$name.pid"
        exec "$@"
    ) </dev/null >>"$GYM_DATA/log/$name.log" 2>&1 &
    set +m
    local tries=100
    until [ -e "$GYM_DATA/run/$name.pid" ] || [ "$tries" -le 0 ]; do
        sleep 0.05
        tries=$((tries - 1))
    done
}

# stop_process NAME SIGNAL SECONDS: asks it to end and insists when the time is over.
stop_process() {
    local name=$1 signal=$2 seconds=$3 pid tries
    if pid=$(pid_of "$name"); then
        kill -s "$signal" "$pid" 2>/dev/null || true
        tries=$((seconds * 10))
        while runs "$name" && [ "$tries" -gt 0 ]; do
            sleep 0.1
            tries=$((tries - 1))
        done
        if runs "$name"; then
            warn "$name did not end within $seconds seconds; killed"
            kill -s KILL "$pid" 2>/dev/null || true
        fi
    fi
    stop_orphans "$name"
    rm -f "$GYM_DATA/run/$name.pid"
}

# stop_orphans NAME: ends what a killed process left behind in its group, as the workers of nginx.
stop_orphans() {
    local pid identity member
    { IFS= read -r pid && IFS= read -r identity; } 2>/dev/null <"$GYM_DATA/run/$1.pid" || return 0
    case $identity in *@*) [ "${identity#*@}" = "$(boot_id)" ] || return 0 ;; esac
    for member in $(group_members "$pid" "$1"); do kill -s KILL "$member" 2>/dev/null || true; done
}

# group_members GROUP NAME: the living processes of that group whose command carries the name.
group_members() {
    local folder stat command
    if [ -r /proc/self/stat ]; then
        for folder in /proc/[0-9]*; do
            stat=$(cat "$folder/stat" 2>/dev/null) || continue
            command=${stat#*(}
            stat=${stat##*) }
            # shellcheck disable=SC2086 # the fields are what is wanted
            set -- "$1" "$2" $stat
            if [ "$5" = "$1" ] && [ "$3" != Z ]; then
                case $command in "${2:0:15}"*) printf '%s\n' "${folder#/proc/}" ;; esac
            fi
        done
    else
        ps -A -o pid=,pgid=,command= | awk -v group="$1" -v name="$2" '$2 == group && index($0, name) { print $1 }'
    fi
}

# last_words NAME: the end of its log, for an error message.
last_words() {
    [ -s "$GYM_DATA/log/$1.log" ] || return 0
    printf '  the last lines of %s:\n' "$GYM_DATA/log/$1.log" >&2
    tail -n 20 "$GYM_DATA/log/$1.log" | sed 's/^/  | /' >&2
}

# shellcheck source=deploy/lib/tools.sh
. "$DEPLOY/lib/tools.sh"
# shellcheck source=deploy/lib/cluster.sh
. "$DEPLOY/lib/cluster.sh"
# shellcheck source=deploy/lib/native.sh
. "$DEPLOY/lib/native.sh"
# shellcheck source=deploy/lib/containers.sh
. "$DEPLOY/lib/containers.sh"
