// Our connections: whom we look for and where, who answers there, and rounds of questions, as the
// poller asks them.
#include "answers.h"
#include "history.h"

enum { ROUND_DEADLINE_MS = 1000, SLACK_MS = 250, SETTINGS_EVERY_MS = 15000 };

void peers_begin(Instance *in)
{
    const World *w = &in->h->w;
    in->in_round = in->wants_full = false;
    in->wants_round = true;
    for (int i = 0; i < w->n; i++) {
        Peer *p = &in->peer[i];
        strbuf_clear(&p->info);
        strbuf_clear(&p->nodes);
        strbuf_clear(&p->cluster);
        strbuf_clear(&p->settings);
        Peer fresh = {
            .info = p->info,
            .nodes = p->nodes,
            .cluster = p->cluster,
            .settings = p->settings,
            .reach = REACH_CONNECTING,
            .followed = i < w->n_first || w->node[i].up,
            .place = w->node[i].place,
            .is_owner = true,
        };
        *p = fresh;
    }
}

void peers_done(Instance *in)
{
    for (int i = 0; i < NODES_MAX; i++) {
        Peer *p = &in->peer[i];
        strbuf_done(&p->info);
        strbuf_done(&p->nodes);
        strbuf_done(&p->cluster);
        strbuf_done(&p->settings);
    }
}

static bool we_reach(const World *w, int i)
{
    return node_is_awake(w, i) && !w->node[i].cut_off;
}

// --- rounds

static bool is_up(const Peer *p)
{
    return p->followed && p->connected && p->confirmed;
}

// Whose views this round asks for: everybody's, or those of the slot owners, and of others, in
// turn, for each of them that cannot be asked.
static void choose_views(Instance *in)
{
    const History *h = in->h;
    bool all = in->wants_full || !h->is_rationed;
    int missing = 0;
    for (int i = 0; i < h->w.n; i++) {
        Peer *p = &in->peer[i];
        p->asks_view = all || p->is_owner;
        missing += p->followed && p->is_owner && !is_up(p);
    }
    for (int k = 0; k < h->w.n && missing > 0; k++) {
        Peer *p = &in->peer[(in->n_rounds + k) % h->w.n];
        if (is_up(p) && !p->asks_view) {
            p->asks_view = true;
            missing--;
        }
    }
}

static void begin_round(Instance *in)
{
    History *h = in->h;
    const World *w = &h->w;
    choose_views(in);
    in->in_round = true;
    in->is_full = in->wants_full;
    in->wants_round = in->wants_full = false;
    in->round_ms = w->now_ms;
    for (int i = 0; i < w->n; i++) {
        Peer *p = &in->peer[i];
        p->pending = p->followed;
        p->heard = p->late_view = false;
        p->answer_ms = w->now_ms + (w->is_slow ? pick(&h->random, 900) : 0);
        if (chance(&h->random, 3)) {
            p->answer_ms += pick(&h->random, 300);
        }
        if (w->is_slow) {
            p->late_view = chance(&h->random, 10);
        }
    }
}

// False: somebody else answers there.
static bool confirm(Instance *in, Peer *p, int meant, int who)
{
    if (who != meant) {
        p->connected = p->confirmed = false;
        p->reach = REACH_WRONG_NODE;
        return false;
    }
    p->confirmed = true;
    p->identity_ms = in->round_ms;
    return true;
}

static void take_info(Instance *in, Peer *p, int who)
{
    const World *w = &in->h->w;
    const SimNode *n = &w->node[who];
    p->reach = REACH_OK;
    p->heard = true;
    p->loading = n->link == LINK_LOADING;
    p->info_ms = in->round_ms;
    sim_info(&p->info, w, who);
    int64_t memory = memory_of(w, who);
    p->hears = (Said){
        .info_ms = in->round_ms,
        .view_ms = p->hears.view_ms,
        .asks_view = p->asks_view,
        .loading = p->loading,
        .master = master_of(w, who),
        .link = n->link,
        .link_ms = n->link_ms,
        .can_save = n->bgsave_ok && memory / 4 <= n->total - memory,
        .memory = memory,
        .maxmemory = n->maxmemory,
    };
}

