#include "rehome/policy/health.h"

#include "condition.h"
#include "held.h"
#include "word.h"

enum { CUT_OFF_MS = 10000, FRESH_MS = 3000, MANY_OWNERS = 8 };

static const int64_t longest_ms =
    INT64_C(10) * 365 * 86400 * 1000; // beyond this a server is confused

const char *master_state_text(MasterState state)
{
    switch (state) {
    case STATE_PROTECTED:
        return "protected";
    case STATE_AT_RISK:
        return "at-risk";
    case STATE_ORPHANED:
        return "orphaned";
    case STATE_FAILED:
        return "failed";
    case STATE_EMPTY:
        return "empty";
    }
    return "";
}

const char *orphan_kind_text(OrphanKind kind)
{
    switch (kind) {
    case ORPHAN_NOT:
        return "";
    case ORPHAN_BARE:
        return "bare";
    case ORPHAN_LOST:
        return "lost";
    case ORPHAN_CUT_OFF:
        return "cut-off";
    }
    return "";
}

const char *replica_state_text(ReplicaState state)
{
    switch (state) {
    case REPLICA_WORKING:
        return "working";
    case REPLICA_LINKING:
        return "linking";
    case REPLICA_SYNCING:
        return "syncing";
    case REPLICA_LOADING:
        return "loading";
    case REPLICA_LINK_DOWN:
        return "link-down";
    case REPLICA_FAILED:
        return "failed";
    case REPLICA_UNVERIFIED:
        return "unverified";
    }
    return "";
}

static bool is_coming(ReplicaState state)
{
    return state == REPLICA_LINKING || state == REPLICA_SYNCING || state == REPLICA_LOADING;
}

bool replica_blocks_rescue(ReplicaState state)
{
    return is_coming(state) || state == REPLICA_UNVERIFIED;
}

// The node's health in the previous round, as long as it had the same role and the same master.
static const NodeHealth *earlier(const Health *before, const Snapshot *s, int i)
{
    if (before == NULL) {
        return NULL;
    }
    int was = word_twin(s, before->snapshot, i);
    if (was < 0 || before->of[was].is_master != node_is_master(&s->nodes[i]) ||
        !node_id_eq(before->snapshot->nodes[was].master_id, s->nodes[i].master_id)) {
        return NULL;
    }
    return &before->of[was];
}

// When the link went down, never 0. What we saw ourselves goes first; the server's own count goes
// on through failed syncs and from master to master, which is no time without hope, so it is not
// used after those, and not from before it came here. was: of the same process, which another one
// need not take after.
static int64_t link_down_since(const Snapshot *s, const NodeInfo *info, const NodeHealth *was,
                               int64_t moved_ms)
{
    int64_t since = s->now_ms;
    bool is_new_hope =
        was != NULL && (was->replica == REPLICA_SYNCING || was->replica == REPLICA_LOADING);
    if (was != NULL && was->link_down_ms != 0) {
        since = was->link_down_ms;
    } else if (!is_new_hope && info->link_down_s > 0 && info->link_down_s < longest_ms / 1000) {
        since = s->now_ms - info->link_down_s * 1000;
    }
    since = moved_ms != 0 && since < moved_ms ? moved_ms : since;
    return since != 0 ? since : -1;
}

static ReplicaState replica_state(const Health *h, int i, const Health *before, NodeHealth *out)
{
    const NodeHealth *was = earlier(before, h->snapshot, i);
    const Snapshot *s = h->snapshot;
    const Node *n = &s->nodes[i];
    // A replica that loads what our own move brings it may look failed to the others for minutes.
    bool failed = node_has(n, NODE_FAIL);
    if (failed && !out->arriving) {
        return REPLICA_FAILED;
    }
    if (!word_is_fresh(s, i, h->options.fresh_ms)) {
        bool loading = n->says != NULL && n->says->reach == REACH_OK && n->says->loading;
        // One that has begun anew under another ID never fails, as nobody pings it any more.
        bool gone = node_has(n, NODE_NOADDR);
        return loading ? REPLICA_LOADING : gone ? REPLICA_FAILED : REPLICA_UNVERIFIED;
    }
    const NodeInfo *info = &n->says->info;
    if (info->is_master || n->master < 0 || word_master(s, i) != n->master) {
        return REPLICA_UNVERIFIED; // it says otherwise than the others: not known until they agree
    }
    if (info->loading || n->says->loading) {
        return REPLICA_LOADING;
    }
    if (info->sync_in_progress) {
        return REPLICA_SYNCING;
    }
    if (info->link_up) {
        return failed ? REPLICA_LINKING : REPLICA_WORKING;
    }
    bool is_anew = before != NULL && word_has_restarted(before->snapshot, s, i);
    out->link_down_ms = link_down_since(s, info, is_anew ? NULL : was, out->moved_ms);
    return s->now_ms - out->link_down_ms > h->options.cut_off_ms ? REPLICA_LINK_DOWN
                                                                 : REPLICA_LINKING;
}

