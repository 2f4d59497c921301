// What the last word of a command could become, and what the command takes.
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "rehome/base/mem.h"
#include "words.h"

static void offer(StrBuf *out, StrView prefix, const char *word)
{
    if (word[0] != '\0' && strlen(word) >= prefix.n && memcmp(word, prefix.at, prefix.n) == 0) {
        strbuf_addf(out, "%s\n", word);
    }
}

static void offer_nodes(const Scene *s, CommandWord kind, StrView prefix, StrBuf *out)
{
    const Snapshot *p = s->health != NULL ? s->health->snapshot : NULL;
    for (size_t i = 0; p != NULL && i < p->n_nodes; i++) {
        bool is_master = s->health->of[i].is_master;
        char name[NAME_MAX_BYTES];
        if ((kind == WORD_MASTER && !is_master) || (kind == WORD_REPLICA && is_master)) {
            continue;
        }
        short_name(p, (int)i, name, sizeof(name));
        offer(out, prefix, name);
        if (prefix.n > 0 && strcmp(name, p->nodes[i].addr) != 0) {
            offer(out, prefix, p->nodes[i].addr); // whoever began to type it wants it
        }
    }
}

static void offer_names(const char *names, StrView prefix, StrBuf *out)
{
    StrView rest = sv(names);
    StrView name;
    while (sv_next(&rest, ' ', &name)) {
        if (name.n > 0 && name.n >= prefix.n && memcmp(name.at, prefix.at, prefix.n) == 0) {
            strbuf_addf(out, "%.*s\n", (int)name.n, name.at);
        }
    }
}

static void offer_words(const Ui *ui, const Scene *s, CommandWord kind, StrView prefix, StrBuf *out)
{
    switch (kind) {
    case WORD_FREE:
        break;
    case WORD_HELD:
        offer_names("all brake", prefix, out);
        offer_nodes(s, kind, prefix, out);
        break;
    case WORD_NODE:
    case WORD_REPLICA:
    case WORD_MASTER:
        offer_nodes(s, kind, prefix, out);
        break;
    case WORD_VIEW:
        for (size_t i = 0; i < views_n; i++) {
            offer(out, prefix, views[i]->name);
        }
        break;
    case WORD_THEME:
        offer_names(ui->themes, prefix, out);
        break;
    case WORD_COLUMNS:
        for (size_t i = 0; ui->column_sets != NULL && i < ui->column_sets->n; i++) {
            offer(out, prefix, ui->column_sets->at[i].name);
        }
        break;
    case WORD_ORDER:
        for (int i = 0; i < ORDER_COUNT; i++) {
            char name[32];
            StrView word = command_order((RowOrder)i);
            snprintf(name, sizeof(name), "%.*s", (int)word.n, word.at);
            offer(out, prefix, name);
        }
        break;
    case WORD_MODE:
        offer_names("off observe act", prefix, out);
        break;
    case WORD_SETTING:
        for (size_t i = 0; i < ui->n_settings; i++) {
            offer(out, prefix, ui->settings[i].name);
        }
        break;
    }
}

static void offer_commands(const Ui *ui, StrView prefix, StrBuf *out)
{
    char name[32];
    for (size_t i = 0; i < line_commands_n; i++) {
        offer(out, prefix, line_commands[i].name);
    }
    for (size_t i = 0; i < ui->n_settings; i++) {
        offer(out, prefix, ui->settings[i].name);
    }
    for (int i = ACT_NONE + 1; i < ACT_COUNT && prefix.n > 0; i++) {
        action_name((Action)i, name, sizeof(name));
        if (command_can_act((Action)i) && command_find(sv(name)) == NULL) {
            offer(out, prefix, name);
        }
    }
}

size_t command_candidates(const Ui *ui, const Scene *s, const char *line, StrBuf *out)
{
    StrView whole = sv(line);
    size_t word_at = (size_t)(sv_rfind(whole, ' ') + 1);
    StrView last = sv_of(line + word_at, whole.n - word_at);
    StrView rest = sv_of(line, word_at);
    StrView name = sv("");
    StrView word;
    size_t before = 0; // words in front of the last one
    while (sv_next(&rest, ' ', &word)) {
        if (word.n > 0) {
            name = before == 0 ? word : name;
            before++;
        }
    }
    if (before == 0) {
        offer_commands(ui, last, out);
        return word_at;
    }
    const LineCommand *c = command_find(name);
    if (c != NULL && before <= c->max) {
        offer_words(ui, s, c->words[before - 1], last, out);
    }
    return word_at;
}

static StrView first_word(const char *line, bool *is_whole)
{
    StrView rest = sv(line + strspn(line, " "));
    StrView word = rest;
    *is_whole = sv_cut(&rest, ' ', &word);
    return word;
}

void command_usage(const Ui *ui, const char *line, StrBuf *out)
{
    bool is_whole;
    StrView name = first_word(line, &is_whole);
    const LineCommand *c = command_find(name);
    if (!is_whole) {
        return;
    }
    if (c != NULL) {
        strbuf_addf(out, "%s%s%s: %s", c->name, c->args[0] != '\0' ? " " : "", c->args, c->help);
        return;
    }
    for (size_t i = 0; i < ui->n_settings; i++) {
        const UiSetting *setting = &ui->settings[i];
        if (sv_is(name, setting->name)) {
            strbuf_addf(out, "%s %s: %s", setting->name, setting->arg, setting->help);
        }
    }
}
