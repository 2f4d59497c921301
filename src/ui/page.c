#include "page.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/strbuf.h"
#include "rehome/base/text.h"

void page_done(Page *page)
{
    arena_free(page->arena);
    mem_free(page->at);
    *page = (Page){0};
}

static void add_line(Page *page, PageLine line)
{
    page->at = mem_grow(page->at, &page->cap, (size_t)page->n + 1, sizeof(*page->at));
    page->at[page->n++] = line;
}

Arena *page_arena(Page *page)
{
    if (page->arena == NULL) {
        page->arena = arena_new();
    }
    return page->arena;
}

static char *keep(Page *page, StrView text)
{
    return arena_strndup(page_arena(page), text.n > 0 ? text.at : "", text.n);
}

StrView page_wrap(StrView *rest, int width)
{
    StrView left = *rest;
    StrView line = sv_of(left.at, 0);  // as far as it fits
    StrView whole = sv_of(left.at, 0); // as far as the last blank that fits
    bool has_blank = false;
    int cells = 0;
    while (left.n > 0) {
        const char *at = left.at;
        uint32_t code = text_next(&left);
        cells += text_code_width(code);
        if (cells > width && (line.n > 0 || code == ' ')) {
            if (code == ' ') { // the blank itself may stick out
                whole = line;
                has_blank = true;
            }
            break;
        }
        if (code == ' ') {
            whole = sv_of(rest->at, (size_t)(at - rest->at));
            has_blank = true;
        }
        line = sv_of(rest->at, (size_t)(left.at - rest->at));
    }
    if (cells <= width || !has_blank || whole.n == 0) {
        whole = line;
    }
    *rest = sv_of(rest->at + whole.n, rest->n - whole.n);
    while (rest->n > 0 && rest->at[0] == ' ') {
        *rest = sv_of(rest->at + 1, rest->n - 1);
    }
    return whole;
}

void page_blank(Page *page)
{
    add_line(page, (PageLine){.left = "", .text = ""});
}

void page_title(Page *page, const char *text)
{
    add_line(page, (PageLine){.left_role = ROLE_TITLE, .left = keep(page, sv(text)), .text = ""});
}

static void add_wrapped(Page *page, PageLine line, StrView text, int width)
{
    do {
        line.text = keep(page, page_wrap(&text, width > 1 ? width : 1));
        add_line(page, line);
        line.left = line.left == NULL ? NULL : "";
    } while (text.n > 0);
}

void page_add(Page *page, Role left_role, const char *left, Role role, const char *text)
{
    PageLine line = {.left_role = left_role, .role = role, .left = keep(page, sv(left))};
    if (text_width(left) >= page->left_w && text[0] != '\0') { // a line of its own, not a stump
        page_wide(page, left_role, left);
        line.left = "";
    }
    add_wrapped(page, line, sv(text), page->width - page->left_w);
}

void page_addf(Page *page, const char *left, Role role, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    page_add(page, ROLE_DIM, left, role, text);
}

void page_wide(Page *page, Role role, const char *text)
{
    add_wrapped(page, (PageLine){.role = role}, sv(text), page->width);
}

void page_add_signs(Page *page, const char *left, const char *text, const uint8_t *roles)
{
    size_t n = strlen(text) + 1; // at least as many as there are characters
    char *own = keep(page, sv(text));
    uint8_t *kept = arena_array(page->arena, n, 1);
    StrView rest = sv(text);
    for (size_t i = 0; rest.n > 0; i++) {
        text_next(&rest);
        kept[i] = roles[i];
    }
    add_line(page,
             (PageLine){
                 .left_role = ROLE_DIM, .left = keep(page, sv(left)), .text = own, .roles = kept});
}

static void draw_signs(const PageLine *line, Canvas *c, int x, int y, int end)
{
    StrView rest = sv(line->text);
    for (size_t i = 0; rest.n > 0; i++) {
        char one[5];
        one[text_put(text_next(&rest), one)] = '\0';
        x = canvas_text(c, x, y, end - x, (Role)line->roles[i], one);
    }
}

int page_draw(const Page *page, Canvas *c, Rect r, int first)
{
    int n = page->n - first < r.h ? page->n - first : r.h;
    for (int i = 0; i < n; i++) {
        const PageLine *line = &page->at[first + i];
        int x = r.x;
        if (line->left != NULL) {
            bool alone = line->text[0] == '\0';
            canvas_text(c, x, r.y + i, alone ? r.w : page->left_w - 1, line->left_role, line->left);
            x += page->left_w;
        }
        if (line->roles != NULL) {
            draw_signs(line, c, x, r.y + i, r.x + r.w);
        } else {
            canvas_text(c, x, r.y + i, r.x + r.w - x, line->role, line->text);
        }
    }
    return n < 0 ? 0 : n;
}
