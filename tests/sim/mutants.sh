#!/bin/sh
# Does the simulator notice when a rule is broken? Each mutant is the pure layers with one rule
# broken, in a private copy; the table says which history notices it. `make sim-mutants` runs it;
# with words as arguments only the mutants whose names hold one of them.
#
#   tests/sim/mutants.sh CC CFLAGS HISTORIES [WORD...]
#
# Not here, because the world has no memory, no bgsave and no people: TARGET_READY, ROOM and HOST.
set -u
cc=$1 cflags=$2 histories=$3
shift 3
words=$*
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM
cp -r src include tests "$work" && cd "$work" || exit 1
mkdir obj

object() { echo "obj/$(echo "$1" | tr / _).o"; }

compile() { # FILE: with the flags that the private headers beside it need
    # shellcheck disable=SC2086
    $cc $cflags -w -c -o "$(object "$1")" "$1"
}

link_sim() {
    # shellcheck disable=SC2086
    $cc $cflags -o sim obj/*.o -lm
}

for file in src/base/*.c src/model/*.c src/policy/*.c src/action/*.c tests/sim/*.c; do
    compile "$file" || exit 1
done

missed=0
printf '%-22s %-14s %-8s %s\n' mutant claim seed 'what is broken'
mutant() { # NAME FILE SED WHAT
    for word in $words; do
        case $1 in *"$word"*) word=; break ;; esac
    done
    if [ -n "$words" ] && [ -n "$word" ]; then
        return
    fi
    cp "$2" whole.c
    sed -i "$3" "$2"
    if cmp -s "$2" whole.c; then
        printf '%-22s the line to break is not there any more: %s\n' "$1" "$2"
        missed=1
    elif compile "$2" && link_sim; then
        found=$(./sim --quiet --histories "$histories" |
            sed -n 's/^seed \([0-9]*\) breaks \([a-z-]*\): .*/\2 \1/p')
        # shellcheck disable=SC2086
        set -- "$1" "$2" "$3" "$4" ${found:-NOT-NOTICED -}
        printf '%-22s %-14s %-8s %s\n' "$1" "$5" "$6" "$4"
        [ "$5" = NOT-NOTICED ] && missed=1
    else
        printf '%-22s does not compile\n' "$1"
        missed=1
    fi
    cp whole.c "$2"
    compile "$2"
}

gate_rule() { # NAME WHAT: this rule's check always holds
    mutant "gate-$(echo "$1" | tr A-Z_ a-z-)" src/policy/gate.c \
        "s/^        checks\[i\](&w, &out->check\[i\]);/&\n        out->check[i].passed |= i == GATE_$1;/" \
        "the gate's rule $1"
}

gate_rule IDENTITY
gate_rule MAJORITY
gate_rule AGREEMENT
gate_rule SERVER_RACE
gate_rule TARGET
gate_rule DONOR
gate_rule CANDIDATE
mutant settled src/policy/settled.c \
    's/^    out.is_so = .*/    out.is_so = true; bool was_so =/' \
    'views, failovers and cluster_state, for the gate and for automatic mode'
mutant evidence-age src/action/move_fence.c 's/age_ms > GATE_EVIDENCE_MS/false/' \
    'REPLICATE on old evidence'
mutant gate-rounds src/action/move_gate.c \
    's/^    if (!is_complete(h, newer_ms, behind, sizeof(behind))) {/    if (false) {/' \
    'rounds that are not complete count'
mutant plan-floor src/policy/plan_rules.c 's/working < h->floor/working < 0/' \
    "the plan's look at the donor's floor (the gate still looks)"
mutant cap src/policy/automatic.c 's/tries >= a->limits.max_moves_per_hour/false/' \
    'the brake'
mutant one-move src/policy/automatic.c 's/^    if (busy) {/    if (false) {/' \
    'one move at a time'
mutant runner-busy src/action/runner.c 's/^    if (r->busy) {/    if (false) {/' \
    'one move at a time, in the runner (automatic mode still waits)'
mutant journal src/action/runner.c 's/if (e->is_write || e->journal) {/if (e->journal \&\& !e->is_write) {/' \
    'a journal line before each write'
mutant write-again src/action/move_fence.c \
    's/^        return ask_enter(m, now_ms);/        return move_send(m, true, now_ms, "CLUSTER", "REPLICATE", m->spec.target.hex, NULL);/' \
    'REPLICATE is sent again when it was not answered'
mutant no-fence src/action/move_fence.c \
    's/^    if (m->spec.fencing == FENCE_OFF) {/    if (true) {/' 'the fence'
mutant no-unfence src/action/move.c \
    's/^    if (!fence_may_be_ours(m->fence)) {/    if (true) {/' 'lifting the fence'
mutant fence-forgotten src/action/move_fence.c \
    's/^    m->unfinished = true;/    m->unfinished = false;/' \
    'the journal stays open when the fence could not be lifted'
mutant ok-is-done src/action/move_fence.c \
    's/^            return sync_enter(m, now_ms);/            return move_end(m, MOVE_DONE, now_ms, "done");/' \
    'verifying: +OK is success'
mutant resume-lifts src/action/journal.c \
    's/^    m->fence = entry->fence;/    m->fence = FENCE_NONE;/' \
    'a resumed move knows of its fence'
mutant never-again src/policy/automatic.c \
    's/^    if (left_ms > 0) {/    if (a->n_refusals > 0) {/' \
    'after a refusal an orphan is looked at again'
mutant failover-for-ever src/policy/word.c \
    's/ && !node_has(r, NODE_NOFAILOVER)//' 'a failover that cannot come holds nobody back'
exit $missed
