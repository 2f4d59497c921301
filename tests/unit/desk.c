#include "desk.h"

#include <stdio.h>
#include <string.h>

Desk *desk_new(Stage *st, ConfirmMode confirm)
{
    static Desk d;
    d = (Desk){.st = st, .ui = ui_new(confirm), .c = canvas_new(80, 24, false)};
    return &d;
}

void desk_free(Desk *d)
{
    ui_free(d->ui);
    canvas_free(d->c);
    strbuf_done(&d->text);
    stage_free(d->st);
}

Request key(Desk *d, const char *name)
{
    return ui_key(d->ui, &d->st->scene, key_from_name(name));
}

Request tick(Desk *d, int64_t now_ms)
{
    stage_time(d->st, now_ms);
    return ui_tick(d->ui, &d->st->scene);
}

Request round_at(Desk *d, int64_t now_ms)
{
    stage_round(d->st, now_ms);
    return ui_tick(d->ui, &d->st->scene);
}

const char *screen(Desk *d)
{
    strbuf_clear(&d->text);
    ui_draw(d->ui, &d->st->scene, d->c);
    canvas_dump_text(d->c, &d->text);
    return strbuf_text(&d->text);
}

bool shows(Desk *d, const char *text)
{
    bool found = strstr(screen(d), text) != NULL;
    if (!found) {
        fprintf(stderr, "not on the screen: %s\n%s", text, strbuf_text(&d->text));
    }
    return found;
}

bool cursor_is_on(Desk *d, const char *text)
{
    StrView rest = sv(screen(d));
    StrView line;
    while (sv_next(&rest, '\n', &line)) {
        if (sv_starts(line, "▶")) {
            char row[512];
            snprintf(row, sizeof(row), "%.*s", (int)line.n, line.at);
            if (strstr(row, text) == NULL) {
                fprintf(stderr, "the cursor is on: %s\n", row);
            }
            return strstr(row, text) != NULL;
        }
    }
    fprintf(stderr, "no cursor\n%s", strbuf_text(&d->text));
    return false;
}

bool is_open(Desk *d)
{
    return strstr(screen(d), "redis-cli -h") != NULL;
}

Stage *healthy(void)
{
    Stage *st = stage_new(fixture_scenario());
    stage_rounds(st, 1000, 3000);
    return st;
}

Stage *orphaned(void)
{
    Stage *st = healthy();
    fixture_fail(st->f, fixture_port(st->f, 7008));
    stage_rounds(st, 4000, 5000);
    return st;
}

bool is_rescue(const Desk *d, const Request *r)
{
    const Fixture *f = d->st->f;
    return r->kind == REQUEST_MOVE &&
           node_id_eq(r->move.replica, fixture_id(f, fixture_port(f, 7004))) &&
           node_id_eq(r->move.donor, fixture_id(f, fixture_port(f, 7003))) &&
           node_id_eq(r->move.target, fixture_id(f, fixture_port(f, 7001))) &&
           strcmp(r->move.replica_addr, "127.0.99.171:7004") == 0 &&
           strcmp(r->move.donor_addr, "127.0.99.171:7003") == 0 &&
           strcmp(r->move.target_addr, "127.0.99.170:7001") == 0;
}
