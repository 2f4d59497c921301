// ASK and SYNC: what the replica itself says came of REPLICATE. "+OK" is not success.
#include <stdio.h>
#include <string.h>

#include "move_parts.h"
#include "rehome/base/text.h"

// The node at which INFO replication points.
static const Node *node_at(const Health *h, const char *host, int port)
{
    for (size_t i = 0; i < h->snapshot->n_nodes; i++) {
        const Node *n = &h->snapshot->nodes[i];
        if (node_is_at(n, host, port) && node_is_master(n)) {
            return n;
        }
    }
    return NULL;
}

// Whom the replica follows, from answers newer than since_ms: its own line of CLUSTER NODES, or,
// where that is refused (loading), the address in INFO.
static Follows follows(const Move *m, const Health *h, int64_t since_ms, NodeId *id)
{
    *id = (NodeId){0};
    const Node *replica = move_node(h, m->spec.replica);
    const NodeSays *says = replica == NULL ? NULL : replica->says;
    if (says == NULL) {
        return FOLLOWS_UNKNOWN;
    }
    if (says->has_view && says->view_ms > since_ms && says->view.myself >= 0) {
        const NodeLine *own = &says->view.at[says->view.myself];
        if ((own->flags & NODE_MASTER) != 0) {
            return FOLLOWS_NOBODY;
        }
        *id = own->master;
    } else if (says->has_info && says->info_ms > since_ms) {
        const NodeInfo *info = &says->info;
        if (info->is_master) {
            return FOLLOWS_NOBODY;
        }
        const Node *goal = move_node(h, m->goal);
        const Node *master = goal != NULL && node_is_at(goal, info->master_host, info->master_port)
                                 ? goal
                                 : node_at(h, info->master_host, info->master_port);
        if (master != NULL) {
            *id = master->id;
        }
    }
    if (node_id_is_none(*id)) {
        return FOLLOWS_UNKNOWN;
    }
    if (node_id_eq(*id, m->goal)) {
        return FOLLOWS_TARGET;
    }
    return node_id_eq(*id, m->spec.donor) ? FOLLOWS_DONOR : FOLLOWS_OTHER;
}

// Did this node take over what the goal owned? Then the servers re-point the replica by themselves,
// and it is the one to be in sync with.
static bool took_over(const Move *m, const Health *h, NodeId id)
{
    const Node *heir = move_node(h, id);
    const Node *goal = move_node(h, m->goal);
    if (heir == NULL || !node_is_owner(heir)) {
        return false;
    }
    if (goal != NULL && !node_is_master(goal) && node_id_eq(goal->master_id, id)) {
        return true;
    }
    return m->goal_slot >= 0 && slot_ranges_has(heir->slots, m->goal_slot);
}

static void set_goal(Move *m, const Node *goal)
{
    m->goal = goal->id;
    snprintf(m->goal_addr, sizeof(m->goal_addr), "%s", goal->addr);
}

static const char *addr_of(const Health *h, const NodeId *id)
{
    const Node *n = move_node(h, *id);
    return n == NULL ? id->hex : n->addr;
}

// The replica was taken elsewhere by the server or by a person; we only clear up.
static MoveEffect moved_on(Move *m, const Health *h, Follows now_follows, NodeId id, int64_t now_ms)
{
    if (now_follows == FOLLOWS_NOBODY) {
        return move_end(m, MOVE_FAILED, now_ms, "the replica has become a master itself");
    }
    return move_end(m, MOVE_FAILED, now_ms, "was moved on to %s by somebody else", addr_of(h, &id));
}

// By its own word it has all data of this master.
static bool is_linked_to(const Move *m, const Health *h, const Node *master)
{
    const Node *replica = move_node(h, m->spec.replica);
    if (!node_answered(replica) || replica->says->info_ms <= m->write_ms) {
        return false;
    }
    const NodeInfo *info = &replica->says->info;
    return info_in_sync(info) && node_is_at(master, info->master_host, info->master_port);
}

