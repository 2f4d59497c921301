// The gate's rules about the three nodes concerned.
#include "gate_work.h"
#include "rehome/base/text.h"
#include "settled.h"
#include "word.h"

// Its own word is new, and that word is that it is a master.
static bool is_master_itself(const GateRound *r, int node, const char *role, GateCheck *c)
{
    if (node < 0) {
        return gate_refuse_check(c, "the %s is not known to the cluster", role);
    }
    const Node *n = &r->s->nodes[node];
    if (!node_is_master(n)) {
        return gate_refuse_check(c, "%s is no master", n->addr);
    }
    if (node_has(n, NODE_FAIL)) {
        return gate_refuse_check(c, "%s has failed", n->addr);
    }
    int seeing = n->views - n->blind_views;
    if (2 * (n->fail_views + n->pfail_views) > seeing && seeing > 0) {
        return gate_refuse_check(c, "%s is suspected by %d of %d slot owners", n->addr,
                                 n->fail_views + n->pfail_views, seeing);
    }
    if (!word_is_newer(r->s, node, r->since_ms)) {
        return gate_refuse_check(c, "%s has not told its INFO since the decision", n->addr);
    }
    if (!n->says->info.is_master) {
        return gate_refuse_check(c, "%s says itself that it is a replica", n->addr);
    }
    if (n->says->info.loading || n->says->loading) {
        return gate_refuse_check(c, "%s is loading its dataset", n->addr);
    }
    return true;
}

// --- TARGET

// Replicas that the target itself knows: nobody may be on the way to it, or, when healing, be there
// already, other than those that the cluster holds for dead.
static bool has_no_other(const GateWork *w, const GateRound *r, GateCheck *c)
{
    const Node *t = &r->s->nodes[r->target];
    for (size_t i = 0; i < t->says->info.n_slaves; i++) {
        const SlaveLine *line = &t->says->info.slaves[i];
        int node = word_line_node(r->s, line);
        if (node >= 0 && node == r->replica) {
            continue;
        }
        const char *who = node >= 0 ? r->s->nodes[node].addr : line->ip;
        if (line->state != SLAVE_ONLINE) {
            return gate_refuse_check(c, "%s is giving %s:%d a sync already", t->addr, line->ip,
                                     line->port);
        }
        bool dead = node >= 0 && (r->health->of[node].replica == REPLICA_FAILED ||
                                  r->health->of[node].replica == REPLICA_LINK_DOWN);
        if (w->ask->purpose == PURPOSE_HEAL && !dead) {
            return gate_refuse_check(c, "%s itself has %s online", t->addr, who);
        }
    }
    return true;
}

static bool needs_help(const GateRound *r, GateCheck *c)
{
    const NodeHealth *health = &r->health->of[r->target];
    const Node *t = &r->s->nodes[r->target];
    // Our own move in flight makes it at risk; what counts is what it would be without.
    if (health->orphan == ORPHAN_NOT) {
        return gate_refuse_check(
            c, "%s is %s in the %s round: %d working, %d on the way, %d not known", t->addr,
            master_state_text(health->master), r->name, health->working, health->coming,
            health->unverified);
    }
    return true;
}

// Nobody who is not known or on the way may be the cure already.
static bool needs_spreading(const GateRound *r, GateCheck *c)
{
    const NodeHealth *health = &r->health->of[r->target];
    const Node *t = &r->s->nodes[r->target];
    if (health->host_alone_ms != 0 && health->coming == 0 && health->unverified == 0) {
        return true;
    }
    return gate_refuse_check(
        c, "%s %s in the %s round: %d working, %d on the way, %d not known", t->addr,
        health->host_alone_ms != 0 ? "may not be alone on its host"
                                   : "is not alone with its replicas on its host",
        r->name, health->working, health->coming, health->unverified);
}

static bool needs_it(const GateWork *w, const GateRound *r, GateCheck *c)
{
    switch (w->ask->purpose) {
    case PURPOSE_HEAL:
        return needs_help(r, c);
    case PURPOSE_SPREAD:
        return needs_spreading(r, c);
    case PURPOSE_MANUAL:
    case PURPOSE_STEP:
    case PURPOSE_COUNT:
        break;
    }
    return true;
}

void gate_target(const GateWork *w, GateCheck *c)
{
    for (int i = 0; i < GATE_ROUNDS; i++) {
        const GateRound *r = &w->round[i];
        if (!is_master_itself(r, r->target, "target", c)) {
            return;
        }
        const Node *t = &r->s->nodes[r->target];
        if (r->replica >= 0 && r->s->nodes[r->replica].master == r->target) {
            gate_refuse_check(c, "%s follows %s already", r->s->nodes[r->replica].addr, t->addr);
            return;
        }
        if (!has_no_other(w, r, c) || !needs_it(w, r, c)) {
            return;
        }
    }
    const GateRound *r = &w->round[1];
    const NodeHealth *health = &r->health->of[r->target];
    if (health->orphan != ORPHAN_NOT) {
        gate_pass(c, "%s is a live master without a usable replica (%s)",
                  r->s->nodes[r->target].addr, orphan_kind_text(health->orphan));
    } else {
        gate_pass(c, "%s is a live master with %d working replica(s)", r->s->nodes[r->target].addr,
                  health->working);
    }
}

