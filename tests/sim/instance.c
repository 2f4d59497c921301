// A process of ours: what src/app/engine*.c does with a round, without sockets and clock.
#include <stdio.h>
#include <string.h>

#include "answers.h"
#include "history.h"

enum { HURRY_MS = 4000 };

static void on_event(void *ctx, const Event *event)
{
    Instance *in = ctx;
    tell(&in->h->w, "we: %s: %s", event_code_text(event->code), event->text);
}

static void instance_start(Instance *in)
{
    History *h = in->h;
    in->alive = true;
    Transport transport = instance_transport(in);
    in->runner = runner_new(&transport, false, h->w.story != NULL ? on_event : NULL, in);
    auto_init(&in->automatic, AUTO_ACT, h->limits);
    in->recovered = in->was_busy = in->in_round = false;
    in->wants_round = true;
    in->open_replica = -1;
    in->n_tries = 0;
    in->sent_replicates = 0;
    in->disturbed_ms = 0;
    for (int i = 0; i < NODES_MAX; i++) {
        Heard *heard = &in->heard[i];
        strbuf_clear(&heard->info);
        strbuf_clear(&heard->nodes);
        strbuf_clear(&heard->cluster);
        strbuf_clear(&heard->settings);
        heard->info_ms = heard->nodes_ms = 0;
        heard->reach = REACH_CONNECTING;
        heard->loading = false;
    }
}

void instance_kill(Instance *in)
{
    runner_free(in->runner);
    snapshot_free(in->before);
    snapshot_free(in->snapshot);
    in->runner = NULL;
    in->before = in->snapshot = NULL;
    in->health_before = in->health = NULL;
    in->alive = false;
    for (int i = 0; i < in->n_commands; i++) {
        in->command[i].answered = true;
    }
}

void instance_done(Instance *in)
{
    instance_kill(in);
    for (int i = 0; i < NODES_MAX; i++) {
        Heard *heard = &in->heard[i];
        strbuf_done(&heard->info);
        strbuf_done(&heard->nodes);
        strbuf_done(&heard->cluster);
        strbuf_done(&heard->settings);
        strbuf_done(&in->journal[i]);
    }
}

bool instance_unfinished(const Instance *in, int node, JournalEntry *out)
{
    const StrBuf *text = &in->journal[node];
    return text->n > 0 && journal_unfinished(sv_of(text->at, text->n), out);
}

bool instance_is_calm(const Instance *in)
{
    return in->alive && !runner_is_busy(in->runner) && in->n_commands == 0;
}

// --- as engine_move.c

void instance_after(Instance *in)
{
    bool busy = runner_is_busy(in->runner);
    if (in->was_busy && !busy) {
        int64_t now_ms = in->h->w.now_ms;
        const Move *m = runner_move(in->runner);
        bool manual = m->spec.origin != ORIGIN_AUTO;
        if (m->state != MOVE_REFUSED) {
            auto_moved(&in->automatic, m->spec.replica, m->spec.donor, m->spec.target, manual,
                       now_ms);
        } else if (!manual) {
            auto_refused(&in->automatic, m->spec.target, now_ms);
        }
        in->open_replica = -1;
        in->sent_replicates = 0;
        in->wants_round = true;
    }
    in->was_busy = busy;
}

static void recover(Instance *in)
{
    if (in->recovered || runner_is_busy(in->runner)) {
        return;
    }
    in->recovered = true;
    for (int i = 0; i < in->h->w.n; i++) {
        JournalEntry entry;
        if (instance_unfinished(in, i, &entry)) {
            in->open_replica = i;
            Error err;
            runner_resume(in->runner, &entry, in->h->w.now_ms, &err);
            instance_after(in);
            return;
        }
    }
}

// --- as engine_picture.c

static bool is_reachable(const Node *n)
{
    return n->says != NULL && n->says->reach == REACH_OK;
}

static bool reach_changed(const Snapshot *before, const Snapshot *after)
{
    for (size_t i = 0; i < after->n_nodes; i++) {
        int was = snapshot_find(before, after->nodes[i].id);
        if (was < 0 || is_reachable(&before->nodes[was]) != is_reachable(&after->nodes[i])) {
            return true;
        }
    }
    return before->n_nodes != after->n_nodes;
}

static bool is_hurried(const Instance *in)
{
    const Move *m = runner_move(in->runner);
    int64_t now_ms = in->h->w.now_ms;
    bool deciding =
        runner_is_busy(in->runner) && (m->state != MOVE_SYNC || now_ms - m->state_ms < HURRY_MS);
    bool disturbed = in->disturbed_ms != 0 && now_ms - in->disturbed_ms < HURRY_MS;
    bool suspected = false;
    for (size_t i = 0; i < in->snapshot->n_nodes; i++) {
        suspected = suspected || node_has(&in->snapshot->nodes[i], NODE_PFAIL);
    }
    return deciding || disturbed || suspected;
}

static OwnMove move_in_flight(const Instance *in)
{
    const Move *m = runner_move(in->runner);
    bool counts = runner_is_busy(in->runner) || (m != NULL && m->unfinished);
    return counts ? runner_own(in->runner) : (OwnMove){0};
}