static int permille(int64_t part, int64_t whole)
{
    if (whole <= 0 || part < 0) {
        return -1;
    }
    if (part >= whole) {
        return 1000;
    }
    return (int)(part < INT64_MAX / 1000 ? part * 1000 / whole : part / (whole / 1000));
}

int health_loading_permille(const NodeInfo *info)
{
    return permille(info->loading_done_bytes, info->loading_total_bytes);
}

static void assess_progress(const NodeInfo *info, NodeHealth *out)
{
    if (out->replica == REPLICA_LOADING) {
        out->sync_permille = health_loading_permille(info);
        out->sync_eta_s = info->loading_eta_s;
    } else if (out->replica == REPLICA_SYNCING) {
        int64_t left = info->sync_left_bytes;
        int64_t done = info->sync_read_bytes;
        if (done < 0 && left >= 0 && left <= info->sync_total_bytes) {
            done = info->sync_total_bytes - left;
        }
        out->sync_permille = permille(done, info->sync_total_bytes);
        int64_t bytes_per_s =
            info->input_kbps_milli > 0 && info->input_kbps_milli < INT64_MAX / 1024
                ? info->input_kbps_milli * 1024 / 1000
                : 0;
        if (out->sync_permille >= 0 && left >= 0 && bytes_per_s > 0) {
            out->sync_eta_s = left / bytes_per_s;
        }
    }
}

static void assess_lag(const Snapshot *s, int i, NodeHealth *out)
{
    const Node *n = &s->nodes[i];
    const NodeSays *master = s->nodes[n->master].says;
    const NodeInfo *info = &n->says->info;
    if (master == NULL || !master->has_info || !master->info.is_master) {
        return;
    }
    // Offsets of different histories do not compare.
    const char *replid = info->master_replid;
    bool same_history = replid[0] == '\0' || master->info.master_replid[0] == '\0' ||
                        sv_eq(sv(replid), sv(master->info.master_replid));
    if (same_history && info->repl_offset >= 0 && master->info.master_repl_offset >= 0) {
        int64_t lag = master->info.master_repl_offset - info->repl_offset;
        out->lag_bytes = lag > 0 ? lag : 0;
    }
    const SlaveLine *line = word_slave_line(s, n->master, i);
    if (line != NULL && line->state == SLAVE_ONLINE) {
        out->lag_s = line->lag_s;
    }
}

// A large cluster asks some of them only.
static bool most_have_told(const Snapshot *s)
{
    return 2 * s->n_owners_asked > s->n_owners || s->n_owners_asked >= MANY_OWNERS;
}

// When it failed, and when it had not yet. Where few tell, some may not have heard of it for long.
static void assess_failure(const Health *h, int i, const NodeHealth *was, NodeHealth *out)
{
    const Snapshot *s = h->snapshot;
    bool held = was != NULL && was->fail_ms != 0;
    out->not_failed_ms = was != NULL ? was->not_failed_ms : 0;
    if (node_has(&s->nodes[i], NODE_FAIL)) {
        out->fail_ms = held ? was->fail_ms : s->now_ms;
        out->fail_after_ms = held ? was->fail_after_ms : out->not_failed_ms;
        return;
    }
    if (most_have_told(s)) {
        out->not_failed_ms = s->asked_ms;
    }
    out->back_ms = held ? s->now_ms : was != NULL ? was->back_ms : 0;
}

// When did we see it begin to follow its master? Nodes that are new to us are no news.
static int64_t moved_ms(const Health *before, const Snapshot *s, int i)
{
    int was = before != NULL ? word_twin(s, before->snapshot, i) : -1;
    if (was < 0) {
        return 0;
    }
    bool same = node_id_eq(before->snapshot->nodes[was].master_id, s->nodes[i].master_id);
    return same ? before->of[was].moved_ms : s->now_ms;
}