// --- TARGET_READY

// A fork copies what is written while the child dumps: a quarter of the dataset is a generous
// guess. The machine's other tenants are not known to us.
void gate_target_ready(const GateWork *w, GateCheck *c)
{
    const GateRound *r = &w->round[1];
    if (r->target < 0 || !word_is_newer(r->s, r->target, r->since_ms)) {
        gate_refuse_check(c, "the target has not told its INFO since the decision");
        return;
    }
    const Node *t = &r->s->nodes[r->target];
    const NodeInfo *info = &t->says->info;
    if (!info->last_bgsave_ok) {
        gate_refuse_check(c, "the last bgsave of %s failed", t->addr);
        return;
    }
    int64_t used = info->used_memory_rss >= 0 ? info->used_memory_rss : info->used_memory;
    if (info->total_system_memory <= 0 || used < 0) {
        gate_pass(c, "%s: last bgsave ok, room for a fork unknown", t->addr);
        return;
    }
    char used_text[32];
    char total_text[32];
    format_bytes(used_text, sizeof(used_text), used);
    format_bytes(total_text, sizeof(total_text), info->total_system_memory);
    bool fits = used / 4 <= info->total_system_memory - used;
    if (fits) {
        gate_pass(c, "%s: last bgsave ok, %s in use of %s", t->addr, used_text, total_text);
    } else {
        gate_refuse_check(c, "%s uses %s of %s: a fork needs a quarter of that again", t->addr,
                          used_text, total_text);
    }
}

// --- DONOR

static int others_working_by_own_word(const GateRound *r)
{
    const Node *d = &r->s->nodes[r->donor];
    int n = 0;
    for (size_t i = 0; i < d->n_replicas; i++) {
        int other = d->replicas[i];
        n += other != r->replica && word_can_stand_in(r->health, other) &&
             word_is_newer(r->s, other, r->since_ms);
    }
    return n;
}

void gate_donor(const GateWork *w, GateCheck *c)
{
    int least = 0;
    for (int i = 0; i < GATE_ROUNDS; i++) {
        const GateRound *r = &w->round[i];
        if (!is_master_itself(r, r->donor, "donor", c)) {
            return;
        }
        if (r->replica < 0) {
            gate_refuse_check(c, "the replica is not known to the cluster");
            return;
        }
        const Node *d = &r->s->nodes[r->donor];
        int suspect = d->fail_views + d->pfail_views;
        if (suspect > 0) { // it may be about to need the very replica
            gate_refuse_check(c, "%s is suspected by %d of %d slot owners", d->addr, suspect,
                              d->views);
            return;
        }
        int floor = r->health->floor;
        int listed = word_others_online(r->s, r->donor, r->replica);
        int working = others_working_by_own_word(r);
        if (listed < floor) {
            gate_refuse_check(c, "donor lists %d others online, floor %d: %s", listed, floor,
                              d->addr);
            return;
        }
        if (working < floor) {
            gate_refuse_check(c, "donor keeps %d of floor %d working by their own word: %s",
                              working, floor, d->addr);
            return;
        }
        int kept = working < listed ? working : listed;
        least = i == 0 || kept < least ? kept : least;
    }
    const GateRound *r = &w->round[1];
    gate_pass(c, "donor keeps %d of floor %d: %s", least, r->health->floor,
              r->s->nodes[r->donor].addr);
}

// --- CANDIDATE

// What it believes itself, where it was asked (in large clusters only some are): it can follow
// none but whom it knows, and on a minority's side that leads nowhere.
static bool is_in_the_picture(const GateWork *w, const GateRound *r, GateCheck *c)
{
    const Node *n = &r->s->nodes[r->replica];
    if (!n->says->has_view || n->says->view_ms < r->since_ms) {
        return true;
    }
    const NodeLine *target = nodes_find(&n->says->view, w->ask->target);
    if (target == NULL || (target->flags & NODE_MASTER) == 0) {
        return gate_refuse_check(
            c, "%s itself %s in the %s round", n->addr,
            target == NULL ? "does not know the target" : "sees the target as no master", r->name);
    }
    if ((target->flags & NODE_NOADDR) != 0) {
        return gate_refuse_check(c, "%s itself has lost the target's address in the %s round",
                                 n->addr, r->name);
    }
    size_t all;
    size_t well = settled_count_well(&n->says->view, &all);
    if (2 * well <= all) {
        return gate_refuse_check(c,
                                 "%s is not with the majority: %zu of %zu slot owners are well in "
                                 "its view in the %s round",
                                 n->addr, well, all, r->name);
    }
    return true;
}

