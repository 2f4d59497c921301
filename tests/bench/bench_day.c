// A day of rounds, one a second by the clock of the pictures, with a loss every two minutes:
// whether anything that thinks, remembers or draws grows.
#include <stdio.h>
#include <unistd.h>

#include "../../src/app/event_log.h"
#include "bench.h"
#include "fixture.h"
#include "rehome/action/pilot.h"
#include "rehome/policy/finding.h"
#include "rehome/policy/history.h"
#include "rehome/ui/ui.h"

enum {
    HOUR = 3600,
    ROUNDS = 24 * HOUR,
    LOSS_EVERY = 120,
    BACK_AFTER = 40,
    W = 120,
    H = 40,
};

typedef struct {
    Fixture *f;
    Pilot *pilot;
    EventLog *log;
    History *history;
    Ui *ui;
    Canvas *canvas;
    int64_t now_ms;
    size_t events;
} Day;

static void ask_round(void *ctx, bool full)
{
    (void)ctx;
    (void)full; // the next comes anyway
}

static bool send_nothing(void *ctx, NodeId node, int argc, const char **argv)
{
    (void)ctx;
    (void)node;
    (void)argc;
    (void)argv;
    return false;
}

static bool open_journal(void *ctx, NodeId replica, Error *err)
{
    (void)ctx;
    (void)replica;
    return fail(err, ERR_IO, "observe writes nothing");
}

static bool keep_line(void *ctx, const char *line, Error *err)
{
    (void)ctx;
    (void)line;
    return fail(err, ERR_IO, "observe writes nothing");
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
    const Day *d = ctx;
    return d->now_ms;
}

static int64_t wall_ms(void *ctx)
{
    return INT64_C(1700000000000) + now_ms(ctx);
}

static void on_event(void *ctx, const Event *event)
{
    Day *d = ctx;
    d->events++;
    event_log_add(d->log, event);
}

static Day day_begin(void)
{
    return (Day){
        .f = fixture_scenario(),
        .log = event_log_new(),
        .history = history_new(),
        .ui = ui_new(CONFIRM_COUNTDOWN),
        .canvas = canvas_new(W, H, false),
        .now_ms = 100000,
    };
}

static void take_off(Day *d)
{
    PilotOptions options = {.mode = AUTO_OBSERVE, .limits = auto_limits_default()};
    PilotWorld world = {
        .ctx = d,
        .ask_round = ask_round,
        .send = send_nothing,
        .open_journal = open_journal,
        .keep_line = keep_line,
        .close_journal = close_journal,
        .find_unfinished = find_unfinished,
        .now_ms = now_ms,
        .wall_ms = wall_ms,
        .event = on_event,
    };
    d->pilot = pilot_new(&options, &world);
}

static void look(Day *d)
{
    const Health *health = pilot_health(d->pilot);
    history_add(d->history, health);
    Findings findings = findings_find(health);
    Scene scene = {
        .now_ms = d->now_ms,
        .wall_ms = wall_ms(d),
        .health = health,
        .plan = pilot_plan(d->pilot),
        .findings = &findings,
        .history = d->history,
        .trouble = "",
        .seeds = "bench",
        .automatic = pilot_automatic(d->pilot),
        .undo_text = "",
        .message = "",
    };
    scene.events = event_log_all(d->log, &scene.n_events, &scene.n_events_before);
    (void)ui_tick(d->ui, &scene);
    ui_draw(d->ui, &scene, d->canvas);
}

static void pass_round(Day *d, int round)
{
    static const int losses[] = {7008, 7006, 7002};
    int lost = fixture_port(d->f, losses[round / LOSS_EVERY % 3]);
    if (round % LOSS_EVERY == LOSS_EVERY - BACK_AFTER) {
        fixture_fail(d->f, lost);
    } else if (round % LOSS_EVERY == LOSS_EVERY - 1) {
        fixture_restore(d->f, lost);
    }
    d->now_ms += 1000;
    pilot_drop_before(d->pilot);
    pilot_round(d->pilot, fixture_snapshot(d->f, d->now_ms), d->now_ms);
    look(d);
}

void bench_day(void)
{
    Day d = day_begin();
    long kb[3] = {0}; // after an hour, half a day, the day
    take_off(&d);
    for (int round = 0; round < ROUNDS; round++) {
        pass_round(&d, round);
        if (round + 1 == HOUR || round + 1 == ROUNDS / 2 || round + 1 == ROUNDS) {
            kb[round + 1 == HOUR     ? 0
               : round + 1 == ROUNDS ? 2
                                     : 1] = bench_memory_kb(getpid(), "VmRSS");
        }
    }
    bench_row(
        "memory over a day of rounds, observing", "flat",
        "%.1f MB after an hour, %.1f after twelve, %.1f after the day (%d rounds, %zu events)",
        (double)kb[0] / 1024, (double)kb[1] / 1024, (double)kb[2] / 1024, ROUNDS, d.events);
    pilot_free(d.pilot);
    canvas_free(d.canvas);
    ui_free(d.ui);
    history_free(d.history);
    event_log_free(d.log);
    fixture_free(d.f);
}
