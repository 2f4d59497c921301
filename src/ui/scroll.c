#include "scroll.h"

#include <stdio.h>

#include "rehome/base/text.h"

void scroll_clamp(Scroll *scroll, int page, int total)
{
    scroll->page = page > 0 ? page : 0;
    scroll->total = total;
    int last = total - scroll->page;
    scroll->top = scroll->top > last ? last : scroll->top;
    scroll->top = scroll->top < 0 ? 0 : scroll->top;
}

void scroll_place(Scroll *scroll, Rect at, int total)
{
    scroll->at = at;
    scroll_clamp(scroll, at.h, total);
}

bool scroll_act(Scroll *scroll, Action action)
{
    int page = scroll->page > 1 ? scroll->page - 1 : 1;
    if (action == ACT_ROW_DOWN || action == ACT_ROW_UP) {
        scroll->top += action == ACT_ROW_DOWN ? 1 : -1;
    } else if (action == ACT_PAGE_DOWN || action == ACT_PAGE_UP) {
        scroll->top += action == ACT_PAGE_DOWN ? page : -page;
    } else if (action == ACT_FIRST || action == ACT_LAST) {
        scroll->top = action == ACT_FIRST ? 0 : scroll->total;
    } else {
        return false;
    }
    scroll_clamp(scroll, scroll->page, scroll->total);
    return true;
}

void scroll_hint(const Scroll *scroll, bool ascii, char *out, size_t size)
{
    int above = scroll->top;
    int below = scroll->total - scroll->top - scroll->page;
    out[0] = '\0';
    if (above > 0 && below > 0) {
        snprintf(out, size, "%d more above %s %d below", above, glyph_text(GLYPH_DOT, ascii),
                 below);
    } else if (above > 0 || below > 0) {
        snprintf(out, size, "%d more %s", above > 0 ? above : below, above > 0 ? "above" : "below");
    }
}
