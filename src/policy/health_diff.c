// What became of the masters' protection between two rounds, as events.
#include "held.h"
#include "word.h"

static int count_state(const Health *h, const Node *m, ReplicaState state, int *example)
{
    int n = 0;
    for (size_t i = 0; i < m->n_replicas; i++) {
        if (h->of[m->replicas[i]].replica == state) {
            *example = m->replicas[i];
            n++;
        }
    }
    return n;
}

static Event orphaned_event(const Health *h, int i)
{
    const Snapshot *s = h->snapshot;
    const Node *m = &s->nodes[i];
    int which = -1;
    if (h->of[i].orphan == ORPHAN_CUT_OFF) {
        count_state(h, m, REPLICA_LINK_DOWN, &which);
        return event_make(EVENT_ORPHANED, LEVEL_CRITICAL, s->wall_ms, m,
                          "master %s is orphaned: %s is alive, but its replication link is down",
                          m->addr, which >= 0 ? s->nodes[which].addr : "its replica");
    }
    int failed = count_state(h, m, REPLICA_FAILED, &which);
    if (failed > 1) {
        return event_make(EVENT_ORPHANED, LEVEL_CRITICAL, s->wall_ms, m,
                          "master %s is orphaned: all of its %d replicas failed", m->addr, failed);
    }
    if (failed == 1) {
        return event_make(EVENT_ORPHANED, LEVEL_CRITICAL, s->wall_ms, m,
                          "master %s is orphaned: its only replica %s failed", m->addr,
                          s->nodes[which].addr);
    }
    return event_make(EVENT_ORPHANED, LEVEL_CRITICAL, s->wall_ms, m,
                      "master %s is orphaned: it has no replica", m->addr);
}

static Event at_risk_event(const Health *h, int i)
{
    const Snapshot *s = h->snapshot;
    const Node *m = &s->nodes[i];
    for (size_t k = 0; k < m->n_replicas; k++) {
        const NodeHealth *r = &h->of[m->replicas[k]];
        if (replica_blocks_rescue(r->replica)) {
            return event_make(EVENT_AT_RISK, LEVEL_WARNING, s->wall_ms, m,
                              "master %s is at risk: no working replica, %s is %s", m->addr,
                              s->nodes[m->replicas[k]].addr, replica_state_text(r->replica));
        }
    }
    return event_make(EVENT_AT_RISK, LEVEL_WARNING, s->wall_ms, m,
                      "master %s is at risk: a replica is being moved to it", m->addr);
}

static Event protected_event(const Health *h, int i)
{
    const Snapshot *s = h->snapshot;
    const Node *m = &s->nodes[i];
    int which = -1;
    int working = count_state(h, m, REPLICA_WORKING, &which);
    if (working == 1) {
        return event_make(EVENT_PROTECTED, LEVEL_GOOD, s->wall_ms, m,
                          "master %s is protected again by %s", m->addr, s->nodes[which].addr);
    }
    return event_make(EVENT_PROTECTED, LEVEL_GOOD, s->wall_ms, m,
                      "master %s is protected again by %d working replicas", m->addr, working);
}

// State in the previous round; -1: no master then, or not there.
static int state_before(const Health *before, const Snapshot *s, int i)
{
    int was = before != NULL ? word_twin(s, before->snapshot, i) : -1;
    return was >= 0 && before->of[was].is_master ? (int)before->of[was].master : -1;
}

void health_diff(const Health *before, const Health *after, EventSink *sink, void *ctx)
{
    static const MasterState worst_first[] = {STATE_ORPHANED, STATE_AT_RISK, STATE_PROTECTED};
    const Snapshot *s = after->snapshot;
    held_diff(before, after, sink, ctx);
    for (size_t k = 0; k < sizeof(worst_first) / sizeof(worst_first[0]); k++) {
        for (size_t n = 0; n < s->n_masters; n++) {
            int i = s->masters[n];
            MasterState now = after->of[i].master;
            int was = state_before(before, s, i);
            if (now != worst_first[k] || was == (int)now) {
                continue;
            }
            Event event;
            if (now == STATE_ORPHANED) {
                event = orphaned_event(after, i);
            } else if (now == STATE_AT_RISK && was >= 0 && was != STATE_EMPTY) {
                event = at_risk_event(after, i);
            } else if (now == STATE_PROTECTED && (was == STATE_ORPHANED || was == STATE_AT_RISK)) {
                event = protected_event(after, i);
            } else {
                continue;
            }
            sink(ctx, &event);
        }
    }
}
