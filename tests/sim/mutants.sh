#!/bin/sh
# Does the simulator notice when a rule is broken? Each mutant is the simulator with one rule of the
# pure layers broken: only that file is compiled again and linked to the objects that are there.
# Where two rules in two files stand in for each other both are broken. The table says which claim
# of the judge notices it, in which history, and how many lines its story has. `make sim-mutants`
# runs it; with words as arguments only the mutants whose names hold one of them.
#
#   tests/sim/mutants.sh CC CFLAGS HISTORIES OBJECTS [WORD...]
#
# Fails when a mutant is not noticed, or cannot be made any more.
set -u

# One mutant, in its folder: file (to break, or several), sed (how), what (in words).
if [ "$1" = --one ]; then
    cd "$2" || exit 1
    name=${2##*/}
    objects=$(echo "$OBJECTS" | tr ' ' '\n')
    mutants=
    for file in $(cat file); do
        mutant=${file##*/}
        mutants="$mutants ${mutant%.c}.o"
        sed -f sed "$ROOT/$file" > "$mutant"
        objects=$(echo "$objects" | grep -v "/${file%.c}\.o\$")
        if cmp -s "$ROOT/$file" "$mutant"; then
            printf '%-20s the line to break is not there any more: %s\n' "$name" "$file" > result
            exit 0
        fi
        # shellcheck disable=SC2086
        if ! (cd "$ROOT" && $CC $CFLAGS -w -I"$(dirname "$file")" -c -o "$2/${mutant%.c}.o" \
            "$2/$mutant"); then
            printf '%-20s does not compile\n' "$name" > result
            exit 0
        fi
    done
    # shellcheck disable=SC2046,SC2086
    if ! $CC $CFLAGS -o sim $mutants $(echo "$objects" | sed "s|^|$ROOT/|") -lm; then
        printf '%-20s does not link\n' "$name" > result
        exit 0
    fi
    ./sim --jobs 1 --histories "$HISTORIES" > story
    found=$(sed -n 's/^seed \([0-9]*\) breaks \([a-z-]*\): .*/\2 \1/p' story)
    lines=$(grep -c '^ *[0-9.]* s  ' story)
    # shellcheck disable=SC2086
    set -- ${found:-NOT-NOTICED -}
    printf '%-20s %-14s %-7s %-6s %s\n' "$name" "$1" "$2" "$lines" "$(cat what)" > result
    exit 0
fi

CC=$1 CFLAGS=$2 HISTORIES=$3 OBJECTS=$4 ROOT=$PWD
shift 4
words=$*
export CC CFLAGS HISTORIES OBJECTS ROOT
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT INT TERM

mutant() { # NAME FILE SED WHAT
    for word in $words; do
        case $1 in *"$word"*) word=; break ;; esac
    done
    if [ -z "$words" ] || [ -z "$word" ]; then
        mkdir "$work/$1"
        echo "$1" >> "$work/names"
        printf '%s\n' "$2" > "$work/$1/file"
        printf '%s\n' "$3" > "$work/$1/sed"
        printf '%s\n' "$4" > "$work/$1/what"
    fi
}

gate_rule() { # NAME [FILE SED]: this rule's check always holds, and this file's as well
    mutant "gate-$(echo "$1" | tr A-Z_ a-z-)" "src/policy/gate.c ${2-}" \
        "s/^        checks\[i\](&w, &out->check\[i\]);/&\n        out->check[i].passed |= i == GATE_$1;/; ${3-}" \
        "the gate's rule $1"
}

auto_rule() { # NAME WHAT: this rule of automatic mode always holds
    mutant "auto-$(echo "$1" | tr A-Z_ a-z-)" src/policy/automatic_checks.c \
        "s/^        checks\[rule\](look, out);/&\n        out->passed |= rule == AUTO_RULE_$1;/" "$2"
}

# Whoever answers a new connection says who it is anyway; the gate has it said again.
gate_rule IDENTITY src/action/pilot_move.c 's/runner_move(p->runner)->state == MOVE_GATE/false/'
gate_rule MAJORITY
gate_rule AGREEMENT
gate_rule SERVER_RACE
gate_rule TARGET
gate_rule TARGET_READY
gate_rule DONOR
gate_rule CANDIDATE
gate_rule ROOM
gate_rule HOST
mutant gate-rounds src/action/move_gate.c \
    's/^\(static bool is_complete.*\)/\1\n{ (void)h; (void)since_ms; (void)out; (void)size; return true; }\nbool was_complete(const Health *h, int64_t since_ms, char *out, size_t size)/' \
    'rounds that are not complete count'
mutant gate-shut src/action/move_gate.c 's/m->is_shut = true/m->is_shut = false/' \
    'what is told while the fence is set'
mutant evidence-age src/action/pilot_lease.c 's/now_ms - m->gate_ms > GATE_EVIDENCE_MS/false/' \
    'REPLICATE on old evidence'
mutant settled src/policy/settled.c 's/^    out.is_so = .*/    out.is_so = true; bool was_so =/' \
    'views, failovers and cluster_state, for gate and automatic mode'
mutant plan-host src/policy/plan_rules.c \
    's/^    c->value\[PLAN_RULE_OTHER_HOST\] = .*/    c->value[PLAN_RULE_OTHER_HOST] = 0;/' \
    "the plan's preference for another host"
auto_rule GRACE 'the grace'
auto_rule COOL_DOWN 'the cool-down'
auto_rule YOUNG 'the first rounds after the start do not count'
auto_rule CAP 'the brake'
auto_rule BUSY 'one move at a time'
auto_rule PAUSED 'a pause'
mutant downtime src/policy/held.c \
    's/^\( *\)h->of\[i\].downtime = longer(\(.*\));/\1(void)longer(\2);/' 'downtimes'
mutant brake-kept src/action/pilot_holds.c \
    's/^    if (brake != NULL \&\& !a->brake) {/    if (false) {/; s/^    p->knows_tries = true;/    return;/' \
    'brake and tries are kept over a restart'
mutant tries-kept src/action/pilot_holds.c 's/^    p->knows_tries = true;/    return;/' \
    'tries are kept over a restart'
mutant lease src/action/lease.c \
    's/^    return l->wanted .*/    (void)l; (void)now_ms; return true;/' 'the lease'
mutant lease-counts src/action/lease.c \
    's/now_ms < l->counts_ms || !lease_is_confirmed(l)/false/' \
    'who takes the lease waits a whole ttl'
mutant lease-until src/action/lease.c \
    's/now_ms < l->good_ms/true/; s/now_ms >= l->good_ms/false/' \
    'a lease that is not extended runs out'
mutant last-word src/action/pilot_lease.c \
    's/^    int64_t now_ms = p->world.now_ms(p->world.ctx);/    int64_t now_ms = m->sent_ms;/' \
    'age of the decision and lease are looked at right before the write'
mutant hook-veto src/action/pilot_move.c 's/^    if (!allowed) {/    if (false) {/' \
    'after a veto of the hook nothing is moved'
mutant hook-meanwhile src/action/pilot_move.c 's/spec->origin != ORIGIN_AUTO/true/' \
    'what a person asks for while the hook thinks is heeded'
mutant stale-plan src/action/pilot.c 's/was_busy || pilot_is_busy(p)/pilot_is_busy(p)/' \
    'no decision on a plan that counted with the move just ended'
mutant runner-busy src/action/runner.c 's/^    if (r->busy) {/    if (false) {/' \
    'one move at a time, in the runner (automatic mode still waits)'
mutant journal src/action/runner.c \
    's/if (e->is_write || e->journal) {/if (e->journal \&\& !e->is_write) {/' \
    'a journal line before each write'
mutant write-again src/action/move_fence.c \
    's/^        return ask_enter(m, now_ms);/        m->gate_ms = now_ms; return move_send(m, true, now_ms, "CLUSTER", "REPLICATE", m->spec.target.hex, NULL);/' \
    'REPLICATE is sent again when it was not answered'
mutant no-fence src/action/move_fence.c \
    's/^    if (m->spec.fencing == FENCE_OFF) {/    if (true) {/' 'the fence'
mutant no-unfence src/action/move.c 's/^    if (!fence_may_be_ours(m->fence)) {/    if (true) {/' \
    'lifting the fence'
mutant fence-forgotten src/action/move_fence.c \
    's/^    m->unfinished = true;/    m->unfinished = false;/' \
    'the journal stays open when the fence could not be lifted'
mutant ok-is-done src/action/move_fence.c \
    's/^            return sync_enter(m, now_ms);/            return move_end(m, MOVE_DONE, now_ms, "done");/' \
    'verifying: +OK is success'
mutant resume-lifts src/action/journal.c 's/^    m->fence = entry->fence;/    m->fence = FENCE_NONE;/' \
    'a resumed move knows of its fence'
mutant never-again src/policy/automatic_checks.c \
    '/^static void check_refused/,/^}/s/    if (left_ms > 0) {/    if (l->a->n_refusals > 0) {/' \
    'after a refusal an orphan is looked at again'
mutant failover-for-ever src/policy/word.c 's/ && !node_has(r, NODE_NOFAILOVER)//' \
    'a failover that cannot come holds nobody back'
mutant failover-lost src/policy/word.c 's/!node_has(r, NODE_NOADDR) \&\& 2 \* (voters - r->blind_views)/2 * voters/' \
    'nor does one of a replica whose address everybody has lost'
# Who is cut off suspects the donor too.
mutant lost-majority 'src/policy/settled.c src/policy/gate_nodes.c' \
    's/(line->flags \& ill) == 0/(line->flags | ill) != 0/; s/int suspect = .*/int suspect = 0;/' \
    'where slots are lost, who is cut off from most owners'

[ -s "$work/names" ] || exit 0
sed "s|^|$work/|" "$work/names" |
    xargs -P "$(nproc 2> /dev/null || echo 2)" -n 1 sh "$ROOT/tests/sim/mutants.sh" --one
printf '%-20s %-14s %-7s %-6s %s\n' mutant claim seed story 'what is broken'
while read -r name; do
    cat "$work/$name/result"
done < "$work/names" | tee "$work/table"
! grep -q 'NOT-NOTICED\|not there any more\|does not' "$work/table"
