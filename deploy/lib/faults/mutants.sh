# shellcheck shell=bash
# Builds services that are wrong on purpose, and demands that a fault finds it out.

MUTANTS=$DEPLOY/lib/faults/mutants

# said PATCH WORD: the rest of the line that begins with it.
said() { sed -n "s/^$2: //p" "$1" | head -n 1; }

# plant PATCH FOLDER: the tree with the patch.
plant() {
    rm -rf "$2"
    (umask 022 && mkdir -p "$2")
    (cd "$ROOT" && tar --exclude=./target --exclude=./.git --exclude='./.data*' -cf - .) | tar -C "$2" -xf -
    patch -d "$2" -p1 --quiet --no-backup-if-mismatch <"$1" || die "${1##*/} does not fit the code"
    # Cargo goes by the time of a file, and the last mutant is younger than the tree.
    find "$2" -name '*.rs' -exec touch {} +
}

# try_mutants [MUTANT...]: in a build folder of their own, which is kept: most of it never changes.
try_mutants() {
    local folder patch name fault finding escaped=0 work
    GYM_PROFILE=${GYM_PROFILE:-dev}
    load_settings
    need_rust
    need_program patch patch
    folder=${GYM_MUTANTS:-$(dirname "$(target_folder)")/mutants}
    work=$(work_folder gym-mutants)
    # shellcheck disable=SC2064 # now
    trap "rm -rf '$work'" EXIT
    [ "$#" -gt 0 ] || set -- "$MUTANTS"/*.patch
    for patch in "$@"; do
        [ -e "$patch" ] || patch=$MUTANTS/$patch.patch
        [ -e "$patch" ] || die "no mutant $patch"
        name=$(basename "$patch" .patch)
        fault=$(said "$patch" fault)
        finding=$(said "$patch" finding)
        say "$name: $(head -n 1 "$patch")"
        plant "$patch" "$folder/tree"
        if CARGO_TARGET_DIR=$folder GYM_PROFILE=$GYM_PROFILE "$folder/tree/deploy/faults" --quick "$fault" >"$work/$name.log" 2>&1 8>&-; then
            note "ESCAPED: the fault $fault passed"
            escaped=$((escaped + 1))
        elif grep -qE "(FINDING|NOT SO:?) $finding" "$work/$name.log"; then
            note "caught: $(grep -m 1 -E "(FINDING|NOT SO:?) $finding" "$work/$name.log" | sed 's/^ *//' | cut -c 1-150)"
        else
            note "ESCAPED: the fault $fault failed, but not for: $finding"
            tail -n 30 "$work/$name.log" | sed 's/^/    | /'
            escaped=$((escaped + 1))
        fi
    done
    rm -rf "$folder/tree"
    say "$# mutants, $escaped escaped"
    [ "$escaped" -eq 0 ]
}
