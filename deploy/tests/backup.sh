#!/usr/bin/env bash
# The drill: a running gym is backed up while it changes, restored into an empty cluster, counted, and worked in; and what
# backup and restore refuse. Needs what deploy/up needs, curl and gpg; builds with GYM_PROFILE (dev by default here).
set -euo pipefail
# shellcheck source=deploy/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=deploy/tests/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=deploy/lib/backup.sh
. "$DEPLOY/lib/backup.sh"

# choose_stack NAME: the settings of one of the two gyms; each has its ports.
FIRST_PORTS='' SECOND_PORTS='' next=16200
for setting in $PORT_SETTINGS; do
    next=$(free_port "$next")
    FIRST_PORTS="$FIRST_PORTS $next"
    next=$(free_port $((next + 1)))
    SECOND_PORTS="$SECOND_PORTS $next"
    next=$((next + 1))
done
choose_stack() {
    local setting ports=$SECOND_PORTS
    [ "$1" != first ] || ports=$FIRST_PORTS
    export GYM_DATA="$WORK/$1 gym" GYM_PROFILE=${GYM_PROFILE:-dev}
    for setting in $PORT_SETTINGS; do
        ports=${ports# }
        export "$setting=${ports%% *}"
        ports=${ports#"${ports%% *}"}
    done
    URL=http://127.0.0.1:$GYM_PORT
}
export GYM_BACKUP_KEY_FILE="$WORK/key"
BACKUPS="$WORK/back ups"

cleanup() {
    local name
    for name in first second; do
        choose_stack "$name"
        "$DEPLOY/down" >/dev/null 2>&1 || true
        if [ -s "$GYM_DATA/cluster" ]; then rm -rf "$(dirname "$(cat "$GYM_DATA/cluster")")"; fi
    done
    rm -rf "$WORK"
}
trap cleanup EXIT

up() { bounded 1200 "$DEPLOY/up" --native --detach; }
back_up() { bounded 120 "$DEPLOY/backup" --to "$BACKUPS" "$@"; }
restore() { TMPDIR=$WORK bounded 120 "$DEPLOY/restore" "$@"; }
DB=gym
as_superuser() {
    PGPASSWORD=$(cat "$GYM_DATA/secrets/postgres") "$PSQL" -X -qAt -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$GYM_PG_PORT" -U postgres "$@"
}
sql() { as_superuser -d "${2:-$DB}" -c "$1"; }
tally() { { echo 'begin;' && cat "$DEPLOY/postgres/tally.sql"; } | as_superuser -d "$DB"; }
as_it_was() { tally | cmp - "$WORK/after"; }
newest() { find "$BACKUPS" -name 'gym-*.backup' | sort | tail -n 1; }
how_many() { find "$BACKUPS" -name 'gym-*.backup' | wc -l; }
nothing_half() { [ -z "$(find "$BACKUPS" -mindepth 1 -not -name 'gym-*.backup' -not -name 'lock*')" ]; }
under_way() { [ -n "$(find "$BACKUPS" -maxdepth 1 -name '.gym-backup.*')" ]; }
await() {
    local tries=300
    until "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.1
    done
}

# hold_table TABLE: nobody else can read it until let_go; the dump, or the counting before it, has to wait.
hold_table() {
    mkfifo "$WORK/holder"
    as_superuser -d "$DB" <"$WORK/holder" >"$WORK/held" 2>&1 &
    holder=$!
    exec 8>"$WORK/holder"
    printf 'begin; lock table %s in access exclusive mode;\n\\echo held\n' "$1" >&8
    await grep -q held "$WORK/held"
}
let_go() {
    exec 8>&-
    wait "$holder" || true
    rm -f "$WORK/holder"
}
somebody_waits() { [ "$(sql "select count(*) from pg_locks where not granted and relation = '$1'::regclass")" -gt 0 ]; }

nobody_else() { [ "$(sql "select count(*) from pg_stat_activity where datname = '$DB' and application_name in ('psql', 'pg_dump') and pid <> pg_backend_pid()")" = 0 ]; }

post() { curl -sS --max-time 20 "$URL$1" -H 'content-type: application/json' -H "authorization: Bearer ${TOKEN:-}" -d "$2"; }
sign_in() { TOKEN=$(post /api/auth/login '{"username":"reception1","password":"demo-gym-2026"}' | sed -n 's/.*"access_token":"\([^"]*\)".*/\1/p') && [ -n "$TOKEN" ]; }
checks_in() { post /api/attendance '{"customer_id":1,"action":"check_in_only"}' | grep -F '"success":true'; }
entries_of_1() { sql "select count(*) from entries where customer_id = 1 and is_admitted"; }

# --- the backup

"$DEPLOY/make-key" random "$GYM_BACKUP_KEY_FILE"
choose_stack first
claim "without a gym there is nothing to back up" refuses "there is no gym in" back_up
claim "a gym is started" up
[ "$FAILED" -eq 0 ] || verdict
find_postgres "$(as_postgres cat "$(cluster_folder)/PG_VERSION")"
claim "reception signs in" sign_in
kept_token=$TOKEN
claim "a missing key is refused" refuses "there is no key in" env "GYM_BACKUP_KEY_FILE=$WORK/nowhere" "$DEPLOY/backup" --to "$BACKUPS"
echo short >"$WORK/short"
claim "a short key is refused" refuses "shorter than 32" env "GYM_BACKUP_KEY_FILE=$WORK/short" "$DEPLOY/backup" --to "$BACKUPS"

# The dump waits at one table while a row goes into another, which was counted before and is dumped after.
tally >"$WORK/unchanged"
hold_table spent_qr_tokens
back_up --secrets >"$WORK/backup.log" 2>&1 8>&- &
backup=$!
claim "the backup waits in the middle" await somebody_waits spent_qr_tokens
claim "the gym changes meanwhile" sql "insert into limit_counters values ('drill', '\x00', now(), 1)"
let_go
claim "a running gym is backed up" wait "$backup"
[ "$FAILED" -eq 0 ] || sed "s/^/      | /" "$WORK/backup.log"
tally >"$WORK/after"
claim "and had changed" not cmp -s "$WORK/unchanged" "$WORK/after"
FILE=$(newest)
cp "$FILE" "$WORK/changing.backup"
claim "it says where to" grep -qxF "backed up $FILE" "$WORK/backup.log"
claim "the file is closed to others" test -z "$(find "$BACKUPS" -perm /077)"
claim "nothing else is left" nothing_half
claim "no name of a member can be read in it" not grep -qaiE 'ahmed|create table|reception1' "$FILE"
claim "it is whole" says "^whole " restore --check "$FILE"

# --- what is refused, before anything is touched

spoil() { cp "$FILE" "$WORK/spoilt.backup" && chmod 600 "$WORK/spoilt.backup"; }
# flip OFFSET: one bit of one byte.
flip() {
    local byte
    byte=$(od -An -tu1 -j "$1" -N 1 "$WORK/spoilt.backup")
    # shellcheck disable=SC2059 # the byte is the format
    printf "\\$(printf %03o $((byte ^ 1)))" | dd of="$WORK/spoilt.backup" bs=1 seek="$1" conv=notrunc 2>/dev/null
}
# sum_anew: as somebody would who changes a backup on purpose but has not the key.
sum_anew() {
    head -c "$(($(bytes <"$WORK/spoilt.backup") - BACKUP_SEAL_BYTES))" "$WORK/spoilt.backup" >"$WORK/body"
    { cat "$WORK/body" && printf '%s%s\n' "$BACKUP_SEAL" "$(sha256 <"$WORK/body")"; } >"$WORK/spoilt.backup"
}
repack() {
    mkdir -p "$WORK/parts"
    tar -C "$WORK/parts" -xf "$FILE"
    "$@"
    tar -C "$WORK/parts" -cf "$WORK/spoilt.backup" manifest database secrets
    head -c "$BACKUP_SEAL_BYTES" /dev/zero >>"$WORK/spoilt.backup"
    sum_anew
    rm -rf "$WORK/parts"
}
untouched() { not test -e "$GYM_DATA"; }

choose_stack second
size=$(wc -c <"$FILE")
for place in $((size / 10)) $((size / 2)) $((size - 40)); do
    spoil
    flip "$place"
    claim "one bit changed at $place of $size is refused" refuses "is damaged" restore "$WORK/spoilt.backup"
done
for length in 0 100 $((size / 2)) $((size - 1)); do
    spoil
    head -c "$length" "$FILE" >"$WORK/spoilt.backup"
    claim "cut off after $length of $size bytes it is refused" refuses "is cut off|is damaged" restore "$WORK/spoilt.backup"
done
spoil
flip $((size / 2))
sum_anew
claim "a change under a new checksum is refused" refuses "is not the one that the manifest names" restore "$WORK/spoilt.backup"
never_sealed() { gpg --homedir "$WORK/parts" --batch --quiet --store <"$GYM_BACKUP_KEY_FILE" >"$WORK/parts/manifest" 2>"$WORK/gpg.log"; }
repack never_sealed
claim "a manifest that nobody sealed is refused" refuses "another key, or changed" restore "$WORK/spoilt.backup"
"$DEPLOY/make-key" random "$WORK/other key"
claim "the wrong key is refused" refuses "does not open with the key" env "GYM_BACKUP_KEY_FILE=$WORK/other key" "$DEPLOY/restore" "$FILE"
claim "without a key it is refused" refuses "there is no key" env "GYM_BACKUP_KEY_FILE=$WORK/nowhere" "$DEPLOY/restore" "$FILE"
claim "a file that is not there is refused" refuses "there is no backup" restore "$WORK/nothing"
claim "none of this touched the second gym" untouched
choose_stack first
claim "a database that is not empty is refused" refuses "is not empty; nothing was restored" restore "$FILE"
claim "and is as it was" as_it_was

# --- killed half-way

had=$(how_many)
for signal in KILL TERM; do
    hold_table spent_qr_tokens
    set -m
    "$DEPLOY/backup" --to "$BACKUPS" >"$WORK/killed.log" 2>&1 8>&- &
    set +m
    backup=$!
    claim "a backup is half-way when it gets $signal" await somebody_waits spent_qr_tokens
    claim "its parts are there" under_way
    kill -s "$signal" "$backup"
    claim "it ends without success" not wait "$backup"
    let_go
    claim "no session of it waits on" await nobody_else
    claim "no file appeared" test "$(how_many)" -eq "$had"
done
claim "the next one works" back_up --keep 2
claim "and takes away what was left" nothing_half
back_up --keep 2 >/dev/null
claim "two are kept of three" test "$(how_many)" -eq 2
claim "the oldest is gone" not test -e "$FILE"
claim "to keep none is refused" refuses "is not a number from 1 on" back_up --keep 0
claim "a backup without secrets says so" refuses "has no secrets in it" restore --secrets "$(newest)"

# --- the restore

expected=$(entries_of_1)
back_up --secrets --keep 2 >/dev/null
FILE=$(newest)
tally >"$WORK/before"
staff_key=$(cat "$GYM_DATA/secrets/staff_key")
mkdir "$WORK/others"
"$DEPLOY/make-key" random "$WORK/others/hash_key"
"$DEPLOY/down" >/dev/null

choose_stack second
claim "it is restored into an empty cluster" says "^restored " restore --secrets "$FILE"
claim "with the keys" test "$(cat "$GYM_DATA/secrets/staff_key")" = "$staff_key"
claim "the restored gym starts" up
tally >"$WORK/restored"
claim "it has every row and sum" cmp "$WORK/before" "$WORK/restored"
claim "money was counted" grep -qE '^sum\|payments.amount_minor\|[1-9]' "$WORK/restored"
TOKEN=$kept_token
claim "who was signed in still is" checks_in
claim "reception signs in on it" sign_in
claim "the check-in is in it" test "$(entries_of_1)" -gt "$expected"
claim "a second restore is refused" refuses "is not empty" restore "$FILE"

# --- by a URL, all or nothing

sql 'create database elsewhere owner gym_migrator' postgres
sed 's|/gym$|/elsewhere|' "$GYM_DATA/secrets/migrator_url" >"$WORK/url"
DB=elsewhere
is_empty() { [ "$(sql "select count(*) from pg_class where relnamespace = 'public'::regnamespace")" = 0 ]; }
one_payment_less() {
    PARTS=$WORK/parts KEY=$GYM_BACKUP_KEY_FILE
    make_gpg_home
    unseal manifest >"$WORK/manifest"
    awk -F '\t' -v OFS='\t' '$1 == "table" && $2 == "payments" { $3 = $3 - 1 } { print }' "$WORK/manifest" | seal >"$WORK/parts/manifest"
    end_gpg "$GPG_FOLDER"
}
repack one_payment_less
claim "a manifest with another count is refused at the end" refuses "not what the manifest .* counted; nothing was restored" restore --database-url-file "$WORK/url" "$WORK/spoilt.backup"
claim "and nothing is in the database" is_empty
hold_table pg_trigger
TMPDIR=$WORK "$DEPLOY/restore" --database-url-file "$WORK/url" "$FILE" >"$WORK/killed.log" 2>&1 8>&- &
restore=$!
claim "a restore is half-way when it is killed" await somebody_waits pg_trigger
kill -s KILL "$restore"
claim "it ends without success" not wait "$restore"
let_go
claim "its session ends" await nobody_else
claim "and nothing is in the database" is_empty
claim "other keys in the folder of the secrets are not overwritten" refuses "holds another secret" \
    env "GYM_SECRETS=$WORK/others" "$DEPLOY/restore" --secrets --database-url-file "$WORK/url" "$FILE"
claim "then it is restored by its URL" says "^restored " restore --database-url-file "$WORK/url" "$FILE"
tally >"$WORK/restored"
claim "with every row and sum" cmp "$WORK/before" "$WORK/restored"
claim "what the killed one left is gone" test -z "$(find "$WORK" -maxdepth 1 -name '.gym-backup.*')"
claim "and backed up by its URL" says "^backed up " back_up --database-url-file "$WORK/url"
claim "a file without a URL is refused" refuses "does not hold a URL" back_up --database-url-file "$WORK/key"

# --- the backup of the changing gym

sql 'create database changing owner gym_migrator' postgres
sed 's|/gym$|/changing|' "$GYM_DATA/secrets/migrator_url" >"$WORK/url"
DB=changing
claim "the backup of the changing gym is restored" says "^restored " restore --database-url-file "$WORK/url" "$WORK/changing.backup"
tally >"$WORK/restored"
claim "as it was at one moment, before the change" cmp "$WORK/unchanged" "$WORK/restored"

verdict
