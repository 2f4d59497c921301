#include <stdio.h>
#include <string.h>

#include "pty_parts.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

static int colour_of(const VTermColor *colour)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(colour) || VTERM_COLOR_IS_DEFAULT_BG(colour)) {
        return PTY_DEFAULT;
    }
    if (VTERM_COLOR_IS_INDEXED(colour)) {
        return colour->indexed.idx;
    }
    return PTY_RGB + (colour->rgb.red << 16 | colour->rgb.green << 8 | colour->rgb.blue);
}

PtyCell pty_cell(Pty *p, int x, int y)
{
    VTermScreenCell cell = {0};
    if (x < 0 || y < 0 || x >= p->w || y >= p->h ||
        !vterm_screen_get_cell(p->screen, (VTermPos){.row = y, .col = x}, &cell)) {
        return (PtyCell){.code = ' ', .fg = PTY_DEFAULT, .bg = PTY_DEFAULT};
    }
    uint32_t code = cell.chars[0];
    if (code == (uint32_t)-1) {
        code = 0;
    } else if (code == 0) {
        code = ' ';
    }
    return (PtyCell){
        .code = code,
        .fg = colour_of(&cell.fg),
        .bg = colour_of(&cell.bg),
        .bold = cell.attrs.bold,
        .underline = cell.attrs.underline != 0,
        .reverse = cell.attrs.reverse,
    };
}

int32_t pty_rgb(const Pty *p, int colour, bool is_fg)
{
    enum { LIGHT = 0xD0D0D0, DARK = 0x181818 };
    if (colour == PTY_DEFAULT) {
        return is_fg ? LIGHT : DARK;
    }
    if (colour >= PTY_RGB) {
        return colour - PTY_RGB;
    }
    if (colour >= 232) {
        int grey = (8 + 10 * (colour - 232)) & 0xFF;
        return grey << 16 | grey << 8 | grey;
    }
    if (colour >= 16) { // xterm's cube; libvterm's has steps of its own
        static const int levels[6] = {0, 95, 135, 175, 215, 255};
        int i = colour - 16;
        return levels[i / 36] << 16 | levels[i / 6 % 6] << 8 | levels[i % 6];
    }
    VTermColor rgb;
    vterm_color_indexed(&rgb, (uint8_t)colour);
    vterm_screen_convert_color_to_rgb(p->screen, &rgb);
    return rgb.rgb.red << 16 | rgb.rgb.green << 8 | rgb.rgb.blue;
}

const char *pty_row(Pty *p, int y)
{
    size_t end = 0;
    strbuf_clear(&p->row);
    for (int x = 0; x < p->w; x++) {
        PtyCell cell = pty_cell(p, x, y);
        char bytes[4];
        if (cell.code != 0) {
            strbuf_add_sv(&p->row, sv_of(bytes, text_put(cell.code, bytes)));
        }
        if (cell.code != ' ') {
            end = p->row.n;
        }
    }
    if (p->row.n > 0) {
        p->row.at[end] = '\0';
    }
    return strbuf_text(&p->row);
}

static bool pty_find(Pty *p, const char *text, int *x, int *y)
{
    for (int row = 0; row < p->h; row++) {
        const char *line = pty_row(p, row);
        const char *at = strstr(line, text);
        if (at != NULL) {
            char *before = mem_strndup(line, (size_t)(at - line));
            *x = text_width(before);
            *y = row;
            mem_free(before);
            return true;
        }
    }
    return false;
}

bool pty_click(Pty *p, const char *text, int button)
{
    int x = 0;
    int y = 0;
    if (!pty_find(p, text, &x, &y)) {
        return false;
    }
    vterm_mouse_move(p->vt, y, x, VTERM_MOD_NONE);
    vterm_mouse_button(p->vt, button, true, VTERM_MOD_NONE);
    vterm_mouse_button(p->vt, button, false, VTERM_MOD_NONE);
    return true;
}

bool pty_contains(Pty *p, const char *text)
{
    int x = 0;
    int y = 0;
    return pty_find(p, text, &x, &y);
}

void pty_size(const Pty *p, int *w, int *h)
{
    *w = p->w;
    *h = p->h;
}

void pty_print(Pty *p)
{
    fprintf(stderr, "--- the screen, %d x %d, %s\n", p->w, p->h,
            p->ended ? "after the program's end" : "the program runs");
    for (int y = 0; y < p->h; y++) {
        fprintf(stderr, "|%s\n", pty_row(p, y));
    }
    fprintf(stderr, "---\n");
}

bool pty_mode_is_set(const Pty *p, int mode)
{
    char text[24];
    size_t n = 0;
    bool is_set = false;
    snprintf(text, sizeof(text), "\x1b[?%d", mode);
    const char *at = strstr(pty_output(p, &n), text);
    for (; at != NULL; at = strstr(at + 1, text)) {
        char end = at[strlen(text)];
        is_set = end == 'h' || (end != 'l' && is_set); // another letter: a longer number
    }
    return is_set;
}

bool pty_is_plain(const Pty *p)
{
    static const VTermAttr attrs[] = {VTERM_ATTR_BOLD, VTERM_ATTR_UNDERLINE, VTERM_ATTR_REVERSE};
    VTermState *state = vterm_obtain_state(p->vt);
    VTermValue value = {0};
    for (size_t i = 0; i < ARRAY_LEN(attrs); i++) {
        if (!vterm_state_get_penattr(state, attrs[i], &value) || value.boolean != 0) {
            return false;
        }
    }
    return vterm_state_get_penattr(state, VTERM_ATTR_FOREGROUND, &value) &&
           colour_of(&value.color) == PTY_DEFAULT &&
           vterm_state_get_penattr(state, VTERM_ATTR_BACKGROUND, &value) &&
           colour_of(&value.color) == PTY_DEFAULT;
}
