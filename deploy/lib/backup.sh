# shellcheck shell=bash
# What backup and restore share: the way to the database, a session that stays open, the cipher, the file.
#
# A backup is one file: a tar of `manifest`, `database` (pg_dump, custom format), perhaps `files` and `secrets`, each sealed by gpg,
# and a last line with the SHA-256 of all before it. The manifest names the SHA-256 of the other parts, so that parts of
# two backups cannot be mixed.

# shellcheck disable=SC2034 # for the two scripts
BACKUP_FORMAT=1
# shellcheck disable=SC2034
BACKUP_SECRETS="staff_key client_key hash_key"
BACKUP_SEAL="gym-backup sha256 "
# shellcheck disable=SC2034
BACKUP_SEAL_BYTES=83
FILE=
PARTS=
JOB=
SESSION=

# --- temporary files

# end_backup: leaves nothing of a run behind, whatever it was doing.
end_backup() {
    local group
    for group in $JOB $SESSION; do
        kill -s KILL -- "-$group" 2>/dev/null || true
        wait "$group" 2>/dev/null || true
    done
    [ -z "$PARTS" ] || throw_parts_away "$PARTS"
}

# throw_parts_away FOLDER: also what a killed run left there.
throw_parts_away() {
    if [ -s "$1/gpg" ]; then end_gpg "$(cat "$1/gpg")"; fi
    rm -rf "$1"
}

# make_parts FOLDER: a closed folder for the parts while they are made or read. What killed runs left there goes.
make_parts() {
    local left pid identity
    for left in "$1"/.gym-backup.*; do
        [ -O "$left/owner" ] || continue
        { read -r pid && IFS= read -r identity; } 2>/dev/null <"$left/owner" || continue
        is_process "$pid" "$identity" || throw_parts_away "$left"
    done
    PARTS=$(mktemp -d "$1/.gym-backup.XXXXXX") || die "cannot write to $1"
    printf '%s\n%s\n' "$$" "$(process_identity $$)" >"$PARTS/owner"
    trap '' PIPE
}

sha256() { if have sha256sum; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1; }
bytes() { wc -c | tr -d ' '; }

# --- the cipher: gpg with a key of one's own, AES-256 and a check of the content that fails for any change of it

# choose_key make|demand
choose_key() {
    need_program gpg gnupg
    KEY=${GYM_BACKUP_KEY_FILE:-$GYM_DATA/backup_key}
    if ! [ -e "$KEY" ] && [ "$1" = make ] && [ -z "${GYM_BACKUP_KEY_FILE:-}" ]; then
        make_data_folder
        "$DEPLOY/make-key" random "$KEY"
        warn "made a new key for backups: $KEY"
        warn "keep a copy of it where the backups are not: without it nobody can read them, and it is in none of them"
    fi
    [ -r "$KEY" ] || die "there is no key in $KEY" "GYM_BACKUP_KEY_FILE names the file with the key of the backups (deploy/make-key random FILE makes one)"
    local line
    IFS= read -r line <"$KEY" || [ -n "$line" ] || die "the key in $KEY is empty"
    [ "${#line}" -ge 32 ] || die "the key in $KEY is shorter than 32 characters" "deploy/make-key random FILE makes a good one"
}

# The path of gpg's folder must be short, because its agent opens a socket there.
make_gpg_home() {
    GPG_FOLDER=$(mktemp -d /tmp/gym-gpg.XXXXXX)
    printf '%s\n' "$GPG_FOLDER" >"$PARTS/gpg"
}

end_gpg() {
    case $1 in /tmp/gym-gpg.*) ;; *) return 0 ;; esac
    [ -d "$1" ] || return 0
    gpgconf --homedir "$1" --kill gpg-agent >/dev/null 2>&1 || true
    rm -rf "$1"
}

gym_gpg() {
    gpg --homedir "$GPG_FOLDER" --no-options --batch --quiet --no-tty --no-symkey-cache --pinentry-mode loopback \
        --passphrase-file "$KEY" "$@" 7>&- 9>&-
}

seal() { gym_gpg --symmetric --cipher-algo AES256 --compress-algo none; }

# unseal PART: fails unless the content is what was sealed with this key; gpg alone would also pass on what was never sealed.
unseal() {
    rm -f "$PARTS/status"
    tar -xOf "$FILE" "$1" | gym_gpg --status-file "$PARTS/status" --decrypt 2>"$PARTS/gpg.log" || return 1
    grep -q '^\[GNUPG:\] GOODMDC' "$PARTS/status"
}

# --- the way to the database

# choose_place URL_FILE yes|no: url; docker where that is wanted or GYM_DATA was started so; else native.
choose_place() {
    DATABASE=native
    if [ -n "$1" ]; then
        [ "$2" = no ] || die "--docker and --database-url-file exclude each other"
        DATABASE=url
    elif [ "$2" = yes ] || [ "$(cat "$GYM_DATA/mode" 2>/dev/null || true)" = docker ]; then
        DATABASE=docker
        docker_answers || die "no Docker engine with compose answers"
    fi
}