// All that it is asked, in order; while it loads it answers INFO only.
static void hear(Instance *in, Peer *p, int meant, int who)
{
    const World *w = &in->h->w;
    bool loads = w->node[who].link == LINK_LOADING;
    bool asks_id = in->is_full || !p->confirmed || (p->asks_view && !p->late_view);
    p->pending = false;
    // Who loads cannot say who it is, and is taken for whom we look for, unless it was another
    // last.
    bool is_anothers = !p->confirmed && p->reach == REACH_WRONG_NODE;
    if ((!loads || is_anothers) && asks_id && !confirm(in, p, meant, loads ? -1 : who)) {
        return;
    }
    take_info(in, p, who);
    if (loads || !p->asks_view) {
        return;
    }
    if (p->late_view) {
        p->pending = true;
        p->answer_ms = INT64_MAX;
        return;
    }
    p->nodes_ms = p->hears.view_ms = in->round_ms;
    sim_nodes(&p->nodes, w, who);
    sim_cluster(&p->cluster, w, who);
    if (in->is_full || p->settings_ms == 0 || w->now_ms - p->settings_ms > SETTINGS_EVERY_MS) {
        p->settings_ms = in->round_ms;
        sim_settings(&p->settings, w, who);
    }
}

static void ask(Instance *in, int i)
{
    const World *w = &in->h->w;
    Peer *p = &in->peer[i];
    const Place *place = &w->place[p->place];
    if (p->connected && p->serial != place->serial) {
        p->connected = p->confirmed = false;
    }
    if (place->node < 0) {
        p->connected = p->confirmed = p->pending = false;
        p->reach = REACH_UNREACHABLE;
    } else if (w->now_ms >= p->answer_ms && we_reach(w, place->node)) {
        p->connected = true;
        p->serial = place->serial;
        hear(in, p, i, place->node);
    }
}

bool round_tick(Instance *in, int64_t *started_ms)
{
    const World *w = &in->h->w;
    if (!in->in_round) {
        if (!in->wants_round && !in->wants_full && w->now_ms < in->next_ms) {
            return false;
        }
        begin_round(in);
    }
    int pending = 0;
    for (int i = 0; i < w->n; i++) {
        Peer *p = &in->peer[i];
        if (p->pending) {
            ask(in, i);
        }
        // Whoever did not answer the last round is not waited for.
        bool soft = p->reach != REACH_OK && w->now_ms - in->round_ms >= SLACK_MS;
        pending += p->pending && !soft;
    }
    if (pending > 0 && w->now_ms - in->round_ms < ROUND_DEADLINE_MS) {
        return false;
    }
    for (int i = 0; i < w->n; i++) {
        if (in->peer[i].pending && !in->peer[i].heard) {
            in->peer[i].reach = REACH_LATE;
        }
        in->peer[i].pending = false;
        Said *said = &in->peer[i].said;
        *said = in->peer[i].hears;
        if (said->info_ms == in->round_ms && said->master >= 0 && said->link == LINK_UP) {
            in->synced[i] |= 1U << said->master;
        }
    }
    in->in_round = false;
    *started_ms = in->round_ms;
    return true;
}

// --- what came of it

static Observation observe(const World *w, const Peer *p, int i)
{
    NodeId id = w->node[i].id;
    bool is_known = p->identity_ms != 0 && p->reach != REACH_WRONG_NODE;
    return (Observation){
        .id = is_known ? id : (NodeId){.hex = ""},
        .expected = id,
        .dialled = w->place[p->place].text,
        .reach = p->reach,
        .why = "",
        .loading = p->loading,
        .info = sv_of(strbuf_text(&p->info), p->info.n),
        .info_ms = p->info_ms,
        .nodes = sv_of(strbuf_text(&p->nodes), p->nodes.n),
        .nodes_ms = p->nodes_ms,
        .view_spared = !p->asks_view,
        .cluster = sv_of(strbuf_text(&p->cluster), p->cluster.n),
        .cluster_ms = p->nodes_ms,
        .settings = sv_of(strbuf_text(&p->settings), p->settings.n),
        .settings_ms = p->settings_ms,
        .identity_ms = p->identity_ms,
        .rtt_us = 500,
    };
}

size_t peers_observe(Instance *in, Observation at[NODES_MAX])
{
    size_t n = 0;
    for (int i = 0; i < in->h->w.n; i++) {
        if (in->peer[i].followed) {
            at[n++] = observe(&in->h->w, &in->peer[i], i);
        }
    }
    return n;
}

void peers_follow(Instance *in, const Snapshot *s)
{
    for (int i = 0; i < in->h->w.n; i++) {
        Peer *p = &in->peer[i];
        int at = snapshot_find(s, in->h->w.node[i].id);
        if (at < 0) {
            p->followed = p->connected = p->confirmed = false;
            continue;
        }
        const Node *n = &s->nodes[at];
        p->followed = true;
        p->is_owner = node_is_owner(n);
        if (!p->connected && n->port != 0) {
            p->place = n->port - PORT_FIRST;
        }
    }
}

bool peer_serves(const Instance *in, int node)
{
    const Peer *p = &in->peer[node];
    return p->followed && p->connected && p->confirmed && p->reach == REACH_OK &&
           p->serial == in->h->w.place[p->place].serial;
}
