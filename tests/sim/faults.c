// What goes wrong in a history: planned from the seed before it begins, so that any fault can be
// left out without changing the others.
#include <string.h>

#include "history.h"

enum { FIRST_MS = 2500, SPAN_MS = 16000 };

static int64_t a_while(uint64_t *random)
{
    return 300 + pick(random, chance(random, 25) ? 12000 : 4000);
}

static Fault make_fault(History *h, uint64_t *random)
{
    static const FaultKind often[] = {
        FAULT_CRASH,    FAULT_CRASH,    FAULT_CRASH,   FAULT_CRASH,   FAULT_HANG,
        FAULT_HANG,     FAULT_SPLIT,    FAULT_CUT_OFF, FAULT_SLOW,    FAULT_BREAK_LINK,
        FAULT_OPERATOR, FAULT_OPERATOR, FAULT_KILL_US, FAULT_STOP_US, FAULT_DISK_FULL,
        FAULT_SLOW,     FAULT_KILL_US,
    };
    const World *w = &h->w;
    Fault f = {
        .kind = often[pick(random, sizeof(often) / sizeof(often[0]))],
        .at_ms = w->now_ms + FIRST_MS + pick(random, SPAN_MS),
        .ms = a_while(random),
        .node = (int)pick(random, (unsigned)w->n),
    };
    switch (f.kind) {
    case FAULT_CRASH:
        f.ms = chance(random, 25) ? 0 : chance(random, 50) ? f.ms : f.ms + 6000;
        break;
    case FAULT_SPLIT:
        f.mask = pick(random, (1U << w->n) - 2) + 1;
        f.other = (int)pick(random, 3);
        f.ms += 2 * w->node_timeout_ms;
        break;
    case FAULT_BREAK_LINK:
    case FAULT_OPERATOR:
        f.node = w->n_shards + (int)pick(random, (unsigned)(w->n - w->n_shards));
        f.other = (int)pick(random, (unsigned)w->n);
        f.ms = f.kind == FAULT_OPERATOR || chance(random, 30) ? 0 : f.ms + 12000;
        break;
    case FAULT_KILL_US:
    case FAULT_STOP_US:
        f.node = (int)pick(random, (unsigned)h->n_instances);
        f.ms = f.kind == FAULT_STOP_US ? 0 : f.ms;
        break;
    case FAULT_HANG:
    case FAULT_CUT_OFF:
    case FAULT_SLOW:
    case FAULT_DISK_FULL:
    case FAULT_KIND_COUNT:
        break;
    }
    return f;
}

void faults_plan(History *h, uint64_t seed, unsigned skip)
{
    uint64_t random = seed * UINT64_C(0xd1342543de82ef95) + 7;
    int n = 2 + (int)pick(&random, FAULTS_MAX - 3);
    h->n_faults = n;
    for (int i = 0; i < n; i++) {
        h->fault[i] = make_fault(h, &random);
        h->fault[i].begun = h->fault[i].ended = (skip >> i & 1U) != 0;
    }
}

static void operator_moves(World *w, const Fault *f)
{
    int m = f->other;
    if (!node_is_awake(w, f->node) || m == f->node || master_of(w, f->node) < 0 ||
        master_of(w, f->node) == m || !w->node[f->node].view[m].is_master) {
        return;
    }
    tell(w, "a person moves %d to %d", port_of(f->node), port_of(m));
    node_follow(w, f->node, m, LEFT_OPERATOR);
}

static void split(World *w, const Fault *f)
{
    w->is_split = true;
    w->split_ms = w->now_ms;
    for (int i = 0; i < w->n; i++) {
        bool second = (f->mask >> i & 1U) != 0;
        w->node[i].side = second;
        w->node[i].cut_off = (f->other == 1 && second) || (f->other == 2 && !second);
        tell(w, "the network splits: %d is on side %d%s", port_of(i), second,
             w->node[i].cut_off ? ", which we do not reach" : "");
    }
}

static void begin(History *h, Fault *f)
{
    World *w = &h->w;
    SimNode *n = &w->node[f->node];
    double s = (double)f->ms / 1000;
    switch (f->kind) {
    case FAULT_CRASH:
        if (n->up) {
            tell(w, f->ms == 0 ? "%d dies for good" : "%d dies, for %.1f s", port_of(f->node), s);
            node_crash(w, f->node);
            n->gone = f->ms == 0;
        } else {
            f->ended = true;
        }
        break;
    case FAULT_HANG:
        tell(w, "%d hangs, for %.1f s", port_of(f->node), s);
        node_leave(w, f->node, LEFT_FAULT);
        n->hung_until_ms = w->now_ms + f->ms;
        break;
    case FAULT_SPLIT:
        if (w->is_split) {
            f->ended = true;
        } else {
            split(w, f);
        }
        break;
    case FAULT_CUT_OFF:
        tell(w, "we do not reach %d, for %.1f s", port_of(f->node), s);
        n->cut_off = true;
        break;
    case FAULT_SLOW:
        tell(w, "answers are slow or lost, for %.1f s", s);
        w->is_slow = true;
        break;
    case FAULT_BREAK_LINK:
        tell(w, "%d cannot link to any master any more", port_of(f->node));
        n->is_broken = true;
        break;
    case FAULT_OPERATOR:
        operator_moves(w, f);
        break;
    case FAULT_KILL_US:
        if (h->instance[f->node].alive) {
            tell(w, "our process %d is killed, for %.1f s", f->node, s);
            instance_kill(&h->instance[f->node]);
            h->instance[f->node].start_ms = w->now_ms + f->ms;
        }
        break;
    case FAULT_STOP_US:
        if (h->instance[f->node].alive) {
            tell(w, "a person stops what we do");
            pilot_stop_move(h->instance[f->node].pilot, w->now_ms);
        }
        break;
    case FAULT_DISK_FULL:
        tell(w, "our disk is full, for %.1f s", s);
        h->disk_full = true;
        break;
    case FAULT_KIND_COUNT:
        break;
    }
}

static void end(History *h, const Fault *f)
{
    World *w = &h->w;
    SimNode *n = &w->node[f->node];
    switch (f->kind) {
    case FAULT_CRASH:
        tell(w, "%d is back", port_of(f->node));
        node_boot(w, f->node);
        break;
    case FAULT_HANG:
        tell(w, "%d goes on", port_of(f->node));
        break;
    case FAULT_SPLIT:
        tell(w, "the network is whole again");
        w->is_split = false;
        for (int i = 0; i < w->n; i++) {
            w->node[i].side = 0;
            w->node[i].cut_off = false;
        }
        break;
    case FAULT_CUT_OFF:
        tell(w, "we reach %d again", port_of(f->node));
        n->cut_off = false;
        break;
    case FAULT_SLOW:
        w->is_slow = false;
        break;
    case FAULT_BREAK_LINK:
        n->is_broken = false;
        break;
    case FAULT_DISK_FULL:
        h->disk_full = false;
        break;
    case FAULT_OPERATOR:
    case FAULT_KILL_US:
    case FAULT_STOP_US:
    case FAULT_KIND_COUNT:
        break;
    }
}

void faults_tick(History *h)
{
    for (int i = 0; i < h->n_faults; i++) {
        Fault *f = &h->fault[i];
        if (!f->begun && h->w.now_ms >= f->at_ms) {
            f->begun = true;
            h->fault_ms = h->w.now_ms;
            begin(h, f);
            f->ended = f->ended || f->ms == 0;
        } else if (f->begun && !f->ended && h->w.now_ms >= f->at_ms + f->ms) {
            f->ended = true;
            h->fault_ms = h->w.now_ms;
            end(h, f);
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
