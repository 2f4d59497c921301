// A process of ours: the pilot as src/app/engine*.c has it, without sockets and clock.
#include <stdio.h>
#include <string.h>

#include "answers.h"
#include "history.h"

enum { HURRY_MS = 4000 };

static void instance_start(Instance *in)
{
    History *h = in->h;
    in->alive = true;
    PilotOptions options = {
        .mode = AUTO_ACT, .limits = h->limits, .spread = h->spread, .hurry_ms = HURRY_MS};
    PilotWorld world = instance_world(in);
    in->pilot = pilot_new(&options, &world);
    in->in_round = false;
    in->wants_round = true;
    in->open_replica = -1;
    in->n_tries = 0;
    in->sent_replicates = 0;
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
    pilot_free(in->pilot);
    in->pilot = NULL;
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
    return in->alive && !pilot_is_busy(in->pilot) && in->n_commands == 0;
}

const Move *instance_move(const Instance *in)
{
    return in->alive ? pilot_last_move(in->pilot) : NULL;
}

static bool anybody_answered(const Snapshot *s)
{
    for (size_t i = 0; i < s->n_nodes; i++) {
        const NodeSays *says = s->nodes[i].says;
        if (says != NULL && says->reach == REACH_OK) {
            return true;
        }
    }
    return false;
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
    const Move *m = instance_move(in);
    if (m != NULL && m->state == MOVE_GATE) {
        in->evidence_ms = started_ms;
    }
    pilot_drop_before(in->pilot);
    Snapshot *s = snapshot_build(&round);
    bool hurried = false;
    if (anybody_answered(s)) {
        pilot_round(in->pilot, s, w->now_ms);
        hurried = pilot_is_hurried(in->pilot);
    } else {
        snapshot_free(s);
        pilot_lose_contact(in->pilot);
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
    int64_t wake_ms = pilot_wake_ms(in->pilot);
    if (wake_ms != 0 && w->now_ms >= wake_ms) {
        pilot_tick(in->pilot, w->now_ms);
    }
    int64_t started_ms;
    if (round_tick(in, &started_ms)) {
        on_round(in, started_ms);
    }
}
