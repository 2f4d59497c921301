// config.ini as it could be, from the tables that it is read with.
#include <string.h>

#include "config.h"
#include "option_table.h"
#include "rehome/base/mem.h"

static void add_comment(StrBuf *out, const char *text)
{
    enum { WIDTH = 80 };
    size_t x = 0;
    StrView rest = sv(text);
    StrView word;
    while (sv_next(&rest, ' ', &word)) {
        if (x > 0 && x + 1 + word.n > WIDTH) {
            strbuf_add(out, "\n");
            x = 0;
        }
        strbuf_add(out, x == 0 ? "# " : " ");
        strbuf_add_sv(out, word);
        x += word.n + (x == 0 ? 2 : 1);
    }
    strbuf_add(out, "\n");
}

static void add_options(StrBuf *out)
{
    const Options built_in = options_default();
    for (size_t i = 0; i < option_table_n; i++) {
        const Option *o = &option_table[i];
        if ((o->traits & OPTION_NOT_IN_FILE) != 0) {
            continue;
        }
        StrBuf value = {0};
        option_show(&built_in, o, &value);
        add_comment(out, o->help);
        strbuf_addf(out, "#%s =%s%s\n\n", o->name, value.n > 0 ? " " : "", strbuf_text(&value));
        strbuf_done(&value);
    }
}

static void add_keys(StrBuf *out)
{
    bool done[ACT_COUNT] = {false};
    char name[32];
    for (size_t i = 0; i < keys_built_in.n; i++) {
        const KeyBinding *b = &keys_built_in.at[i];
        if (done[b->action] || !key_can_be_remapped(b)) {
            continue;
        }
        done[b->action] = true;
        add_comment(out, b->help);
        strbuf_addf(out, "#%s = %s\n\n", action_name(b->action, name, sizeof(name)), b->keys);
    }
}

static void add_columns(StrBuf *out)
{
    static const struct {
        const char *name;
        const char *help;
    } columns[] = {
#define X(id, name, help) {name, help},
        TREE_COLUMNS(X)
#undef X
    };
    const ColumnSets sets = column_sets_default();
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        strbuf_addf(out, "#   %-8s %s\n", columns[i].name, columns[i].help);
    }
    strbuf_add(out, "\n");
    for (size_t i = 1; i < sets.n; i++) { // the first is auto
        strbuf_addf(out, "#%s =", sets.at[i].name);
        for (size_t k = 0; k < ARRAY_LEN(columns); k++) {
            if (sets.at[i].has[k]) {
                strbuf_addf(out, " %s", columns[k].name);
            }
        }
        strbuf_add(out, "\n");
    }
}

void config_default(StrBuf *out)
{
    add_comment(out, "The settings of rehome, each as it is when nobody says otherwise: take the # "
                     "away before a name and change what is behind it. Read from "
                     "$XDG_CONFIG_HOME/rehome/config.ini, else ~/.config/rehome/config.ini, or the "
                     "file that --config names. What the command line says goes before the "
                     "environment, and that before this file. Nothing behind the '=' is the value "
                     "that is built in.");
    strbuf_add(out, "\n[rehome]\n\n");
    add_options(out);
    strbuf_add(out, "[keys]\n\n");
    add_comment(out,
                "The keys of each action, separated by blanks: characters, and Esc, Enter, Tab, "
                "Space, Backspace, Up, Down, Left, Right, PgUp, PgDn, Home, End, F1 to F12, Ctrl-A "
                "to Ctrl-Z. No key does two things in one place, what confirms does nothing else, "
                "and Esc, q and Ctrl-C stay what they are. Nothing behind the '=': no key.");
    strbuf_add(out, "\n");
    add_keys(out);
    strbuf_add(out, "[columns]\n\n");
    add_comment(out,
                "Sets of columns for the tree, as many as you like; a key goes from one to the "
                "next, and the setting `columns` names the first. They are:");
    add_columns(out);
    strbuf_add(out, "\n[aliases]\n\n");
    add_comment(out,
                "Your own names for nodes, shown instead of addresses and understood wherever a "
                "node is named. A node is its host:port, the first digits of its ID, or the "
                "host name it announces. For example:");
    strbuf_add(out, "# cache-a = 10.0.0.1:7001\n");
}
