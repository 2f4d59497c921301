// The last two lines: what was said last (or what could be done next), and the keys that work here
// and now.
#include <stdio.h>
#include <string.h>

#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

// Pressing m would at least open something.
static bool is_movable(const Ui *ui, const Scene *s)
{
    int node = ui_selected(ui, s);
    return node >= 0 && s->health != NULL &&
           (ui->marks.n > 0 || s->health->of[node].is_master ||
            s->health->of[node].replica == REPLICA_WORKING);
}

// What M would do; NULL: nothing.
static const PlanTarget *most_urgent_cure(const Scene *s)
{
    for (size_t i = 0; s->plan != NULL && i < s->plan->n_orphans; i++) {
        if (s->plan->at[i].chosen >= 0) {
            return &s->plan->at[i];
        }
    }
    return NULL;
}

// The line of tabs shows its key already.
static bool is_tab(const Ui *ui, const KeyBinding *b)
{
    for (size_t i = 0; ui->has_tabs && i < views_n; i++) {
        if (views[i]->opens == b->action) {
            return true;
        }
    }
    return false;
}

// No need to name the key of what one is looking at.
static bool is_shown_already(const Ui *ui, const KeyBinding *b)
{
    bool explains = b->action == ACT_EXPLAIN || b->action == ACT_WHATIF;
    return b->action == ui->view->opens || is_tab(ui, b) ||
           (ui->details && b->action == ACT_DETAILS) || (ui_scope(ui) == IN_WHY && explains);
}

static bool is_connected(const Scene *s)
{
    return s->health != NULL && (s->trouble == NULL || s->trouble[0] == '\0');
}

static bool can_move(const Scene *s)
{
    return is_connected(s) && !s->read_only && !s->move_busy;
}

static bool can_write(const Ui *ui, const Scene *s, Action action)
{
    return action == ACT_AUTO          ? s->automatic != NULL && s->replay == NULL
           : action == ACT_MOVE_URGENT ? can_move(s) && most_urgent_cure(s) != NULL
           : action == ACT_MOVE        ? can_move(s) && is_movable(ui, s)
                                       : can_move(s);
}

static bool is_available(const Ui *ui, const Scene *s, const KeyBinding *b)
{
    if (ui_scope(ui) == IN_PROBLEMS) {
        const char *label = problems_label(ui, s, b);
        if (label != NULL && label[0] == '\0') {
            return false;
        }
    }
    if (b->action == ACT_MARK && s->replay != NULL) {
        return false;
    }
    switch (b->need) {
    case NEED_WRITE:
        return can_write(ui, s, b->action);
    case NEED_VIEWS:
        return s->health != NULL && s->health->snapshot->n_views_differ > 0 &&
               ui->why_ask.kind != WHY_VIEWS;
    case NEED_PLAN:
        return can_move(s) && ui->has_plan;
    case NEED_UNDO:
        return can_move(s) && s->can_undo && ui->has_undo;
    case NEED_DEMO:
        return s->demo && ui_selected(ui, s) >= 0;
    case NEED_MOVE:
        return s->move_busy && !s->read_only;
    case NEED_BRAKE:
        return s->replay == NULL && s->automatic != NULL && s->automatic->brake;
    case NEED_HOLD:
        return s->health != NULL && !s->read_only;
    case NEED_LIMIT:
        return ui->find.terms.n > 0 || ui->only_problems || ui->find.search[0] != '\0';
    case NEED_SEARCH:
        return ui->find.search[0] != '\0';
    case NEED_MARKS:
        return ui->marks.n > 0 && (!ui->pick.active || ui->pick.many);
    case NEED_QUEUE:
        return ui->dialog.kind == DIALOG_QUEUE;
    case NEED_LINE:
        return ui->dialog.kind == DIALOG_MOVE ||
               (ui_scope(ui) == IN_PROBLEMS && problems_command(ui)[0] != '\0');
    case NEED_NOTHING:
        break;
    }
    return !is_shown_already(ui, b);
}

static const char *dialog_label(const Ui *ui, Action action)
{
    static const struct {
        const char *yes;
        const char *no;
    } labels[] = {
        [DIALOG_NONE] = {"", ""},
        [DIALOG_MOVE] = {"moves it", "does not"},
        [DIALOG_QUEUE] = {"moves them", "does not"},
        [DIALOG_HEAL] = {"moves them", "does not"},
        [DIALOG_REFUSED] = {"", ""},
        [DIALOG_AUTO] = {"lets it act", "goes on observing"},
        [DIALOG_QUIT] = {"leaves", "stays"},
        [DIALOG_HOLD] = {"", ""},
        [DIALOG_END_HOLD] = {"ends it", "leaves it"},
    };
    if (action == ACT_GO_ON) {
        return ui->bulk.kind == QUEUE_GOES_ON ? "stops at one" : "passes over one";
    }
    if (ui->dialog.counting) {
        return action == ACT_CONFIRM
                   ? ui->dialog.kind == DIALOG_MOVE ? "moves it at once" : "begins at once"
                   : "stops it";
    }
    return action == ACT_CONFIRM ? labels[ui->dialog.kind].yes : labels[ui->dialog.kind].no;
}

