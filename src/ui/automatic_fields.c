#include "automatic_fields.h"

#include <stdio.h>

#include "page.h"
#include "rehome/base/text.h"
#include "rehome/policy/charge.h"
#include "words.h"

enum { LABEL_WIDTH = 11 };

// A field's label; returns where its value begins.
static int draw_label(const AutomaticPen *p, const char *label)
{
    canvas_text(p->c, p->x, p->y, LABEL_WIDTH - 1, ROLE_DIM, label);
    return p->x + LABEL_WIDTH;
}

uint64_t automatic_serial(const Scene *s, int row)
{
    return row == AUTOMATIC_NOW      ? SERIAL_NOW
           : row == AUTOMATIC_CHARGE ? SERIAL_CHARGE
                                     : s->decisions->n - (uint64_t)(row - AUTOMATIC_DECISIONS);
}

void automatic_mark(const AutomaticPen *p, int row, int y, int lines)
{
    Rect r = {p->x - 1, y, p->w + 1, lines};
    spot_add(p->spots, r)->of.decision = automatic_serial(p->s, row);
    if (p->row == row) {
        canvas_text(p->c, p->x - 1, y, 1, ROLE_CURSOR, glyph_text(GLYPH_CURSOR, p->c->ascii));
        canvas_mark(p->c, (Rect){p->x, y, p->w, lines}, CELL_REVERSE);
    }
}

// On as many lines as it needs, but at most so many; the last one is cut.
static void draw_value(AutomaticPen *p, int x, Role role, int lines, const char *text)
{
    char brief[512];
    short_text(p->s->health->snapshot, text, brief, sizeof(brief));
    StrView rest = sv(brief);
    int w = p->x + p->w - x;
    for (int i = 1; rest.n > 0; i++) {
        if (i == lines) {
            draw_cut(p->c, x, p->y++, w, role, rest.at);
            return;
        }
        char line[512];
        StrView one = page_wrap(&rest, w);
        snprintf(line, sizeof(line), "%.*s", (int)one.n, one.at);
        canvas_text(p->c, x, p->y++, w, role, line);
    }
}

static void draw_now(AutomaticPen *p)
{
    const AutoDecision *d = &p->s->automatic->last;
    int x = draw_label(p, "now");
    Role role = verdict_role(d->verdict);
    char text[320];
    if (d->verdict == AUTO_DECIDE_NOTHING) {
        bool off = p->s->automatic->mode == AUTO_OFF;
        char key[KEY_NAME_SIZE];
        keys_first(p->keys, ACT_EXPLAIN, IN_AUTO, key, sizeof(key));
        bool has_more = off && p->s->plan->n > 0 && *key != '\0';
        snprintf(text, sizeof(text), "%s: %s%s%s%s", verdict_words(d->verdict),
                 off ? "automatic mode is off" : "nothing to do", has_more ? "; " : "",
                 has_more ? key : "", has_more ? " says what it would do" : "");
    } else if (d->rule[0] != '\0') {
        snprintf(text, sizeof(text), "%s (%s): %s", verdict_words(d->verdict), d->rule, d->text);
    } else {
        snprintf(text, sizeof(text), "%s: %s", verdict_words(d->verdict), d->text);
    }
    int y = p->y;
    draw_value(p, x, role, p->tall ? 3 : 2, text);
    automatic_mark(p, AUTOMATIC_NOW, y, p->y - y);
}

static void draw_charge(AutomaticPen *p)
{
    Charge charge = charge_look(p->s->health->snapshot);
    StrBuf settings = {0};
    char who[128];
    char text[400];
    charge_settings_text(&settings, &charge);
    snprintf(text, sizeof(text), "%s; server migration %s",
             charge_words(&charge, p->s->automatic, who, sizeof(who)), strbuf_text(&settings));
    bool differ = (charge.on > 0 && charge.off > 0) || charge.barrier_min != charge.barrier_max;
    int x = draw_label(p, "in charge");
    int y = p->y;
    draw_value(p, x, differ ? ROLE_WARN : ROLE_TEXT, 2, text);
    automatic_mark(p, AUTOMATIC_CHARGE, y, p->y - y);
    strbuf_done(&settings);
}

static void draw_limits(AutomaticPen *p)
{
    const Automatic *a = p->s->automatic;
    char grace[32];
    char cool[32];
    char text[200];
    const char *dot = glyph_text(GLYPH_DOT, p->c->ascii);
    char key[KEY_NAME_SIZE];
    char brake[KEY_NAME_SIZE + 24] = "off";
    if (a->brake) {
        keys_first(p->keys, ACT_RELEASE_BRAKE, IN_AUTO, key, sizeof(key));
        snprintf(brake, sizeof(brake), "ON: %s releases it", key);
    }
    snprintf(text, sizeof(text), "grace %s %s cool-down %s %s %d of %d moves an hour %s brake %s",
             format_seconds(grace, sizeof(grace), a->limits.grace_ms), dot,
             format_seconds(cool, sizeof(cool), a->limits.cool_down_ms), dot,
             auto_tries_last_hour(a, p->s->now_ms), a->limits.max_moves_per_hour, dot, brake);
    draw_value(p, draw_label(p, "limits"), a->brake ? ROLE_WARN : ROLE_TEXT, 2, text);
}