static void assess_replica(const Health *h, int i, const Health *before, NodeHealth *out)
{
    const Snapshot *s = h->snapshot;
    const Node *n = &s->nodes[i];
    const NodeHealth *was = earlier(before, s, i);
    const OwnMove *moving = &h->options.moving;
    out->moved_ms = moved_ms(before, s, i);
    out->lag_bytes = out->lag_s = out->sync_eta_s = -1;
    out->sync_permille = -1;
    out->same_host = n->master >= 0 && word_same_host(n, &s->nodes[n->master]);
    int own = word_master(s, i);
    out->arriving = !node_id_is_none(moving->replica) && node_id_eq(n->id, moving->replica) &&
                    own >= 0 && node_id_eq(s->nodes[own].id, moving->target);
    assess_failure(h, i, was, out);
    out->replica = replica_state(h, i, before, out);
    if (out->replica != REPLICA_FAILED && out->replica != REPLICA_UNVERIFIED) {
        if (n->says->has_info) {
            assess_progress(&n->says->info, out);
        }
        if (out->replica == REPLICA_WORKING || out->replica == REPLICA_LINK_DOWN) {
            assess_lag(s, i, out);
        }
    }
    if (out->link_down_ms != 0) {
        out->since_ms = out->link_down_ms;
    } else {
        out->since_ms = was != NULL && was->replica == out->replica ? was->since_ms : s->now_ms;
    }
}

static OrphanKind orphan_kind(const Health *h, const Node *m)
{
    for (size_t i = 0; i < m->n_replicas; i++) {
        if (h->of[m->replicas[i]].replica != REPLICA_FAILED) {
            return ORPHAN_CUT_OFF;
        }
    }
    return m->n_replicas > 0 ? ORPHAN_LOST : ORPHAN_BARE;
}

static MasterState master_state(const Health *h, const Node *m, NodeHealth *out)
{
    if (node_has(m, NODE_FAIL)) {
        return STATE_FAILED;
    }
    if (!node_is_owner(m)) {
        return STATE_EMPTY;
    }
    if (out->working > 0) {
        return STATE_PROTECTED;
    }
    if (out->unverified > 0 || out->coming > 0) {
        return STATE_AT_RISK;
    }
    out->orphan = orphan_kind(h, m);
    const OwnMove *moving = &h->options.moving;
    bool awaits_ours = !node_id_is_none(moving->replica) && node_id_eq(moving->target, m->id);
    return awaits_ours ? STATE_AT_RISK : STATE_ORPHANED;
}

static void assess_bare(const Snapshot *s, const Node *m, const Health *before,
                        const NodeHealth *was, NodeHealth *out)
{
    bool was_bare = was != NULL && was->bare_ms != 0;
    bool is_bare = word_live_replicas(s, m) == 0;
    out->bare_before_ms = was != NULL ? was->bare_before_ms : 0;
    if (is_bare && was_bare) {
        out->bare_ms = was->bare_ms;
        out->bare_after_ms = was->bare_after_ms;
    } else if (is_bare) {
        out->bare_ms = s->now_ms;
        out->bare_after_ms = before != NULL ? before->snapshot->asked_ms : 0;
    } else if (was_bare) {
        out->bare_before_ms = was->bare_after_ms != 0 ? was->bare_after_ms : was->bare_ms;
        out->covered_ms = s->now_ms;
    } else if (was != NULL) {
        out->covered_ms = was->covered_ms;
    }
}

static void assess_master(const Health *h, int i, const Health *before, NodeHealth *out)
{
    const Snapshot *s = h->snapshot;
    const Node *m = &s->nodes[i];
    const NodeHealth *was = earlier(before, s, i);
    int same_host = 0;
    for (size_t k = 0; k < m->n_replicas; k++) {
        const NodeHealth *r = &h->of[m->replicas[k]];
        out->working += r->replica == REPLICA_WORKING;
        same_host += r->replica == REPLICA_WORKING && r->same_host;
        out->unverified += r->replica == REPLICA_UNVERIFIED;
        out->coming += is_coming(r->replica);
    }
    out->master = master_state(h, m, out);
    int stand_ins = word_stand_ins(h, i, -1);
    if (stand_ins > h->floor && out->master != STATE_FAILED) {
        out->spares = stand_ins - h->floor;
    }
    if (out->working > 0 && same_host == out->working) {
        bool held = was != NULL && was->host_alone_ms != 0;
        out->host_alone_ms = held ? was->host_alone_ms : s->now_ms;
    }
    assess_bare(s, m, before, was, out);
    // Waiting for our own move is still being without a replica: one clock for both.
    bool same = was != NULL && (was->master == out->master ||
                                (was->orphan != ORPHAN_NOT && out->orphan != ORPHAN_NOT));
    out->since_ms = same ? was->since_ms : s->now_ms;
    if (before != NULL) {
        out->after_ms = same ? was->after_ms : before->snapshot->asked_ms;
    }
}

