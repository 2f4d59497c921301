#include "picture.h"

#include <stdio.h>
#include <string.h>

#include "golden.h"
#include "rehome/base/mem.h"

enum { FLAGS = 4 }; // combinations of CELL_REVERSE and CELL_DIM

// How a role is shown, in each combination of flags.
typedef struct {
    bool is_seen[ROLE_COUNT][FLAGS];
    PtyCell as[ROLE_COUNT][FLAGS];
} Legend;

static const Cell *cell_of(const Canvas *c, int x, int y)
{
    return &c->cells[(size_t)y * (size_t)c->w + (size_t)x];
}

static bool same_look(const PtyCell *a, const PtyCell *b)
{
    return a->fg == b->fg && a->bg == b->bg && a->bold == b->bold && a->underline == b->underline &&
           a->reverse == b->reverse;
}

bool picture_is_complete(Pty *p, const Canvas *c)
{
    int w = 0;
    int h = 0;
    pty_size(p, &w, &h);
    for (int y = 0; y < c->h; y++) {
        for (int x = 0; x < c->w; x++) {
            uint32_t code = pty_cell(p, x, y).code;
            if (w != c->w || h != c->h || code != cell_of(c, x, y)->code) {
                StrBuf expected = {0};
                canvas_dump_text(c, &expected);
                fprintf(stderr, "cell %d,%d is U+%04X, and should be U+%04X of\n%s", x, y,
                        (unsigned)code, (unsigned)cell_of(c, x, y)->code, strbuf_text(&expected));
                pty_print(p);
                strbuf_done(&expected);
                return false;
            }
        }
    }
    return true;
}

// Blanks tell a look only where it has a background.
static bool is_consistent(Pty *p, const Canvas *c, Legend *legend)
{
    for (int y = 0; y < c->h; y++) {
        for (int x = 0; x < c->w; x++) {
            const Cell *cell = cell_of(c, x, y);
            PtyCell got = pty_cell(p, x, y);
            if (cell->code == ' ' || cell->code == 0) {
                continue;
            }
            bool *is_seen = &legend->is_seen[cell->role][cell->flags % FLAGS];
            PtyCell *as = &legend->as[cell->role][cell->flags % FLAGS];
            if (*is_seen && !same_look(as, &got)) {
                fprintf(stderr, "cell %d,%d of role %s is not shown as the others\n", x, y,
                        theme_role_name((Role)cell->role));
                pty_print(p);
                return false;
            }
            *is_seen = true;
            *as = got;
        }
    }
    return true;
}

static void add_colour(StrBuf *out, const char *what, int colour)
{
    if (colour >= PTY_RGB) {
        strbuf_addf(out, " %s #%06x", what, (unsigned)(colour - PTY_RGB));
    } else if (colour != PTY_DEFAULT) {
        strbuf_addf(out, " %s %d", what, colour);
    }
}

static void add_legend(StrBuf *out, const Legend *legend)
{
    static const char *const flags[FLAGS] = {"", ", selected", ", dim", ", selected, dim"};
    for (int role = 0; role < ROLE_COUNT; role++) {
        for (int i = 0; i < FLAGS; i++) {
            const PtyCell *as = &legend->as[role][i];
            if (!legend->is_seen[role][i]) {
                continue;
            }
            size_t before = out->n;
            strbuf_addf(out, "%c %s%s:", theme_role_letter((Role)role), theme_role_name((Role)role),
                        flags[i]);
            size_t bare = out->n;
            add_colour(out, "fg", as->fg);
            add_colour(out, "bg", as->bg);
            strbuf_addf(out, "%s%s%s", as->bold ? " bold" : "", as->underline ? " underline" : "",
                        as->reverse ? " reverse" : "");
            strbuf_addf(out, "%s\n", out->n == bare && out->n > before ? " plain" : "");
        }
    }
}

static bool is_as_kept(Pty *p, const Canvas *c, const char *name, bool with_screen)
{
    Legend legend = {0};
    StrBuf text = {0};
    if (!picture_is_complete(p, c) || !is_consistent(p, c, &legend)) {
        return false;
    }
    if (with_screen) {
        canvas_dump_text(c, &text);
        strbuf_add(&text, "=== roles\n");
        canvas_dump_roles(c, &text);
        strbuf_add(&text, "=== looks\n");
    }
    add_legend(&text, &legend);
    bool same = golden_equal(name, strbuf_text(&text));
    strbuf_done(&text);
    return same;
}

bool picture_equal(Pty *p, const Canvas *c, const char *name)
{
    return is_as_kept(p, c, name, true);
}

bool picture_looks_equal(Pty *p, const Canvas *c, const char *name)
{
    return is_as_kept(p, c, name, false);
}

bool picture_same(Pty *a, Pty *b)
{
    int w = 0;
    int h = 0;
    pty_size(a, &w, &h);
    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            PtyCell one = pty_cell(a, x, y);
            PtyCell other = pty_cell(b, x, y);
            if (one.code != other.code || !same_look(&one, &other)) {
                pty_print(a);
                pty_print(b);
                fprintf(stderr, "cell %d,%d differs\n", x, y);
                return false;
            }
        }
    }
    return true;
}
