#include "hold_form.h"

#include <stdio.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"

enum { MOST_MINUTES = 365 * 24 * 60, LABEL_WIDTH = 9, MINUTES_WIDTH = 8, NAME_MOST = 24 };

void hold_form_open(HoldForm *form, const Scene *s, int node)
{
    *form = (HoldForm){.scope = OF_ALL, .only_all = node < 0, .field = FIELD_MINUTES};
    prompt_set(&form->minutes, "60");
    if (node >= 0) {
        const Node *n = &s->health->snapshot->nodes[node];
        form->scope = OF_NODE;
        form->field = FIELD_SCOPE;
        form->node = n->id;
        bool fits = text_width(n->addr) <= NAME_MOST;
        snprintf(form->name, sizeof(form->name), "%s", fits ? n->addr : n->brief);
        snprintf(form->host_name, sizeof(form->host_name), "%s", n->brief_host);
        snprintf(form->host, sizeof(form->host), "%s", n->host);
    }
}

static bool has_scope(const HoldForm *form, FormScope scope)
{
    return form->only_all ? scope == OF_ALL : scope != OF_HOST || form->host[0] != '\0';
}

static void next_scope(HoldForm *form, int step)
{
    do {
        form->scope = (FormScope)(((int)form->scope + OF_COUNT + step) % OF_COUNT);
    } while (!has_scope(form, form->scope));
}

static void next_field(HoldForm *form, int step)
{
    do {
        form->field = (FormField)(((int)form->field + FIELD_COUNT + step) % FIELD_COUNT);
    } while (form->only_all && form->field == FIELD_SCOPE);
}

static bool commit(HoldForm *form, Request *out)
{
    uint64_t minutes = 0;
    form->wrong = !sv_to_u64(sv_trim(sv(form->minutes.text)), &minutes) || minutes < 1 ||
                  minutes > MOST_MINUTES;
    if (form->wrong) {
        form->field = FIELD_MINUTES;
        return false;
    }
    *out = (Request){.kind = REQUEST_HOLD, .for_ms = (int64_t)minutes * 60000};
    HoldSubject *on = &out->subject;
    on->kind = form->scope == OF_ALL ? HOLD_PAUSE : HOLD_DOWNTIME;
    switch (form->scope) {
    case OF_NODE:
        on->scope = HOLD_ON_NODE;
        on->node = form->node;
        break;
    case OF_HOST:
        on->scope = HOLD_ON_HOST;
        snprintf(on->host, sizeof(on->host), "%s", form->host);
        break;
    case OF_ALL:
    case OF_COUNT:
        on->scope = HOLD_ON_ALL;
        break;
    }
    snprintf(out->reason, sizeof(out->reason), "%s", form->reason.text);
    return true;
}

// Of the field that has the keys. The choice is none of text: any other key of text is used up.
static PromptAnswer field_key(HoldForm *form, uint32_t key)
{
    Prompt nothing = {.n = 0};
    switch (form->field) {
    case FIELD_MINUTES:
        return prompt_key(&form->minutes, key);
    case FIELD_REASON:
        return prompt_key(&form->reason, key);
    case FIELD_SCOPE:
    case FIELD_COUNT:
        break;
    }
    if (key == KEY_IS_LEFT || key == KEY_IS_RIGHT || key == ' ') {
        next_scope(form, key == KEY_IS_LEFT ? -1 : 1);
        return PROMPT_EDITED;
    }
    return prompt_key(&nothing, key);
}

PromptAnswer hold_form_key(HoldForm *form, uint32_t key, Request *out)
{
    form->wrong = false;
    Action action =
        key < ' ' || key >= KEY_IS_UP ? keys_lookup(&keys_built_in, key, IN_FORM) : ACT_NONE;
    if (action == ACT_NEXT_FIELD || action == ACT_PREVIOUS_FIELD) {
        next_field(form, action == ACT_NEXT_FIELD ? 1 : -1);
        return PROMPT_EDITED;
    }
    PromptAnswer answer = field_key(form, key);
    if (answer == PROMPT_COMMIT && !commit(form, out)) {
        return PROMPT_EDITED;
    }
    return answer;
}

