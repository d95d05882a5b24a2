#!/usr/bin/env bash
# Fills the volumes of secrets the first time; each container mounts the one that is its own.
# What stands there already is kept, so this may run at every start.
set -euo pipefail
umask 077

host=postgres:5432/gym

# The database's container runs as another user; nobody else mounts this volume.
cd /secrets/postgres
umask 022
for name in postgres migrator staff client; do
    if ! [ -s "$name" ]; then
        head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$name.new"
        mv "$name.new" "$name"
    fi
done
umask 077

url() { printf 'postgres://gym_%s:%s@%s' "$1" "$(cat "/secrets/postgres/$1")" "$host"; }

# share FILE VOLUME...: a key that several programs hold is made once.
share() {
    local file=$1 volume
    shift
    for volume in "$@"; do
        [ -s "/secrets/$volume/$file" ] || cp "/secrets/staff/$file" "/secrets/$volume/$file"
    done
}

url migrator >/secrets/migrate/database_url
url staff >/secrets/staff/database_url
url client >/secrets/client/database_url
make-key ed25519 /secrets/staff/staff_key
make-key ed25519 /secrets/staff/client_key
make-key random /secrets/staff/hash_key
share staff_key migrate
share client_key migrate client
share hash_key migrate client
