#include "stage.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rehome/base/mem.h"

Stage *stage_new(Fixture *f)
{
    setenv("TZ", "UTC", 1);
    Stage *st = mem_alloc(sizeof(*st));
    st->f = f;
    st->history = history_new();
    auto_init(&st->automatic, AUTO_OFF, auto_limits_default());
    st->scene = (Scene){
        .trouble = "",
        .seeds = "127.0.99.170:7001",
        .automatic = &st->automatic,
        .decisions = &st->decisions,
        .user = "default",
        .undo_text = "",
        .message = "",
        .events = st->events,
        .history = st->history,
    };
    return st;
}

void stage_free(Stage *st)
{
    for (size_t i = 0; i < st->n_pictures; i++) {
        snapshot_free(st->pictures[i]);
    }
    decisions_done(&st->decisions);
    history_free(st->history);
    fixture_free(st->f);
    mem_free(st);
}

static void keep_event(void *ctx, const Event *event)
{
    Stage *st = ctx;
    if (st->scene.n_events == STAGE_EVENTS) {
        memmove(&st->events[0], &st->events[1], sizeof(st->events[0]) * (STAGE_EVENTS - 1));
        st->scene.n_events--;
    }
    st->events[st->scene.n_events++] = *event;
}

void stage_time(Stage *st, int64_t now_ms)
{
    st->scene.now_ms = now_ms;
    st->scene.wall_ms = 1700000000000 + now_ms;
}

void stage_round(Stage *st, int64_t now_ms)
{
    const Health *before = st->scene.health;
    HealthOptions options = {.moving = st->own, .holds = &st->holds, .spread = st->spread};
    Snapshot *s = fixture_snapshot(st->f, now_ms);
    assert(st->n_pictures < STAGE_PICTURES);
    s->round = st->n_pictures + 1;
    st->pictures[st->n_pictures++] = s;
    const Health *h = health_assess(s, before, &options);
    snapshot_diff(before != NULL ? before->snapshot : NULL, s, &st->own, keep_event, st);
    health_diff(before, h, keep_event, st);
    history_add(st->history, h);
    st->plan = plan_make(h);
    st->findings = findings_find(h);
    bool changed = false;
    auto_decide(&st->automatic, h, &st->plan, st->scene.move_busy, &changed);
    if (changed) {
        decisions_add(&st->decisions, h, &st->plan, &st->automatic, s->wall_ms);
    }
    st->scene.health = h;
    st->scene.plan = &st->plan;
    st->scene.findings = &st->findings;
    stage_time(st, now_ms);
}

void stage_rounds(Stage *st, int64_t from_ms, int64_t to_ms)
{
    for (int64_t now = from_ms; now <= to_ms; now += 1000) {
        stage_round(st, now);
    }
}

void stage_move(Stage *st, int replica, int donor, int target, MoveState state)
{
    Move *m = &st->move;
    *m = (Move){.state = state, .sync_permille = -1, .sync_bytes = -1, .total_bytes = -1};
    m->rate_bytes_s = m->eta_s = -1;
    m->spec.replica = fixture_id(st->f, replica);
    m->spec.donor = fixture_id(st->f, donor);
    m->spec.target = fixture_id(st->f, target);
    snprintf(m->spec.replica_addr, sizeof(m->spec.replica_addr), "127.0.99.171:7004");
    snprintf(m->spec.target_addr, sizeof(m->spec.target_addr), "127.0.99.170:7001");
    st->scene.move = m;
    st->scene.move_busy = !move_is_over(m);
    st->own = (OwnMove){m->spec.replica, m->spec.target};
}

void stage_hold(Stage *st, HoldKind kind, HoldScope scope, int port, int64_t for_ms)
{
    const Snapshot *s = st->scene.health->snapshot;
    const Node *n = &s->nodes[stage_port(st, port)];
    HoldSubject on = {.kind = kind, .scope = scope};
    if (scope == HOLD_ON_NODE) {
        on.node = n->id;
    } else if (scope == HOLD_ON_HOST) {
        snprintf(on.host, sizeof(on.host), "%s", n->host);
    }
    Hold hold = hold_make(s, &on, "alice", "new kernel", st->scene.wall_ms, for_ms);
    holds_put(&st->holds, &hold, s);
}

int stage_port(const Stage *st, int port)
{
    const Snapshot *s = st->scene.health->snapshot;
    for (size_t i = 0; i < s->n_nodes; i++) {
        if (s->nodes[i].port == port) {
            return (int)i;
        }
    }
    return -1;
}
