#include "svg.h"

#include <stdio.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"

// Of a cell and of the frame around the screen, in pixels.
enum { CELL_W = 9, CELL_H = 18, BASELINE = 14, MARGIN = 12, FONT_SIZE = 15 };

// How a run of cells is drawn.
typedef struct {
    int32_t fg, bg;
    bool bold, underline;
} Ink;

static Ink ink_of(const Pty *p, const PtyCell *cell)
{
    Ink ink = {
        .fg = pty_rgb(p, cell->fg, true),
        .bg = pty_rgb(p, cell->bg, false),
        .bold = cell->bold,
        .underline = cell->underline,
    };
    if (cell->reverse) {
        int32_t fg = ink.fg;
        ink.fg = ink.bg;
        ink.bg = fg;
    }
    return ink;
}

static int left_of(int x)
{
    return MARGIN + x * CELL_W;
}

static int top_of(int y)
{
    return MARGIN + y * CELL_H;
}

// --- shapes: what must meet its neighbours without a gap, whatever the font says
// ------------------

enum { ARM_UP = 1, ARM_DOWN = 2, ARM_LEFT = 4, ARM_RIGHT = 8 };

static int arms_of(uint32_t code)
{
    static const struct {
        uint32_t code;
        int arms;
    } lines[] = {
        {0x2500, ARM_LEFT | ARM_RIGHT},            // ─
        {0x2502, ARM_UP | ARM_DOWN},               // │
        {0x250C, ARM_DOWN | ARM_RIGHT},            // ┌
        {0x2510, ARM_DOWN | ARM_LEFT},             // ┐
        {0x2514, ARM_UP | ARM_RIGHT},              // └
        {0x2518, ARM_UP | ARM_LEFT},               // ┘
        {0x251C, ARM_UP | ARM_DOWN | ARM_RIGHT},   // ├
        {0x2524, ARM_UP | ARM_DOWN | ARM_LEFT},    // ┤
        {0x252C, ARM_DOWN | ARM_LEFT | ARM_RIGHT}, // ┬
        {0x2534, ARM_UP | ARM_LEFT | ARM_RIGHT},   // ┴
        {0x253C, ARM_UP | ARM_DOWN | ARM_LEFT | ARM_RIGHT},
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        if (lines[i].code == code) {
            return lines[i].arms;
        }
    }
    return 0;
}

static void draw_arms(StrBuf *out, int x, int y, int arms, int32_t colour)
{
    double middle_x = left_of(x) + CELL_W / 2.0;
    double middle_y = top_of(y) + CELL_H / 2.0;
    double left = (arms & ARM_LEFT) != 0 ? left_of(x) : middle_x;
    double right = (arms & ARM_RIGHT) != 0 ? left_of(x + 1) : middle_x;
    double top = (arms & ARM_UP) != 0 ? top_of(y) : middle_y;
    double bottom = (arms & ARM_DOWN) != 0 ? top_of(y + 1) : middle_y;
    strbuf_addf(out, "<path d=\"M%g %gH%gM%g %gV%g\" stroke=\"#%06x\"/>\n", left, middle_y, right,
                middle_x, top, bottom, (unsigned)colour);
}

static void draw_rect(StrBuf *out, double x, int y, double w, int32_t colour)
{
    strbuf_addf(out, "<rect x=\"%g\" y=\"%d\" width=\"%g\" height=\"%d\" fill=\"#%06x\"/>\n", x,
                top_of(y), w, CELL_H, (unsigned)colour);
}

// Lines and blocks. false: it is a character like others.
static bool draw_shape(StrBuf *out, int x, int y, uint32_t code, int32_t colour)
{
    int arms = arms_of(code);
    if (arms != 0) {
        draw_arms(out, x, y, arms, colour);
    } else if (code >= 0x2588 && code <= 0x258F) { // █ down to ▏: eighths from the left
        draw_rect(out, left_of(x), y, CELL_W * (0x2590 - (int)code) / 8.0, colour);
    } else if (code == 0x2595) { // ▕
        draw_rect(out, left_of(x + 1) - CELL_W / 8.0, y, CELL_W / 8.0, colour);
    } else {
        return false;
    }
    return true;
}

// --- rows --------------------------------------------------------------------------------------

static void draw_backgrounds(Pty *p, StrBuf *out, int w, int y)
{
    int32_t plain = pty_rgb(p, PTY_DEFAULT, false);
    for (int x = 0; x < w;) {
        PtyCell cell = pty_cell(p, x, y);
        int32_t bg = ink_of(p, &cell).bg;
        int end = x + 1;
        for (; end < w; end++) {
            PtyCell next = pty_cell(p, end, y);
            if (next.code != 0 && ink_of(p, &next).bg != bg) {
                break;
            }
        }
        if (bg != plain) {
            draw_rect(out, left_of(x), y, (end - x) * CELL_W, bg);
        }
        x = end;
    }
}

