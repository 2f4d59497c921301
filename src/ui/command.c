#include "command.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "words.h"

enum { MOST_MINUTES = 365 * 24 * 60 };

static bool run_quit(Ui *ui, const Scene *s, const CommandArgs *args, Request *out, Error *err)
{
    (void)args;
    (void)err;
    *out = dialog_quit(ui, s);
    return true;
}

static bool run_view(Ui *ui, const Scene *s, const CommandArgs *args, Request *out, Error *err)
{
    StrBuf names = {0};
    for (size_t i = 0; i < views_n; i++) {
        if (strcmp(args->at[0], views[i]->name) == 0) {
            *out = ui_act(ui, s, views[i]->opens);
            strbuf_done(&names);
            return true;
        }
        strbuf_addf(&names, "%s%s", i > 0 ? ", " : "", views[i]->name);
    }
    fail(err, ERR_USAGE, "there is no view '%s': %s", args->at[0], strbuf_text(&names));
    strbuf_done(&names);
    return false;
}

static bool run_theme(Ui *ui, const Scene *s, const CommandArgs *args, Request *out, Error *err)
{
    (void)ui;
    (void)s;
    (void)err;
    return command_set("theme", args->at[0], out);
}

static bool run_columns(Ui *ui, const Scene *s, const CommandArgs *args, Request *out, Error *err)
{
    (void)s;
    (void)out;
    const ColumnSet *found =
        ui->column_sets != NULL ? column_sets_find(ui->column_sets, sv(args->at[0])) : NULL;
    if (found == NULL) {
        StrBuf names = {0};
        if (ui->column_sets != NULL) {
            column_sets_names(ui->column_sets, &names);
        }
        fail(err, ERR_USAGE, "there is no set of columns '%s': %s", args->at[0],
             strbuf_text(&names));
        strbuf_done(&names);
        return false;
    }
    ui_set_columns(ui, ui->column_sets, found);
    return true;
}

StrView command_order(RowOrder order)
{
    static const char by[] = "by ";
    StrView rest = sv(row_order_text(order));
    StrView word = rest;
    if (sv_starts(rest, by)) {
        rest = sv_of(rest.at + strlen(by), rest.n - strlen(by));
    }
    sv_next(&rest, ' ', &word);
    return word;
}

static bool run_sort(Ui *ui, const Scene *s, const CommandArgs *args, Request *out, Error *err)
{
    (void)out;
    StrBuf names = {0};
    for (int i = 0; i < ORDER_COUNT; i++) {
        StrView word = command_order((RowOrder)i);
        if (sv_is(word, args->at[0])) {
            ui->order = (RowOrder)i;
            ui_reshape(ui);
            ui_settle(ui, s);
            strbuf_done(&names);
            return true;
        }
        strbuf_addf(&names, "%s%.*s", i > 0 ? ", " : "", (int)word.n, word.at);
    }
    fail(err, ERR_USAGE, "there is no order '%s': %s", args->at[0], strbuf_text(&names));
    strbuf_done(&names);
    return false;
}

static bool find_node(const Scene *s, const char *text, int *out, Error *err)
{
    int node = snapshot_name(s->health->snapshot, text, err);
    if (node < 0) {
        return false;
    }
    *out = node;
    return true;
}

static bool run_goto(Ui *ui, const Scene *s, const CommandArgs *args, Request *out, Error *err)
{
    int node = 0;
    if (!find_node(s, args->at[0], &node, err)) {
        return false;
    }
    *out = ui_act(ui, s, ACT_VIEW_TREE);
    ui_select(ui, s->health->snapshot->nodes[node].id);
    ui_settle(ui, s);
    return true;
}

static bool run_explain(Ui *ui, const Scene *s, const CommandArgs *args, Request *out, Error *err)
{
    (void)out;
    int node = 0;
    if (!find_node(s, args->at[0], &node, err)) {
        return false;
    }
    ui->help = false;
    why_open(ui, (WhyAsk){.kind = WHY_NODE, .node = s->health->snapshot->nodes[node].id});
    return true;
}

static bool run_move(Ui *ui, const Scene *s, const CommandArgs *args, Request *out, Error *err)
{
    int replica = 0;
    int target = 0;
    if (!find_node(s, args->at[0], &replica, err) || !find_node(s, args->at[1], &target, err)) {
        return false;
    }
    if (s->health->of[replica].is_master || !s->health->of[target].is_master) {
        return fail(err, ERR_USAGE, "%s is a %s: the command is move REPLICA MASTER",
                    s->health->of[replica].is_master ? args->at[0] : args->at[1],
                    s->health->of[replica].is_master ? "master" : "replica");
    }
    if (!ui_refuses_writes(ui, s)) {
        *out = dialog_pair(ui, s, replica, target, ORIGIN_MANUAL);
    }
    return true;
}

static bool run_auto(Ui *ui, const Scene *s, const CommandArgs *args, Request *out, Error *err)
{
    AutoMode mode;
    if (!auto_mode_parse(args->at[0], &mode)) {
        return fail(err, ERR_USAGE, "automatic mode is off, observe or act, not '%s'", args->at[0]);
    }
    *out = dialog_mode(ui, s, mode);
    return true;
}

static bool read_minutes(const char *text, int64_t *out_ms, Error *err)
{
    uint64_t minutes;
    if (!sv_to_u64(sv(text), &minutes) || minutes < 1 || minutes > MOST_MINUTES) {
        return fail(err, ERR_USAGE, "minutes are a number from 1 to %d, not '%s'", MOST_MINUTES,
                    text);
    }
    *out_ms = (int64_t)minutes * 60000;
    return true;
}

