// What one round costs without any I/O: picture, health, findings, plan, drawing. Everybody's INFO,
// and the views of as many witnesses as a normal round asks.
#include <stdio.h>

#include "bench.h"
#include "crowd.h"
#include "rehome/base/mem.h"
#include "rehome/policy/finding.h"
#include "rehome/policy/plan.h"
#include "rehome/redis/poller.h"
#include "rehome/ui/ui.h"

enum { ROUNDS = 41, NOW_MS = 1000000, PORT = 7000, W = 120, H = 40 };

typedef enum { STEP_BUILD, STEP_HEALTH, STEP_DIFF, STEP_PLAN, STEP_DRAW, STEPS } Step;

typedef struct {
    Crowd *crowd;
    StrBuf *texts; // four for each node
    Observation *at;
} Round;

static StrView view(const StrBuf *text)
{
    return sv_of(text->at, text->n);
}

static Round round_new(size_t n)
{
    Round r = {
        .crowd = crowd_new(n, PORT),
        .texts = mem_array(n * 5, sizeof(*r.texts)),
        .at = mem_array(n, sizeof(*r.at)),
    };
    size_t witnesses = (size_t)poller_options_default().witnesses;
    for (size_t i = 0; i < n; i++) {
        StrBuf *text = &r.texts[i * 5];
        bool is_witness = i < witnesses || n <= witnesses;
        StrBuf info = {0};
        crowd_info(r.crowd, i, &info);
        info_keep(view(&info), &text[0]); // as the poller has it
        strbuf_done(&info);
        crowd_settings(r.crowd, &text[1]);
        strbuf_add(&text[2], crowd_addr(r.crowd, i));
        if (is_witness) {
            crowd_nodes(r.crowd, i, &text[3]);
            crowd_cluster(r.crowd, i, &text[4]);
        }
        r.at[i] = (Observation){
            .id = crowd_id(r.crowd, i),
            .expected = crowd_id(r.crowd, i),
            .dialled = strbuf_text(&text[2]),
            .why = "",
            .info = view(&text[0]),
            .info_ms = NOW_MS - 50,
            .settings = view(&text[1]),
            .settings_ms = NOW_MS - 50,
            .nodes = view(&text[3]),
            .nodes_ms = is_witness ? NOW_MS - 50 : 0,
            .cluster = view(&text[4]),
            .cluster_ms = is_witness ? NOW_MS - 50 : 0,
            .identity_ms = NOW_MS - 50,
            .rtt_us = 300,
        };
    }
    return r;
}

static void round_free(Round *r)
{
    size_t n = crowd_size(r->crowd);
    for (size_t i = 0; i < n * 5; i++) {
        strbuf_done(&r->texts[i]);
    }
    mem_free(r->texts);
    mem_free(r->at);
    crowd_free(r->crowd);
}

static void ignore(void *ctx, const Event *event)
{
    (void)ctx;
    (void)event;
}

static int64_t lap(int64_t *from)
{
    int64_t now = bench_now_us();
    int64_t took = now - *from;
    *from = now;
    return took;
}

static void measure(size_t n, const char *budget)
{
    static int64_t took[STEPS][ROUNDS];
    Round r = round_new(n);
    RoundInput in = {
        .at = r.at,
        .n = n,
        .name = "bench",
        .started_ms = NOW_MS - 100,
        .now_ms = NOW_MS,
        .wall_ms = INT64_C(1700000000000),
    };
    Ui *ui = ui_new(CONFIRM_COUNTDOWN);
    Canvas *canvas = canvas_new(W, H, false);
    Automatic automatic;
    auto_init(&automatic, AUTO_OFF, auto_limits_default());
    Snapshot *before = snapshot_build(&in);
    const Health *health_before = health_assess(before, NULL, &(HealthOptions){0});
    for (size_t i = 0; i < ROUNDS; i++) {
        int64_t at = bench_now_us();
        Snapshot *s = snapshot_build(&in);
        took[STEP_BUILD][i] = lap(&at);
        const Health *health = health_assess(s, health_before, &(HealthOptions){0});
        took[STEP_HEALTH][i] = lap(&at);
        snapshot_diff(before, s, &(OwnMove){0}, ignore, NULL);
        health_diff(health_before, health, ignore, NULL);
        took[STEP_DIFF][i] = lap(&at);
        Findings findings = findings_find(health);
        Plan plan = plan_make(health);
        took[STEP_PLAN][i] = lap(&at);
        Scene scene = {
            .now_ms = NOW_MS,
            .wall_ms = in.wall_ms,
            .health = health,
            .plan = &plan,
            .findings = &findings,
            .trouble = "",
            .seeds = "bench",
            .automatic = &automatic,
            .undo_text = "",
            .message = "",
        };
        (void)ui_tick(ui, &scene);
        ui_draw(ui, &scene, canvas);
        took[STEP_DRAW][i] = lap(&at);
        snapshot_free(before);
        before = s;
        health_before = health;
    }
    snapshot_free(before);
    canvas_free(canvas);
    ui_free(ui);
    round_free(&r);
    int64_t sum = 0;
    int64_t median[STEPS];
    for (size_t step = 0; step < STEPS; step++) {
        median[step] = bench_median(took[step], ROUNDS);
        sum += median[step];
    }
    char what[80];
    snprintf(what, sizeof(what), "a round's thinking, %zu nodes", n);
    bench_row(what, budget,
              "%lld us: picture %lld, health %lld, diff %lld, plan %lld, draw %lld (medians)",
              (long long)sum, (long long)median[STEP_BUILD], (long long)median[STEP_HEALTH],
              (long long)median[STEP_DIFF], (long long)median[STEP_PLAN],
              (long long)median[STEP_DRAW]);
}

void bench_pure(void)
{
    measure(100, "");
    measure(1000, "");
}
