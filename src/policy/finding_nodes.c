// What is wrong with single masters and replicas.
#include <string.h>

#include "finding_work.h"
#include "rehome/base/text.h"
#include "rehome/model/query.h"
#include "word.h"

const char *forget_command(const Search *f, const Node *n)
{
    return arena_printf(f->arena, "redis-cli --cluster call %s CLUSTER FORGET %s", f->contact,
                        n->id.hex);
}

static const char *add_replica_command(const Search *f, int master)
{
    return arena_printf(
        f->arena,
        "redis-cli --cluster add-node NEWHOST:NEWPORT %s --cluster-slave --cluster-master-id %s",
        f->contact, f->s->nodes[master].id.hex);
}

static const char *move_command(const Search *f, int replica, int master)
{
    return arena_printf(f->arena, "rehome move %s %s %s", plan_name(f->s, replica),
                        plan_name(f->s, master), f->seed);
}

// --- masters

static void find_failed_master(Search *f, int i)
{
    const Node *m = &f->s->nodes[i];
    int64_t since = health_told_since_ms(f->h, i);
    if (!node_is_owner(m)) {
        if (f->h->of[i].condition_ms[NODE_IS_GHOST] == 0) { // which has the better remedy
            finding_add(f, FINDING_LEFT_BEHIND, LEVEL_WARNING, i, since,
                        arena_printf(f->arena, "master %s has failed; it owns no slots", m->addr),
                        arena_printf(f->arena, "start it again, or: %s", forget_command(f, m)));
        }
        return;
    }
    int live = -1;
    for (size_t k = 0; k < m->n_replicas; k++) {
        int r = m->replicas[k];
        bool is_better = live < 0 || (word_is_too_old(f->s, live) && !word_is_too_old(f->s, r));
        if (!node_has(&f->s->nodes[r], NODE_FAIL) && is_better) {
            live = r;
        }
    }
    if (live >= 0 && word_is_too_old(f->s, live)) {
        finding_add(f, FINDING_MASTER_FAILED, LEVEL_CRITICAL, i, since,
                    arena_printf(f->arena,
                                 "master %s has failed with %d slots, and the data of %s is too "
                                 "old to be elected (cluster-replica-validity-factor %d)",
                                 m->addr, m->slot_count, f->s->nodes[live].addr,
                                 f->s->nodes[live].says->settings.validity_factor),
                    arena_printf(f->arena,
                                 "start %s again; only if it is gone for good, and what its "
                                 "replica has missed with it: redis-cli %s CLUSTER FAILOVER FORCE",
                                 m->addr, plan_dial(f->s, live)));
        return;
    }
    if (live >= 0) {
        finding_add(
            f, FINDING_MASTER_FAILED, LEVEL_CRITICAL, i, since,
            arena_printf(f->arena, "master %s has failed with %d slots; %s should be promoted",
                         m->addr, m->slot_count, f->s->nodes[live].addr),
            arena_printf(f->arena,
                         "it should take seconds; if it does not happen, start %s again or: "
                         "redis-cli %s CLUSTER FAILOVER FORCE",
                         m->addr, plan_dial(f->s, live)));
        return;
    }
    finding_add(
        f, FINDING_MASTER_FAILED, LEVEL_CRITICAL, i, since,
        arena_printf(f->arena, "master %s has failed and every copy of its %d slots with it",
                     m->addr, m->slot_count),
        arena_printf(f->arena, "start %s or one of its replicas again: nothing else has the data",
                     m->addr));
}

// The cluster may well think that all is well: it answers pings meanwhile.
static void find_loading_master(Search *f, int i)
{
    const Node *m = &f->s->nodes[i];
    const NodeInfo *info = &m->says->info;
    const char *share = "";
    const char *eta = "";
    char time[16];
    int permille = health_loading_permille(info);
    if (permille >= 0) {
        share = arena_printf(f->arena, ", %d%% of it so far", permille / 10);
    }
    if (info->loading_eta_s > 0) {
        eta = arena_printf(f->arena, ", by its own word for another %s",
                           format_seconds(time, sizeof(time), info->loading_eta_s * 1000));
    }
    int64_t began = info->uptime_s >= 0 ? m->says->info_ms - info->uptime_s * 1000 : 0;
    int64_t since = f->h->of[i].since_ms;
    finding_add(
        f, FINDING_MASTER_LOADING, LEVEL_CRITICAL, i, began > since ? began : since,
        arena_printf(f->arena, "master %s is loading its dataset%s: %d slots are not served",
                     m->addr, share, m->slot_count),
        arena_printf(f->arena, "wait%s; redis-cli %s INFO persistence", eta, plan_dial(f->s, i)));
}

static bool is_loading_owner(const Search *f, int i)
{
    const Node *m = &f->s->nodes[i];
    return node_is_owner(m) && !node_has(m, NODE_FAIL) && m->says != NULL &&
           m->says->info.loading && m->says->has_info &&
           word_is_fresh(f->s, i, f->h->options.fresh_ms);
}