static bool hold(const Scene *s, const char *what, const char *minutes, const char *reason,
                 Request *out, Error *err)
{
    Request r = {.kind = REQUEST_HOLD};
    if (s->read_only) {
        return fail(err, ERR_REFUSED, "read-only: nothing can be held or released");
    }
    if (!hold_subject_find(s->health->snapshot, what, &r.subject, err) ||
        !read_minutes(minutes, &r.for_ms, err)) {
        return false;
    }
    snprintf(r.reason, sizeof(r.reason), "%s", reason);
    *out = r;
    return true;
}

static bool run_downtime(Ui *ui, const Scene *s, const CommandArgs *args, Request *out, Error *err)
{
    (void)ui;
    return hold(s, args->at[0], args->at[1], args->n > 2 ? args->at[2] : "", out, err);
}

static bool run_pause(Ui *ui, const Scene *s, const CommandArgs *args, Request *out, Error *err)
{
    (void)ui;
    return hold(s, "all", args->at[0], args->n > 1 ? args->at[1] : "", out, err);
}

static bool run_release(Ui *ui, const Scene *s, const CommandArgs *args, Request *out, Error *err)
{
    Request r = {.kind = REQUEST_END_HOLD};
    if (strcmp(args->at[0], "brake") == 0) {
        *out = ui_act(ui, s, ACT_RELEASE_BRAKE);
        return true;
    }
    if (s->read_only) {
        return fail(err, ERR_REFUSED, "read-only: nothing can be held or released");
    }
    if (!hold_subject_find(s->health->snapshot, args->at[0], &r.subject, err)) {
        return false;
    }
    *out = r;
    return true;
}

// What has a command of its own is set by that: it knows what to ask.
static bool run_set(Ui *ui, const Scene *s, const CommandArgs *args, Request *out, Error *err)
{
    StrView value = sv(args->at[0]);
    StrView name;
    char line[PROMPT_SIZE];
    if (!sv_cut(&value, '=', &name)) {
        return fail(err, ERR_USAGE, "set wants NAME=VALUE, got '%s'", args->at[0]);
    }
    name = sv_trim(name);
    value = sv_trim(value);
    snprintf(line, sizeof(line), "%.*s %.*s", (int)name.n, name.at, (int)value.n, value.at);
    const LineCommand *own = command_find(name);
    if (own != NULL && own->max == 1 && own->words[0] != WORD_NODE && own->run != run_set) {
        return command_run(ui, s, line, out, err);
    }
    line[name.n] = '\0';
    if (command_setting(ui, line) == NULL) {
        return fail(err, ERR_USAGE, "'%s' cannot be set here; the command line of rehome can",
                    line);
    }
    return command_set(line, line + name.n + 1, out);
}

static bool run_seek(Ui *ui, const Scene *s, const CommandArgs *args, Request *out, Error *err)
{
    (void)ui;
    Request r = {.kind = REQUEST_SEEK};
    if (s->replay == NULL) {
        return fail(err, ERR_REFUSED, "this is no tape: rehome replay shows one");
    }
    if (!timeline_find(s, args->at[0], &r.at_ms, err)) {
        return false;
    }
    *out = r;
    return true;
}

const LineCommand line_commands[] = {
    {"quit", "", {WORD_FREE}, 0, 0, false, "leave", run_quit},
    {"view", "NAME", {WORD_VIEW}, 1, 1, false, "show it", run_view},
    {"goto", "NODE", {WORD_NODE}, 1, 1, true, "put the cursor on it, in the tree", run_goto},
    {"explain",
     "NODE",
     {WORD_NODE},
     1,
     1,
     true,
     "why automatic mode acts for it or does not",
     run_explain},
    {"move",
     "REPLICA MASTER",
     {WORD_REPLICA, WORD_MASTER},
     2,
     2,
     true,
     "show what would happen, then move it",
     run_move},
    {"auto",
     "off|observe|act",
     {WORD_MODE},
     1,
     1,
     false,
     "automatic mode; it asks before it acts",
     run_auto},
    {"downtime",
     "NODE|HOST MINUTES [REASON]",
     {WORD_NODE, WORD_FREE, WORD_FREE},
     2,
     3,
     true,
     "automatic mode leaves it alone for so long",
     run_downtime},
    {"pause",
     "MINUTES [REASON]",
     {WORD_FREE, WORD_FREE},
     1,
     2,
     true,
     "automatic mode pauses, in every rehome on this machine",
     run_pause},
    {"release",
     "NODE|HOST|all|brake",
     {WORD_HELD},
     1,
     1,
     true,
     "end a downtime, the pause, or the brake",
     run_release},
    {"seek", "HH:MM[:SS]", {WORD_FREE}, 1, 1, true, "go to that time, on a tape", run_seek},
    {"sort", "ORDER", {WORD_ORDER}, 1, 1, false, "the order of masters", run_sort},
    {"columns", "NAME", {WORD_COLUMNS}, 1, 1, false, "this set of columns", run_columns},
    {"theme", "NAME", {WORD_THEME}, 1, 1, false, "how it looks: a name or a file", run_theme},
    {"set", "NAME=VALUE", {WORD_SETTING}, 1, 1, false, "as NAME VALUE does", run_set},
};

const size_t line_commands_n = ARRAY_LEN(line_commands);
