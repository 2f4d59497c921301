// `downtime` and `release`: what a person holds automatic mode back with, from the shell.
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "hold_change.h"
#include "look.h"
#include "paths.h"
#include "person.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "rehome/report/hold_report.h"
#include "session.h"

// A downtime that nobody ends is over some day: whoever forgot it should not find that out when the
// next master is orphaned.
enum { DEFAULT_FOR_MS = 3600000, COULD_NOT = 1, USAGE = 2 };

static HoldFile *open_file(Error *err)
{
    char *dir;
    if (!paths_state_dir(&dir, err)) {
        return NULL;
    }
    HoldFile *f = hold_file_new(dir);
    mem_free(dir);
    return f;
}

static int end_with(bool ok, HoldFile *f, const Error *err)
{
    hold_file_free(f);
    if (!ok) {
        session_say("%s", err->text);
    }
    return ok ? 0 : err->code == ERR_USAGE ? USAGE : COULD_NOT;
}

static int list(StrBuf *out, const Options *o, const Engine *e)
{
    const Health *h = engine_health(e);
    if (o->format == FORMAT_JSON) {
        holds_json(out, h);
    } else if (h->n_holds == 0) {
        strbuf_add(out, "Nothing is held: no downtime, no pause, and the brake is off.\n");
    } else {
        holds_text(out, h);
    }
    return 0;
}

static int begin(StrBuf *out, const Options *o, const Engine *e)
{
    Error err = {0};
    HoldSubject on;
    const Snapshot *s = engine_health(e)->snapshot;
    HoldFile *f = hold_subject_find(s, o->args[0], &on, &err) ? open_file(&err) : NULL;
    if (f == NULL) {
        return end_with(false, f, &err);
    }
    int64_t wall_ms = poller_wall_ms();
    Hold hold = hold_make(s, &on, o->owner != NULL ? o->owner : person_name(),
                          o->reason != NULL ? o->reason : "", wall_ms,
                          o->for_ms > 0 ? o->for_ms : DEFAULT_FOR_MS);
    bool ok = hold_change_begin(f, &hold, s, wall_ms, &err);
    if (ok) {
        char what[HOLD_HOST_SIZE + 8];
        char words[320];
        strbuf_addf(out, "%s is %s\n", hold_subject_text(what, sizeof(what), &on, s),
                    hold_words(words, sizeof(words), &hold, wall_ms));
    }
    return end_with(ok, f, &err);
}

static int release(StrBuf *out, const Options *o, const Engine *e)
{
    Error err = {0};
    const Snapshot *s = engine_health(e)->snapshot;
    HoldSubject on = {.kind = HOLD_BRAKE, .scope = HOLD_ON_ALL};
    bool found = strcmp(o->args[0], "brake") == 0 || hold_subject_find(s, o->args[0], &on, &err);
    HoldFile *f = found ? open_file(&err) : NULL;
    bool ok = f != NULL && hold_change_end(f, &on, s, poller_wall_ms(), &err);
    if (ok && on.kind == HOLD_BRAKE) {
        strbuf_add(out, "the brake is released\n");
    } else if (ok) {
        char what[HOLD_HOST_SIZE + 8];
        strbuf_addf(out, "%s is no longer %s\n", hold_subject_text(what, sizeof(what), &on, s),
                    on.kind == HOLD_PAUSE ? "paused" : "in downtime");
    }
    return end_with(ok, f, &err);
}

static bool refuses(const Options *o)
{
    if (o->read_only) {
        session_say("read-only: nothing can be held or released");
    }
    return o->read_only;
}

// "downtime HOST:PORT" alone: who has typed `check HOST:PORT` before means the address.
static bool is_unclear(const Options *o)
{
    const char *what = o->args[0];
    const char *colon = strrchr(what, ':');
    const Address *seed = &o->seeds[0];
    bool given = o->host != NULL || o->n_seeds > 1 || seed->port != 6379 ||
                 strcmp(seed->host, "127.0.0.1") != 0;
    if (given || colon == NULL || colon == what) {
        return false;
    }
    session_say("is %s the node, or where to ask? rehome downtime %s %s puts the node in downtime, "
                "rehome downtime -h %.*s -p %s lists what is held",
                what, colon, what, (int)(colon - what), what, colon + 1);
    return true;
}

int command_downtime(const Options *o)
{
    if (o->n_args == 0) {
        return look_once(o, list, COULD_NOT);
    }
    if (is_unclear(o)) {
        return USAGE;
    }
    return refuses(o) ? COULD_NOT : look_once(o, begin, COULD_NOT);
}

int command_release(const Options *o)
{
    return refuses(o) ? COULD_NOT : look_once(o, release, COULD_NOT);
}
