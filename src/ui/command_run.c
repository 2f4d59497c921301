// From a line to the command, the setting or the action that it names.
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "rehome/base/mem.h"
#include "rehome/base/text.h"

const UiSetting *command_setting(const Ui *ui, const char *name)
{
    for (size_t i = 0; i < ui->n_settings; i++) {
        if (strcmp(ui->settings[i].name, name) == 0) {
            return &ui->settings[i];
        }
    }
    return NULL;
}

bool command_set(const char *name, const char *value, Request *out)
{
    *out = (Request){.kind = REQUEST_SET};
    snprintf(out->name, sizeof(out->name), "%s", name);
    snprintf(out->value, sizeof(out->value), "%s", value);
    return true;
}

const LineCommand *command_find(StrView name)
{
    for (size_t i = 0; i < line_commands_n; i++) {
        if (sv_is(name, line_commands[i].name)) {
            return &line_commands[i];
        }
    }
    return NULL;
}

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
    const UiSetting *setting = command_setting(ui, text);
    if (setting != NULL) {
        char value[PROMPT_SIZE];
        snprintf(value, sizeof(value), "%.*s", (int)rest.n, rest.at);
        return rest.n > 0 ? command_set(setting->name, value, out)
                          : fail(err, ERR_USAGE, "%s wants %s", setting->name, setting->arg);
    }
    Action action = action_from_name(name);
    if (action == ACT_NONE || !command_can_act(action) || rest.n > 0) {
        return fail_unknown(ui, name, err);
    }
    *out = ui_act(ui, s, action);
    return true;
}
