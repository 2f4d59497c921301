#include "demo_story.h"

#include <ev.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "demo_lab.h"
#include "demo_picture.h"
#include "rehome/app/engine.h"
#include "rehome/app/lab.h"
#include "rehome/base/mem.h"
#include "session.h"

typedef struct {
    Lab *lab;
    struct ev_loop *loop;
    Engine *engine;
    ev_timer limit;
    ev_signal signals[3];
    size_t beat;
    int64_t zero_ms; // when we last did something to a server
    int moves;       // of the automatic mode, verified
    int status;
} Story;

// One thing that must come about, and what is done or said around it.
typedef struct {
    const char *title; // NULL: goes on under the title before
    void (*begin)(Story *story);
    bool (*is_reached)(const Story *story); // asked after each round; NULL: ends_on
    EventCode ends_on;
    const char *awaited; // for the line that says that it did not come
    int limit_ms;
    void (*end)(Story *story);
} Beat;

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    fflush(stdout);
}

static void say_step(void *ctx, const char *text)
{
    (void)ctx;
    say("            %s", text);
}

static const Node *node_at(const Story *story, int port)
{
    return demo_node(engine_health(story->engine)->snapshot, port);
}

static const NodeHealth *health_at(const Story *story, int port)
{
    const Health *h = engine_health(story->engine);
    return &h->of[node_at(story, port) - h->snapshot->nodes];
}

static void show_tree(Story *story)
{
    StrBuf out = {0};
    demo_tree(&out, engine_health(story->engine));
    printf("%s", strbuf_text(&out));
    fflush(stdout);
    strbuf_done(&out);
}

static void kill_server(Story *story, int port)
{
    lab_kill(story->lab, (size_t)lab_by_port(story->lab, port));
    story->zero_ms = poller_now_ms();
    say("    0.00 s  kill -9 of the server :%d", port);
}

static void restart_server(Story *story, int port)
{
    Error err = {0};
    if (!lab_restart(story->lab, (size_t)lab_by_port(story->lab, port), &err)) {
        say("            %s", err.text);
    }
    story->zero_ms = poller_now_ms();
    say("    0.00 s  the server :%d is started again, with the files it had", port);
}

// --- the beats -----------------------------------------------------------------------------------

static bool is_watching(const Story *story)
{
    const Automatic *a = pilot_automatic(engine_pilot(story->engine));
    const Health *h = engine_health(story->engine);
    return a->rounds_seen >= a->limits.young_rounds && h->orphaned == 0 && h->at_risk == 0;
}

static void kill_7008(Story *story)
{
    kill_server(story, 7008);
}

static bool is_first_move_done(const Story *story)
{
    return story->moves == 1 && health_at(story, 7001)->master == STATE_PROTECTED;
}

static void sum_up_move(Story *story)
{
    const Move *m = pilot_last_move(engine_pilot(story->engine));
    say("            decided %.2f s after the kill; REPLICATE accepted %lld ms later; in sync "
        "%lld ms after that",
        (double)(m->started_ms - story->zero_ms) / 1000,
        (long long)(m->replicated_ms - m->started_ms), (long long)(m->ended_ms - m->replicated_ms));
    show_tree(story);
}

static void restart_7008(Story *story)
{
    restart_server(story, 7008);
}

static bool has_7001_a_spare(const Story *story)
{
    return health_at(story, 7008)->replica == REPLICA_WORKING &&
           node_at(story, 7008)->master_id.hex[0] != '\0' && health_at(story, 7001)->spares == 1;
}

static void kill_7005(Story *story)
{
    kill_server(story, 7005);
}

static bool is_second_move_done(const Story *story)
{
    return story->moves == 2 && health_at(story, 7006)->master == STATE_PROTECTED;
}

static void restart_7005(Story *story)
{
    restart_server(story, 7005);
}

static bool has_7006_a_spare(const Story *story)
{
    return !node_is_master(node_at(story, 7005)) &&
           health_at(story, 7005)->replica == REPLICA_WORKING &&
           health_at(story, 7006)->spares == 1;
}

// :7001 has two replicas by the time a master is to die, so it is :7005, which has one.
static const Beat beats[] = {
    {
        .title = "1. Seven nodes on three hosts; automatic mode acts, without grace",
        .is_reached = is_watching,
        .awaited = "a quiet cluster",
        .limit_ms = 15000,
        .end = show_tree,
    },
    {
        .title = "2. The only replica of :7001 dies",
        .begin = kill_7008,
        .ends_on = EVENT_ORPHANED,
        .awaited = ":7001 to be orphaned",
        .limit_ms = 15000,
    },
    {
        .title = "3. A spare of :7003 takes its place",
        .is_reached = is_first_move_done,
        .awaited = ":7001 to be given a spare",
        .limit_ms = 15000,
        .end = sum_up_move,
    },
    {
        .title = "4. :7008 comes back",
        .begin = restart_7008,
        .is_reached = has_7001_a_spare,
        .awaited = ":7008 to be a spare of :7001",
        .limit_ms = 15000,
        .end = show_tree,
    },
    {
        .title = "5. A master dies: its only replica is promoted and stands alone",
        .begin = kill_7005,
        .ends_on = EVENT_ORPHANED,
        .awaited = ":7006 to be promoted and alone",
        .limit_ms = 20000,
    },
    {
        .is_reached = is_second_move_done,
        .awaited = ":7006 to be given a spare",
        .limit_ms = 15000,
        .end = sum_up_move,
    },
    {
        .title = "6. The old master comes back, as a replica",
        .begin = restart_7005,
        .is_reached = has_7006_a_spare,
        .awaited = ":7005 to be a spare of :7006",
        .limit_ms = 20000,
        .end = show_tree,
    },
};