// What going back means in the tree, where several things may be in force.
static const char *cancel_label(const Ui *ui)
{
    return ui->find.terms.n > 0 ? "clear filter" : ui->only_problems ? "all masters" : "end search";
}

static const char *move_label(const NodeHealth *nh)
{
    return !nh->is_master                 ? "move it"
           : nh->master == STATE_ORPHANED ? "give it a spare"
                                          : "give it a replica";
}

// The label of the moment: what the key would do to what is selected.
static const char *label_of(const Ui *ui, const Scene *s, const KeyBinding *b)
{
    int node = ui_selected(ui, s);
    const char *own = ui_scope(ui) == IN_PROBLEMS ? problems_label(ui, s, b) : NULL;
    if (own != NULL) {
        return own;
    }
    if (b->action == ACT_COPY_COMMAND) {
        return b->label;
    }
    if (ui->dialog.kind != DIALOG_NONE && ui->dialog.kind != DIALOG_HOLD) {
        return dialog_label(ui, b->action);
    }
    if (b->action == ACT_PAUSE && s->health->pause != NULL) {
        return "go on";
    }
    if (b->action == ACT_DOWNTIME && node >= 0 && s->health->of[node].downtime != NULL) {
        return "end downtime";
    }
    if (b->action == ACT_MOVE && ui->marks.n > 0) {
        return "move marked";
    }
    if (b->action == ACT_MOVE && node >= 0) {
        return move_label(&s->health->of[node]);
    }
    if (b->action == ACT_PLAY) {
        return s->replay->is_playing ? "stand still" : "play";
    }
    if (b->action == ACT_SORT) {
        return row_order_text((RowOrder)((ui->order + 1) % ORDER_COUNT));
    }
    if (b->action == ACT_CANCEL && ui_scope(ui) == IN_TREE) {
        return cancel_label(ui);
    }
    if (b->action == ACT_CANCEL && ui->pick.active) {
        return ui->pick.many ? "put them back" : "put it back";
    }
    return b->label;
}

static void first_key(const KeyBinding *b, char *out, size_t size)
{
    size_t n = strcspn(b->keys, " ");
    snprintf(out, size, "%.*s", (int)n, b->keys);
}

// What was said last, by us or by the app; "" when nothing was.
static const char *last_words(const Ui *ui, const Scene *s, Level *level)
{
    if (ui->note[0] != '\0' && s->now_ms < ui->note_until_ms) {
        *level = ui->note_level;
        return ui->note;
    }
    *level = LEVEL_INFO;
    if (ui->pick.active && ui->pick.many) {
        return "choose their new master: what would happen is shown first";
    }
    if (ui->pick.active) {
        return "choose its new master: what would happen is shown first";
    }
    *level = s->message_level;
    return s->message != NULL ? s->message : "";
}

// Nothing was said, but something could be done: here, by its key, unless that nothing can be is
// what there is to say.
static bool has_suggestion(const Ui *ui, const Scene *s)
{
    Level level;
    char key[KEY_NAME_SIZE];
    keys_first(ui->keys, ACT_MOVE_URGENT, ui_scope(ui), key, sizeof(key));
    return ui->find.typing == FIND_NOTHING && last_words(ui, s, &level)[0] == '\0' &&
           s->plan != NULL && s->plan->n_orphans > 0 && s->health != NULL && !s->read_only &&
           !s->move_busy && (key[0] != '\0' || most_urgent_cure(s) == NULL);
}

static bool belongs(const Ui *ui, const Scene *s, const KeyBinding *b)
{
    unsigned scope = ui_scope(ui) | IN_ANY;
    if (s->demo && ui_scope(ui) == IN_TREE) {
        scope |= IN_DEMO;
    }
    if (ui_has_replay_keys(ui, s)) {
        scope |= IN_REPLAY;
    }
    if (ui->dialog.kind != DIALOG_NONE || ui->line.is_open) {
        scope = ui_scope(ui);
    }
    if (s->health == NULL && !ui->line.is_open && b->action != ACT_QUIT && b->action != ACT_HELP) {
        return false;
    }
    if (b->action == ACT_MOVE_URGENT && has_suggestion(ui, s)) {
        return false; // it begins with the key
    }
    return b->label[0] != '\0' && b->keys[0] != '\0' && (b->scope & scope) != 0 &&
           is_available(ui, s, b);
}

