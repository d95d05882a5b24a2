# shellcheck shell=bash
# Finds the programs that the stack needs; installs a missing one where that is allowed, else says what to install.

# --- installing

# May this user install packages without being asked for a password? GYM_INSTALL=no forbids it.
may_install() {
    [ "${GYM_INSTALL:-yes}" != no ] && have apt-get || return 1
    is_root || { have sudo && sudo -n true 2>/dev/null; }
}

privileged() { if is_root; then "$@"; else sudo -n "$@"; fi; }

# apt_install PACKAGE...: without starting any service of the package.
apt_install() {
    local guard=/usr/sbin/policy-rc.d guarded=no status=0
    say "installing $* (apt-get)"
    apt_update
    if ! [ -e "$guard" ]; then
        guarded=yes
        # shellcheck disable=SC2016 # for the other shell
        privileged sh -c 'printf "#!/bin/sh\nexit 101\n" >"$1" && chmod 755 "$1"' sh "$guard"
    fi
    apt_get install -y --no-install-recommends "$@" || status=$?
    [ "$guarded" = no ] || privileged rm -f "$guard"
    return "$status"
}

apt_get() {
    (umask 022 && privileged env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" >/dev/null)
}

apt_update() {
    [ -z "${APT_UPDATED:-}" ] || return 0
    apt_get update || warn "apt-get update failed; trying with the lists that are there"
    APT_UPDATED=yes
}

# need_program PROGRAM PACKAGE
need_program() {
    have "$1" && return 0
    if may_install && apt_install "$2" && have "$1"; then return 0; fi
    die "$1 is missing; install the package $2 and try again"
}

# --- Beancount, which judges the books

# Kept at one version each: a new one that reads the books differently is not to stop a change of ours.
BEANCOUNT_NEEDED="beancount==3.2.3 beanquery==0.2.0"

# need_beancount: sets BEANCOUNT, the folder of its programs; they are installed into the build folder once.
need_beancount() {
    local folder
    need_program python3 python3
    folder=$(dirname "$(GYM_PROFILE=dev target_folder)")/beancount-3.2.3
    BEANCOUNT=$folder/bin
    [ ! -x "$BEANCOUNT/bean-check" ] || [ ! -x "$BEANCOUNT/bean-query" ] || return 0
    rm -rf "$folder"
    if ! python3 -m venv "$folder" >/dev/null 2>&1; then
        rm -rf "$folder"
        if may_install; then apt_install python3-venv || true; fi
        python3 -m venv "$folder" || die "python3 cannot make a virtual environment; install the package python3-venv and try again"
    fi
    # shellcheck disable=SC2086 # two packages
    bounded 600 "$folder/bin/pip" install --quiet --disable-pip-version-check $BEANCOUNT_NEEDED || {
        rm -rf "$folder"
        die "Beancount is missing, and pip cannot fetch it" "pip install $BEANCOUNT_NEEDED needs a way to PyPI, or to a mirror that PIP_INDEX_URL names"
    }
}

# --- Rust

RUST_NEEDED=1.94

need_rust() {
    have cargo || PATH=$PATH:$HOME/.cargo/bin
    if ! have cargo || ! have rustc; then
        die "Rust is missing: cargo and rustc $RUST_NEEDED or newer" "install it with rustup (https://rustup.rs), then open a new shell"
    fi
    local version major minor
    version=$(cd "$ROOT" && rustc --version 2>/dev/null | sed -n 's/^rustc \([0-9][0-9.]*\).*/\1/p')
    major=${version%%.*}
    minor=${version#*.}
    minor=${minor%%.*}
    if [ "${major:-0}" -eq 1 ] && [ "${minor:-0}" -lt "${RUST_NEEDED#1.}" ] || [ "${major:-0}" -lt 1 ]; then
        die "rustc ${version:-of unknown version} is too old; $RUST_NEEDED or newer is needed" "rustup update stable"
    fi
    need_c_compiler
}

need_c_compiler() {
    have cc && return 0
    if may_install && apt_install gcc libc6-dev && have cc; then return 0; fi
    die "a C compiler (cc) is missing" "Debian, Ubuntu: apt-get install gcc libc6-dev" "Fedora: dnf install gcc" \
        "macOS: xcode-select --install"
}

# cargo_here ARGUMENT...: cargo in the workspace, with the user's own umask and the committed query data.
cargo_here() { cargo_bounded 7200 "$@"; }

# cargo_bounded SECONDS ARGUMENT...
cargo_bounded() {
    local seconds=$1
    shift
    (
        umask "$USER_UMASK"
        cd "$ROOT"
        export SQLX_OFFLINE=${SQLX_OFFLINE:-true}
        bounded "$seconds" cargo "$@" 9>&-
    )
}

# target_folder: where cargo puts the binaries of GYM_PROFILE.
target_folder() {
    local folder=$GYM_PROFILE
    [ "$folder" != dev ] || folder=debug
    printf '%s/%s\n' "$(cargo_here metadata --format-version 1 --no-deps --offline \
        | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')" "$folder"
}

# --- nginx

find_nginx() {
    local candidate
    for candidate in "$(command -v nginx || true)" /usr/sbin/nginx /usr/local/sbin/nginx /usr/local/bin/nginx /opt/homebrew/bin/nginx; do
        if [ -n "$candidate" ] && "$candidate" -v >/dev/null 2>&1; then
            NGINX=$candidate
            return 0
        fi
    done
    return 1
}

need_nginx() {
    find_nginx && return 0
    if may_install && apt_install nginx; then
        # Installed for this stack only: it is not to take port 80 at the next boot.
        if have systemctl; then privileged systemctl disable nginx >/dev/null 2>&1 || true; fi
        find_nginx && return 0
    fi
    die "nginx is missing" "Debian, Ubuntu: apt-get install nginx" "Fedora: dnf install nginx" "macOS: brew install nginx"
}

# --- Postgres

POSTGRES_NEEDED=15

# The user under whom the database runs: never root.
postgres_user() {
    if ! is_root; then id -un; elif id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi
}

# as_postgres COMMAND...: as that user, from a folder that the user may read.
as_postgres() {
    if ! is_root; then
        "$@"
        return
    fi
    local user
    user=$(postgres_user)
    if have setpriv; then
        (cd / && exec setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups "$@")
    else
        # shellcheck disable=SC2016 # for the other shell
        (cd / && exec su -s /bin/sh "$user" -c 'exec "$0" "$@"' -- "$@")
    fi
}

postgres_folders() {
    local program folder
    for program in postgres pg_ctl initdb; do
        if have "$program"; then dirname -- "$(readlink -f "$(command -v "$program")" 2>/dev/null || command -v "$program")"; fi
    done
    for folder in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin \
        /Applications/Postgres.app/Contents/Versions/*/bin /usr/local/pgsql/bin; do
        if [ -d "$folder" ]; then printf '%s\n' "$folder"; fi
    done
}

# find_postgres [MAJOR]: sets PG_BIN, PG_MAJOR and PSQL to the newest usable one, or to exactly that version.
find_postgres() {
    local wanted=${1:-} folder major program
    PG_BIN=
    PG_MAJOR=0
    while IFS= read -r folder; do
        for program in postgres pg_ctl initdb; do [ -x "$folder/$program" ] || continue 2; done
        [ -x "$folder/psql" ] || have psql || continue
        major=$(as_postgres "$folder/postgres" --version 2>/dev/null | sed -n 's/^postgres (PostgreSQL) \([0-9]*\).*/\1/p')
        [ "${major:-0}" -ge "$POSTGRES_NEEDED" ] || continue
        [ -z "$wanted" ] || [ "$major" -eq "$wanted" ] || continue
        has_contrib "$folder" || continue
        if [ "$major" -gt "$PG_MAJOR" ]; then
            PG_BIN=$folder
            PG_MAJOR=$major
        fi
    done <<FOLDERS
$(postgres_folders)
FOLDERS
    [ -n "$PG_BIN" ] || return 1
    PSQL=$PG_BIN/psql
    [ -x "$PSQL" ] || PSQL=$(command -v psql)
}

# The schema uses pg_trgm and btree_gist, which some systems keep in a package of their own.
has_contrib() {
    local share
    [ -x "$1/pg_config" ] || return 0
    share=$("$1/pg_config" --sharedir 2>/dev/null) || return 0
    [ -e "$share/extension/pg_trgm.control" ] && [ -e "$share/extension/btree_gist.control" ]
}

# need_postgres [MAJOR]
need_postgres() {
    find_postgres "${1:-}" && return 0
    if may_install && install_postgres "${1:-}" && find_postgres "${1:-}"; then return 0; fi
    local wanted="$POSTGRES_NEEDED or newer"
    [ -z "${1:-}" ] || wanted="$1 (the version that made the data in $GYM_DATA)"
    die "Postgres $wanted with its contrib extensions is missing" \
        "Debian, Ubuntu: apt-get install postgresql (or a newer version from apt.postgresql.org)" \
        "Fedora: dnf install postgresql-server postgresql-contrib" "macOS: brew install postgresql@17" \
        "or install Docker with compose and run deploy/up --docker"
}

install_postgres() {
    local major package=
    apt_update
    for major in ${1:-18 17 16 15}; do
        if apt-cache show "postgresql-$major" >/dev/null 2>&1; then
            package=postgresql-$major
            break
        fi
    done
    [ -n "$package" ] || return 1
    # The package would create and start a cluster of its own on port 5432.
    apt_install postgresql-common || return 1
    # shellcheck disable=SC2016 # for the other shell
    privileged sh -c 'file=/etc/postgresql-common/createcluster.conf
        grep -q "^create_main_cluster *= *false" "$file" 2>/dev/null || echo "create_main_cluster = false" >>"$file"'
    apt_install "$package"
}
