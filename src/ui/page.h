// Lines of text with a word at the left, wrapped to a width: for details, help and dialogs.
#ifndef REHOME_UI_PAGE_H
#define REHOME_UI_PAGE_H

#include "rehome/base/arena.h"
#include "rehome/ui/canvas.h"

typedef struct {
    Role left_role;
    Role role;
    const char *left;
    const char *text;
    const uint8_t *roles; // one for each character of the text; NULL: role
} PageLine;

typedef struct {
    Arena *arena;
    int width;  // of a whole line
    int left_w; // of the word at the left, with its gap
    PageLine *at;
    int n;
    size_t cap;
} Page;

// Zero-initialise, set width and left_w, page_done() at the end.
void page_done(Page *page);

Arena *page_arena(Page *page); // for texts of its lines; lives as long as it

// The part of text that fits into width cells, cut between words where there are any; *rest moves
// behind it.
StrView page_wrap(StrView *rest, int width);

void page_blank(Page *page);
void page_title(Page *page, const char *text);
// left may be "", and takes a line of its own where it is too wide; a text that is continues on
// lines below itself.
void page_add(Page *page, Role left_role, const char *left, Role role, const char *text);
void page_addf(Page *page, const char *left, Role role, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
// The text takes the whole line.
void page_wide(Page *page, Role role, const char *text);

// One line of characters with a role each, as many as fit.
void page_add_signs(Page *page, const char *left, const char *text, const uint8_t *roles);

// Draws the lines from first on; returns the number drawn.
int page_draw(const Page *page, Canvas *c, Rect r, int first);

#endif
