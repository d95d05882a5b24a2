# shellcheck shell=bash
# For the shell tests: each claim is one line, the first false one is remembered, the exit status tells.

TESTS=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" >/dev/null && pwd -P)
# shellcheck disable=SC2034 # for the tests
DEPLOY=$(dirname -- "$TESTS")
WORK=$(mktemp -d "${TMPDIR:-/tmp}/gym-test.XXXXXX")
chmod 711 "$WORK"
FAILED=0 PASSED=0

# claim TEXT COMMAND...: true when the command succeeds.
claim() {
    local text=$1
    shift
    if "$@" >"$WORK/claim.log" 2>&1; then
        PASSED=$((PASSED + 1))
    else
        FAILED=$((FAILED + 1))
        printf '    not so: %s\n' "$text"
        tail -n 15 "$WORK/claim.log" | sed 's/^/      | /'
    fi
}

# refuses PATTERN COMMAND...: the command fails and says something like the pattern.
refuses() {
    local pattern=$1
    shift
    if "$@" >"$WORK/refused.log" 2>&1; then
        echo "it was accepted"
        return 1
    fi
    says "$pattern" cat "$WORK/refused.log"
}

# says PATTERN COMMAND...: the command succeeds and its output has the pattern.
says() {
    local pattern=$1 output status=0
    shift
    output=$("$@" 2>&1) || status=$?
    printf '%s\n' "$output"
    [ "$status" -eq 0 ] && printf '%s\n' "$output" | grep -qE -- "$pattern"
}

# not COMMAND...
not() { if "$@"; then return 1; fi; }

verdict() {
    printf '    %s claims hold, %s do not\n' "$PASSED" "$FAILED"
    [ "$FAILED" -eq 0 ]
}
