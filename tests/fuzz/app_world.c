#include "app_world.h"

#include <jansson.h>
#include <string.h>

#include "claims.h"
#include "fuzz.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "rehome/policy/heal_plan.h"
#include "rehome/policy/whatif.h"
#include "rehome/report/check.h"
#include "rehome/report/event_report.h"
#include "rehome/report/heal_report.h"
#include "rehome/report/nagios.h"
#include "rehome/report/plan_report.h"
#include "rehome/report/prometheus.h"
#include "rehome/report/whatif_report.h"

static const int64_t WALL_MS = 1700000000000;

// --- the pilot's world

static void ask_round(void *ctx, bool full)
{
    (void)ctx; // they come as the script says
    (void)full;
}

static bool send_command(void *ctx, NodeId node, int argc, const char **argv)
{
    AppWorld *w = ctx;
    bool reads = argc > 1 && strcmp(argv[0], "CONFIG") == 0 && strcmp(argv[1], "GET") == 0;
    CLAIM(!node_id_is_none(node) && argc >= 2);
    if (w->awaits[0]) {
        return false; // as on the wire: one at a time
    }
    CLAIM(reads || (w->has_line && !w->read_only));
    for (int i = 0; i < argc; i++) {
        claim_clean(argv[i]);
    }
    w->has_line = false;
    w->awaits[0] = true;
    return true;
}

static bool send_lease(void *ctx, NodeId node, int argc, const char **argv)
{
    AppWorld *w = ctx;
    (void)argv;
    CLAIM(!node_id_is_none(node) && argc >= 2);
    if (w->awaits[1]) {
        return false;
    }
    w->awaits[1] = true;
    return true;
}

static bool open_journal(void *ctx, NodeId replica, Error *err)
{
    (void)ctx;
    (void)err;
    CLAIM(!node_id_is_none(replica));
    return true;
}

static bool keep_line(void *ctx, const char *line, Error *err)
{
    AppWorld *w = ctx;
    JournalEntry e;
    StrView text = sv_trim(sv(line));
    (void)err;
    CLAIM(journal_parse(text, &e, NULL));
    w->has_line = true;
    return true;
}

static void close_journal(void *ctx)
{
    (void)ctx;
}

static bool find_unfinished(void *ctx, NodeId replica, JournalEntry *out)
{
    (void)ctx;
    (void)replica;
    (void)out;
    return false;
}

static int64_t now_ms(void *ctx)
{
    return ((const AppWorld *)ctx)->now_ms;
}

static int64_t wall_ms(void *ctx)
{
    return WALL_MS + now_ms(ctx);
}

static void keep_event(void *ctx, const Event *event)
{
    AppWorld *w = ctx;
    StrBuf json = {0};
    Event again;
    claim_clean(event->text);
    claim_clean(event->addr);
    event_json(&json, event);
    CLAIM(event_json_read(sv_trim(sv(strbuf_text(&json))), &again));
    strbuf_done(&json);
    if (w->n_events == WORLD_EVENTS) {
        memmove(&w->events[0], &w->events[1], sizeof(w->events[0]) * (WORLD_EVENTS - 1));
        w->n_events--;
    }
    w->events[w->n_events++] = *event;
}

AppWorld *app_new(unsigned how)
{
    AppWorld *w = mem_alloc(sizeof(*w));
    LeaseOptions lease = {.key = "rehome", .host = "here", .pid = 7, .nonce = 11};
    PilotOptions options = {
        .mode = how % 4 == 0 ? AUTO_OBSERVE : AUTO_ACT,
        .limits = auto_limits_default(),
        .spread = (how & 4) != 0,
        .read_only = (how & 8) != 0,
        .lease = (how & 16) != 0 ? &lease : NULL,
    };
    options.limits.grace_ms = (how & 32) != 0 ? 0 : 2000;
    PilotWorld world = {
        .ctx = w,
        .ask_round = ask_round,
        .send = send_command,
        .send_lease = send_lease,
        .open_journal = open_journal,
        .keep_line = keep_line,
        .close_journal = close_journal,
        .find_unfinished = find_unfinished,
        .now_ms = now_ms,
        .wall_ms = wall_ms,
        .event = keep_event,
    };
    w->now_ms = 10000;
    w->read_only = options.read_only;
    w->pilot = pilot_new(&options, &world);
    w->history = history_new();
    w->ui = ui_new((ConfirmMode)(how / 64 % 3));
    w->canvas = canvas_new(80, 24, how >= 192);
    return w;
}

void app_free(AppWorld *w)
{
    for (size_t i = 0; i < WORLD_NODES; i++) {
        for (size_t kind = 0; kind < TEXT_KINDS; kind++) {
            strbuf_done(&w->voice[i].text[kind]);
        }
    }
    ui_free(w->ui);
    canvas_free(w->canvas);
    pilot_free(w->pilot);
    history_free(w->history);
    mem_free(w);
}

