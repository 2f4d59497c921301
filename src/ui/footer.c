// The last two lines: what was said last (or what could be done next), and the keys that work here
// and now.
#include <stdio.h>
#include <string.h>

#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

static bool is_available(const Ui *ui, const Scene *s, const KeyBinding *b)
{
    bool connected = s->health != NULL && (s->trouble == NULL || s->trouble[0] == '\0');
    switch (b->need) {
    case NEED_WRITE:
        if (b->action == ACT_AUTO) {
            return s->automatic != NULL;
        }
        if (b->action == ACT_MOVE_URGENT && (!connected || s->health->orphaned == 0)) {
            return false;
        }
        return connected && !s->read_only && !s->move_busy && ui_selected(ui, s) >= 0;
    case NEED_UNDO:
        return connected && !s->read_only && !s->move_busy && s->can_undo && ui->has_undo;
    case NEED_DEMO:
        return s->demo && ui_selected(ui, s) >= 0;
    case NEED_BRAKE:
        return s->automatic != NULL && s->automatic->brake;
    case NEED_NOTHING:
        break;
    }
    // No need to name the key of the view one is in.
    return b->action != ui->view->opens;
}

// The label of the moment: what the key would do to what is selected.
static const char *label_of(const Ui *ui, const Scene *s, const KeyBinding *b)
{
    int node = ui_selected(ui, s);
    if (b->action == ACT_MOVE && node >= 0) {
        const NodeHealth *nh = &s->health->of[node];
        return !nh->is_master                       ? "move it"
               : nh->master == STATE_ORPHANED       ? "give it a spare"
                                                    : "give it a replica";
    }
    if (b->action == ACT_SORT) {
        return ui->slot_order ? "worst first" : "slot order";
    }
    if (b->action == ACT_CANCEL && ui->pick.active) {
        return "put it back";
    }
    if (b->action == ACT_CANCEL && ui->dialog.kind == DIALOG_MOVE && ui->dialog.counting) {
        return "stops it";
    }
    if (b->action == ACT_CONFIRM && ui->dialog.kind == DIALOG_MOVE) {
        return ui->dialog.counting ? "now" : "move it";
    }
    return b->label;
}

static void first_key(const KeyBinding *b, char *out, size_t size)
{
    size_t n = strcspn(b->keys, " ");
    snprintf(out, size, "%.*s", (int)n, b->keys);
}

static bool belongs(const Ui *ui, const Scene *s, const KeyBinding *b)
{
    unsigned scope = ui_scope(ui) | IN_ANY;
    if (s->demo && ui_scope(ui) == IN_TREE) {
        scope |= IN_DEMO;
    }
    if (ui->dialog.kind != DIALOG_NONE) {
        scope = IN_CONFIRM;
    }
    if (s->health == NULL && b->action != ACT_QUIT && b->action != ACT_HELP) {
        return false;
    }
    return b->label[0] != '\0' && (b->scope & scope) != 0 && is_available(ui, s, b);
}

static int width_of(const Ui *ui, const Scene *s, const KeyBinding *b)
{
    char key[24];
    first_key(b, key, sizeof(key));
    return text_width(key) + 1 + text_width(label_of(ui, s, b)) + 3;
}

void footer_draw(const Ui *ui, const Scene *s, Canvas *c, int y)
{
    if (ui->dialog.kind == DIALOG_REFUSED) {
        canvas_text(c, 1, y, c->w - 1, ROLE_DIM, "any key closes this");
        return;
    }
    // Help and quit come last in the table, and always have their place.
    int left = c->w - 1;
    for (size_t i = 0; i < key_bindings_n; i++) {
        const KeyBinding *b = &key_bindings[i];
        if ((b->action == ACT_HELP || b->action == ACT_QUIT) && belongs(ui, s, b)) {
            left -= width_of(ui, s, b);
        }
    }
    int x = 1;
    for (size_t i = 0; i < key_bindings_n; i++) {
        const KeyBinding *b = &key_bindings[i];
        if (!belongs(ui, s, b)) {
            continue;
        }
        bool reserved = b->action == ACT_HELP || b->action == ACT_QUIT;
        int width = width_of(ui, s, b);
        if (!reserved && width > left) {
            continue;
        }
        left -= reserved ? 0 : width;
        char key[24];
        first_key(b, key, sizeof(key));
        int at = canvas_text(c, x, y, c->w - x, ROLE_KEY, key);
        canvas_text(c, at + 1, y, c->w - at - 1, ROLE_DIM, label_of(ui, s, b));
        x += width;
    }
}

// Nothing was said, but something could be done: the plan for the most urgent orphan.
static void draw_suggestion(const Scene *s, Canvas *c, int y)
{
    const PlanTarget *worst = NULL;
    for (size_t i = 0; i < s->plan->n && worst == NULL; i++) {
        worst = s->plan->at[i].chosen >= 0 ? &s->plan->at[i] : NULL;
    }
    const Snapshot *p = s->health->snapshot;
    char target[NAME_MAX_BYTES];
    if (worst == NULL) {
        if (s->plan->n > 0) {
            short_name(p, s->plan->at[0].target, target, sizeof(target));
            canvas_textf(c, 1, y, c->w - 2, ROLE_WARN, "no spare for %s: %s", target,
                         s->plan->at[0].reason);
        }
        return;
    }
    char replica[NAME_MAX_BYTES];
    char cost[16];
    short_name(p, worst->target, target, sizeof(target));
    short_name(p, worst->candidates[worst->chosen].replica, replica, sizeof(replica));
    int x = canvas_text(c, 1, y, c->w - 2, ROLE_KEY, "M");
    canvas_textf(c, x + 1, y, c->w - x - 2, ROLE_TEXT, "gives %s the spare %s: copies %s, %s", target,
                 replica, format_bytes(cost, sizeof(cost), worst->cost_bytes),
                 worst->candidates[worst->chosen].why);
}

void message_draw(const Ui *ui, const Scene *s, Canvas *c, int y)
{
    bool own = ui->note[0] != '\0' && s->now_ms < ui->note_until_ms;
    const char *text = own ? ui->note : s->message != NULL ? s->message : "";
    Level level = own ? ui->note_level : s->message_level;
    if (text[0] == '\0') {
        if (s->plan != NULL && s->health != NULL && !s->read_only && !s->move_busy) {
            draw_suggestion(s, c, y);
        }
        return;
    }
    int x = canvas_text(c, 1, y, c->w - 1, level_role(level), glyph_text(level_glyph(level), c->ascii));
    int room = c->w - x - 2;
    bool cut = text_width(text) > room;
    x = canvas_text(c, x + 1, y, cut ? room - 1 : room, level_role(level), text);
    if (cut) {
        canvas_text(c, x, y, 1, level_role(level), glyph_text(GLYPH_ELLIPSIS, c->ascii));
    }
}