// Taken elsewhere, and not in sync there yet, it needs the fence that it has from us as much as
// where we sent it: whoever took it there may have found the fence and rely on it.
static bool is_led_away(Move *m, const Health *h, NodeId id)
{
    const Node *master = move_node(h, id);
    if (master == NULL || !fence_may_be_ours(m->fence) || is_linked_to(m, h, master)) {
        return false;
    }
    m->led_away = true;
    m->goal_slot = -1;
    set_goal(m, master);
    return true;
}

MoveEffect ask_enter(Move *m, int64_t now_ms)
{
    move_to(m, MOVE_ASK, now_ms, "no answer to CLUSTER REPLICATE, asking whom it follows");
    m->asking_ms = now_ms;
    m->seen = FOLLOWS_UNKNOWN;
    return move_round(m, now_ms);
}

static MoveEffect ask_unknown(Move *m, int64_t now_ms)
{
    if (now_ms >= m->state_ms + move_limit_ms(m)) {
        m->trouble = TROUBLE_UNKNOWN;
        move_say(m, "unknown for %d s whom the replica follows: it does not say, still asking",
                 (int)((now_ms - m->state_ms) / 1000));
    }
    return move_pause(m, now_ms, ASK_EVERY_MS);
}

static MoveEffect ask_round(Move *m, const Health *h, int64_t now_ms)
{
    NodeId id;
    // The target's name is proof however old, as long as it was given after the write.
    Follows seen = follows(m, h, m->write_ms, &id);
    if (seen == FOLLOWS_TARGET) {
        return sync_enter(m, now_ms);
    }
    if (seen == FOLLOWS_OTHER && took_over(m, h, id)) {
        set_goal(m, move_node(h, id));
        return sync_enter(m, now_ms);
    }
    // Anything else proves nothing at first: the write may still lie in a hung server's pipe.
    seen = follows(m, h, m->asking_ms, &id);
    if (seen == FOLLOWS_UNKNOWN) {
        return ask_unknown(m, now_ms);
    }
    int64_t round_ms = h->snapshot->now_ms;
    if (seen != m->seen || !node_id_eq(id, m->seen_id)) {
        m->seen = seen;
        m->seen_id = id;
        m->seen_ms = round_ms;
        m->asking_ms = round_ms; // the second answer has to be a new one
        return move_pause(m, now_ms, ASK_AGREE_MS);
    }
    if (round_ms - m->seen_ms < ASK_AGREE_MS) {
        return move_pause(m, now_ms, ASK_EVERY_MS);
    }
    if (seen == FOLLOWS_DONOR) {
        return move_end(m, MOVE_FAILED, now_ms, "%s: it still follows %s",
                        m->resumed ? "the move had not happened" : "the move did not happen",
                        m->spec.donor_addr);
    }
    bool is_led = seen == FOLLOWS_OTHER && is_led_away(m, h, id);
    return is_led ? sync_enter(m, now_ms) : moved_on(m, h, seen, id, now_ms);
}

MoveEffect ask_step(Move *m, const MoveInput *in, int64_t now_ms)
{
    bool is_enough = m->stopping && now_ms - m->state_ms >= STOP_PATIENCE_MS; // stopped before ASK
    if (in->kind == INPUT_STOP || is_enough) {
        m->unfinished = true;
        return move_finish(m, MOVE_FAILED, now_ms,
                           "stopped, outcome unknown: the replica does not say whom it follows; "
                           "the next start asks again");
    }
    if (in->kind == INPUT_ROUND) {
        return ask_round(m, in->health, now_ms);
    }
    bool is_due = m->pause_ms != 0 ? now_ms >= m->pause_ms
                                   : m->asked_ms == 0 || now_ms >= m->asked_ms + ROUND_AGAIN_MS;
    return is_due ? move_round(m, now_ms) : move_idle(m, now_ms);
}