// --- rounds

void app_say(AppWorld *w, unsigned node, TextKind kind, StrView text)
{
    Voice *v = &w->voice[node % WORLD_NODES];
    strbuf_clear(&v->text[kind]);
    strbuf_add_sv(&v->text[kind], text);
    v->is_there = true;
    // As CLUSTER MYID would have it on this connection.
    Arena *arena = arena_new();
    NodesView view;
    if (kind == TEXT_NODES && node_id_is_none(v->id) && nodes_parse(text, arena, &view, NULL) &&
        view.myself >= 0) {
        v->id = view.at[view.myself].id;
    }
    arena_free(arena);
}

static StrView heard(const Voice *v, TextKind kind)
{
    return sv_of(strbuf_text(&v->text[kind]), v->text[kind].n);
}

static size_t observe(AppWorld *w, int64_t started_ms, Observation *at)
{
    size_t n = 0;
    for (size_t i = 0; i < WORLD_NODES; i++) {
        Voice *v = &w->voice[i];
        if (!v->is_there) {
            continue;
        }
        for (size_t kind = 0; kind < TEXT_KINDS && v->reach == REACH_OK; kind++) {
            v->ms[kind] = started_ms;
        }
        at[n++] = (Observation){
            .id = v->id,
            .expected = v->id,
            .dialled = "127.0.0.1:7001",
            .reach = v->reach,
            .why = v->reach == REACH_OK ? "" : "no answer",
            .info = heard(v, TEXT_INFO),
            .info_ms = v->ms[TEXT_INFO],
            .nodes = heard(v, TEXT_NODES),
            .nodes_ms = v->ms[TEXT_NODES],
            .cluster = heard(v, TEXT_CLUSTER),
            .cluster_ms = v->ms[TEXT_CLUSTER],
            .settings = heard(v, TEXT_SETTINGS),
            .settings_ms = v->ms[TEXT_SETTINGS],
            .identity_ms = v->ms[TEXT_NODES],
            .rtt_us = 300,
        };
    }
    return n;
}

// A plan takes from nobody who has none to give.
static void claim_plan(const Health *h, const Plan *plan)
{
    for (size_t i = 0; i < plan->n; i++) {
        const PlanTarget *target = &plan->at[i];
        claim_clean(target->reason);
        if (target->chosen < 0) {
            continue;
        }
        const PlanCandidate *c = &target->candidates[target->chosen];
        CLAIM(c->legal && c->donor != target->target && c->replica != target->target);
        CLAIM(h->of[c->replica].replica == REPLICA_WORKING && h->of[c->donor].working > h->floor);
        CLAIM(h->of[target->target].is_master && !h->of[c->replica].is_master);
        claim_clean(plan_command(h->snapshot, c->replica, target->target));
    }
}

static void claim_findings(const Findings *findings)
{
    for (size_t i = 0; i < findings->n; i++) {
        claim_clean(findings->at[i].text);
        claim_clean(findings->at[i].remedy);
    }
}

void app_round(AppWorld *w, int64_t ms)
{
    Observation at[WORLD_NODES];
    int64_t started_ms = w->now_ms;
    RoundInput in = {.at = at, .n = observe(w, started_ms, at), .name = "fuzz"};
    w->now_ms += ms;
    in.round = ++w->round;
    in.started_ms = started_ms;
    in.now_ms = w->now_ms;
    in.wall_ms = wall_ms(w);
    pilot_drop_before(w->pilot);
    Snapshot *s = snapshot_build(&in);
    claim_picture(s);
    if (!snapshot_is_news(s)) {
        claim_clean(snapshot_trouble(&in));
        snapshot_free(s);
        pilot_lose_contact(w->pilot);
        return;
    }
    pilot_round(w->pilot, s, w->now_ms);
    const Health *h = pilot_health(w->pilot);
    history_add(w->history, h);
    w->findings = findings_find(h);
    claim_findings(&w->findings);
    claim_plan(h, pilot_plan(w->pilot));
    pilot_tick(w->pilot, w->now_ms);
}

void app_answer(AppWorld *w, bool ok, const char *text)
{
    bool to_move = w->awaits[0];
    if (!to_move && !w->awaits[1]) {
        return;
    }
    w->awaits[to_move ? 0 : 1] = false;
    if (to_move && text == NULL) {
        pilot_late(w->pilot, w->now_ms);
    } else if (to_move) {
        pilot_reply(w->pilot, ok, text, w->now_ms);
    } else if (text == NULL) {
        pilot_lease_late(w->pilot, w->now_ms);
    } else {
        pilot_lease_reply(w->pilot, ok, text, w->now_ms);
    }
}