static const char *orphan_text(const Search *f, int i)
{
    const Node *m = &f->s->nodes[i];
    switch (f->h->of[i].orphan) {
    case ORPHAN_LOST:
        if (m->n_replicas == 1) {
            return arena_printf(f->arena,
                                "master %s (%d slots) is orphaned: its only replica %s has failed",
                                m->addr, m->slot_count, f->s->nodes[m->replicas[0]].addr);
        }
        return arena_printf(f->arena,
                            "master %s (%d slots) is orphaned: all its %zu replicas have failed",
                            m->addr, m->slot_count, m->n_replicas);
    case ORPHAN_CUT_OFF:
        return arena_printf(f->arena,
                            "master %s (%d slots) is orphaned: its replica is alive, but the "
                            "replication link is down",
                            m->addr, m->slot_count);
    case ORPHAN_NOT:
    case ORPHAN_BARE:
        break;
    }
    return arena_printf(f->arena, "master %s (%d slots) is orphaned: it has no replica", m->addr,
                        m->slot_count);
}

static void find_orphans(Search *f)
{
    if (f->h->orphaned == 0) {
        return;
    }
    Plan plan = plan_make(f->h);
    int64_t since = 0;
    size_t without = 0;
    const char *why = "";
    for (size_t i = 0; i < plan.n_orphans; i++) {
        const PlanTarget *t = &plan.at[i];
        const NodeHealth *health = &f->h->of[t->target];
        const char *remedy;
        if (t->chosen >= 0) {
            int replica = t->candidates[t->chosen].replica;
            remedy = arena_printf(f->arena, "give it %s: %s", f->s->nodes[replica].addr,
                                  move_command(f, replica, t->target));
        } else {
            remedy = arena_printf(f->arena, "%s; %s", t->reason, add_replica_command(f, t->target));
            since = without == 0 || health->since_ms < since ? health->since_ms : since;
            why = without == 0 ? t->reason : why;
            without++;
        }
        finding_add(f, FINDING_ORPHANED, LEVEL_CRITICAL, t->target,
                    health_told_since_ms(f->h, t->target), orphan_text(f, t->target), remedy)
            ->start = t->chosen >= 0 ? START_MOVE : START_NOTHING;
    }
    if (without > 0) {
        finding_add(
            f, FINDING_NO_SPARE, LEVEL_WARNING, -1, since,
            arena_printf(f->arena, "no legal spare for %zu of %zu orphaned master%s: %s", without,
                         plan.n_orphans, plural(plan.n_orphans), why),
            arena_printf(f->arena,
                         "start failed replicas again, or add new ones: redis-cli --cluster "
                         "add-node NEWHOST:NEWPORT %s --cluster-slave",
                         f->contact));
    }
}

// What helps with a replica that is not working and not lost either.
static const char *unready_remedy(const Search *f, int r, ReplicaState state)
{
    const NodeSays *says = f->s->nodes[r].says;
    const char *dial = plan_dial(f->s, r);
    if (state != REPLICA_UNVERIFIED) {
        return arena_printf(f->arena, "wait until it is in sync; redis-cli %s INFO replication",
                            dial);
    }
    if (says != NULL && (says->forbidden & ASK_INFO) != 0) {
        char line[ACL_LINE_SIZE];
        queries_acl_line(line, sizeof(line), f->s->user, says->forbidden);
        return arena_printf(f->arena, "let an administrator allow us to ask it: redis-cli %s %s",
                            dial, line);
    }
    return arena_printf(f->arena, "find out whether it lives: redis-cli %s INFO replication", dial);
}

static void find_at_risk(Search *f, int i)
{
    const Node *m = &f->s->nodes[i];
    const char *text = arena_printf(
        f->arena, "master %s has no working replica; one is being moved to it", m->addr);
    const char *remedy = "wait: the move shows its progress";
    for (size_t k = 0; k < m->n_replicas; k++) {
        int r = m->replicas[k];
        ReplicaState state = f->h->of[r].replica;
        if (!replica_blocks_rescue(state)) {
            continue;
        }
        text = arena_printf(f->arena, "master %s has no working replica; %s is %s", m->addr,
                            f->s->nodes[r].addr, replica_state_text(state));
        remedy = unready_remedy(f, r, state);
        break;
    }
    finding_add(f, FINDING_AT_RISK, LEVEL_WARNING, i, f->h->of[i].since_ms, text, remedy);
}

