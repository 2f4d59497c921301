// What goes wrong in a history, planned from the seed before it begins, so that any fault can be
// left out without changing the others. Plain chance seldom brings two things together, so the plan
// helps: a history mostly begins with an orphan, about half of its faults wait until a move of ours
// is at the gate and then hit one of the nodes that the gate looks at, and what takes several of
// them in order is planned as such.
#include <string.h>

#include "history.h"
#include "rehome/base/mem.h"

enum { FIRST_MS = 2500, SPAN_MS = 12000, GATE_MS = 8000, GATE_DELAY_MS = 900 };

static const FaultKind at_any_time[] = {
    FAULT_CRASH,      FAULT_CRASH,    FAULT_CRASH,   FAULT_HANG,      FAULT_SPLIT,
    FAULT_CUT_OFF,    FAULT_CUT_MOST, FAULT_SLOW,    FAULT_SLOW,      FAULT_ORPHAN,
    FAULT_BREAK_LINK, FAULT_OPERATOR, FAULT_ORDER,   FAULT_ORPHAN,    FAULT_HOST,
    FAULT_SAVE,       FAULT_SHRINK,   FAULT_SWAP,    FAULT_REBORN,    FAULT_FORGET,
    FAULT_KILL_US,    FAULT_KILL_US,  FAULT_STOP_US, FAULT_DISK_FULL, FAULT_FREEZE_US,
};

static const FaultKind at_the_gate[] = {
    FAULT_CRASH, FAULT_CRASH,    FAULT_HANG,     FAULT_HANG,      FAULT_OPERATOR, FAULT_OPERATOR,
    FAULT_SLOW,  FAULT_CUT_MOST, FAULT_CUT_MOST, FAULT_SPLIT,     FAULT_CUT_OFF,  FAULT_BREAK_LINK,
    FAULT_SAVE,  FAULT_SHRINK,   FAULT_REBORN,   FAULT_KILL_US,   FAULT_ORPHAN,   FAULT_ORDER,
    FAULT_SWAP,  FAULT_PAUSE,    FAULT_DOWNTIME, FAULT_FREEZE_US,
};

static int64_t a_while(uint64_t *random)
{
    return 300 + pick(random, chance(random, 25) ? 12000 : 4000);
}

static int any_replica(const World *w, uint64_t *random)
{
    return w->n_shards + (int)pick(random, (unsigned)(w->n_first - w->n_shards));
}

// What the kind is about, and for how long.
static void choose_details(const History *h, uint64_t *random, Fault *f)
{
    const World *w = &h->w;
    switch (f->kind) {
    case FAULT_CRASH:
    case FAULT_ORPHAN:
    case FAULT_HOST:
        f->ms = chance(random, 25) ? 0 : chance(random, 50) ? f->ms : f->ms + 6000;
        f->node = f->kind == FAULT_ORPHAN ? (int)pick(random, (unsigned)w->n_shards) : f->node;
        break;
    case FAULT_SPLIT:
        f->mask = pick(random, (1U << w->n_first) - 2) + 1;
        f->other = (int)pick(random, 3);
        f->ms += 2 * w->node_timeout_ms;
        break;
    case FAULT_OPERATOR:
    case FAULT_ORDER:
    case FAULT_SWAP:
    case FAULT_REBORN:
    case FAULT_FORGET:
        f->ms = f->kind == FAULT_SWAP && chance(random, 80) ? f->ms + 2000 : 0;
        f->flag = chance(random, 50);
        f->node = any_replica(w, random);
        f->other = (int)pick(random, (unsigned)(chance(random, 60) ? w->n_shards : w->n_first));
        break;
    case FAULT_CUT_MOST:
        f->flag = chance(random, 50);
        break;
    case FAULT_BREAK_LINK:
        f->node = any_replica(w, random);
        f->ms = chance(random, 30) ? 0 : f->ms + 12000;
        break;
    case FAULT_PAUSE:
    case FAULT_DOWNTIME:
        f->ms += 3000;
        break;
    case FAULT_SAVE:
    case FAULT_SHRINK:
        f->ms = chance(random, 30) ? 0 : f->ms + 4000;
        break;
    case FAULT_KILL_US:
    case FAULT_STOP_US:
    case FAULT_FREEZE_US:
        f->node = (int)pick(random, (unsigned)h->n_instances);
        f->ms = f->kind == FAULT_STOP_US ? 0 : f->ms;
        f->flag = chance(random, 60);
        break;
    case FAULT_HANG:
    case FAULT_CUT_OFF:
    case FAULT_SLOW:
    case FAULT_DISK_FULL:
    case FAULT_KEY_GONE:
    case FAULT_KEY_CUT:
    case FAULT_UNHEARD:
        break;
    }
}

