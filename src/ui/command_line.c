#include "command_line.h"

#include <stdio.h>
#include <string.h>

#include "command.h"
#include "rehome/base/text.h"
#include "words.h"

void command_line_open(Ui *ui)
{
    CommandLine *l = &ui->line;
    l->is_open = true;
    l->wrong[0] = '\0';
    l->at = l->n_kept;
    l->round = -1;
    prompt_set(&l->prompt, "");
}

// --- history ---

static void keep(CommandLine *l)
{
    if (l->n_kept > 0 && strcmp(l->kept[l->n_kept - 1], l->prompt.text) == 0) {
        return;
    }
    if (l->n_kept == LINES_KEPT) {
        memmove(l->kept[0], l->kept[1], sizeof(l->kept) - sizeof(l->kept[0]));
        l->n_kept--;
    }
    memcpy(l->kept[l->n_kept++], l->prompt.text, sizeof(l->prompt.text));
}

static void step_back(CommandLine *l, bool older)
{
    if (older ? l->at == 0 : l->at == l->n_kept) {
        return;
    }
    if (l->at == l->n_kept) {
        memcpy(l->typed, l->prompt.text, sizeof(l->typed));
    }
    l->at = older ? l->at - 1 : l->at + 1;
    prompt_set(&l->prompt, l->at == l->n_kept ? l->typed : l->kept[l->at]);
}

// --- completion ---

static size_t count_lines(const StrBuf *lines)
{
    size_t n = 0;
    for (size_t i = 0; i < lines->n; i++) {
        n += strbuf_text(lines)[i] == '\n';
    }
    return n;
}

static StrView nth_line(const StrBuf *lines, size_t n)
{
    StrView rest = sv(strbuf_text(lines));
    StrView line = sv("");
    for (size_t i = 0; i <= n && sv_next(&rest, '\n', &line); i++) {
    }
    return line;
}

// With what all lines begin.
static StrView common_start(const StrBuf *lines)
{
    StrView rest = sv(strbuf_text(lines));
    StrView common = nth_line(lines, 0);
    StrView line;
    while (sv_next(&rest, '\n', &line)) {
        size_t n = 0;
        while (n < common.n && n < line.n && common.at[n] == line.at[n]) {
            n++;
        }
        common.n = n;
    }
    return common;
}

static void put_word(CommandLine *l, const char *text, size_t word_at, StrView word, bool is_whole)
{
    char line[PROMPT_SIZE * 2];
    snprintf(line, sizeof(line), "%.*s%.*s%s", (int)word_at, text, (int)word.n, word.at,
             is_whole ? " " : "");
    prompt_set(&l->prompt, line);
}

// The first Tab writes as much as is certain, the next ones go through what there is.
static void complete(Ui *ui, const Scene *s)
{
    CommandLine *l = &ui->line;
    StrBuf words = {0};
    if (l->round < 0) {
        memcpy(l->before, l->prompt.text, sizeof(l->before));
    }
    size_t word_at = command_candidates(ui, s, l->before, &words);
    size_t n = count_lines(&words);
    StrView common = common_start(&words);
    if (l->round >= 0 && n > 0) {
        put_word(l, l->before, word_at, nth_line(&words, (size_t)l->round % n), false);
        l->round++;
    } else if (n == 1 || common.n > strlen(l->before) - word_at) {
        put_word(l, l->before, word_at, common, n == 1);
    } else if (n > 1) {
        put_word(l, l->before, word_at, nth_line(&words, 0), false);
        l->round = 1;
    }
    strbuf_done(&words);
}

// --- keys ---

static Request commit(Ui *ui, const Scene *s)
{
    CommandLine *l = &ui->line;
    Request out = {0};
    Error err = {0};
    if (sv_trim(sv(l->prompt.text)).n == 0) {
        l->is_open = false;
        return out;
    }
    keep(l);
    l->is_open = false; // for what the command opens
    if (!command_run(ui, s, l->prompt.text, &out, &err)) {
        l->is_open = true;
        l->at = l->n_kept;
        snprintf(l->wrong, sizeof(l->wrong), "%s", err.text);
    }
    return out;
}

Request command_line_key(Ui *ui, const Scene *s, uint32_t key)
{
    CommandLine *l = &ui->line;
    Action action =
        key < ' ' || key >= KEY_IS_UP ? keys_lookup(&keys_built_in, key, IN_COMMAND) : ACT_NONE;
    if (action == ACT_COMPLETE) {
        complete(ui, s);
        return (Request){0};
    }
    l->round = -1;
    if (action == ACT_OLDER || action == ACT_NEWER) {
        step_back(l, action == ACT_OLDER);
        return (Request){0};
    }
    bool was_empty = l->prompt.n == 0;
    PromptAnswer answer = prompt_key(&l->prompt, key);
    if (answer == PROMPT_COMMIT) {
        return commit(ui, s);
    }
    if (answer == PROMPT_CANCEL || key == KEY_IS_CTRL_C || (was_empty && key == KEY_IS_BACKSPACE)) {
        l->is_open = false;
    } else if (answer == PROMPT_EDITED) {
        l->wrong[0] = '\0';
    }
    return (Request){0};
}

// --- on the screen ---

static void draw_hint(const Ui *ui, const Scene *s, Canvas *c, int y)
{
    const CommandLine *l = &ui->line;
    StrBuf words = {0};
    StrBuf usage = {0};
    canvas_fill(c, (Rect){0, y, c->w, 1}, ROLE_TEXT, ' ');
    if (l->wrong[0] != '\0') {
        draw_cut(c, 1, y, c->w - 2, ROLE_WARN, l->wrong);
        return;
    }
    command_usage(ui, l->prompt.text, &usage);
    int x = 1;
    if (usage.n > 0) {
        x = draw_cut(c, x, y, c->w - 2, ROLE_TEXT, strbuf_text(&usage)) + 2;
    }
    command_candidates(ui, s, l->round >= 0 ? l->before : l->prompt.text, &words);
    StrView rest = sv(strbuf_text(&words));
    StrView word;
    for (int i = 1; sv_next(&rest, '\n', &word) && x < c->w - 1; i++) {
        char text[80];
        snprintf(text, sizeof(text), "%.*s", (int)word.n, word.at);
        bool is_chosen = l->round == i;
        x = draw_cut(c, x, y, c->w - 1 - x, is_chosen ? ROLE_TARGET : ROLE_DIM, text) + 2;
    }
    strbuf_done(&usage);
    strbuf_done(&words);
}

void command_line_draw(const Ui *ui, const Scene *s, Canvas *c)
{
    int y = c->h >= 3 ? c->h - 2 : c->h - 1;
    if (!ui->line.is_open) {
        return;
    }
    if (y > 0) {
        draw_hint(ui, s, c, y - 1);
    }
    canvas_text(c, 0, y, 1, ROLE_KEY, ":");
    prompt_draw(&ui->line.prompt, c, 1, y, c->w - 1, true);
}