// --- how it is told ------------------------------------------------------------------------------

static void begin_beat(Story *story)
{
    const Beat *beat = &beats[story->beat];
    if (beat->title != NULL) {
        say("\n%s", beat->title);
    }
    if (beat->begin != NULL) {
        beat->begin(story);
    }
    ev_timer_stop(story->loop, &story->limit);
    ev_timer_set(&story->limit, beat->limit_ms / 1000.0, 0.0);
    ev_timer_start(story->loop, &story->limit);
}

static void end_story(Story *story, int status)
{
    story->status = status;
    ev_break(story->loop, EVBREAK_ALL);
}

static void go_on(Story *story)
{
    if (beats[story->beat].end != NULL) {
        beats[story->beat].end(story);
    }
    story->beat++;
    if (story->beat == ARRAY_LEN(beats)) {
        end_story(story, 0);
    } else {
        begin_beat(story);
    }
}

static void on_round(void *ctx)
{
    Story *story = ctx;
    if (story->beat < ARRAY_LEN(beats) && engine_health(story->engine) != NULL &&
        beats[story->beat].is_reached != NULL && beats[story->beat].is_reached(story)) {
        go_on(story);
    }
}

static void explain_move(Story *story)
{
    StrBuf out = {0};
    demo_reasons(&out, engine_health(story->engine), pilot_plan(engine_pilot(story->engine)));
    printf("%s", strbuf_text(&out));
    fflush(stdout);
    strbuf_done(&out);
}

static void on_event(void *ctx, const Event *event)
{
    Story *story = ctx;
    if (story->zero_ms == 0) {
        return; // the cluster as it was found is shown as a tree
    }
    int64_t ms = poller_now_ms() - story->zero_ms;
    say("  %6.2f s  %s", (double)ms / 1000, event->text);
    if (event->code == EVENT_MOVE_STARTED) {
        explain_move(story);
    } else if (event->code == EVENT_MOVE_DONE) {
        story->moves++;
    }
    if (story->beat < ARRAY_LEN(beats) && beats[story->beat].is_reached == NULL &&
        event->code == beats[story->beat].ends_on) {
        go_on(story);
    }
}

static void on_limit(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop;
    (void)revents;
    Story *story = timer->data;
    const Beat *beat = &beats[story->beat];
    say("FAILED: waited %d s for %s", beat->limit_ms / 1000, beat->awaited);
    if (*engine_trouble(story->engine) != '\0') {
        say("        %s", engine_trouble(story->engine));
    }
    end_story(story, 1);
}

static void on_signal(struct ev_loop *loop, ev_signal *signal, int revents)
{
    (void)loop;
    (void)revents;
    end_story(signal->data, 1);
}

static void start_watchers(Story *story)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        ev_signal_init(&story->signals[i], on_signal, signals[i]);
        story->signals[i].data = story;
        ev_signal_start(story->loop, &story->signals[i]);
    }
    ev_init(&story->limit, on_limit);
    story->limit.data = story;
}

static void stop_watchers(Story *story)
{
    for (size_t i = 0; i < ARRAY_LEN(story->signals); i++) {
        ev_signal_stop(story->loop, &story->signals[i]);
    }
    ev_timer_stop(story->loop, &story->limit);
}

static void start_engine(Story *story)
{
    Address seeds[MAX_SEEDS];
    size_t n = 0;
    for (; n < lab_size(story->lab) && n < ARRAY_LEN(seeds); n++) {
        seeds[n] = (Address){.port = lab_port(story->lab, n)};
        snprintf(seeds[n].host, sizeof(seeds[n].host), "%s", lab_ip(story->lab, n));
    }
    AutoLimits limits = auto_limits_default();
    limits.grace_ms = 0;
    limits.cool_down_ms = 0; // the second move comes seconds after the first
    EngineOptions options = {
        .poll = poller_options_default(),
        .seeds = seeds,
        .n_seeds = n,
        .mode = AUTO_ACT,
        .limits = limits,
        .state_dir = lab_folder(story->lab),
    };
    EngineListener listener = {.ctx = story, .round = on_round, .event = on_event};
    story->engine = engine_new(story->loop, &options, &listener);
}

int demo_story_tell(void)
{
    Error err = {0};
    Story story = {.status = 1};
    say("rehome demo: what happens when replicas and masters die, on real servers\n");
    say("0. A throw-away cluster is made");
    story.lab = demo_lab_start(say_step, &err);
    if (story.lab == NULL) {
        session_say("%s", err.text);
        return 1;
    }
    story.loop = ev_default_loop(0);
    start_watchers(&story);
    start_engine(&story);
    begin_beat(&story);
    ev_run(story.loop, 0);
    engine_free(story.engine);
    stop_watchers(&story);
    lab_free(story.lab);
    if (story.status == 0) {
        say("\nEvery master has a working replica again. The servers are stopped and their files "
            "removed.");
    }
    return story.status;
}