enum { KEYS_GAP = 3 };

static int width_of(const Ui *ui, const Scene *s, const KeyBinding *b)
{
    char key[24];
    first_key(b, key, sizeof(key));
    return text_width(key) + 1 + text_width(label_of(ui, s, b)) + KEYS_GAP;
}

static bool is_reserved(const KeyBinding *b)
{
    return b->action == ACT_HELP || b->action == ACT_QUIT;
}

// Help and quit come last in the table, and always have their place.
static int reserved_width(const Ui *ui, const Scene *s)
{
    int width = 0;
    for (size_t i = 0; i < ui->keys->n; i++) {
        const KeyBinding *b = &ui->keys->at[i];
        width += is_reserved(b) && belongs(ui, s, b) ? width_of(ui, s, b) : 0;
    }
    return width;
}

void footer_draw(const Ui *ui, const Scene *s, Canvas *c, int y, bool has_two)
{
    if (ui->dialog.kind == DIALOG_REFUSED) {
        canvas_text(c, 1, y, c->w - 1, ROLE_DIM, "any key closes this");
        return;
    }
    // The last line, and the one above it.
    int x[] = {1, 1};
    const int end[] = {c->w + KEYS_GAP - reserved_width(ui, s), has_two ? c->w + KEYS_GAP : 0};
    for (size_t i = 0; i < ui->keys->n; i++) {
        const KeyBinding *b = &ui->keys->at[i];
        if (!belongs(ui, s, b)) {
            continue;
        }
        int width = width_of(ui, s, b);
        int line = is_reserved(b) || x[0] + width <= end[0] ? 0 : 1;
        if (line == 1 && x[1] + width > end[1]) {
            continue;
        }
        char key[24];
        first_key(b, key, sizeof(key));
        int at = canvas_text(c, x[line], y - line, c->w - x[line], ROLE_KEY, key);
        canvas_text(c, at + 1, y - line, c->w - at - 1, ROLE_DIM, label_of(ui, s, b));
        x[line] += width;
    }
}

// The plan for the most urgent orphan.
static void draw_suggestion(const Ui *ui, const Scene *s, Canvas *c, int y)
{
    const PlanTarget *worst = most_urgent_cure(s);
    const Snapshot *p = s->health->snapshot;
    char target[NAME_MAX_BYTES];
    char text[400];
    char brief[400];
    if (worst == NULL) {
        short_name(p, s->plan->at[0].target, target, sizeof(target));
        snprintf(text, sizeof(text), "no spare for %s: %s", target, s->plan->at[0].reason);
        short_text(p, text, brief, sizeof(brief));
        draw_cut(c, 1, y, c->w - 2, ROLE_WARN, brief);
        return;
    }
    char replica[NAME_MAX_BYTES];
    char cost[16];
    short_name(p, worst->target, target, sizeof(target));
    short_name(p, worst->candidates[worst->chosen].replica, replica, sizeof(replica));
    char key[KEY_NAME_SIZE];
    keys_first(ui->keys, ACT_MOVE_URGENT, ui_scope(ui), key, sizeof(key));
    int x = canvas_text(c, 1, y, c->w - 2, ROLE_KEY, key);
    snprintf(text, sizeof(text), "gives %s the spare %s: copies %s, %s", target, replica,
             format_bytes(cost, sizeof(cost), worst->cost_bytes),
             worst->candidates[worst->chosen].why);
    short_text(p, text, brief, sizeof(brief));
    first_clauses(brief, c->w - x - 2);
    draw_cut(c, x + 1, y, c->w - x - 2, ROLE_TEXT, brief);
}

bool message_draw(const Ui *ui, const Scene *s, Canvas *c, int y)
{
    if (ui->find.typing != FIND_NOTHING) {
        find_draw(ui, c, 1, y, c->w - 2);
        return true;
    }
    Level level;
    const char *text = last_words(ui, s, &level);
    char brief[512];
    if (has_suggestion(ui, s)) {
        draw_suggestion(ui, s, c, y);
        return true;
    }
    if (text[0] == '\0') {
        return false;
    }
    // Commands stay as they are typed, and what was copied as it was.
    bool is_exact = strstr(text, "redis-cli") != NULL || strstr(text, "OSC 52") != NULL;
    if (s->health != NULL && !is_exact) {
        short_text(s->health->snapshot, text, brief, sizeof(brief));
        text = brief;
    }
    int x =
        canvas_text(c, 1, y, c->w - 1, level_role(level), glyph_text(level_glyph(level), c->ascii));
    draw_cut(c, x + 1, y, c->w - x - 2, level_role(level), text);
    return true;
}
