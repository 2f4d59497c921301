// `record`: what the cluster says, on a tape, until stopped.
#include <inttypes.h>
#include <stdio.h>

#include "commands.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "session.h"

typedef struct {
    Session session;
    ev_timer end; // --for
} Record;

static void on_round(void *ctx)
{
    (void)ctx; // whoever looks at the tape will see it
}

// A tape that lacks what it was made for is no use to anybody.
static void on_event(void *ctx, const Event *event)
{
    Record *r = ctx;
    if (event->code == EVENT_TAPE) {
        session_say("%s", event->text);
        session_end(&r->session, 1);
    }
}

static void on_end(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop;
    (void)revents;
    Record *r = timer->data;
    session_end(&r->session, 0);
}

// Rounds in which nobody answered are rounds too.
static void say_end(Record *r)
{
    Session *s = &r->session;
    const Recorder *tape = s->tapes.at[0];
    char bytes[16];
    if (s->status == 0 && *engine_trouble(s->engine) != '\0' && engine_health(s->engine) == NULL) {
        session_say("%s", engine_trouble(s->engine));
        s->status = 1;
    }
    session_say("%" PRIu64 " rounds recorded; %s has %s", recorder_rounds(tape), s->options->tape,
                format_bytes(bytes, sizeof(bytes), recorder_bytes(tape)));
}

int command_record(const Options *o)
{
    Options to_file = *o;
    to_file.tape = mem_strdup(o->args[0]);
    Record r = {0};
    EngineListener listener = {.ctx = &r, .round = on_round, .event = on_event};
    if (session_start(&r.session, &to_file, true, &listener)) {
        ev_timer_init(&r.end, on_end, (double)o->for_ms / 1000, 0.0);
        r.end.data = &r;
        if (o->for_ms > 0) {
            ev_timer_start(r.session.loop, &r.end);
        }
        session_run(&r.session);
        ev_timer_stop(r.session.loop, &r.end);
        say_end(&r);
    }
    session_done(&r.session);
    mem_free(to_file.tape);
    return r.session.status;
}
