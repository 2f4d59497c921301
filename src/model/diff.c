#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/model/event.h"

typedef struct {
    const Snapshot *before;
    const Snapshot *after;
    const OwnMove *own; // may be NULL
    Event *events;
    size_t n;
    size_t cap;
} Diff;

static Event *add(Diff *d, Event event)
{
    d->events = mem_grow(d->events, &d->cap, d->n + 1, sizeof(event));
    d->events[d->n] = event;
    return &d->events[d->n++];
}

// The same node in another snapshot; NULL: not there. Rounds are alike, so the same place is tried
// first.
static const Node *same_node(const Snapshot *s, size_t place, NodeId id)
{
    if (place < s->n_nodes && node_id_eq(s->nodes[place].id, id)) {
        return &s->nodes[place];
    }
    int found = snapshot_find(s, id);
    return found < 0 ? NULL : &s->nodes[found];
}

static const char *role_word(const Node *node)
{
    return node_is_master(node) ? "master" : "replica";
}

// The address of a node that need not be listed.
static const char *name_of(const Snapshot *s, const NodeId *id)
{
    int found = snapshot_find(s, *id);
    if (found >= 0) {
        return s->nodes[found].addr;
    }
    return node_id_is_none(*id) ? "nobody" : id->hex;
}

static bool answers(const Node *node)
{
    return node->says != NULL && node->says->reach == REACH_OK;
}

static bool is_cut_off(const Node *node)
{
    if (node->says == NULL) {
        return false;
    }
    switch (node->says->reach) {
    case REACH_UNREACHABLE:
    case REACH_DENIED:
    case REACH_WRONG_NODE:
    case REACH_NO_CLUSTER:
        return true;
    case REACH_OK:
    case REACH_CONNECTING:
    case REACH_LATE: // it may answer the next round: no reason for two lines
        break;
    }
    return false;
}

// Do we see the cluster at all?
static bool is_lost(const Snapshot *s)
{
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (s->nodes[i].says != NULL && !is_cut_off(&s->nodes[i])) {
            return false;
        }
    }
    return true;
}

static void diff_contact(Diff *d)
{
    const Snapshot *a = d->after;
    if (is_lost(d->before) == is_lost(a)) {
        return;
    }
    if (is_lost(a)) {
        add(d, event_make(EVENT_LOST, LEVEL_CRITICAL, a->wall_ms, NULL,
                          "no node of the cluster answers any more"));
    } else {
        add(d,
            event_make(EVENT_CONNECTED, LEVEL_GOOD, a->wall_ms, NULL,
                       "connected to %zu masters and %zu replicas", a->n_masters, a->n_replicas));
    }
}

static void diff_failure(Diff *d, const Node *b, const Node *a)
{
    int64_t wall_ms = d->after->wall_ms;
    bool is_master = node_is_master(a);
    bool failed = node_has(a, NODE_FAIL);
    bool suspected = node_has(a, NODE_PFAIL);
    bool was_failed = node_has(b, NODE_FAIL);
    bool was_suspected = node_has(b, NODE_PFAIL);
    if (failed && !was_failed) {
        add(d, event_make(is_master ? EVENT_MASTER_FAILED : EVENT_REPLICA_FAILED,
                          is_master ? LEVEL_CRITICAL : LEVEL_WARNING, wall_ms, a,
                          "%s %s failed (%d of %d masters agree)", role_word(a), a->addr,
                          a->fail_views, a->views));
    } else if (suspected && !was_suspected && !was_failed) {
        add(d, event_make(is_master ? EVENT_MASTER_SUSPECTED : EVENT_REPLICA_SUSPECTED,
                          LEVEL_WARNING, wall_ms, a, "%s %s is suspected (by %d of %d masters)",
                          role_word(a), a->addr, a->fail_views + a->pfail_views, a->views));
    } else if (!failed && !suspected && (was_failed || was_suspected)) {
        EventCode code = is_master ? EVENT_MASTER_BACK : EVENT_REPLICA_BACK;
        if (!was_failed) {
            add(d, event_make(code, LEVEL_GOOD, wall_ms, a, "%s %s is no longer suspected",
                              role_word(a), a->addr));
        } else if (is_master) {
            add(d, event_make(code, LEVEL_GOOD, wall_ms, a, "master %s is back", a->addr));
        } else {
            add(d, event_make(code, LEVEL_GOOD, wall_ms, a, "%s is back as a replica of %s",
                              a->addr, name_of(d->after, &a->master_id)));
        }
    }
}

static bool overlap(SlotRanges a, SlotRanges b)
{
    for (size_t i = 0, j = 0; i < a.n && j < b.n;) {
        if (a.at[i].last < b.at[j].first) {
            i++;
        } else if (b.at[j].last < a.at[i].first) {
            j++;
        } else {
            return true;
        }
    }
    return false;
}