static void find_same_host(Search *f, int i)
{
    const Node *m = &f->s->nodes[i];
    PlanTarget plan = {.chosen = -1};
    if (f->h->spares > 0) {
        plan = plan_for(&f->work, &(PlanAsk){i, PURPOSE_SPREAD, -1, 1});
    }
    const char *remedy;
    if (plan.chosen >= 0) {
        int better = plan.candidates[plan.chosen].replica;
        remedy = arena_printf(f->arena, "give it %s: %s", f->s->nodes[better].addr,
                              move_command(f, better, i));
    } else if (plan_has_step(&f->work, i)) {
        remedy = arena_printf(f->arena, "two moves cure it: rehome plan --spread %s", f->seed);
    } else {
        remedy =
            arena_printf(f->arena, "add a replica on another host: %s", add_replica_command(f, i));
    }
    finding_add(f, FINDING_SAME_HOST, LEVEL_WARNING, i, f->h->of[i].host_alone_ms,
                arena_printf(f->arena,
                             "master %s and every working replica of it are on one host, %s",
                             m->addr, m->host),
                remedy)
        ->start = plan.chosen >= 0 ? START_MOVE : START_NOTHING;
}

void find_masters(Search *f)
{
    find_orphans(f);
    for (size_t k = 0; k < f->s->n_masters; k++) {
        int i = f->s->masters[k];
        const NodeHealth *health = &f->h->of[i];
        if (is_loading_owner(f, i)) {
            find_loading_master(f, i);
        }
        if (health->master == STATE_FAILED) {
            find_failed_master(f, i);
        } else if (health->master == STATE_AT_RISK) {
            find_at_risk(f, i);
        } else if (health->master == STATE_PROTECTED && health->host_alone_ms != 0 &&
                   f->h->hosts.n > 1) { // on a single host HOST_UNSAFE says it all
            find_same_host(f, i);
        }
    }
}

// --- every node

static void find_replica(Search *f, int i)
{
    const Node *n = &f->s->nodes[i];
    const NodeHealth *health = &f->h->of[i];
    const char *master = n->master >= 0 ? f->s->nodes[n->master].addr : "an unknown master";
    bool ghost = health->condition_ms[NODE_IS_GHOST] != 0; // which has the better remedy
    if (health->replica == REPLICA_FAILED && !ghost) {
        finding_add(f, FINDING_REPLICA_FAILED, LEVEL_WARNING, i, health_told_since_ms(f->h, i),
                    arena_printf(f->arena, "replica %s of %s has failed", n->addr, master),
                    arena_printf(f->arena, "start it again, or: %s", forget_command(f, n)));
    } else if (health->replica == REPLICA_LINK_DOWN) {
        finding_add(f, FINDING_REPLICA_LINK_DOWN, LEVEL_WARNING, i, health->since_ms,
                    arena_printf(f->arena,
                                 "replica %s lives, but its replication link to %s is down",
                                 n->addr, master),
                    arena_printf(f->arena,
                                 "look at its log and at masterauth; redis-cli %s INFO replication",
                                 plan_dial(f->s, i)));
    }
}

// It is there, and find_access() tells what it refuses, with the better remedy.
static bool is_closed(const Health *h, int node)
{
    const NodeSays *says = h->snapshot->nodes[node].says;
    return h->of[node].condition_ms[NODE_IS_CLOSED] != 0 &&
           (says->reach == REACH_OK || says->reach == REACH_DENIED);
}

bool finding_is_unreachable(const Health *h, int node)
{
    const Node *n = &h->snapshot->nodes[node];
    return !node_has(n, NODE_FAIL) && !node_has(n, NODE_NOADDR) &&
           !word_is_fresh(h->snapshot, node, h->options.fresh_ms) &&
           h->of[node].replica != REPLICA_LOADING;
}

// The reason that ends the sentence "N cannot be asked": "it" for its address at the beginning.
static const char *unreachable_why(const Search *f, const Node *n)
{
    const char *why = n->says != NULL ? n->says->why : "";
    size_t name = strlen(n->addr);
    bool begins = name > 0 && strncmp(why, n->addr, name) == 0 && why[name] == ' ';
    return begins ? arena_printf(f->arena, "it%s", why + name) : why;
}

static void find_unreachable(Search *f, int i)
{
    const Node *n = &f->s->nodes[i];
    if (!finding_is_unreachable(f->h, i) || is_closed(f->h, i)) {
        return;
    }
    const NodeSays *says = n->says;
    const char *why = unreachable_why(f, n);
    bool in_vain = says != NULL && sv_starts(sv(says->why), "cannot connect to ");
    bool heard = says != NULL && says->has_info && says->info_ms > 0;
    finding_add(f, FINDING_UNREACHABLE, LEVEL_WARNING, i,
                heard ? says->info_ms : f->h->of[i].since_ms,
                arena_printf(f->arena, "%s is not flagged as failed, but it cannot be asked%s%s",
                             n->addr, why[0] != '\0' ? ": " : "", why),
                arena_printf(
                    f->arena, "try from this machine%s: redis-cli %s INFO replication",
                    heard || !in_vain ? "" : "; if its address leads nowhere here (NAT), see --map",
                    plan_dial(f->s, i)));
}

void find_nodes(Search *f)
{
    for (size_t i = 0; i < f->s->n_nodes; i++) {
        if (!f->h->of[i].is_master) {
            find_replica(f, (int)i);
        }
        find_unreachable(f, (int)i);
    }
}
