#include "command.h"

#include <stdio.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "words.h"

enum { MOST_MINUTES = 365 * 24 * 60 };

// --- the commands ---

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

static bool set(const char *name, const char *value, Request *out)
{
    *out = (Request){.kind = REQUEST_SET};
    snprintf(out->name, sizeof(out->name), "%s", name);
    snprintf(out->value, sizeof(out->value), "%s", value);
    return true;
}

static bool run_theme(Ui *ui, const Scene *s, const CommandArgs *args, Request *out, Error *err)
{
    (void)ui;
    (void)s;
    (void)err;
    return set("theme", args->at[0], out);
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

static const UiSetting *find_setting(const Ui *ui, const char *name)
{
    for (size_t i = 0; i < ui->n_settings; i++) {
        if (strcmp(ui->settings[i].name, name) == 0) {
            return &ui->settings[i];
        }
    }
    return NULL;
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
    if (find_setting(ui, line) == NULL) {
        return fail(err, ERR_USAGE, "'%s' cannot be set here; the command line of rehome can",
                    line);
    }
    return set(line, line + name.n + 1, out);
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
    {"sort", "ORDER", {WORD_ORDER}, 1, 1, false, "the order of masters", run_sort},
    {"columns", "NAME", {WORD_COLUMNS}, 1, 1, false, "this set of columns", run_columns},
    {"theme", "NAME", {WORD_THEME}, 1, 1, false, "how it looks: a name or a file", run_theme},
    {"set", "NAME=VALUE", {WORD_SETTING}, 1, 1, false, "as NAME VALUE does", run_set},
};

const size_t line_commands_n = ARRAY_LEN(line_commands);

const LineCommand *command_find(StrView name)
{
    for (size_t i = 0; i < line_commands_n; i++) {
        if (sv_is(name, line_commands[i].name)) {
            return &line_commands[i];
        }
    }
    return NULL;
}

// --- from a line to one of them ---

// Keys that walk about say nothing as words, and views have a command.
static bool is_walking(Action action)
{
    static const Action steps[] = {ACT_ROW_DOWN, ACT_ROW_UP, ACT_PAGE_DOWN, ACT_PAGE_UP,
                                   ACT_FIRST,    ACT_LAST,   ACT_LEFT,      ACT_RIGHT,
                                   ACT_CHOOSE,   ACT_CANCEL, ACT_COMMAND};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        if (steps[i] == action) {
            return true;
        }
    }
    for (size_t i = 0; i < views_n; i++) {
        if (views[i]->opens == action) {
            return true;
        }
    }
    return false;
}

bool command_can_act(Action action)
{
    const unsigned where = IN_TREE | IN_HOSTS | IN_EVENTS | IN_AUTO | IN_ANY;
    for (size_t i = 0; i < keys_built_in.n; i++) {
        const KeyBinding *b = &keys_built_in.at[i];
        if (b->action == action && (b->scope & where) != 0 && b->need != NEED_DEMO &&
            !is_walking(action)) {
            return true;
        }
    }
    return false;
}

// The words behind the name; the last of them is all that is left.
static bool split(const LineCommand *c, StrView rest, CommandArgs *out, Error *err)
{
    rest = sv_trim(rest);
    while (rest.n > 0 && out->n < c->max) {
        StrView word = rest;
        bool is_last = out->n + 1 == c->max || !sv_cut(&rest, ' ', &word);
        if (word.n >= sizeof(out->at[0])) {
            return fail(err, ERR_USAGE, "%s: that is too long", c->name);
        }
        snprintf(out->at[out->n++], sizeof(out->at[0]), "%.*s", (int)word.n, word.at);
        rest = is_last ? sv("") : sv_trim(rest);
    }
    if (out->n < c->min || rest.n > 0) {
        return fail(err, ERR_USAGE, "%s wants %s", c->name, c->max > 0 ? c->args : "no more words");
    }
    return true;
}

static bool fail_unknown(const Ui *ui, StrView name, Error *err)
{
    const char *meant = NULL;
    size_t least = 3;
    char shown[48];
    char action[32];
    text_clean_into(shown, sizeof(shown), name);
    for (size_t i = 0; i < line_commands_n + ui->n_settings; i++) {
        const char *known =
            i < line_commands_n ? line_commands[i].name : ui->settings[i - line_commands_n].name;
        size_t distance = sv_distance(name, sv(known));
        if (distance < least && distance < strlen(known)) {
            least = distance;
            meant = known;
        }
    }
    Action nearest = meant == NULL ? action_name_nearest(name) : ACT_NONE;
    if (nearest != ACT_NONE && command_can_act(nearest)) {
        meant = action_name(nearest, action, sizeof(action));
    }
    return fail(err, ERR_USAGE, "there is no command '%s'%s%s%s", shown,
                meant != NULL ? "; did you mean " : ": Tab shows what there is",
                meant != NULL ? meant : "", meant != NULL ? "?" : "");
}

bool command_run(Ui *ui, const Scene *s, const char *line, Request *out, Error *err)
{
    StrView rest = sv_trim(sv(line));
    StrView name = rest;
    CommandArgs args = {.n = 0};
    char text[64];
    if (!sv_cut(&rest, ' ', &name)) {
        rest = sv("");
    }
    const LineCommand *c = command_find(name);
    if (c != NULL) {
        if (!split(c, rest, &args, err)) {
            return false;
        }
        if (c->needs_cluster && s->health == NULL) {
            return fail(err, ERR_REFUSED, "%s: there is no cluster yet", c->name);
        }
        return c->run(ui, s, &args, out, err);
    }
    rest = sv_trim(rest);
    snprintf(text, sizeof(text), "%.*s", (int)name.n, name.at);
    const UiSetting *setting = find_setting(ui, text);
    if (setting != NULL) {
        char value[PROMPT_SIZE];
        snprintf(value, sizeof(value), "%.*s", (int)rest.n, rest.at);
        return rest.n > 0 ? set(setting->name, value, out)
                          : fail(err, ERR_USAGE, "%s wants %s", setting->name, setting->arg);
    }
    Action action = action_from_name(name);
    if (action == ACT_NONE || !command_can_act(action) || rest.n > 0) {
        return fail_unknown(ui, name, err);
    }
    *out = ui_act(ui, s, action);
    return true;
}