// Of the move at the gate, the node that the kind is of most interest for.
static Who choose_who(FaultKind kind, uint64_t *random)
{
    if (kind == FAULT_OPERATOR || kind == FAULT_ORDER) {
        return chance(random, 50) ? WHO_REPLICA : WHO_TARGET;
    }
    if (kind == FAULT_REBORN || kind == FAULT_SHRINK) {
        return WHO_REPLICA;
    }
    if (kind == FAULT_SAVE || kind == FAULT_CUT_MOST) {
        return WHO_TARGET;
    }
    return (Who)pick(random, WHO_SIBLING + 1);
}

static Fault make_fault(const History *h, uint64_t *random, bool is_first)
{
    bool at_gate = !is_first && chance(random, 50);
    FaultKind kind = at_gate ? at_the_gate[pick(random, ARRAY_LEN(at_the_gate))]
                             : at_any_time[pick(random, ARRAY_LEN(at_any_time))];
    Fault f = {
        .kind = is_first && chance(random, 75) ? FAULT_ORPHAN : kind,
        .at_gate = at_gate,
        .delay_ms = chance(random, 25) ? 0 : pick(random, GATE_DELAY_MS),
        .at_ms = h->w.now_ms + FIRST_MS + pick(random, is_first ? 2000 : SPAN_MS),
        .ms = a_while(random),
        .node = (int)pick(random, (unsigned)h->w.n_first),
    };
    if (at_gate) {
        f.who = choose_who(kind, random);
        f.at_ms = h->w.now_ms + FIRST_MS + (chance(random, 70) ? 0 : pick(random, SPAN_MS));
    }
    choose_details(h, random, &f);
    return f;
}

static Fault fault_of(const History *h, FaultKind kind, int64_t after_ms, int64_t ms)
{
    return (Fault){.kind = kind, .at_ms = h->w.now_ms + FIRST_MS + after_ms, .ms = ms};
}

// The master whose replicas must not take over dies for good, and what its death leaves alone must
// not wait for them.
static void plan_heirless(History *h, uint64_t *random)
{
    if (h->w.heirless >= 0 && chance(random, 60)) {
        h->fault[1] = fault_of(h, FAULT_CRASH, pick(random, 5000), 0);
        h->fault[1].node = h->w.heirless;
    }
}

// A master's replica gets a new ID, so that all lose the address of the old one, and then the whole
// shard dies for good: nobody must wait for the old one to take over.
static void plan_ghost(History *h, uint64_t *random)
{
    const World *w = &h->w;
    if (!chance(random, 4)) {
        return;
    }
    int ghost = any_replica(w, random);
    int master = w->node[ghost].data;
    h->fault[1] = fault_of(h, FAULT_REBORN, 0, 0);
    h->fault[1].node = ghost;
    h->fault[1].flag = true;
    h->fault[2] = fault_of(h, FAULT_ORPHAN, w->node_timeout_ms + 2000, 0);
    h->fault[2].node = master;
    h->fault[3] = fault_of(h, FAULT_CRASH, w->node_timeout_ms + 2100, 0);
    h->fault[3].node = master;
    h->n_faults = h->n_faults < 4 ? 4 : h->n_faults;
}

static int count_replicas(const World *w, int shard)
{
    int n = 0;
    for (int k = w->n_shards; k < w->n_first; k++) {
        n += w->node[k].data == shard;
    }
    return n;
}

