# shellcheck shell=bash
# A private Postgres cluster: made, started, stopped; nothing outside its own folder is touched.

# cluster_folder: where the database of GYM_DATA lies. As root it must be a place that the database's user can
# reach, which a folder below a closed home is not; then the path is kept in GYM_DATA/cluster.
cluster_folder() {
    if [ -s "$GYM_DATA/cluster" ]; then cat "$GYM_DATA/cluster"; else printf '%s/pg\n' "$GYM_DATA"; fi
}

place_cluster() {
    CLUSTER=$(cluster_folder)
    if [ -d "$CLUSTER" ] || ! is_root || as_postgres test -x "$GYM_DATA"; then return; fi
    local folder
    (umask 022 && mkdir -p /var/lib/gym)
    folder=$(mktemp -d /var/lib/gym/XXXXXXXX)
    chmod 711 "$folder"
    CLUSTER=$folder/pg
    printf '%s\n' "$CLUSTER" | write_file "$GYM_DATA/cluster"
    warn "the user $(postgres_user) cannot reach $GYM_DATA, so the database lies in $CLUSTER"
}

# cluster_init FOLDER INITDB_OPTION...: whole or not at all, so that an interrupted one is made again.
cluster_init() {
    local folder=$1 user
    shift
    [ ! -s "$folder/PG_VERSION" ] || return 0
    user=$(postgres_user)
    rm -rf "$folder" "$folder.new"
    mkdir -m 700 "$folder.new"
    if is_root; then chown "$user:$(id -g "$user")" "$folder.new"; fi
    as_postgres "$PG_BIN/initdb" -D "$folder.new" -U postgres --encoding=UTF8 --locale="$(cluster_locale)" "$@" >/dev/null \
        || die "initdb failed in $folder.new"
    # shellcheck disable=SC2016 # for the other shell
    as_postgres sh -c 'printf "%s\n" "log_parameter_max_length = 0" "log_parameter_max_length_on_error = 0" "log_error_verbosity = terse" "include_if_exists = '\''gym.conf'\''" >>"$1/postgresql.conf"' sh "$folder.new"
    mv "$folder.new" "$folder"
}

# cluster_init_with_password FOLDER PASSWORD_FILE: initdb reads the password as the database's user.
cluster_init_with_password() {
    local copy
    copy=$(as_postgres mktemp /tmp/gym.XXXXXX)
    # shellcheck disable=SC2016 # for the other shell
    as_postgres sh -c 'cat >"$1"' sh "$copy" <"$2"
    cluster_init "$1" --auth=scram-sha-256 --data-checksums --pwfile="$copy"
    as_postgres rm -f "$copy"
}

# Searching Arabic names needs a locale that knows letters beyond ASCII.
cluster_locale() {
    local candidate
    for candidate in C.UTF-8 C.utf8 en_US.UTF-8 en_US.utf8; do
        if locale -a 2>/dev/null | grep -qixF "$candidate"; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    warn "this system has no UTF-8 locale; searching names is limited to Latin letters"
    printf 'C\n'
}

# cluster_configure FOLDER: stdin becomes its settings.
cluster_configure() {
    # shellcheck disable=SC2016 # for the other shell
    as_postgres sh -c 'cat >"$1/gym.conf.new" && mv -f "$1/gym.conf.new" "$1/gym.conf"' sh "$1"
}

# socket_folder FOLDER: where its socket can lie; empty when the path is too long for one.
socket_folder() {
    if [ "${#1}" -le 80 ]; then printf '%s\n' "$1"; fi
}

cluster_pid() { sed -n 1p "$1/postmaster.pid" 2>/dev/null; }

# A postmaster.pid that outlived its process may name a number that is now somebody else's.
cluster_runs() {
    local pid command
    pid=$(cluster_pid "$1")
    case $pid in "" | *[!0-9]*) return 1 ;; esac
    process_identity "$pid" >/dev/null 2>&1 || return 1
    if [ -r "/proc/$pid/cmdline" ]; then
        command=$(tr '\0' ' ' <"/proc/$pid/cmdline")
    else
        command=$(ps -o command= -p "$pid" 2>/dev/null || true)
    fi
    case $command in *postgres*) return 0 ;; *) return 1 ;; esac
}

# cluster_start FOLDER LOG: also after kill -9 and after a crash of the machine.
cluster_start() {
    local folder=$1 log=$2 try
    if cluster_runs "$folder"; then return 0; fi
    # Where nobody collects the dead, the number in these files still counts as a process.
    as_postgres rm -f "$folder/postmaster.pid" "$folder"/.s.PGSQL.*.lock
    for try in 1 2 3 4 5 6 7 8 9 10; do
        if as_postgres "$PG_BIN/pg_ctl" -D "$folder" -w -t 300 start </dev/null >>"$log" 2>&1 9>&-; then return 0; fi
        # Children of a killed postmaster hold its memory for a moment.
        [ "$try" -lt 10 ] || return 1
        tail -n 20 "$log" | grep -q 'pre-existing shared memory block' || return 1
        sleep 1
    done
}

# cluster_stop FOLDER LOG
cluster_stop() {
    local folder=$1 log=$2
    cluster_runs "$folder" || return 0
    as_postgres "$PG_BIN/pg_ctl" -D "$folder" -m fast -w -t 60 stop >>"$log" 2>&1 9>&- && return 0
    cluster_runs "$folder" || return 0
    warn "the database did not stop within a minute; stopping it at once (it recovers at the next start)"
    as_postgres "$PG_BIN/pg_ctl" -D "$folder" -m immediate -w -t 30 stop >>"$log" 2>&1 9>&- || true
}

# cluster_set_superuser FOLDER PASSWORD: for a stopped cluster whose password was lost.
cluster_set_superuser() {
    printf "alter role postgres password '%s'\n" "$2" \
        | as_postgres "$PG_BIN/postgres" --single -D "$1" postgres >/dev/null 2>&1
}