// Whose slots did it take over in one go? Its master's when it was a replica; when it was seen as a
// slotless master in between, those of the one it got everything from.
static const Node *predecessor(const Diff *d, const Node *b, const Node *a)
{
    if (!node_is_owner(a) || node_is_owner(b)) {
        return NULL;
    }
    for (size_t i = 0; i < d->before->n_owners; i++) {
        const Node *old = &d->before->nodes[d->before->masters[i]];
        bool fits = node_is_master(b)
                        ? slot_ranges_eq(old->slots, a->slots)
                        : node_id_eq(old->id, b->master_id) && overlap(old->slots, a->slots);
        if (fits) {
            return old;
        }
    }
    return NULL;
}

static void diff_failover(Diff *d, const Node *b, const Node *a)
{
    const Node *old = predecessor(d, b, a);
    if (old == NULL) {
        return;
    }
    const Node *now = same_node(d->after, (size_t)(old - d->before->nodes), old->id);
    bool had_failed = node_has(old, NODE_FAIL) || (now != NULL && node_has(now, NODE_FAIL));
    Event *event = add(d, event_make(EVENT_FAILOVER, LEVEL_WARNING, d->after->wall_ms, a,
                                     "replica %s was promoted in place of %s", a->addr, old->addr));
    event->by =
        had_failed ? BY_SERVER : BY_OTHER; // nobody but a person promotes over a live master
}

// Had this master a replica that the servers count as working, that is, one that is not FAIL? One
// that is by now may have been at the moment of the move.
static bool had_replica(const Diff *d, const Node *master)
{
    for (size_t i = 0; i < master->n_replicas; i++) {
        const Node *was = &d->before->nodes[master->replicas[i]];
        const Node *is = same_node(d->after, (size_t)master->replicas[i], was->id);
        if (!node_has(was, NODE_FAIL) && (is == NULL || !node_has(is, NODE_FAIL))) {
            return true;
        }
    }
    return false;
}

// Would the server's own migration have made this move?
static bool server_would(const Diff *d, NodeId target)
{
    const Snapshot *before = d->before;
    int at = snapshot_find(before, target);
    return at >= 0 && before->server_migration == TRI_YES && before->state_known &&
           before->state_ok && node_is_owner(&before->nodes[at]) &&
           !had_replica(d, &before->nodes[at]);
}

static void diff_attachment(Diff *d, const Node *b, const Node *a)
{
    if (node_is_master(b) || node_is_master(a) || node_id_is_none(b->master_id) ||
        node_id_is_none(a->master_id) || node_id_eq(b->master_id, a->master_id)) {
        return;
    }
    const char *from = name_of(d->before, &b->master_id);
    const char *to = name_of(d->after, &a->master_id);
    int old = snapshot_find(d->after, b->master_id);
    bool left_behind = old >= 0 && !node_is_owner(&d->after->nodes[old]);
    int64_t wall_ms = d->after->wall_ms;
    if (d->own != NULL && node_id_eq(d->own->replica, a->id) &&
        node_id_eq(d->own->target, a->master_id)) {
        add(d, event_make(EVENT_REPLICA_MOVED, LEVEL_INFO, wall_ms, a,
                          "replica %s moved from %s to %s (by rehome)", a->addr, from, to))
            ->by = BY_US;
    } else if (left_behind) {
        // After a failover the servers lead the other replicas to the new owner of the slots.
        add(d,
            event_make(EVENT_REPLICA_MOVED, LEVEL_INFO, wall_ms, a,
                       "replica %s now follows %s (%s owns no slots any more)", a->addr, to, from))
            ->by = BY_SERVER;
    } else if (server_would(d, a->master_id)) {
        add(d, event_make(EVENT_REPLICA_MOVED, LEVEL_INFO, wall_ms, a,
                          "replica %s moved from %s to %s (probably by the server)", a->addr, from,
                          to))
            ->by = BY_SERVER;
    } else {
        add(d, event_make(EVENT_REPLICA_MOVED, LEVEL_INFO, wall_ms, a,
                          "replica %s moved from %s to %s (by somebody else)", a->addr, from, to))
            ->by = BY_OTHER;
    }
}

static bool is_in_sync(const NodeSays *says)
{
    return info_in_sync(&says->info) && !says->loading;
}

// The replication link by the replica's own word, in both pictures.
static void diff_link(Diff *d, const Node *b, const Node *a)
{
    if (node_is_master(a) || !answers(a) || !a->says->has_info || a->says->info.is_master ||
        b->says == NULL || !b->says->has_info || b->says->info.is_master) {
        return;
    }
    bool moved = !node_id_eq(b->master_id, a->master_id);
    const char *master = name_of(d->after, &a->master_id);
    if (is_in_sync(a->says) && (moved || !is_in_sync(b->says))) {
        add(d, event_make(EVENT_REPLICA_IN_SYNC, LEVEL_GOOD, d->after->wall_ms, a,
                          "replica %s is in sync with %s", a->addr, master));
    } else if (!moved && b->says->info.link_up && !a->says->info.link_up &&
               !a->says->info.sync_in_progress) {
        add(d, event_make(EVENT_REPLICA_LINK_DOWN, LEVEL_WARNING, d->after->wall_ms, a,
                          "replica %s lost its link to %s", a->addr, master));
    }
}

