// When something goes wrong in a history: planned from the seed before it begins, so that any fault
// can be left out without changing the others. Plain chance seldom brings two things together, so
// the plan helps: a history mostly begins with an orphan, and about half of its faults wait until a
// move of ours is at the gate and then hit one of the nodes that the gate looks at.
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

void faults_plan(History *h, uint64_t seed, unsigned skip)
{
    uint64_t random = seed * UINT64_C(0xd1342543de82ef95) + 7;
    h->n_faults = 2 + (int)pick(&random, FAULTS_MAX - 3);
    for (int i = 0; i < h->n_faults; i++) {
        h->fault[i] = make_fault(h, &random, i == 0);
    }
    plan_heirless(h, &random);
    plan_lease(h, &random);
    for (int i = 0; i < h->n_faults; i++) {
        h->fault[i].begun = h->fault[i].ended = (skip >> i & 1U) != 0;
    }
    h->no_gate_ms = h->w.now_ms + FIRST_MS + SPAN_MS + GATE_MS;
}

static int index_of(const World *w, NodeId id)
{
    for (int i = 0; i < w->n; i++) {
        if (node_id_eq(w->node[i].id, id)) {
            return i;
        }
    }
    return -1;
}

// Another replica of the donor.
static int sibling_of(const World *w, int replica, int donor)
{
    for (int i = 0; i < w->n; i++) {
        if (i != replica && w->node[i].up && master_of(w, i) == donor) {
            return i;
        }
    }
    return -1;
}

static int node_of(const World *w, const Move *m, const Fault *f)
{
    int replica = index_of(w, m->spec.replica);
    int donor = index_of(w, m->spec.donor);
    switch (f->who) {
    case WHO_REPLICA:
        return replica;
    case WHO_DONOR:
        return donor;
    case WHO_TARGET:
        return index_of(w, m->spec.target);
    case WHO_SIBLING:
        return sibling_of(w, replica, donor);
    case WHO_PLANNED:
        break;
    }
    return f->node;
}

// A move has come to the gate: whom the fault will hit, and when.
static void aim(History *h, Fault *f, int instance, const Move *m)
{
    const World *w = &h->w;
    int node = node_of(w, m, f);
    bool is_about_us = f->kind == FAULT_KILL_US || f->kind == FAULT_STOP_US;
    if (is_about_us || node < 0) {
        node = f->node;
    } else if (f->kind == FAULT_FREEZE_US) {
        node = instance;
    }
    bool moves = f->kind == FAULT_OPERATOR || f->kind == FAULT_ORDER;
    if (moves && f->who == WHO_TARGET) {
        f->other = node; // somebody else comes to it
        node = f->node;
    } else if (f->kind == FAULT_SPLIT && node != f->node) {
        f->mask = 1U << node | (1U << f->node & f->mask);
    }
    f->node = node;
    f->is_due = true;
    f->at_ms = w->now_ms + f->delay_ms;
}

static void look_at_gate(History *h, Fault *f)
{
    for (int i = 0; i < h->n_instances; i++) {
        const Move *m = instance_move(&h->instance[i]);
        if (m != NULL && m->state == MOVE_GATE && h->w.now_ms >= f->at_ms) {
            aim(h, f, i, m);
            return;
        }
    }
    if (h->w.now_ms > h->no_gate_ms) {
        f->begun = f->ended = true;
    }
}

void faults_tick(History *h)
{
    for (int i = 0; i < h->n_faults; i++) {
        Fault *f = &h->fault[i];
        if (!f->begun && f->at_gate && !f->is_due) {
            look_at_gate(h, f);
        }
        if (!f->begun && (!f->at_gate || f->is_due) && h->w.now_ms >= f->at_ms) {
            f->begun = true;
            h->fault_ms = h->w.now_ms;
            f->ended = f->ms == 0;
            harm_begin(h, f);
        } else if (f->begun && !f->ended && h->w.now_ms >= f->at_ms + f->ms) {
            f->ended = true;
            h->fault_ms = h->w.now_ms;
            harm_end(h, f);
        }
    }
}

bool faults_are_over(const History *h)
{
    for (int i = 0; i < h->n_faults; i++) {
        if (!h->fault[i].ended) {
            return false;
        }
    }
    return true;
}
