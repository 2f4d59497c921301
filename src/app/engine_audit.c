// The record of what was decided and moved, where --audit asked for one. What could not be written
// is counted, said once, and told in the file itself as soon as it can be written again.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine_parts.h"
#include "line_file.h"
#include "person.h"

void engine_audit_init(Audit *a, const char *path)
{
    a->path = path;
    person_user(a->user, sizeof(a->user));
    person_login(a->login, sizeof(a->login));
    person_host(a->host, sizeof(a->host));
}

void engine_audit_done(Audit *a)
{
    audit_tree_free(a->before);
    a->before = NULL;
}

static AuditWho who_of(const Audit *a)
{
    return (AuditWho){.user = a->user, .login = a->login, .host = a->host, .pid = getpid()};
}

static void say_broken(Engine *e, const Error *err)
{
    Audit *a = &e->audit;
    bool is_new = !a->is_broken;
    a->is_broken = true;
    snprintf(a->why, sizeof(a->why), "the audit file %.100s cannot be written: %.80s", a->path,
             err->text);
    if (is_new) {
        char text[sizeof(((Event *)NULL)->text)];
        bool stops = pilot_automatic(e->pilot)->mode == AUTO_ACT;
        snprintf(text, sizeof(text), "%.200s%s", a->why,
                 stops ? "; automatic mode does not act meanwhile" : "");
        engine_tell(e, EVENT_AUDIT, LEVEL_CRITICAL, text);
    }
}

// Once it can be written again, it says first how much is missing.
static bool mend(Engine *e)
{
    Audit *a = &e->audit;
    if (!a->is_broken) {
        return true;
    }
    StrBuf gap = {0};
    Error err = {0};
    if (a->lost > 0) {
        AuditWho who = who_of(a);
        audit_gap_json(&gap, engine_wall_ms(e), a->lost, a->why, &who);
    }
    bool ok = line_file_append(a->path, FILE_NAMED, &gap, &err);
    strbuf_done(&gap);
    if (!ok) {
        say_broken(e, &err);
        return false;
    }
    char text[120];
    snprintf(text, sizeof(text), "the audit file can be written again; %lld line%s missing",
             (long long)a->lost, a->lost == 1 ? " is" : "s are");
    a->is_broken = false;
    a->lost = 0;
    engine_tell(e, EVENT_AUDIT, LEVEL_GOOD, text);
    return true;
}

static void keep(Engine *e, StrBuf *line)
{
    Error err = {0};
    if (!mend(e)) {
        e->audit.lost++;
    } else if (!line_file_append(e->audit.path, FILE_NAMED, line, &err)) {
        e->audit.lost++;
        say_broken(e, &err);
    }
    strbuf_done(line);
}

bool engine_can_record(void *ctx, Error *err)
{
    Engine *e = ctx;
    Audit *a = &e->audit;
    if (a->path == NULL) {
        return true;
    }
    if (!a->was_tried) {
        a->was_tried = true;
        const StrBuf nothing = {0};
        Error why = {0};
        if (!line_file_append(a->path, FILE_NAMED, &nothing, &why)) {
            say_broken(e, &why);
        }
    }
    return mend(e) || fail(err, ERR_IO, "%s", a->why);
}

void engine_audit_decided(void *ctx, const AutoDecision *decision)
{
    (void)decision; // the newest one that is kept, which knows its reasons too
    Engine *e = ctx;
    if (e->audit.path != NULL) {
        StrBuf line = {0};
        AuditWho who = who_of(&e->audit);
        audit_decision_json(&line, decisions_back(pilot_decisions(e->pilot), 0), engine_health(e),
                            pilot_plan(e->pilot), pilot_automatic(e->pilot), &who);
        keep(e, &line);
    }
}

void engine_audit_move_over(Engine *e, const Move *m)
{
    if (e->audit.path == NULL) {
        return;
    }
    AuditWho who = who_of(&e->audit);
    AuditTree *after = audit_tree_new(engine_health(e), &m->spec);
    AuditMove over = {
        .wall_ms = engine_wall_ms(e),
        .cluster = engine_health(e)->snapshot->name,
        .who = &who,
        .move = m,
        .before = m->resumed ? NULL : e->audit.before,
        .after = after,
    };
    StrBuf line = {0};
    audit_move_json(&line, &over);
    keep(e, &line);
    audit_tree_free(after);
    engine_audit_done(&e->audit);
}

// What a person changed, and moves that were given up before they began. A move that did begin is
// told as a whole once it is over.
static bool is_recorded(const Engine *e, const Event *event)
{
    return event->code == EVENT_AUTO_MODE || event->code == EVENT_BRAKE ||
           event->code == EVENT_PAUSE || event->code == EVENT_DOWNTIME ||
           event->code == EVENT_SETTING ||
           (event->code == EVENT_REFUSED && !pilot_is_busy(e->pilot));
}

void engine_audit_event(Engine *e, const Event *event)
{
    if (e->audit.path == NULL) {
        return;
    }
    if (event->code == EVENT_MOVE_STARTED) {
        engine_audit_done(&e->audit);
        e->audit.before = audit_tree_new(engine_health(e), &pilot_last_move(e->pilot)->spec);
    }
    if (is_recorded(e, event)) {
        StrBuf line = {0};
        AuditWho who = who_of(&e->audit);
        audit_event_json(&line, event, &who);
        keep(e, &line);
    }
}