// A shard is lost, so that cluster_state is fail and tells nothing any more; then one of the other
// owners is alone on its side, nobody has a majority, and there is an orphan. Where the grace is
// long enough it has been one from before, when it still could be called failed; else we hear no
// more of the one alone while a move is at the gate.
static void plan_lost_majority(History *h, uint64_t *random)
{
    const World *w = &h->w;
    int64_t timeout_ms = w->node_timeout_ms;
    int lost = (int)pick(random, 4);
    bool can_help = count_replicas(w, (lost + 3) % 4) > 1;
    if (w->n_shards < 4 || timeout_ms > 2000 || !can_help || !chance(random, 30)) {
        return;
    }
    int alone = (lost + 1) % 4;
    int64_t split_ms = 2 * timeout_ms + 1500;
    int64_t orphan_ms = split_ms + 2 * timeout_ms + pick(random, 2000);
    h->fault[0] = fault_of(h, FAULT_ORPHAN, 0, 0);
    h->fault[0].node = lost;
    h->fault[1] = fault_of(h, FAULT_CRASH, 100, 0);
    h->fault[1].node = lost;
    h->fault[2] = fault_of(h, FAULT_SPLIT, split_ms, 2 * timeout_ms + 12000);
    h->fault[2].mask = 1U << alone;
    h->fault[3] = fault_of(h, FAULT_ORPHAN, orphan_ms, 0);
    h->fault[3].node = (lost + 2) % 4;
    h->n_faults = 4;
    if (h->limits.grace_ms >= 2 * timeout_ms + 2000) {
        h->fault[3].at_ms = h->fault[2].at_ms - timeout_ms - 500 - pick(random, 1000);
        return;
    }
    h->fault[4] = fault_of(h, FAULT_CUT_OFF, orphan_ms, 8000);
    h->fault[4].node = alone;
    h->fault[4].at_gate = true;
    h->fault[4].delay_ms = pick(random, GATE_DELAY_MS);
    h->n_faults = 5;
}

// Automatic mode may move only once or twice an hour, and a process that has just started is to
// know of the moves of the one before.
static void plan_tries(History *h, uint64_t *random)
{
    if (!h->keeps || h->limits.max_moves_per_hour > 2 || chance(random, 40)) {
        return;
    }
    h->fault[1] = fault_of(h, FAULT_KILL_US, 8000 + pick(random, 3000), 500);
    h->fault[2] = fault_of(h, FAULT_ORPHAN, 10000 + pick(random, 3000), 12000);
    h->fault[2].node = (int)pick(random, (unsigned)h->w.n_shards);
    h->n_faults = h->n_faults < 3 ? 3 : h->n_faults;
}

// Who holds the lease loses it without knowing, while there is something to be moved: the key goes
// while a move is at the gate, so that another takes it; nobody answers for it, until it has run
// out, and only then there is an orphan; or the process stands still between the journal line and
// the write for so long that another takes over.
static void plan_lease(History *h, uint64_t *random)
{
    if (!h->has_lease || chance(random, 40)) {
        return;
    }
    Fault orphan = fault_of(h, FAULT_ORPHAN, pick(random, 2000), chance(random, 50) ? 0 : 9000);
    orphan.node = (int)pick(random, (unsigned)h->w.n_shards);
    switch (pick(random, 3)) {
    case 0:
        h->fault[1] = fault_of(h, FAULT_KEY_GONE, 0, 0);
        h->fault[1].at_gate = true;
        h->fault[1].delay_ms = pick(random, GATE_DELAY_MS);
        break;
    case 1:
        h->fault[1] = fault_of(h, FAULT_KEY_CUT, pick(random, 2000), 12000 + pick(random, 6000));
        orphan.at_ms = h->fault[1].at_ms + 5000 + pick(random, 6000);
        break;
    default:
        h->fault[1] = fault_of(h, FAULT_FREEZE_US, 0, 11000 + pick(random, 5000));
        h->fault[1].at_gate = h->fault[1].flag = true;
        break;
    }
    h->fault[2] = orphan;
    h->n_faults = h->n_faults < 3 ? 3 : h->n_faults;
}

// A REPLICATE of ours is not answered: slow answers seldom do that, as by then the gate's evidence
// mostly is too old to send any.
static void plan_unheard(History *h, uint64_t *random)
{
    if (chance(random, 5)) {
        Fault unheard = fault_of(h, FAULT_UNHEARD, 0, SPAN_MS);
        unheard.flag = chance(random, 50);
        h->fault[h->n_faults++] = unheard;
    }
}

void faults_plan(History *h, uint64_t seed, unsigned skip)
{
    uint64_t random = seed * UINT64_C(0xd1342543de82ef95) + 7;
    h->n_faults = 2 + (int)pick(&random, FAULTS_MAX - 3);
    for (int i = 0; i < h->n_faults; i++) {
        h->fault[i] = make_fault(h, &random, i == 0);
    }
    plan_heirless(h, &random);
    plan_tries(h, &random);
    plan_lease(h, &random);
    plan_ghost(h, &random);
    plan_lost_majority(h, &random);
    plan_unheard(h, &random);
    for (int i = 0; i < h->n_faults; i++) {
        h->fault[i].begun = h->fault[i].ended = (skip >> i & 1U) != 0;
    }
    h->no_gate_ms = h->w.now_ms + FIRST_MS + SPAN_MS + GATE_MS;
}