// Our own reach, where the cluster's word does not say the same already.
static void diff_reach(Diff *d, const Node *b, const Node *a)
{
    if (b->says == NULL || a->says == NULL || is_cut_off(b) == is_cut_off(a) ||
        node_has(a, NODE_FAIL) || node_has(b, NODE_FAIL) || is_lost(d->before) ||
        is_lost(d->after)) {
        return;
    }
    if (is_cut_off(a)) {
        const char *why = a->says->why[0] != '\0' ? a->says->why : "cannot be reached from here";
        size_t name = strlen(a->addr);
        bool is_named = strncmp(why, a->addr, name) == 0 && why[name] == ' ';
        add(d,
            event_make(EVENT_UNREACHABLE, LEVEL_WARNING, d->after->wall_ms, a, "%s %s%s%s",
                       role_word(a), a->addr, is_named ? "" : ": ", is_named ? why + name : why));
    } else {
        add(d, event_make(EVENT_REACHABLE, LEVEL_GOOD, d->after->wall_ms, a,
                          "%s %s answers us again", role_word(a), a->addr));
    }
}

static void diff_nodes(Diff *d)
{
    for (size_t i = 0; i < d->after->n_nodes; i++) {
        const Node *a = &d->after->nodes[i];
        const Node *b = same_node(d->before, i, a->id);
        if (b == NULL) {
            add(d, event_make(EVENT_NODE_ADDED, LEVEL_INFO, d->after->wall_ms, a, "%s %s joined",
                              role_word(a), a->addr));
            continue;
        }
        diff_failure(d, b, a);
        diff_failover(d, b, a);
        diff_attachment(d, b, a);
        diff_link(d, b, a);
        diff_reach(d, b, a);
    }
    for (size_t i = 0; i < d->before->n_nodes; i++) {
        const Node *b = &d->before->nodes[i];
        if (same_node(d->after, i, b->id) == NULL) {
            add(d, event_make(EVENT_NODE_GONE, LEVEL_WARNING, d->after->wall_ms, b,
                              "%s %s is gone: no node lists it any more", role_word(b), b->addr));
        }
    }
}

static void diff_slots(Diff *d)
{
    int before = d->before->slots_covered - d->before->slots_fail;
    int after = d->after->slots_covered - d->after->slots_fail;
    if (after < before) {
        add(d, event_make(EVENT_SLOTS_LOST, LEVEL_CRITICAL, d->after->wall_ms, NULL,
                          "%d slots have no working master", SLOT_COUNT - after));
    } else if (after > before && after == SLOT_COUNT) {
        add(d, event_make(EVENT_SLOTS_COVERED, LEVEL_GOOD, d->after->wall_ms, NULL,
                          "all %d slots have a working master", SLOT_COUNT));
    } else if (after > before) {
        add(d, event_make(EVENT_SLOTS_COVERED, LEVEL_INFO, d->after->wall_ms, NULL,
                          "%d of %d slots have a working master", after, SLOT_COUNT));
    }
}

static void diff_cluster(Diff *d)
{
    const Snapshot *b = d->before;
    const Snapshot *a = d->after;
    if (b->views_agree && !a->views_agree) {
        add(d, event_make(EVENT_VIEWS_DISAGREE, LEVEL_WARNING, a->wall_ms, NULL,
                          "nodes disagree about who owns which slots (%s differs)", a->dissenter));
    } else if (!b->views_agree && a->views_agree) {
        add(d, event_make(EVENT_VIEWS_AGREE, LEVEL_GOOD, a->wall_ms, NULL,
                          "all nodes agree about who owns which slots"));
    }
    if (b->state_known && a->state_known && b->state_ok != a->state_ok) {
        add(d, event_make(EVENT_STATE, a->state_ok ? LEVEL_GOOD : LEVEL_CRITICAL, a->wall_ms, NULL,
                          "cluster_state is %s", a->state_ok ? "ok" : "fail"));
    }
}

void snapshot_diff(const Snapshot *before, const Snapshot *after, const OwnMove *own,
                   EventSink *sink, void *ctx)
{
    if (before == NULL) {
        return;
    }
    Diff d = {.before = before, .after = after, .own = own};
    diff_contact(&d);
    if (before->n_nodes > 0 && after->n_nodes > 0) {
        diff_slots(&d);
        diff_nodes(&d);
        diff_cluster(&d);
    }
    // What happened before what is well again because of it.
    static const Level order[] = {LEVEL_CRITICAL, LEVEL_WARNING, LEVEL_INFO, LEVEL_GOOD};
    for (size_t level = 0; level < ARRAY_LEN(order); level++) {
        for (size_t i = 0; i < d.n; i++) {
            if (d.events[i].level == order[level]) {
                sink(ctx, &d.events[i]);
            }
        }
    }
    mem_free(d.events);
}
