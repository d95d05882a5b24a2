#!/usr/bin/env bash
# What deploy/up and deploy/down refuse before they touch anything.
set -euo pipefail
# shellcheck source=deploy/tests/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
trap 'rm -rf "$WORK"' EXIT
export GYM_DATA=$WORK/data

for setting in GYM_PORT GYM_STAFF_PORT GYM_CLIENT_PORT GYM_STAFF_INTERNAL_PORT GYM_CLIENT_INTERNAL_PORT GYM_PG_PORT; do
    claim "$setting above the range is refused" refuses "$setting=32768: ports must be below 32768" env "$setting=32768" "$DEPLOY/up"
    claim "$setting of zero is refused" refuses "$setting=0" env "$setting=0" "$DEPLOY/up"
done
claim "a port that is no number is refused" refuses "GYM_PORT=http is not a port" env GYM_PORT=http "$DEPLOY/up"
claim "a port used twice is refused" refuses "GYM_STAFF_PORT=8080 is used twice" env GYM_STAFF_PORT=8080 GYM_PORT=8080 "$DEPLOY/up"
claim "an address that is none is refused" refuses "GYM_BIND=localhost is not" env GYM_BIND=localhost "$DEPLOY/up"
claim "an unknown option is refused" refuses "unknown option --nativ" "$DEPLOY/up" --nativ
claim "down knows no options" refuses "unknown option --all" "$DEPLOY/down" --all
# shellcheck disable=SC2016 # these characters are the point
for folder in / "$HOME" "$WORK/a'b" "$WORK/a\"b" "$WORK/a\$b" "$WORK/a{b" "$WORK/a;b" "$WORK/a\\b"; do
    claim "the data folder $folder is refused" refuses "GYM_DATA" env "GYM_DATA=$folder" "$DEPLOY/up"
done
claim "help is given" says "--fresh" "$DEPLOY/up" --help
claim "down without data says that nothing runs" says "nothing runs for" "$DEPLOY/down"
claim "nothing was written" not test -e "$GYM_DATA"

verdict