MoveEffect sync_enter(Move *m, int64_t now_ms)
{
    move_to(m, MOVE_SYNC, now_ms, "follows %s now, waiting for it to be in sync", m->goal_addr);
    m->replicated_ms = now_ms;
    m->heard_ms = now_ms;
    m->down_ms = 0;
    m->trouble_ms = 0;
    m->n_syncs = 0;
    m->gap_bytes = -1;
    m->stage = REPLICA_LINKING;
    return move_round(m, now_ms);
}

static bool is_acked(const SlaveLine *line)
{
    return line->state == SLAVE_ONLINE && line->lag_s >= 0 && line->lag_s <= SYNC_FRESH_ACK_S;
}

static bool is_somebody_elses(const Health *h, const Node *replica, const SlaveLine *line)
{
    for (size_t i = 0; i < h->snapshot->n_nodes; i++) {
        const Node *n = &h->snapshot->nodes[i];
        if (n != replica && node_is_at(n, line->ip, line->port)) {
            return true;
        }
    }
    return false;
}

// The goal lists the replica online with a fresh ack. The address there may differ from that in
// CLUSTER NODES (NAT). Then it is among the lines of nobody we know: the only one with its port,
// or, where the port does not tell, all of them have to be well.
static bool is_listed_online(const Health *h, const NodeInfo *goal, const Node *replica)
{
    const SlaveLine *by_port = NULL;
    size_t n_by_port = 0;
    size_t n_unknown = 0;
    size_t n_acked = 0;
    for (size_t i = 0; i < goal->n_slaves; i++) {
        const SlaveLine *line = &goal->slaves[i];
        if (node_is_at(replica, line->ip, line->port)) {
            return is_acked(line);
        }
        if (is_somebody_elses(h, replica, line)) {
            continue;
        }
        if (line->port == replica->port) {
            by_port = line;
            n_by_port++;
        }
        n_unknown++;
        n_acked += is_acked(line);
    }
    if (n_by_port == 1) {
        return is_acked(by_port);
    }
    return n_unknown > 0 && n_acked == n_unknown;
}

// Close, or not growing: the two offsets are asked at two moments, and a busy master writes on.
static bool is_close(Move *m, const NodeInfo *goal, const NodeInfo *replica)
{
    if (goal->master_repl_offset < 0 || replica->repl_offset < 0) {
        return false;
    }
    int64_t gap = goal->master_repl_offset - replica->repl_offset;
    gap = gap < 0 ? -gap : gap;
    bool is_steady = m->gap_bytes >= 0 && gap <= m->gap_bytes;
    m->gap_bytes = gap;
    return gap <= SYNC_CLOSE_BYTES || is_steady;
}

static bool is_in_sync(Move *m, const Health *h, const Node *replica, const Node *goal,
                       Follows now_follows)
{
    if (replica == NULL || goal == NULL || !node_answered(replica) || !node_answered(goal) ||
        replica->says->info_ms <= m->replicated_ms || goal->says->info_ms <= m->replicated_ms) {
        return false;
    }
    const NodeInfo *r = &replica->says->info;
    const NodeInfo *g = &goal->says->info;
    if (r->is_master || !g->is_master || !info_in_sync(r) || replica->says->loading) {
        m->gap_bytes = -1;
        return false;
    }
    bool points_there =
        node_is_at(goal, r->master_host, r->master_port) || now_follows == FOLLOWS_TARGET;
    return points_there && strcmp(r->master_replid, g->master_replid) == 0 && is_close(m, g, r) &&
           is_listed_online(h, g, replica);
}

static void note_replica(Move *m, const Node *replica)
{
    if (!node_answered(replica) || replica->says->info_ms <= m->replicated_ms) {
        return;
    }
    const NodeInfo *info = &replica->says->info;
    m->heard_ms = replica->says->info_ms;
    if (info->link_up || info->sync_in_progress || info->loading) {
        m->down_ms = 0;
    } else if (m->down_ms == 0) {
        m->down_ms = m->heard_ms;
    }
    progress_take(m, &replica->says->info, replica->says->info_ms);
}