// The lease that several instances share, when there is one.
static void draw_lease(AutomaticPen *p)
{
    const Automatic *a = p->s->automatic;
    if (a->lease[0] != '\0') {
        draw_value(p, draw_label(p, "lease"), a->lacks_lease ? ROLE_WARN : ROLE_TEXT, 1, a->lease);
    }
}

// What people hold it back with; the brake is among the limits.
static void draw_holds(AutomaticPen *p)
{
    enum { SHOWN_MAX = 3 };
    const Health *h = p->s->health;
    int shown = 0;
    for (size_t i = 0; i < h->n_holds && shown < SHOWN_MAX; i++) {
        const Hold *hold = &h->holds[i];
        if (hold->on.kind == HOLD_BRAKE) {
            continue;
        }
        char subject[200];
        char words[320];
        char text[540];
        hold_subject_text(subject, sizeof(subject), &hold->on, h->snapshot);
        hold_words(words, sizeof(words), hold, p->s->wall_ms);
        snprintf(text, sizeof(text), "%s %s", subject, words);
        draw_value(p, draw_label(p, shown++ == 0 ? "held" : ""), ROLE_WARN, 1, text);
    }
}

// Nodes that took part in a move and are left alone for a while; nothing when there are none.
static void draw_cooling(AutomaticPen *p)
{
    const Snapshot *s = p->s->health->snapshot;
    StrBuf text = {0};
    for (size_t i = 0; i < s->n_nodes; i++) {
        int64_t left = auto_cooling_ms(p->s->automatic, s->nodes[i].id, p->s->now_ms);
        if (left > 0) {
            char name[NAME_MAX_BYTES];
            char seconds[32];
            short_name(s, (int)i, name, sizeof(name));
            strbuf_addf(&text, "%s%s for %s", text.n > 0 ? ", " : "", name,
                        format_seconds(seconds, sizeof(seconds), left));
        }
    }
    if (text.n > 0) {
        draw_value(p, draw_label(p, "cooling"), ROLE_SYNC, 1, strbuf_text(&text));
    }
    strbuf_done(&text);
}

static void draw_last_move(AutomaticPen *p)
{
    const Move *m = p->s->move;
    if (m == NULL) {
        return;
    }
    char text[400];
    char took[32];
    char clock[16];
    int64_t until = move_is_over(m) ? m->ended_ms : p->s->now_ms;
    format_seconds(took, sizeof(took), until - m->started_ms);
    if (move_is_over(m)) {
        format_wall(clock, sizeof(clock), p->s->wall_ms - (p->s->now_ms - m->ended_ms));
        snprintf(text, sizeof(text), "%s to %s (%s): %s after %s, at %s%s%s", m->spec.replica_addr,
                 m->spec.target_addr, move_origin_text(m->spec.origin), move_state_text(m->state),
                 took, clock, m->state == MOVE_DONE ? "" : ": ",
                 m->state == MOVE_DONE ? "" : m->why);
    } else {
        snprintf(text, sizeof(text), "%s to %s (%s): %s for %s", m->spec.replica_addr,
                 m->spec.target_addr, move_origin_text(m->spec.origin), move_stage_words(m), took);
    }
    Role role = !move_is_over(m) ? ROLE_MOVING : m->state == MOVE_DONE ? ROLE_TEXT : ROLE_WARN;
    draw_value(p, draw_label(p, move_is_over(m) ? "last move" : "moving"), role, p->tall ? 2 : 1,
               text);
}

// What moved without us: the server by a guess, or somebody else.
static void draw_moved_by_others(AutomaticPen *p)
{
    for (size_t i = p->s->n_events; i-- > p->s->n_events_before;) {
        const Event *e = &p->s->events[i];
        if (e->code == EVENT_REPLICA_MOVED && (e->by == BY_SERVER || e->by == BY_OTHER)) {
            char text[240];
            char clock[16];
            snprintf(text, sizeof(text), "%s %s", format_wall(clock, sizeof(clock), e->wall_ms),
                     e->text);
            draw_value(p, draw_label(p, "not by us"), ROLE_WARN, 1, text);
            return;
        }
    }
}

void automatic_fields_draw(AutomaticPen *p)
{
    draw_now(p);
    draw_charge(p);
    draw_limits(p);
    draw_lease(p);
    draw_holds(p);
    draw_cooling(p);
    draw_last_move(p);
    draw_moved_by_others(p);
}