// A replica moved a moment ago: the others list it under its old master until it has told them.
static void count_pledged(const Health *h)
{
    const Snapshot *s = h->snapshot;
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (node_is_master(&s->nodes[i]) || node_has(&s->nodes[i], NODE_FAIL) ||
            !word_is_fresh(s, (int)i, h->options.fresh_ms)) {
            continue;
        }
        int own = s->nodes[i].says->info.is_master ? -1 : word_master(s, (int)i);
        if (own >= 0 && own != s->nodes[i].master) {
            h->of[own].coming++;
        }
    }
}

// As a replica that is none any more.
static int64_t lost_ms(const Health *h, int i)
{
    const NodeHealth *health = &h->of[i];
    int64_t silent = h->snapshot->nodes[i].silent_ms;
    bool unseen = health->replica == REPLICA_FAILED && health->fail_after_ms == 0 && silent >= 0;
    int64_t told = h->snapshot->now_ms - silent;
    return unseen && told < health->since_ms ? told : health->since_ms;
}

int64_t health_told_since_ms(const Health *h, int node)
{
    const Node *n = &h->snapshot->nodes[node];
    const NodeHealth *health = &h->of[node];
    if (!health->is_master) {
        return lost_ms(h, node);
    }
    int64_t told = INT64_MAX;
    if (health->master == STATE_FAILED && n->silent_ms >= 0) {
        told = h->snapshot->now_ms - n->silent_ms;
    } else if (health->master == STATE_ORPHANED && n->n_replicas > 0) {
        told = INT64_MIN;
        for (size_t i = 0; i < n->n_replicas; i++) {
            int64_t lost = lost_ms(h, n->replicas[i]);
            told = lost > told ? lost : told; // orphaned since the last of them is gone
        }
    }
    return health->after_ms == 0 && told < health->since_ms ? told : health->since_ms;
}

static void count_masters(Health *h)
{
    const Snapshot *s = h->snapshot;
    for (size_t i = 0; i < s->n_masters; i++) {
        const NodeHealth *m = &h->of[s->masters[i]];
        h->orphaned += m->master == STATE_ORPHANED;
        h->at_risk += m->master == STATE_AT_RISK;
        h->failed_masters += m->master == STATE_FAILED && node_is_owner(&s->nodes[s->masters[i]]);
        h->spares += m->spares;
    }
}

const Health *health_assess(const Snapshot *s, const Health *before, const HealthOptions *options)
{
    Health *h = arena_alloc(s->arena, sizeof(*h));
    h->snapshot = s;
    h->of = arena_array(s->arena, s->n_nodes, sizeof(*h->of));
    if (options != NULL) {
        h->options = *options;
    }
    if (h->options.floor < 1) {
        h->options.floor = s->barrier > 1 ? s->barrier : 1;
    }
    if (h->options.cut_off_ms <= 0) {
        h->options.cut_off_ms = CUT_OFF_MS;
    }
    if (h->options.fresh_ms <= 0) {
        h->options.fresh_ms = FRESH_MS;
    }
    h->floor = h->options.floor;
    // Masters are judged by their replicas, so these come first.
    for (size_t i = 0; i < s->n_nodes; i++) {
        h->of[i].is_master = node_is_master(&s->nodes[i]);
        if (!h->of[i].is_master) {
            assess_replica(h, (int)i, before, &h->of[i]);
        }
    }
    count_pledged(h);
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (h->of[i].is_master) {
            assess_master(h, (int)i, before, &h->of[i]);
        }
    }
    count_masters(h);
    h->hosts = host_safety(s, h);
    conditions_note(h, before);
    held_take(h, h->options.holds);
    return h;
}
