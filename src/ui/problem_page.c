#include "problem_page.h"

#include <stdio.h>
#include <string.h>

#include "page.h"
#include "rehome/base/text.h"
#include "remedy.h"
#include "words.h"

enum { LEFT_WIDTH = 13 };

static void add_since(Page *page, const Scene *s, int64_t since_ms)
{
    enum { DAY_MS = 86400000 };
    char clock[16];
    char took[16];
    char day[16] = "";
    int64_t ms = s->now_ms > since_ms ? s->now_ms - since_ms : 0;
    if (ms >= DAY_MS) { // the time of day alone would be one of today
        format_day(day, sizeof(day), s->wall_ms - ms);
    }
    page_addf(page, "since", ROLE_TEXT, "%s%s%s, for %s", day, *day != '\0' ? " " : "",
              format_wall(clock, sizeof(clock), s->wall_ms - ms),
              ms >= DAY_MS ? format_clock(took, sizeof(took), ms)
                           : format_seconds(took, sizeof(took), ms));
}

static void add_command(Page *page, const Finding *f)
{
    if (f->command[0] != '\0') {
        page_add(page, ROLE_DIM, "command", ROLE_KEY, f->command); // stays as it is typed
    }
}

static void fill_one(Page *page, const Scene *s, const KeyMap *keys, const Finding *f)
{
    const Snapshot *p = s->health->snapshot;
    char text[400];
    int node = snapshot_find(p, f->node);
    short_text(p, f->text, text, sizeof(text));
    page_wide(page, level_role(f->severity), text);
    page_add(page, ROLE_DIM, "why it matters", ROLE_TEXT, finding_why(f->code));
    remedy_words(keys, s, f, text, sizeof(text));
    if (text[0] != '\0') {
        page_add(page, ROLE_DIM, "what to do", ROLE_TEXT, text);
    }
    add_command(page, f);
    add_since(page, s, f->since_ms);
    if (node >= 0 && s->health->of[node].downtime != NULL) {
        char words[320];
        hold_words(words, sizeof(words), s->health->of[node].downtime, s->wall_ms);
        page_add(page, ROLE_DIM, "held", ROLE_BANNER, words);
    }
}

static void fill_group(Page *page, const Scene *s, const ProblemRow *row)
{
    const Snapshot *p = s->health->snapshot;
    char line[160];
    StrBuf names = {0};
    snprintf(line, sizeof(line), "%s: %d nodes", finding_title(row->first->code), row->n);
    page_wide(page, level_role(row->first->severity), line);
    page_add(page, ROLE_DIM, "why it matters", ROLE_TEXT, finding_why(row->first->code));
    for (int i = 0; i < row->n; i++) {
        char name[NAME_MAX_BYTES];
        short_name_of(p, row->first[i].node, "", name, sizeof(name));
        strbuf_addf(&names, "%s%s", i > 0 ? " " : "", name);
    }
    page_add(page, ROLE_DIM, "what to do", ROLE_TEXT, "each node has its own remedy: unfold them");
    add_since(page, s, problem_since_ms(row));
    page_add(page, ROLE_DIM, "nodes", ROLE_TEXT,
             strbuf_text(&names)); // may be too many for the page
    strbuf_done(&names);
}

void problem_page_draw(const Ui *ui, const Scene *s, const ProblemRow *row, Canvas *c, Rect r)
{
    Page page = {.width = r.w, .left_w = LEFT_WIDTH + 3};
    if (row->kind == PROBLEM_GROUP) {
        fill_group(&page, s, row);
    } else {
        fill_one(&page, s, ui->keys, row->first);
    }
    page_draw(&page, c, r, 0);
    page_done(&page);
}

void problem_calm_draw(Ui *ui, const Scene *s, Canvas *c, Rect r)
{
    const Snapshot *p = s->health->snapshot;
    char text[240];
    char ago[16];
    Page page = {.width = r.w, .left_w = 2};
    size_t heard = 0;
    for (size_t i = 0; i < p->n_nodes; i++) {
        heard += p->nodes[i].says != NULL && p->nodes[i].says->reach == REACH_OK;
    }
    const char *good = glyph_text(GLYPH_OK, c->ascii);
    page_add(&page, ROLE_OK, good, ROLE_OK, "Nothing is wrong.");
    page_blank(&page);
    snprintf(text, sizeof(text), "Checked %s ago: %zu of %zu nodes answered, and",
             format_seconds(ago, sizeof(ago), s->now_ms - p->now_ms), heard, p->n_nodes);
    page_wide(&page, ROLE_TEXT, text);
    for (int code = 0; code < FINDING_CODE_COUNT; code++) {
        page_add(&page, ROLE_OK, good, ROLE_DIM, finding_good((FindingCode)code));
    }
    scroll_place(&ui->problems, r, page.n);
    page_draw(&page, c, r, ui->problems.top);
    page_done(&page);
}