static bool take_round(Instance *in, const RoundInput *round)
{
    snapshot_free(in->before);
    in->before = NULL;
    in->health_before = NULL;
    Snapshot *s = snapshot_build(round);
    bool answered = false;
    for (size_t i = 0; i < s->n_nodes; i++) {
        answered = answered || is_reachable(&s->nodes[i]);
    }
    if (!answered) {
        auto_young(&in->automatic);
        snapshot_free(s);
        return false;
    }
    HealthOptions options = {.moving = move_in_flight(in)};
    const Health *health = health_assess(s, in->health, &options);
    if (in->snapshot != NULL && reach_changed(in->snapshot, s)) {
        in->disturbed_ms = round->now_ms;
    }
    in->before = in->snapshot;
    in->health_before = in->health;
    in->snapshot = s;
    in->health = health;
    return true;
}

static MoveSpec spec_of(const Instance *in, int replica, int target)
{
    const Node *r = &in->snapshot->nodes[replica];
    const Node *t = &in->snapshot->nodes[target];
    MoveSpec spec = {
        .replica = r->id,
        .donor = r->master_id,
        .target = t->id,
        .origin = ORIGIN_AUTO,
        .heal = in->health->of[target].master == STATE_ORPHANED,
    };
    snprintf(spec.replica_addr, sizeof(spec.replica_addr), "%s", r->addr);
    snprintf(spec.target_addr, sizeof(spec.target_addr), "%s", t->addr);
    if (r->master >= 0) {
        snprintf(spec.donor_addr, sizeof(spec.donor_addr), "%s",
                 in->snapshot->nodes[r->master].addr);
    }
    return spec;
}

static void decide(Instance *in)
{
    bool changed = false;
    Plan plan = plan_make(in->health);
    AutoDecision d =
        auto_decide(&in->automatic, in->health, &plan, runner_is_busy(in->runner), &changed);
    if (changed && d.text[0] != '\0') {
        tell(&in->h->w, "we: %s", d.text);
    }
    if (d.verdict != AUTO_DECIDE_ACT) {
        return;
    }
    int replica = snapshot_find(in->snapshot, d.replica);
    int target = snapshot_find(in->snapshot, d.target);
    if (replica >= 0 && target >= 0) {
        MoveSpec spec = spec_of(in, replica, target);
        Error err;
        if (!runner_start(in->runner, &spec, in->h->w.now_ms, &err)) {
            history_breaks(in->h, "one-move", "automatic mode wanted a second move: %s", err.text);
        }
        instance_after(in);
    }
}

// --- its life

static void on_round(Instance *in, int64_t started_ms)
{
    const World *w = &in->h->w;
    Observation at[NODES_MAX];
    char dialled[NODES_MAX][32];
    for (int i = 0; i < w->n; i++) {
        const Heard *heard = &in->heard[i];
        sim_address(dialled[i], w, i);
        at[i] = (Observation){
            .id = w->node[i].id,
            .expected = w->node[i].id,
            .dialled = dialled[i],
            .reach = heard->reach,
            .why = "",
            .loading = heard->loading,
            .info = sv_of(strbuf_text(&heard->info), heard->info.n),
            .info_ms = heard->info_ms,
            .nodes = sv_of(strbuf_text(&heard->nodes), heard->nodes.n),
            .nodes_ms = heard->nodes_ms,
            .cluster = sv_of(strbuf_text(&heard->cluster), heard->cluster.n),
            .cluster_ms = heard->nodes_ms,
            .settings = sv_of(strbuf_text(&heard->settings), heard->settings.n),
            .settings_ms = heard->nodes_ms,
            .identity_ms = heard->info_ms,
            .rtt_us = 500,
        };
    }
    RoundInput round = {
        .at = at,
        .n = (size_t)w->n,
        .name = dialled[0],
        .round = ++in->round,
        .started_ms = started_ms,
        .now_ms = w->now_ms,
        .wall_ms = sim_wall_ms(w),
    };
    in->h->rounds++;
    bool hurried = false;
    if (take_round(in, &round)) {
        const Move *m = runner_move(in->runner);
        if (m != NULL && m->state == MOVE_GATE) {
            in->evidence_ms = started_ms;
        }
        runner_round(in->runner, in->health_before, in->health, w->now_ms);
        instance_after(in);
        recover(in);
        decide(in);
        hurried = is_hurried(in);
    }
    in->next_ms = started_ms + (hurried ? in->h->fast_ms : in->h->interval_ms);
}

void instance_tick(Instance *in)
{
    const World *w = &in->h->w;
    if (!in->alive) {
        if (w->now_ms < in->start_ms) {
            wire_tick(in); // what is on the wire arrives all the same
            return;
        }
        instance_start(in);
        tell(&in->h->w, "we start");
    }
    wire_tick(in);
    int64_t wake_ms = runner_wake_ms(in->runner);
    if (wake_ms != 0 && w->now_ms >= wake_ms) {
        runner_tick(in->runner, w->now_ms);
        instance_after(in);
    }
    int64_t started_ms;
    if (round_tick(in, &started_ms)) {
        on_round(in, started_ms);
    }
}