static void write_character(StrBuf *out, uint32_t code)
{
    char bytes[4];
    switch (code) {
    case '&':
        strbuf_add(out, "&amp;");
        break;
    case '<':
        strbuf_add(out, "&lt;");
        break;
    case '>':
        strbuf_add(out, "&gt;");
        break;
    default:
        strbuf_add_sv(out, sv_of(bytes, text_put(code, bytes)));
        break;
    }
}

static bool same_ink(const Ink *a, const Ink *b)
{
    return a->fg == b->fg && a->bold == b->bold && a->underline == b->underline;
}

static bool is_text(const PtyCell *cell)
{
    bool is_block = cell->code >= 0x2588 && cell->code <= 0x258F;
    return cell->code > ' ' && !is_block && cell->code != 0x2595 && arms_of(cell->code) == 0;
}

static bool is_text_in(const Pty *p, const Ink *ink, const PtyCell *cell)
{
    Ink its = ink_of(p, cell);
    return is_text(cell) && same_ink(ink, &its);
}

// Does the text go on here, at a character or at one blank between two words?
static bool goes_on(Pty *p, const Ink *ink, int x, int y)
{
    PtyCell cell = pty_cell(p, x, y);
    if (cell.code == ' ' && !ink->underline) {
        cell = pty_cell(p, x + 1, y);
    }
    return cell.code == 0 || is_text_in(p, ink, &cell);
}

// Text from x on that looks alike; returns the column behind it. Every character has its own place.
static int draw_text(Pty *p, StrBuf *out, int w, int x, int y)
{
    PtyCell first = pty_cell(p, x, y);
    Ink ink = ink_of(p, &first);
    int end = x;
    strbuf_add(out, "<text x=\"");
    for (; end < w && goes_on(p, &ink, end, y); end++) {
        if (pty_cell(p, end, y).code != 0) {
            strbuf_addf(out, "%s%d", end > x ? " " : "", left_of(end));
        }
    }
    strbuf_addf(out, "\" y=\"%d\" fill=\"#%06x\"%s%s>", top_of(y) + BASELINE, (unsigned)ink.fg,
                ink.bold ? " font-weight=\"bold\"" : "",
                ink.underline ? " text-decoration=\"underline\"" : "");
    for (int i = x; i < end; i++) {
        PtyCell cell = pty_cell(p, i, y);
        if (cell.code != 0) {
            write_character(out, cell.code);
        }
    }
    strbuf_add(out, "</text>\n");
    return end;
}

void svg_row(StrBuf *out, Pty *p, int y)
{
    int w = 0;
    int h = 0;
    pty_size(p, &w, &h);
    draw_backgrounds(p, out, w, y);
    for (int x = 0; x < w;) {
        PtyCell cell = pty_cell(p, x, y);
        if (is_text(&cell)) {
            x = draw_text(p, out, w, x, y);
        } else {
            draw_shape(out, x, y, cell.code, ink_of(p, &cell).fg);
            x++;
        }
    }
}

// --- the whole of it ---------------------------------------------------------------------------

void svg_open(StrBuf *out, const Pty *p, int below)
{
    int w = 0;
    int h = 0;
    pty_size(p, &w, &h);
    int width = 2 * MARGIN + w * CELL_W;
    int height = 2 * MARGIN + h * CELL_H + below;
    strbuf_addf(out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                "viewBox=\"0 0 %d %d\">\n"
                "<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#%06x\"/>\n"
                "<g font-family=\"'DejaVu Sans Mono','Liberation Mono',Menlo,Consolas,monospace\" "
                "font-size=\"%d\" stroke-width=\"1\">\n",
                width, height, width, height, width, height,
                (unsigned)pty_rgb(p, PTY_DEFAULT, false), FONT_SIZE);
}

void svg_caption(StrBuf *out, const Pty *p, const char *text)
{
    int w = 0;
    int h = 0;
    pty_size(p, &w, &h);
    strbuf_addf(out, "<text x=\"%d\" y=\"%d\" fill=\"#%06x\">", MARGIN,
                top_of(h) + BASELINE + MARGIN, (unsigned)pty_rgb(p, PTY_DEFAULT, true));
    StrView rest = sv(text);
    while (rest.n > 0) {
        write_character(out, text_next(&rest));
    }
    strbuf_add(out, "</text>\n");
}

bool svg_close(StrBuf *out, const char *path)
{
    strbuf_add(out, "</g>\n</svg>\n");
    FILE *file = fopen(path, "w");
    bool ok = file != NULL && fwrite(out->at, 1, out->n, file) == out->n;
    ok = file != NULL && fclose(file) == 0 && ok;
    strbuf_done(out);
    return ok;
}

bool svg_write(Pty *p, const char *path)
{
    StrBuf out = {0};
    int w = 0;
    int h = 0;
    pty_size(p, &w, &h);
    svg_open(&out, p, 0);
    for (int y = 0; y < h; y++) {
        svg_row(&out, p, y);
    }
    return svg_close(&out, path);
}
