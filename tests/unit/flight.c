#include "flight.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

static void ask_round(void *ctx, bool full)
{
    Flight *t = ctx;
    strbuf_add(&t->log, full ? "full\n" : "round\n");
}

static bool send_command(void *ctx, NodeId node, int argc, const char **argv)
{
    Flight *t = ctx;
    t->sent++;
    t->to = node;
    snprintf(t->command, sizeof(t->command), "%s %s", argv[0], argc > 1 ? argv[1] : "");
    snprintf(t->argument, sizeof(t->argument), "%s", argc > 2 ? argv[2] : "");
    strbuf_addf(&t->log, "send %s%s%s\n", t->command, argc > 3 ? " " : "", argc > 3 ? argv[3] : "");
    return true;
}

static bool open_journal(void *ctx, NodeId replica, Error *err)
{
    (void)replica;
    (void)err;
    Flight *t = ctx;
    strbuf_add(&t->log, "journal\n");
    return true;
}

static bool keep_line(void *ctx, const char *line, Error *err)
{
    (void)err;
    Flight *t = ctx;
    strbuf_add(&t->journal, line);
    return true;
}

static void close_journal(void *ctx)
{
    Flight *t = ctx;
    strbuf_add(&t->log, "close\n");
}

static bool find_unfinished(void *ctx, NodeId replica, JournalEntry *out)
{
    (void)replica;
    Flight *t = ctx;
    const char *text = t->unfinished;
    t->unfinished = NULL;
    return text != NULL && journal_unfinished(sv(text), out);
}

static bool ask_hook(void *ctx, const MoveSpec *spec)
{
    Flight *t = ctx;
    if (t->has_hook) {
        strbuf_addf(&t->log, "hook %s\n", spec->replica_addr);
    }
    return t->has_hook;
}

static void cancel_hook(void *ctx)
{
    Flight *t = ctx;
    strbuf_add(&t->log, "cancel\n");
}

static int64_t now_ms(void *ctx)
{
    const Flight *t = ctx;
    return t->now_ms;
}

static int64_t wall_ms(void *ctx)
{
    const Flight *t = ctx;
    return 1700000000000 + t->now_ms;
}

static void on_event(void *ctx, const Event *event)
{
    Flight *t = ctx;
    strbuf_addf(&t->events, "%s %s\n", event_code_text(event->code), event->text);
}

static void move_over(void *ctx, const Move *m)
{
    Flight *t = ctx;
    strbuf_addf(&t->log, "over %s\n", move_state_text(m->state));
}

Flight flight_new(bool has_hook)
{
    Flight t = {.f = fixture_scenario(), .has_hook = has_hook, .now_ms = 100000};
    fixture_fail(t.f, fixture_port(t.f, 7008));
    return t;
}

PilotOptions flight_options(AutoMode mode, bool read_only)
{
    PilotOptions options = {.mode = mode, .limits = auto_limits_default(), .read_only = read_only};
    options.limits.grace_ms = 0;
    return options;
}

PilotWorld flight_world(Flight *t)
{
    return (PilotWorld){
        .ctx = t,
        .ask_round = ask_round,
        .send = send_command,
        .open_journal = open_journal,
        .keep_line = keep_line,
        .close_journal = close_journal,
        .find_unfinished = find_unfinished,
        .ask_hook = ask_hook,
        .cancel_hook = cancel_hook,
        .now_ms = now_ms,
        .wall_ms = wall_ms,
        .event = on_event,
        .move_over = move_over,
        .can_record = t->can_record,
    };
}

void flight_start(Flight *t, AutoMode mode, bool read_only)
{
    PilotOptions options = flight_options(mode, read_only);
    PilotWorld world = flight_world(t);
    t->pilot = pilot_new(&options, &world);
}

void flight_look(Flight *t)
{
    t->now_ms += 1000;
    pilot_drop_before(t->pilot);
    pilot_round(t->pilot, fixture_snapshot(t->f, t->now_ms), t->now_ms);
}

void flight_until(Flight *t, const char *log)
{
    for (int i = 0; i < 20 && !flight_did(t, log); i++) {
        flight_look(t);
    }
    if (!flight_did(t, log)) {
        fail_msg("never '%s' but: %s%s", log, strbuf_text(&t->log), strbuf_text(&t->events));
    }
}

bool flight_told(const Flight *t, const char *text)
{
    return strstr(strbuf_text(&t->events), text) != NULL;
}

bool flight_did(const Flight *t, const char *text)
{
    return strstr(strbuf_text(&t->log), text) != NULL;
}

void flight_end(Flight *t)
{
    pilot_free(t->pilot);
    fixture_free(t->f);
    strbuf_done(&t->log);
    strbuf_done(&t->events);
    strbuf_done(&t->journal);
}