// --- the dashboard

static Scene scene_now(AppWorld *w)
{
    bool is_known = pilot_health(w->pilot) != NULL;
    Scene scene = {
        .now_ms = w->now_ms,
        .wall_ms = wall_ms(w),
        .health = pilot_health(w->pilot),
        .plan = pilot_plan(w->pilot),
        .findings = is_known ? &w->findings : NULL,
        .trouble = is_known ? "" : "no answer yet",
        .seeds = "127.0.0.1:7001",
        .lease = pilot_lease(w->pilot),
        .decisions = pilot_decisions(w->pilot),
        .user = "default",
        .automatic = pilot_automatic(w->pilot),
        .move = pilot_last_move(w->pilot),
        .move_busy = pilot_is_busy(w->pilot),
        .queue = pilot_queued(w->pilot),
        .undo_text = "",
        .events = w->events,
        .n_events = w->n_events,
        .history = w->history,
        .read_only = w->read_only,
        .mouse = true,
        .message = "",
    };
    scene.asking = pilot_asking(w->pilot, &scene.asking_ms);
    return scene;
}

static void serve(AppWorld *w, const Request *r)
{
    Error err = {0};
    // Others are of the terminal, or of files.
    if (r->kind == REQUEST_MOVE) {
        pilot_move(w->pilot, &r->move, w->now_ms, &err);
    } else if (r->kind == REQUEST_QUEUE) {
        pilot_queue(w->pilot, r->moves, r->n_moves, r->queue_kind, w->now_ms, &err);
    } else if (r->kind == REQUEST_STOP_MOVE) {
        pilot_stop_move(w->pilot, w->now_ms);
    } else if (r->kind == REQUEST_AUTO) {
        pilot_set_mode(w->pilot, r->mode);
    } else if (r->kind == REQUEST_COPY) {
        claim_all_clean(sv(r->text));
    }
    claim_clean(err.text);
}

void app_key(AppWorld *w, uint32_t key)
{
    Scene scene = scene_now(w);
    Request r = ui_key(w->ui, &scene, key);
    serve(w, &r);
    scene = scene_now(w);
    r = ui_tick(w->ui, &scene);
    serve(w, &r);
}

void app_click(AppWorld *w, uint32_t what, int x, int y)
{
    Scene scene = scene_now(w);
    Request r = ui_mouse(w->ui, &scene, what, x, y);
    CLAIM(r.kind != REQUEST_MOVE && r.kind != REQUEST_QUEUE && r.kind != REQUEST_AUTO);
    serve(w, &r);
}

void app_draw(AppWorld *w, int width, int height)
{
    Scene scene = scene_now(w);
    canvas_resize(w->canvas, width, height);
    ui_draw(w->ui, &scene, w->canvas);
    claim_whole(w->canvas);
}

// --- reports

static void claim_json(StrBuf *out)
{
    json_t *document = json_loadb(strbuf_text(out), out->n, 0, NULL);
    CLAIM(json_is_object(document));
    json_decref(document);
    strbuf_clear(out);
}

static void claim_text(StrBuf *out)
{
    claim_all_clean(sv_of(strbuf_text(out), out->n));
    strbuf_clear(out);
}

static void report_whatif(const Health *h, StrBuf *out)
{
    const int first[] = {0, (int)h->snapshot->n_nodes - 1};
    const WhatIf *answer = whatif_ask(h, "two of them", first, ARRAY_LEN(first));
    const HealPlan *heal = heal_plan_make(h, true);
    whatif_text(out, &answer, 1);
    claim_text(out);
    whatif_json(out, h, &answer, 1);
    claim_json(out);
    for (size_t i = 0; i < heal->n; i++) {
        claim_clean(heal->moves[i].command);
    }
    heal_plan_free(heal);
    whatif_free(answer);
}

void app_report(AppWorld *w)
{
    const Health *h = pilot_health(w->pilot);
    StrBuf out = {0};
    if (h == NULL || h->snapshot->n_nodes == 0) {
        return;
    }
    check_text(&out, h, &w->findings);
    claim_text(&out);
    check_json(&out, h, &w->findings);
    claim_json(&out);
    nagios_line(&out, h, &w->findings);
    claim_text(&out);
    prometheus_page(&out, h, &w->findings, "fuzz");
    claim_text(&out);
    plan_text(&out, h, pilot_plan(w->pilot));
    heal_prospect_text(&out, h);
    claim_text(&out);
    plan_json(&out, h, &w->findings, pilot_plan(w->pilot));
    claim_json(&out);
    report_whatif(h, &out);
    strbuf_done(&out);
}