static MoveEffect sync_next(Move *m, int64_t now_ms)
{
    if (m->stopping && now_ms - m->heard_ms >= STOP_PATIENCE_MS) {
        m->unfinished = true;
        return move_finish(m, MOVE_FAILED, now_ms,
                           "stopped, outcome unknown: the replica was told to move and does not "
                           "answer; the next start asks again");
    }
    // It answers, but what it waits for may never come; a person has seen that and wants to go on.
    if (m->stopping && move_may_wait_in_vain(m)) {
        char why[sizeof(m->why)];
        snprintf(why, sizeof(why), "stopped before it was in sync: %.120s; the next start goes on",
                 m->why);
        m->unfinished = true;
        return move_finish(m, MOVE_FAILED, now_ms, why);
    }
    bool is_slow = now_ms - m->state_ms >= SYNC_SLOW_AFTER_MS;
    return move_pause(m, now_ms, is_slow ? SYNC_SLOW_EVERY_MS : SYNC_EVERY_MS);
}

static MoveEffect sync_done(Move *m, int64_t now_ms)
{
    char took[32] = "";
    char copied[32] = "";
    char number[16];
    if (!m->resumed) { // else nobody knows when it began
        snprintf(took, sizeof(took), " after %s",
                 format_seconds(number, sizeof(number), now_ms - m->started_ms));
    }
    int64_t bytes = m->total_bytes > 0 ? m->total_bytes : m->sync_bytes;
    if (bytes > 0) {
        snprintf(copied, sizeof(copied), ", %s copied",
                 format_bytes(number, sizeof(number), bytes));
    }
    m->stage = REPLICA_WORKING;
    m->eta_s = -1;
    return move_end(m, MOVE_DONE, now_ms, "in sync with %s%s%s", m->goal_addr, took, copied);
}

static MoveEffect sync_round(Move *m, const Health *h, int64_t now_ms)
{
    NodeId id;
    Follows now_follows = follows(m, h, m->replicated_ms, &id);
    if (now_follows == FOLLOWS_NOBODY) {
        return moved_on(m, h, now_follows, id, now_ms);
    }
    if (now_follows == FOLLOWS_OTHER || now_follows == FOLLOWS_DONOR) {
        if (took_over(m, h, id)) {
            set_goal(m, move_node(h, id));
        } else if (!is_led_away(m, h, id)) {
            return moved_on(m, h, now_follows, id, now_ms);
        }
        now_follows = FOLLOWS_TARGET;
    }
    const Node *replica = move_node(h, m->spec.replica);
    const Node *goal = move_node(h, m->goal);
    if (goal != NULL && node_is_master(goal) && goal->slots.n > 0 && m->goal_slot < 0) {
        m->goal_slot = goal->slots.at[0].first; // a resumed move never saw the gate
    }
    note_replica(m, replica);
    if (is_in_sync(m, h, replica, goal, now_follows)) {
        return m->led_away ? moved_on(m, h, now_follows, m->goal, now_ms) : sync_done(m, now_ms);
    }
    progress_tell(m, replica, goal, now_ms);
    return sync_next(m, now_ms);
}

MoveEffect sync_step(Move *m, const MoveInput *in, int64_t now_ms)
{
    if (in->kind == INPUT_ROUND) {
        return sync_round(m, in->health, now_ms);
    }
    if (m->stopping && now_ms - m->heard_ms >= STOP_PATIENCE_MS) {
        return sync_next(m, now_ms);
    }
    bool is_due = m->pause_ms != 0 ? now_ms >= m->pause_ms
                                   : m->asked_ms == 0 || now_ms >= m->asked_ms + ROUND_AGAIN_MS;
    return is_due ? move_round(m, now_ms) : move_idle(m, now_ms);
}