void gate_candidate(const GateWork *w, GateCheck *c)
{
    for (int i = 0; i < GATE_ROUNDS; i++) {
        const GateRound *r = &w->round[i];
        if (r->replica < 0 || r->donor < 0) {
            gate_refuse_check(c, "the %s is not known to the cluster",
                              r->replica < 0 ? "replica" : "donor");
            return;
        }
        const Node *n = &r->s->nodes[r->replica];
        if (!word_is_newer(r->s, r->replica, r->since_ms)) {
            gate_refuse_check(c, "%s has not told its INFO since the decision", n->addr);
            return;
        }
        if (n->says->info.is_master || node_is_master(n)) {
            gate_refuse_check(c, "%s is a master", n->addr);
            return;
        }
        if (n->master != r->donor || word_master(r->s, r->replica) != r->donor) {
            gate_refuse_check(c, "%s no longer follows %s", n->addr, r->s->nodes[r->donor].addr);
            return;
        }
        ReplicaState state = r->health->of[r->replica].replica;
        if (state != REPLICA_WORKING) {
            gate_refuse_check(c, "%s is %s in the %s round", n->addr, replica_state_text(state),
                              r->name);
            return;
        }
        if (n->fail_views > 0) {
            gate_refuse_check(c, "%s has failed to %d of %d slot owners", n->addr, n->fail_views,
                              n->views);
            return;
        }
        if (!is_in_the_picture(w, r, c)) {
            return;
        }
    }
    const GateRound *r = &w->round[1];
    gate_pass(c, "%s is a working replica of %s", r->s->nodes[r->replica].addr,
              r->s->nodes[r->donor].addr);
}

// --- ROOM

void gate_room(const GateWork *w, GateCheck *c)
{
    const GateRound *r = &w->round[1];
    if (r->replica < 0 || r->target < 0 || !word_is_newer(r->s, r->replica, r->since_ms) ||
        !word_is_newer(r->s, r->target, r->since_ms)) {
        gate_refuse_check(c, "replica or target has not told its INFO since the decision");
        return;
    }
    const Node *n = &r->s->nodes[r->replica];
    int64_t room = n->says->info.maxmemory;
    int64_t need = r->s->nodes[r->target].says->info.used_memory;
    char room_text[32];
    char need_text[32];
    format_bytes(room_text, sizeof(room_text), room);
    format_bytes(need_text, sizeof(need_text), need);
    if (room == 0) {
        gate_pass(c, "%s has no maxmemory, the dataset is %s", n->addr, need_text);
    } else if (room < 0 || need < 0) {
        gate_pass(c, "maxmemory of %s %s, dataset %s", n->addr, room_text, need_text);
    } else if (room >= need) {
        gate_pass(c, "maxmemory of %s is %s, the dataset %s", n->addr, room_text, need_text);
    } else {
        gate_refuse_check(c, "maxmemory of %s is %s, less than the dataset's %s", n->addr,
                          room_text, need_text);
    }
}

// --- HOST

// Whom a donor has on another host, or would have left there; -1: nobody. What it is left with has
// to have said so itself, now.
static int kept_elsewhere(const GateRound *r, bool without)
{
    const Node *d = &r->s->nodes[r->donor];
    for (size_t i = 0; i < d->n_replicas; i++) {
        int other = d->replicas[i];
        bool counts = !without || (other != r->replica && word_is_newer(r->s, other, r->since_ms));
        if (counts && r->health->of[other].replica == REPLICA_WORKING &&
            word_other_host(&r->s->nodes[other], d)) {
            return other;
        }
    }
    return -1;
}

// A move that is there to spread must not undo at the donor what it does at the target.
static void judge_spread(const GateRound *r, GateCheck *c)
{
    const Node *n = &r->s->nodes[r->replica];
    const Node *t = &r->s->nodes[r->target];
    if (!word_other_host(n, t)) {
        gate_refuse_check(c, "%s is not known to be on another host than %s", n->addr, t->addr);
    } else if (r->donor >= 0 && kept_elsewhere(r, false) >= 0 && kept_elsewhere(r, true) < 0) {
        gate_refuse_check(c, "%s would keep no replica on another host than its own",
                          r->s->nodes[r->donor].addr);
    } else {
        gate_pass(c, "%s is on %s, the target on %s", n->addr, n->host, t->host);
    }
}

void gate_host(const GateWork *w, GateCheck *c)
{
    const GateRound *r = &w->round[1];
    MovePurpose purpose = w->ask->purpose;
    if (r->replica < 0 || r->target < 0) {
        gate_refuse_check(c, "replica or target is not known to the cluster");
        return;
    }
    const Node *n = &r->s->nodes[r->replica];
    const Node *t = &r->s->nodes[r->target];
    if (purpose == PURPOSE_SPREAD || purpose == PURPOSE_STEP) {
        judge_spread(r, c);
    } else if (word_other_host(n, t)) {
        gate_pass(c, "%s is on %s, the target on %s", n->addr, n->host, t->host);
    } else if (!word_same_host(n, t)) {
        gate_pass(c, "it is not known whether %s shares the target's host", n->addr);
    } else if (purpose == PURPOSE_HEAL) {
        gate_pass(c, "warning: %s is on the target's own host %s", n->addr, n->host);
    } else {
        gate_refuse_check(c, "%s is on the target's own host %s", n->addr, n->host);
    }
}
