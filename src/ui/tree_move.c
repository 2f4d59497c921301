// What our own moves do to a replica's row.
#include <stdio.h>
#include <string.h>

#include "rehome/base/text.h"
#include "tree_row.h"
#include "words.h"

void tree_draw_transfer(const RowPen *pen, Role role, int permille, const char *numbers)
{
    enum { BAR = 10 };
    int x = pen->k.rest;
    if (permille >= 0 && pen->k.end - x >= BAR + 3 + text_width(numbers)) {
        canvas_text(pen->c, x, pen->y, 1, ROLE_DIM, glyph_text(GLYPH_BAR_LEFT, pen->c->ascii));
        canvas_bar(pen->c, x + 1, pen->y, BAR, role, permille);
        canvas_text(pen->c, x + 1 + BAR, pen->y, 1, ROLE_DIM,
                    glyph_text(GLYPH_BAR_RIGHT, pen->c->ascii));
        x += BAR + 3;
    }
    canvas_text(pen->c, x, pen->y, pen->k.end - x, role, numbers);
}

void tree_add_eta(char *out, size_t size, int64_t eta_s)
{
    char clock[16];
    size_t n = strlen(out);
    if (eta_s >= 0 && n < size) {
        snprintf(out + n, size - n, "%seta %s", n > 0 ? " " : "",
                 format_clock(clock, sizeof(clock), eta_s * 1000));
    }
}

static void draw_own_move(const RowPen *pen, const Move *m, bool is_home)
{
    char numbers[96] = "";
    char done[16];
    char rate[16];
    if (is_home && m->state < MOVE_SYNC) {
        char target[NAME_MAX_BYTES];
        short_name_of(pen->p, m->spec.target, m->spec.target_addr, target, sizeof(target));
        snprintf(numbers, sizeof(numbers), "%s %s", glyph_text(GLYPH_ARROW, pen->c->ascii), target);
    }
    if (m->sync_bytes >= 0) {
        format_bytes(done, sizeof(done), m->sync_bytes);
        size_t n = strlen(numbers);
        snprintf(numbers + n, sizeof(numbers) - n, "%s%s", n > 0 ? " " : "", done);
    }
    if (m->rate_bytes_s > 0) { // 0: it was not measured long enough
        format_bytes(rate, sizeof(rate), m->rate_bytes_s);
        size_t n = strlen(numbers);
        snprintf(numbers + n, sizeof(numbers) - n, " %s/s", rate);
    }
    tree_add_eta(numbers, sizeof(numbers), m->eta_s);
    tree_draw_transfer(pen, ROLE_MOVING, m->sync_permille, numbers);
}

static void draw_asking(const RowPen *pen, const MoveSpec *spec)
{
    char target[NAME_MAX_BYTES];
    short_name_of(pen->p, spec->target, spec->target_addr, target, sizeof(target));
    canvas_textf(pen->c, pen->k.rest, pen->y, pen->k.end - pen->k.rest, ROLE_MOVING,
                 "before_move %s %s", glyph_text(GLYPH_ARROW, pen->c->ascii), target);
}

// Its place in the queue; false: it does not wait there.
static bool draw_queued(const RowPen *pen, const Node *n)
{
    const Queue *q = pen->s->queue;
    for (size_t i = 0; q != NULL && i < q->n; i++) {
        const QueuedMove *one = &q->at[i];
        if (one->state == QUEUED_WAITS && node_id_eq(one->spec.replica, n->id)) {
            char target[NAME_MAX_BYTES];
            short_name_of(pen->p, one->spec.target, one->spec.target_addr, target, sizeof(target));
            canvas_textf(pen->c, pen->k.rest, pen->y, pen->k.end - pen->k.rest, ROLE_MOVING,
                         "waits, move %zu %s %s", i + 1, glyph_text(GLYPH_ARROW, pen->c->ascii),
                         target);
            return true;
        }
    }
    return false;
}

bool tree_draw_move(const RowPen *pen, const Node *n, const NodeHealth *nh)
{
    if (is_moving_replica(pen->s, n->id)) {
        draw_own_move(pen, pen->s->move, !nh->arriving);
        return true;
    }
    if (is_asked_for(pen->s, n->id)) {
        draw_asking(pen, pen->s->asking);
        return true;
    }
    return draw_queued(pen, n);
}
