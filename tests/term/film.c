#include "film.h"

#include <string.h>

#include "rehome/base/mem.h"
#include "svg.h"

enum { CAPTION_PX = 24 };

// Something that is drawn, and when it is there: turn[i] is the moment when it comes (i even) or
// goes (i odd).
typedef struct {
    char *drawing;
    int *turn;
    size_t n_turns;
    size_t turns_cap;
} Piece;

struct Film {
    Piece *pieces;
    size_t n;
    size_t cap;
    int length_ms;
};

Film *film_new(void)
{
    return mem_alloc(sizeof(Film));
}

void film_free(Film *f)
{
    for (size_t i = 0; i < f->n; i++) {
        mem_free(f->pieces[i].drawing);
        mem_free(f->pieces[i].turn);
    }
    mem_free(f->pieces);
    mem_free(f);
}

static Piece *piece_of(Film *f, const char *drawing)
{
    for (size_t i = 0; i < f->n; i++) {
        if (strcmp(f->pieces[i].drawing, drawing) == 0) {
            return &f->pieces[i];
        }
    }
    f->pieces = mem_grow(f->pieces, &f->cap, f->n + 1, sizeof(*f->pieces));
    f->pieces[f->n] = (Piece){.drawing = mem_strdup(drawing)};
    return &f->pieces[f->n++];
}

static void add_turn(Piece *piece, int at_ms)
{
    piece->turn =
        mem_grow(piece->turn, &piece->turns_cap, piece->n_turns + 1, sizeof(*piece->turn));
    piece->turn[piece->n_turns++] = at_ms;
}

static void show(Film *f, const StrBuf *drawing, int show_ms)
{
    if (drawing->n == 0) {
        return;
    }
    Piece *piece = piece_of(f, strbuf_text(drawing));
    if (piece->n_turns > 0 && piece->turn[piece->n_turns - 1] == f->length_ms) {
        piece->n_turns--; // it has been there until now, and stays
    } else {
        add_turn(piece, f->length_ms);
    }
    add_turn(piece, f->length_ms + show_ms);
}

void film_add(Film *f, Pty *p, int show_ms, const char *caption)
{
    StrBuf drawing = {0};
    int w = 0;
    int h = 0;
    pty_size(p, &w, &h);
    for (int y = 0; y < h; y++) {
        strbuf_clear(&drawing);
        svg_row(&drawing, p, y);
        show(f, &drawing, show_ms);
    }
    strbuf_clear(&drawing);
    svg_caption(&drawing, p, caption);
    show(f, &drawing, show_ms);
    strbuf_done(&drawing);
    f->length_ms += show_ms;
}

static bool is_always_there(const Film *f, const Piece *piece)
{
    return piece->n_turns == 2 && piece->turn[0] == 0 && piece->turn[1] == f->length_ms;
}

// Pieces that come and go together have one rule. Returns the number of it.
static size_t rule_of(const Film *f, size_t i)
{
    const Piece *piece = &f->pieces[i];
    for (size_t k = 0; k < i; k++) {
        const Piece *other = &f->pieces[k];
        if (other->n_turns == piece->n_turns &&
            memcmp(other->turn, piece->turn, piece->n_turns * sizeof(*piece->turn)) == 0) {
            return k;
        }
    }
    return i;
}

static void write_rule(const Film *f, size_t i, StrBuf *out)
{
    static const char *const look[] = {"visible", "hidden"};
    const Piece *piece = &f->pieces[i];
    bool is_first = piece->turn[0] == 0;
    strbuf_addf(out, ".r%zu{%sanimation-name:k%zu}@keyframes k%zu{%s", i,
                is_first ? "" : "visibility:hidden;", i, i,
                is_first ? "" : "0%{visibility:hidden}");
    for (size_t k = 0; k < piece->n_turns; k++) {
        if (piece->turn[k] < f->length_ms) {
            strbuf_addf(out, "%.3f%%{visibility:%s}", 100.0 * piece->turn[k] / f->length_ms,
                        look[k % 2]);
        }
    }
    strbuf_add(out, "}\n");
}

bool film_write(const Film *f, const Pty *p, const char *path)
{
    StrBuf out = {0};
    svg_open(&out, p, CAPTION_PX);
    // step-end: what a keyframe says holds until the next one. Who wants no motion gets none.
    strbuf_addf(&out,
                "<style>g g{animation:%dms step-end infinite}\n"
                "@media(prefers-reduced-motion:reduce){g g{animation:none!important}}\n",
                f->length_ms);
    for (size_t i = 0; i < f->n; i++) {
        if (!is_always_there(f, &f->pieces[i]) && rule_of(f, i) == i) {
            write_rule(f, i, &out);
        }
    }
    strbuf_add(&out, "</style>\n");
    for (size_t i = 0; i < f->n; i++) {
        const Piece *piece = &f->pieces[i];
        bool moves = !is_always_there(f, piece);
        if (moves) {
            strbuf_addf(&out, "<g class=\"r%zu\">", rule_of(f, i));
        }
        strbuf_addf(&out, "%s%s", piece->drawing, moves ? "</g>\n" : "");
    }
    return svg_close(&out, path);
}
