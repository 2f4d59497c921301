#include "prompt.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/text.h"
#include "rehome/ui/keys.h"

void prompt_set(Prompt *p, const char *text)
{
    text_clean_into(p->text, sizeof(p->text), sv(text));
    p->n = strlen(p->text);
    p->at = p->n;
}

static size_t before(const Prompt *p, size_t at)
{
    while (at > 0 && ((unsigned char)p->text[--at] & 0xC0) == 0x80) {
    }
    return at;
}

static size_t behind(const Prompt *p, size_t at)
{
    while (at < p->n && ((unsigned char)p->text[++at] & 0xC0) == 0x80) {
    }
    return at;
}

static void cut(Prompt *p, size_t from, size_t to)
{
    memmove(p->text + from, p->text + to, p->n - to + 1);
    p->n -= to - from;
    p->at = from;
}

// What takes no cell would be invisible, and what is invisible must not be in a text.
static void put(Prompt *p, uint32_t code)
{
    char bytes[4];
    size_t n = text_put(code, bytes);
    if (p->n + n >= sizeof(p->text)) {
        return;
    }
    memmove(p->text + p->at + n, p->text + p->at, p->n - p->at + 1);
    memcpy(p->text + p->at, bytes, n);
    p->n += n;
    p->at += n;
}

PromptAnswer prompt_key(Prompt *p, uint32_t key)
{
    switch (key) {
    case KEY_IS_ENTER:
        return PROMPT_COMMIT;
    case KEY_IS_ESC:
        return PROMPT_CANCEL;
    case KEY_IS_BACKSPACE:
        cut(p, before(p, p->at), p->at);
        return PROMPT_EDITED;
    case KEY_IS_CTRL_U:
        cut(p, 0, p->at);
        return PROMPT_EDITED;
    case KEY_IS_LEFT:
        p->at = before(p, p->at);
        return PROMPT_EDITED;
    case KEY_IS_RIGHT:
        p->at = behind(p, p->at);
        return PROMPT_EDITED;
    case KEY_IS_HOME:
        p->at = 0;
        return PROMPT_EDITED;
    case KEY_IS_END:
        p->at = p->n;
        return PROMPT_EDITED;
    default:
        break;
    }
    if (key >= KEY_IS_UP || text_code_width(key) == 0) {
        return PROMPT_NOT_MINE;
    }
    put(p, key);
    return PROMPT_EDITED;
}

static int width_of(const Prompt *p, size_t from, size_t to)
{
    StrView rest = sv_of(p->text + from, to - from);
    int cells = 0;
    while (rest.n > 0) {
        cells += text_code_width(text_next(&rest));
    }
    return cells;
}

void prompt_draw(const Prompt *p, Canvas *c, int x, int y, int w, bool has_focus)
{
    size_t from = 0;
    while (from < p->at && width_of(p, from, p->at) > w - 1) {
        from = behind(p, from);
    }
    canvas_fill(c, (Rect){x, y, w, 1}, ROLE_TEXT, ' ');
    int used = width_of(p, from, p->n);
    canvas_text(c, x, y, used > w ? w : used, ROLE_TEXT, p->text + from);
    if (has_focus && w > 0) {
        int cursor_w = p->at < p->n ? width_of(p, p->at, behind(p, p->at)) : 1;
        canvas_mark(c, (Rect){x + width_of(p, from, p->at), y, cursor_w, 1}, CELL_REVERSE);
    } else {
        canvas_mark(c, (Rect){x, y, w, 1}, CELL_DIM);
    }
}
