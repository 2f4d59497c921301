// A process of ours: the pilot as src/app/engine*.c has it, without sockets and clock.
#include <stdio.h>
#include <string.h>

#include "answers.h"
#include "history.h"
#include "rehome/base/mem.h"

enum { HURRY_MS = 4000 };

static void instance_start(Instance *in)
{
    History *h = in->h;
    in->alive = true;
    PilotOptions options = {
        .mode = AUTO_ACT, .limits = h->limits, .spread = h->spread, .hurry_ms = HURRY_MS};
    LeaseOptions lease = {
        .key = SIM_LEASE_KEY,
        .host = "sim",
        .pid = in - h->instance,
        .nonce = (uint64_t)h->w.now_ms,
    };
    options.lease = h->has_lease ? &lease : NULL;
    PilotWorld world = instance_world(in);
    in->pilot = pilot_new(&options, &world);
    in->lease_until_ms = 0;
    in->started_ms = h->w.now_ms;
    in->open_replica = -1;
    in->n_rounds = 0;
    if (!h->keeps) {
        in->n_tries = 0;
        memset(in->touched_ms, 0, sizeof(in->touched_ms));
    }
    memset(in->synced, 0, sizeof(in->synced));
    in->sent_replicates = 0;
    peers_begin(in);
}

bool instance_is_frozen(const Instance *in)
{
    return in->is_in_line || in->h->w.now_ms < in->frozen_until_ms;
}

void instance_kill(Instance *in)
{
    pilot_free(in->pilot);
    in->pilot = NULL;
    in->alive = in->asks_hook = false;
    in->freeze_ms = in->frozen_until_ms = 0;
    for (int i = 0; i < in->n_commands; i++) {
        in->command[i].answered = true;
    }
}

void instance_done(Instance *in)
{
    instance_kill(in);
    peers_done(in);
    mem_free(in->kept);
    for (int i = 0; i < NODES_MAX; i++) {
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
    const Move *m = instance_move(in);
    bool has_written = m != NULL && !move_is_over(m) && m->state != MOVE_GATE;
    return in->alive && !has_written && in->n_commands == 0;
}

bool instance_has_lease(const Instance *in)
{
    return in->h->has_lease && in->alive &&
           lease_may_write(pilot_lease(in->pilot), in->h->w.now_ms);
}

const Move *instance_move(const Instance *in)
{
    return in->alive ? pilot_last_move(in->pilot) : NULL;
}

// --- its life

static void on_round(Instance *in, int64_t started_ms)
{
    const World *w = &in->h->w;
    Observation at[NODES_MAX];
    size_t n = peers_observe(in, at);
    RoundInput round = {
        .at = at,
        .n = n,
        .name = w->place[0].text,
        .round = ++in->round,
        .started_ms = started_ms,
        .now_ms = w->now_ms,
        .wall_ms = sim_wall_ms(w),
    };
    in->h->rounds++;
    in->n_rounds++;
    in->look_ms = w->now_ms;
    const Move *m = instance_move(in);
    if (m != NULL && m->state == MOVE_GATE) {
        in->first_ms = in->last_ms;
        in->evidence_ms = started_ms;
        in->gate_ms = w->now_ms;
    }
    in->last_ms = started_ms;
    pilot_drop_before(in->pilot);
    Snapshot *s = snapshot_build(&round);
    bool hurried = false;
    if (snapshot_is_news(s)) {
        peers_follow(in, s);
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
        if (w->now_ms >= in->start_ms) {
            instance_start(in);
            tell(&in->h->w, "we start");
        }
    }
    wire_tick(in); // what is on the wire arrives also without us
    lease_tick(in);
    if (!in->alive || instance_is_frozen(in)) {
        return;
    }
    hook_tick(in);
    int64_t wake_ms = pilot_wake_ms(in->pilot);
    if (wake_ms != 0 && w->now_ms >= wake_ms) {
        pilot_tick(in->pilot, w->now_ms);
    }
    int64_t started_ms;
    if (round_tick(in, &started_ms)) {
        on_round(in, started_ms);
    }
}
