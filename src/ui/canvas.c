#include "rehome/ui/canvas.h"

#include <stdarg.h>
#include <stdio.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"

// A terminal that claims to be larger gets a canvas of this size: 32 MB, not 32 GB.
enum { SIZE_MAX_CELLS = 2000 };

enum { UNKNOWN = '?' };

// What bounds leave of a span, in canvas columns or rows: from <= i < to.
typedef struct {
    int from;
    int to;
} Span;

static int clamp(int64_t value, int low, int high)
{
    return value < low ? low : value > high ? high : (int)value;
}

static Span span_clip(int at, int length, int limit)
{
    Span s = {clamp(at, 0, limit), clamp((int64_t)at + length, 0, limit)};
    if (s.to < s.from) {
        s.to = s.from; // a negative length
    }
    return s;
}

static Cell *cell_at(const Canvas *c, int x, int y)
{
    return &c->cells[(size_t)y * (size_t)c->w + (size_t)x];
}

Canvas *canvas_new(int w, int h, bool ascii)
{
    Canvas *c = mem_alloc(sizeof(*c));
    c->ascii = ascii;
    canvas_resize(c, w, h);
    return c;
}

void canvas_free(Canvas *c)
{
    if (c != NULL) {
        mem_free(c->cells);
        mem_free(c);
    }
}

void canvas_resize(Canvas *c, int w, int h)
{
    w = clamp(w, 1, SIZE_MAX_CELLS);
    h = clamp(h, 1, SIZE_MAX_CELLS);
    if (c->cells == NULL || w != c->w || h != c->h) {
        mem_free(c->cells);
        c->cells = mem_array((size_t)w * (size_t)h, sizeof(*c->cells));
        c->w = w;
        c->h = h;
    }
    canvas_clear(c);
}

void canvas_clear(Canvas *c)
{
    for (size_t i = 0; i < (size_t)c->w * (size_t)c->h; i++) {
        c->cells[i] = (Cell){.code = ' ', .role = ROLE_TEXT};
    }
}

// Write a cell. What is left of a wide character that loses one half becomes blank.
static void put_cell(Canvas *c, int x, int y, Cell cell)
{
    Cell *at = cell_at(c, x, y);
    if (at->code == 0 && x > 0) {
        at[-1].code = ' ';
    }
    if (x + 1 < c->w && at[1].code == 0) {
        at[1].code = ' ';
    }
    *at = cell;
}

static uint32_t ascii_of(uint32_t code)
{
    if (code >= ' ' && code <= '~') {
        return code;
    }
    if (code >= 0x2580 && code <= 0x259F) {
        return '#'; // blocks
    }
    switch (code) {
    case 0x2500: // ─
        return '-';
    case 0x2502: // │
        return '|';
    case 0x2026: // …
        return '~';
    default:
        return code >= 0x2500 && code <= 0x257F ? '+' : UNKNOWN; // corners and crossings
    }
}

// One character of one or two cells, of which those inside the limits are written; a wide one that
// sticks out leaves a blank inside.
static void put_code(Canvas *c, Span limits, int x, int y, Role role, uint32_t code, int width)
{
    Cell cell = {.code = c->ascii ? ascii_of(code) : code, .role = (uint8_t)role};
    bool whole = x >= limits.from && x + width <= limits.to;
    for (int i = 0; i < width; i++) {
        if (!whole) {
            cell.code = ' ';
        } else if (i > 0 && !c->ascii) {
            cell.code = 0;
        }
        if (x + i >= limits.from && x + i < limits.to) {
            put_cell(c, x + i, y, cell);
        }
    }
}

static int put_view(Canvas *c, int x, int y, int max_w, Role role, StrView text)
{
    Span limits = span_clip(x, max_w, c->w);
    if (y < 0 || y >= c->h) {
        return x;
    }
    int64_t at = x;
    int end = x;
    while (text.n > 0) {
        uint32_t code = text_next(&text);
        int width = text_code_width(code);
        if (width == 0) {
            continue; // also control characters: whatever comes here cannot reach the terminal
        }
        if (at + width > limits.to) {
            break;
        }
        if (at + width > limits.from) {
            put_code(c, limits, (int)at, y, role, code, width);
            end = (int)at + width;
        }
        at += width;
    }
    return end;
}

int canvas_text(Canvas *c, int x, int y, int max_w, Role role, const char *utf8)
{
    return put_view(c, x, y, max_w, role, sv(utf8));
}

int canvas_textf(Canvas *c, int x, int y, int max_w, Role role, const char *format, ...)
{
    char text[1024]; // wider than any row it could be for
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return canvas_text(c, x, y, max_w, role, text);
}

// The end of text that takes at most max cells.
static StrView tail_of(const char *text, int width, int max)
{
    StrView rest = sv(text);
    while (rest.n > 0 && width > max) {
        width -= text_code_width(text_next(&rest));
    }
    return rest;
}

int canvas_text_middle(Canvas *c, int x, int y, int max_w, Role role, const char *utf8)
{
    int width = text_width(utf8);
    if (width <= max_w || max_w <= 0) {
        return canvas_text(c, x, y, max_w, role, utf8);
    }
    const char *ellipsis = glyph_text(GLYPH_ELLIPSIS, c->ascii);
    int room = max_w - 1;
    ptrdiff_t colon = sv_rfind(sv(utf8), ':');
    int port = colon < 0 ? 0 : text_width(utf8 + colon);
    int tail = port <= room && port > room / 2 ? port : room / 2;
    int64_t end = (int64_t)x + max_w;
    if (end > INT32_MAX) {
        return x;
    }
    int at = canvas_text(c, x, y, room - tail, role, utf8);
    at = canvas_text(c, at, y, (int)end - at, role, ellipsis);
    StrView last = tail_of(utf8, width, tail);
    return put_view(c, at, y, (int)end - at, role, last);
}

