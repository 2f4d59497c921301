// What goes wrong.
#include <stdio.h>

#include "history.h"

static void crash(World *w, const Fault *f, int node)
{
    if (w->node[node].up) {
        tell(w, f->ms == 0 ? "%d dies for good" : "%d dies, for %.1f s", port_of(node),
             (double)f->ms / 1000);
        node_crash(w, node);
        w->node[node].gone = f->ms == 0;
    }
}

static bool is_hit(const World *w, const Fault *f, int node)
{
    if (f->kind == FAULT_ORPHAN) {
        return master_of(w, node) == f->node;
    }
    bool same_host = w->place[w->node[node].place].host == w->place[w->node[f->node].place].host;
    return f->kind == FAULT_HOST ? same_host : node == f->node;
}

static void crash_all(World *w, Fault *f)
{
    for (int i = 0; i < w->n; i++) {
        if (w->node[i].up && is_hit(w, f, i)) {
            crash(w, f, i);
            f->hit |= 1U << i;
        }
    }
}

static void split(World *w, Fault *f)
{
    if (w->is_split) {
        f->ended = true;
        return;
    }
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

// Of the owners one is left to us, or half of them: no majority either way.
static void cut_most(World *w, Fault *f)
{
    int kept = master_of(w, f->node) >= 0 ? master_of(w, f->node) : f->node;
    int left = owns_slots(w, kept) ? 0 : 1; // to be kept besides
    int owners = 0;
    for (int i = 0; i < w->n; i++) {
        owners += owns_slots(w, i);
    }
    left += f->flag ? owners / 2 - 1 : 0;
    for (int i = 0; i < w->n; i++) {
        if (!owns_slots(w, i) || i == kept || w->node[i].cut_off) {
            continue;
        }
        if (left-- > 0) {
            continue;
        }
        tell(w, "we do not reach %d, for %.1f s", port_of(i), (double)f->ms / 1000);
        w->node[i].cut_off = true;
        f->hit |= 1U << i;
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

static void order(History *h, const Fault *f)
{
    World *w = &h->w;
    Instance *in = &h->instance[0];
    bool heeds = in->alive && !instance_is_frozen(in);
    const Health *health = heeds ? pilot_health(in->pilot) : NULL;
    int replica = health == NULL ? -1 : snapshot_find(health->snapshot, w->node[f->node].id);
    int target = health == NULL ? -1 : snapshot_find(health->snapshot, w->node[f->other].id);
    if (replica < 0 || target < 0 || replica == target ||
        node_is_master(&health->snapshot->nodes[replica])) {
        return;
    }
    MoveSpec spec = pilot_spec(in->pilot, replica, target, ORIGIN_COMMAND);
    spec.accept_risk = f->flag;
    tell(w, "a person orders us to move %d to %d%s", port_of(f->node), port_of(f->other),
         f->flag ? ", whatever the risk" : "");
    pilot_move(in->pilot, &spec, w->now_ms, NULL);
}

static void swap(World *w, Fault *f)
{
    if (f->node == f->other || !w->node[f->node].up || !w->node[f->other].up) {
        f->ended = true;
        return;
    }
    tell(w, "%d and %d start anew, each where the other was", port_of(f->node), port_of(f->other));
    node_swap(w, f->node, f->other);
}

static void reset_node(World *w, const Fault *f)
{
    int master = master_of(w, f->node);
    int born = node_is_awake(w, f->node) ? node_reborn(w, f->node, f->flag) : -1;
    if (born >= 0) {
        tell(w, "%d %s and is %d from here on, a replica of %d", port_of(f->node),
             f->flag ? "starts with an empty disk" : "is reset", port_of(born), port_of(master));
    }
}

static void harm_node(World *w, Fault *f)
{
    SimNode *n = &w->node[f->node];
    double s = (double)f->ms / 1000;
    if (f->kind == FAULT_HANG) {
        tell(w, "%d hangs, for %.1f s", port_of(f->node), s);
        node_leave(w, f->node, LEFT_FAULT);
        n->hung_until_ms = w->now_ms + f->ms;
    } else if (f->kind == FAULT_CUT_OFF) {
        tell(w, "we do not reach %d, for %.1f s", port_of(f->node), s);
        n->cut_off = true;
    } else if (f->kind == FAULT_BREAK_LINK) {
        tell(w, "%d cannot link to any master any more", port_of(f->node));
        n->is_broken = true;
    } else if (f->kind == FAULT_SAVE) {
        tell(w, "the disk of %d is full", port_of(f->node));
        n->bgsave_broken = true;
        n->bgsave_ok = false;
    } else if (f->kind == FAULT_SHRINK) {
        tell(w, "maxmemory of %d is set to next to nothing", port_of(f->node));
        n->maxmemory = 1000000;
    } else if (!n->up && node_is_known(w, f->node)) {
        tell(w, "%d is forgotten", port_of(f->node));
        n->gone = true;
        node_forget(w, f->node);
    }
}

static void harm_key(World *w, Fault *f)
{
    int owner = lease_owner(w);
    if (owner < 0) {
        f->ended = true;
    } else if (f->kind == FAULT_KEY_CUT) {
        tell(w, "we do not reach %d, for %.1f s", port_of(owner), (double)f->ms / 1000);
        w->node[owner].cut_off = true;
        f->node = owner;
    } else {
        tell(w, "the lease's key is deleted");
        for (int i = 0; i < w->n; i++) {
            w->node[i].key[0] = '\0';
        }
    }
}

static void harm_us(History *h, const Fault *f)
{
    World *w = &h->w;
    Instance *in = &h->instance[f->node];
    double s = (double)f->ms / 1000;
    if (f->kind == FAULT_DISK_FULL) {
        tell(w, "our disk is full, for %.1f s", s);
        h->disk_full = true;
    } else if (f->kind == FAULT_UNHEARD) {
        tell(w, "our next REPLICATE is %s", f->flag ? "carried out unheard" : "lost");
        h->is_unheard = true;
        h->is_mute_only = f->flag;
    } else if (instance_is_frozen(in)) {
        return;
    } else if (f->kind == FAULT_FREEZE_US && in->alive && f->flag) {
        tell(w, "the next journal line of our process %d takes %.1f s", f->node, s);
        in->freeze_ms = f->ms;
    } else if (f->kind == FAULT_FREEZE_US && in->alive) {
        tell(w, "our process %d stands still, for %.1f s", f->node, s);
        in->frozen_until_ms = w->now_ms + f->ms;
    } else if (f->kind == FAULT_KILL_US && in->alive) {
        tell(w, "our process %d is killed, for %.1f s", f->node, s);
        instance_kill(in);
        in->start_ms = w->now_ms + f->ms;
    } else if (f->kind == FAULT_STOP_US && in->alive) {
        tell(w, "a person stops what we do");
        pilot_stop_move(in->pilot, w->now_ms);
    }
}

void harm_begin(History *h, Fault *f)
{
    World *w = &h->w;
    switch (f->kind) {
    case FAULT_CRASH:
    case FAULT_ORPHAN:
    case FAULT_HOST:
        crash_all(w, f);
        break;
    case FAULT_SPLIT:
        split(w, f);
        break;
    case FAULT_CUT_MOST:
        cut_most(w, f);
        break;
    case FAULT_SLOW:
        tell(w, "answers are slow or lost, for %.1f s", (double)f->ms / 1000);
        w->is_slow = true;
        break;
    case FAULT_OPERATOR:
        operator_moves(w, f);
        break;
    case FAULT_ORDER:
        order(h, f);
        break;
    case FAULT_SWAP:
        swap(w, f);
        break;
    case FAULT_REBORN:
        reset_node(w, f);
        break;
    case FAULT_HANG:
    case FAULT_CUT_OFF:
    case FAULT_BREAK_LINK:
    case FAULT_SAVE:
    case FAULT_SHRINK:
    case FAULT_FORGET:
        harm_node(w, f);
        break;
    case FAULT_PAUSE:
    case FAULT_DOWNTIME:
        kept_hold(h, f);
        break;
    case FAULT_KEY_GONE:
    case FAULT_KEY_CUT:
        harm_key(w, f);
        break;
    case FAULT_KILL_US:
    case FAULT_STOP_US:
    case FAULT_FREEZE_US:
    case FAULT_DISK_FULL:
    case FAULT_UNHEARD:
        harm_us(h, f);
        break;
    }
}

static void heal_network(World *w)
{
    tell(w, "the network is whole again");
    w->is_split = false;
    for (int i = 0; i < w->n; i++) {
        w->node[i].side = 0;
        w->node[i].cut_off = false;
    }
}

static void heal_all_hit(World *w, const Fault *f)
{
    for (int i = 0; i < w->n; i++) {
        if ((f->hit >> i & 1U) == 0) {
            continue;
        }
        if (f->kind == FAULT_CUT_MOST) {
            w->node[i].cut_off = false;
        } else if (!w->node[i].gone && !w->node[i].up) {
            tell(w, "%d is back", port_of(i));
            node_boot(w, i);
        }
    }
}

// Across a split it comes to nothing, and the person tries again.
static void end_swap(World *w, Fault *f)
{
    if (w->node[f->node].side != w->node[f->other].side) {
        f->ended = false;
        f->ms += 1000;
        return;
    }
    tell(w, "a person has %d meet %d again", port_of(f->node), port_of(f->other));
    node_meet(w, f->node, f->other);
}

void harm_end(History *h, Fault *f)
{
    World *w = &h->w;
    SimNode *n = &w->node[f->node];
    switch (f->kind) {
    case FAULT_CRASH:
    case FAULT_ORPHAN:
    case FAULT_HOST:
    case FAULT_CUT_MOST:
        heal_all_hit(w, f);
        break;
    case FAULT_HANG:
        tell(w, "%d goes on", port_of(f->node));
        break;
    case FAULT_SWAP:
        end_swap(w, f);
        break;
    case FAULT_SPLIT:
        heal_network(w);
        break;
    case FAULT_CUT_OFF:
    case FAULT_KEY_CUT:
        tell(w, "we reach %d again", port_of(f->node));
        n->cut_off = false;
        break;
    case FAULT_SLOW:
        w->is_slow = false;
        break;
    case FAULT_BREAK_LINK:
        n->is_broken = false;
        break;
    case FAULT_SAVE:
        n->bgsave_broken = false;
        n->bgsave_ok = node_can_save(w, f->node);
        break;
    case FAULT_SHRINK:
        n->maxmemory = 0;
        break;
    case FAULT_PAUSE:
    case FAULT_DOWNTIME:
        kept_end_hold(h, f);
        break;
    case FAULT_FREEZE_US:
        h->instance[f->node].freeze_ms = 0;
        break;
    case FAULT_DISK_FULL:
        h->disk_full = false;
        break;
    case FAULT_UNHEARD:
        h->is_unheard = false;
        break;
    case FAULT_OPERATOR:
    case FAULT_ORDER:
    case FAULT_REBORN:
    case FAULT_FORGET:
    case FAULT_KEY_GONE:
    case FAULT_KILL_US:
    case FAULT_STOP_US:
        break;
    }
}