// --- on the screen

static const char *scope_text(const HoldForm *form, FormScope scope, char *out, size_t size)
{
    switch (scope) {
    case OF_NODE:
        snprintf(out, size, "%s", form->name);
        break;
    case OF_HOST:
        snprintf(out, size, "host %s", form->host_name);
        break;
    case OF_ALL:
    case OF_COUNT:
        snprintf(out, size, "everything (pause)");
        break;
    }
    return out;
}

static void draw_scopes(const HoldForm *form, Canvas *c, Rect r)
{
    int x = r.x;
    for (int i = 0; i < OF_COUNT; i++) {
        char text[HOLD_HOST_SIZE + 8];
        if (!has_scope(form, (FormScope)i)) {
            continue;
        }
        bool chosen = form->scope == (FormScope)i;
        int from = x;
        x = canvas_textf(c, x, r.y, r.x + r.w - x, chosen ? ROLE_TARGET : ROLE_DIM,
                         chosen ? "[%s]" : " %s ",
                         scope_text(form, (FormScope)i, text, sizeof(text)));
        if (chosen && form->field == FIELD_SCOPE) {
            canvas_mark(c, (Rect){from, r.y, x - from, 1}, CELL_REVERSE);
        }
        x++;
    }
}

static const char *field_label(FormField field)
{
    static const char *const labels[] = {
        [FIELD_SCOPE] = "of", [FIELD_MINUTES] = "minutes", [FIELD_REASON] = "reason"};
    return (size_t)field < ARRAY_LEN(labels) ? labels[field] : "";
}

static void draw_field(const HoldForm *form, FormField field, Canvas *c, Rect r)
{
    bool has_focus = form->field == field;
    canvas_text(c, r.x, r.y, LABEL_WIDTH, has_focus ? ROLE_KEY : ROLE_DIM, field_label(field));
    Rect in = {r.x + LABEL_WIDTH, r.y, r.w - LABEL_WIDTH, 1};
    switch (field) {
    case FIELD_SCOPE:
        draw_scopes(form, c, in);
        break;
    case FIELD_MINUTES:
        prompt_draw(&form->minutes, c, in.x, in.y, in.w < MINUTES_WIDTH ? in.w : MINUTES_WIDTH,
                    has_focus);
        if (form->wrong) {
            canvas_textf(c, in.x + MINUTES_WIDTH + 1, in.y, in.w - MINUTES_WIDTH - 1, ROLE_WARN,
                         "a number from 1 to %d", MOST_MINUTES);
        }
        break;
    case FIELD_REASON:
        prompt_draw(&form->reason, c, in.x, in.y, in.w, has_focus);
        break;
    case FIELD_COUNT:
        break;
    }
}

int hold_form_height(const HoldForm *form)
{
    return 2 + FIELD_COUNT - form->only_all + 2;
}

void hold_form_draw(const HoldForm *form, Canvas *c, Rect r)
{
    const char *what = form->scope == OF_ALL
                           ? "Automatic mode does nothing meanwhile, on any node."
                           : "Automatic mode neither moves it, nor takes from it, nor gives to it.";
    canvas_text(c, r.x, r.y, r.w, ROLE_TEXT, what);
    int y = r.y + 2;
    for (int i = form->only_all ? FIELD_SCOPE + 1 : FIELD_SCOPE; i < FIELD_COUNT; i++) {
        draw_field(form, (FormField)i, c, (Rect){r.x, y++, r.w, 1});
    }
    canvas_text(c, r.x, y + 1, r.w, ROLE_KEY,
                form->field == FIELD_SCOPE
                    ? "Left and Right choose, Tab goes on, Enter does it, Esc does not"
                    : "Tab goes on, Enter does it, Esc does not");
}

void hold_form_line(const HoldForm *form, Canvas *c, int y)
{
    canvas_fill(c, (Rect){0, y, c->w, 1}, ROLE_TEXT, ' ');
    draw_field(form, form->field, c, (Rect){0, y, c->w, 1});
}