int canvas_right(Canvas *c, int x_end, int y, int max_w, Role role, const char *utf8)
{
    int width = clamp(text_width(utf8), 0, max_w < 0 ? 0 : max_w);
    int x = clamp((int64_t)x_end - width, INT32_MIN, INT32_MAX);
    return canvas_text(c, x, y, width, role, utf8);
}

void canvas_fill(Canvas *c, Rect r, Role role, uint32_t code)
{
    Span xs = span_clip(r.x, r.w, c->w);
    Span ys = span_clip(r.y, r.h, c->h);
    if (text_code_width(code) != 1) {
        code = ' ';
    }
    for (int y = ys.from; y < ys.to; y++) {
        for (int x = xs.from; x < xs.to; x++) {
            put_code(c, xs, x, y, role, code, 1);
        }
    }
}

void canvas_mark(Canvas *c, Rect r, uint8_t flags)
{
    Span xs = span_clip(r.x, r.w, c->w);
    Span ys = span_clip(r.y, r.h, c->h);
    for (int y = ys.from; y < ys.to; y++) {
        for (int x = xs.from; x < xs.to; x++) {
            cell_at(c, x, y)->flags |= flags;
        }
    }
}

void canvas_box(Canvas *c, Rect r, Role role, const char *title)
{
    Span xs = span_clip(r.x, r.w, c->w);
    Span ys = span_clip(r.y, r.h, c->h);
    int64_t right = (int64_t)r.x + r.w - 1;
    int64_t bottom = (int64_t)r.y + r.h - 1;
    for (int y = ys.from; y < ys.to; y++) {
        bool is_top = y == r.y;
        bool is_bottom = y == bottom;
        for (int x = xs.from; x < xs.to; x++) {
            bool is_left = x == r.x;
            bool is_right = x == right;
            uint32_t code = 0;
            if (is_top && is_left) {
                code = 0x250C; // ┌
            } else if (is_top && is_right) {
                code = 0x2510; // ┐
            } else if (is_bottom && is_left) {
                code = 0x2514; // └
            } else if (is_bottom && is_right) {
                code = 0x2518; // ┘
            } else if (is_top || is_bottom) {
                code = 0x2500; // ─
            } else if (is_left || is_right) {
                code = 0x2502; // │
            }
            if (code != 0) {
                put_code(c, xs, x, y, role, code, 1);
            }
        }
    }
    if (title != NULL && title[0] != '\0' && r.w > 6 && right <= INT32_MAX) {
        int end = canvas_text(c, r.x + 2, r.y, 1, ROLE_TITLE, " ");
        end = canvas_text(c, end, r.y, r.w - 6, ROLE_TITLE, title);
        canvas_text(c, end, r.y, 1, ROLE_TITLE, " ");
    }
}

void canvas_bar(Canvas *c, int x, int y, int w, Role role, int permille)
{
    enum { FULL_BLOCK = 0x2588, BEHIND_EIGHTHS = 0x2590 };
    Span xs = span_clip(x, w, c->w);
    if (y < 0 || y >= c->h) {
        return;
    }
    int64_t eighths = (int64_t)w * 8 * clamp(permille, 0, 1000) / 1000;
    for (int i = xs.from; i < xs.to; i++) {
        int here = clamp(eighths - ((int64_t)i - x) * 8, 0, 8);
        uint32_t code = ' ';
        if (here == 8) {
            code = FULL_BLOCK;
        } else if (here > 0 && !c->ascii) {
            code = (uint32_t)(BEHIND_EIGHTHS - here);
        }
        put_code(c, xs, i, y, role, code, 1);
    }
}

// One row's text; blanks at the end are left out, so that dumps compare well.
static void dump_row(const Canvas *c, int y, StrBuf *out, char (*letter)(const Cell *cell))
{
    int end = c->w;
    while (end > 0 && cell_at(c, end - 1, y)->code == ' ' &&
           (letter == NULL || letter(cell_at(c, end - 1, y)) == ' ')) {
        end--;
    }
    for (int x = 0; x < end; x++) {
        const Cell *cell = cell_at(c, x, y);
        char bytes[4];
        size_t n = 0;
        if (letter != NULL) {
            bytes[0] = letter(cell);
            n = 1;
        } else if (cell->code != 0) {
            n = text_put(cell->code, bytes);
        }
        strbuf_add_sv(out, sv_of(bytes, n));
    }
    strbuf_add(out, "\n");
}

static char role_letter(const Cell *cell)
{
    if (cell->code == ' ' && cell->role == ROLE_TEXT) {
        return ' ';
    }
    return theme_role_letter(cell->role);
}

void canvas_dump_text(const Canvas *c, StrBuf *out)
{
    for (int y = 0; y < c->h; y++) {
        dump_row(c, y, out, NULL);
    }
}

void canvas_dump_roles(const Canvas *c, StrBuf *out)
{
    for (int y = 0; y < c->h; y++) {
        dump_row(c, y, out, role_letter);
    }
}