# reach_database URL_FILE
reach_database() {
    CONNECTION=(--no-password)
    case $DATABASE in
        url) connect_by_url "$1" ;;
        docker) CONNECTION=(--no-password --username=gym_migrator --dbname=gym) ;;
        native) connect_by_url "$GYM_DATA/secrets/migrator_url" ;;
    esac
    choose_tools
}

# connect_by_url FILE: the URL goes into a service file, because the arguments of a program are no secret.
connect_by_url() {
    local url rest user host option options=''
    { IFS= read -r url <"$1" || [ -n "$url" ]; } 2>/dev/null || die "there is no database URL in $1"
    case $url in
        postgres://*@*/?* | postgresql://*@*/?*) rest=${url#*://} ;;
        *) die "$1 does not hold a URL like postgres://user:password@host:port/database" ;;
    esac
    case $rest in *\?*) options=${rest#*\?} rest=${rest%%\?*} ;; esac
    user=${rest%@*} host=${rest##*@}
    {
        echo '[gym]'
        service_line dbname "${host#*/}"
        host=${host%%/*}
        case $host in \[*\]) ;; *:*) service_line port "${host##*:}" && host=${host%:*} ;; esac
        host=${host#\[}
        service_line host "${host%\]}"
        service_line user "${user%%:*}"
        case $user in *:*) service_line password "${user#*:}" ;; esac
        while [ -n "$options" ]; do
            option=${options%%&*}
            service_line "${option%%=*}" "${option#*=}"
            case $options in *\&*) options=${options#*&} ;; *) options='' ;; esac
        done
    } >"$PARTS/service"
    export PGSERVICEFILE=$PARTS/service PGSERVICE=gym
}

# service_line NAME VALUE: with the percent signs of a URL resolved.
service_line() {
    local value=${2//\\/\\\\}
    printf '%s=%b\n' "$1" "${value//%/\\x}"
}

# choose_tools: the server's own version where it is installed: an older pg_dump refuses, a newer pg_restore asks too much.
choose_tools() {
    [ "$DATABASE" != docker ] || return 0
    local number fallback
    if ! find_postgres; then
        { have psql && have pg_restore; } || die "psql, pg_dump and pg_restore are missing; install the client programs of Postgres"
        PG_BIN=$(dirname -- "$(command -v pg_dump)")
    fi
    fallback=$PG_BIN
    number=$(ask 'show server_version_num') || die "the database does not answer" "$(tail -n 3 "$PARTS/errors")"
    find_postgres "$((number / 10000))" || PG_BIN=$fallback
}

# postgres_tool PROGRAM ARGUMENT...
postgres_tool() {
    local program=$1
    shift
    if [ "$DATABASE" = docker ]; then
        # shellcheck disable=SC2016 # for the other shell
        compose exec -T postgres sh -c 'PGPASSWORD=$(cat /secrets/migrator) exec "$0" "$@"' "$program" "$@" 7>&- 9>&-
    else
        "$PG_BIN/$program" "$@" 7>&- 9>&-
    fi
}

gym_psql() { postgres_tool psql "${CONNECTION[@]}" -X -q -A -t -F "$(printf '\t')" -v ON_ERROR_STOP=1 "$@"; }

# ask STATEMENT: its answer.
ask() { gym_psql -c "$1" </dev/null 2>"$PARTS/errors"; }

# --- a session that stays open: orders go to descriptor 7, what it says stands in the files answers and errors

open_session() {
    mkfifo "$PARTS/orders"
    set -m
    gym_psql <"$PARTS/orders" >"$PARTS/answers" 2>"$PARTS/errors" 9>&- &
    SESSION=$!
    set +m
    exec 7>"$PARTS/orders"
}

# order LINE...
order() { printf '%s\n' "$@" 2>/dev/null >&7; }

# settled MARK: waits until everything ordered so far is done; fails when the session ended before.
settled() {
    order "\\echo $1" || true
    until grep -qxF "$1" "$PARTS/answers"; do
        if ! kill -0 "$SESSION" 2>/dev/null; then
            grep -qxF "$1" "$PARTS/answers"
            return
        fi
        sleep 0.05
    done
}

close_session() {
    exec 7>&-
    wait "$SESSION" 2>/dev/null || true
    SESSION=
}

# in_background COMMAND...: in a process group of its own, so that a signal to this script can end all of it at once.
in_background() {
    set -m
    "$@" 7>&- 9>&- &
    JOB=$!
    set +m
    local status=0
    wait "$JOB" || status=$?
    JOB=
    return "$status"
}

# tally_lines FILE: the comparable lines of a tally or a manifest.
tally_lines() { grep -E "^(table|sum)$(printf '\t')" "$1" | LC_ALL=C sort; }

# manifest_value NAME: the rest of that line.
manifest_value() { sed -n "s/^$1$(printf '\t')//p" "$PARTS/manifest"; }
