#!/usr/bin/env bash
# readme.sh URL MESSAGES: runs the README's walk-through against a seeded gym; its first failing line ends it.
set -euo pipefail
# shellcheck source=deploy/tests/lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
trap 'rm -rf "$WORK"' EXIT

# The shell lines between the two marks, with the address and the messages of this gym.
awk '/^<!-- walk-through -->/ { inside = 1 } /^<!-- end -->/ { inside = 0 } inside && /^    / { print substr($0, 5) }' "$DEPLOY/../README.md" \
    | sed -e "s|^GYM=.*|GYM='$1'|" -e "s|^MESSAGES=.*|MESSAGES='$2'|" >"$WORK/walk.sh"
claim "the README has a walk-through of ten requests" test "$(grep -c 'curl ' "$WORK/walk.sh")" -ge 10
claim "every line of it works" bash -euo pipefail "$WORK/walk.sh"

verdict
