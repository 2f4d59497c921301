#include "rehome/ui/ui.h"

#include <stdarg.h>
#include <stdio.h>

#include "rehome/base/mem.h"
#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

enum { NOTE_MS = 8000 };

// Adding a view: its row here, and its keys in the table of keys.
const View *const views[] = {&tree_view, &hosts_view, &problems_view, &events_view,
                             &automatic_view};
const size_t views_n = ARRAY_LEN(views);

Ui *ui_new(ConfirmMode confirm)
{
    Ui *ui = mem_alloc(sizeof(*ui));
    ui->confirm = confirm;
    ui->keys = &keys_built_in;
    ui->themes = "";
    ui->view = &tree_view;
    ui->event.code = EVENT_CODE_COUNT;
    ui->events_shown.kind = EVENT_KIND_COUNT;
    return ui;
}

void ui_free(Ui *ui)
{
    if (ui != NULL) {
        rows_done(&ui->rows);
        spots_done(&ui->spots);
        problem_rows_done(&ui->problem_rows);
        node_set_done(&ui->folds.except);
        node_set_done(&ui->marks);
        freeze_end(&ui->freeze);
        pick_done(&ui->pick);
        pick_done(&ui->where);
        review_done(&ui->review);
        why_done(&ui->why);
        why_done(&ui->pane);
        mem_free(ui);
    }
}

void ui_set_columns(Ui *ui, const ColumnSets *sets, const ColumnSet *first)
{
    ui->column_sets = sets;
    ui->columns = (size_t)(first - sets->at);
}

void ui_set_confirm(Ui *ui, ConfirmMode confirm)
{
    ui->confirm = confirm;
}

void ui_set_settings(Ui *ui, const UiSetting *settings, size_t n, const char *themes)
{
    ui->settings = settings;
    ui->n_settings = n;
    ui->themes = themes;
}

void ui_set_keys(Ui *ui, const KeyMap *keys)
{
    ui->keys = keys;
}

void ui_set_undo(Ui *ui, const MoveSpec *spec)
{
    ui->has_undo = spec != NULL;
    if (spec != NULL) {
        ui->undo = *spec;
    }
}

void ui_note(Ui *ui, const Scene *s, Level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(ui->note, sizeof(ui->note), format, args);
    va_end(args);
    ui->note_level = level;
    ui->note_until_ms = s->now_ms + NOTE_MS;
}

bool ui_is_explaining(const Ui *ui)
{
    return ui->why_ask.kind != WHY_NOTHING;
}

unsigned ui_scope(const Ui *ui)
{
    const struct {
        bool is_so;
        KeyScope scope;
    } in[] = {
        // what lies above goes first
        {ui->line.is_open, IN_COMMAND},
        {ui->dialog.kind == DIALOG_HOLD, IN_FORM},
        {ui->dialog.kind != DIALOG_NONE, IN_CONFIRM},
        {ui->find.typing != FIND_NOTHING, IN_FILTER},
        {ui->help, IN_HELP},
        {ui->pick.active, IN_PICK},
        {ui_is_explaining(ui), IN_WHY},
        {ui->details, IN_DETAILS},
    };
    for (size_t i = 0; i < ARRAY_LEN(in); i++) {
        if (in[i].is_so) {
            return (unsigned)in[i].scope;
        }
    }
    return (unsigned)ui->view->scope;
}

Request ui_copy(Ui *ui, const char *text)
{
    snprintf(ui->copied, sizeof(ui->copied), "%s", text);
    return (Request){.kind = REQUEST_COPY, .text = ui->copied};
}

bool ui_refuses_writes(Ui *ui, const Scene *s)
{
    if (s->replay != NULL) {
        ui_note(ui, s, LEVEL_WARNING, "this is a tape: nothing on it can be changed");
    } else if (s->health == NULL || (s->trouble != NULL && s->trouble[0] != '\0')) {
        ui_note(ui, s, LEVEL_WARNING, "no contact with the cluster: nothing can be moved");
    } else if (s->read_only) {
        ui_note(ui, s, LEVEL_WARNING, "read-only: nothing can be moved");
    } else if (s->move_busy) {
        ui_note(ui, s, LEVEL_WARNING, "a move is under way: one at a time");
    } else {
        return false;
    }
    return true;
}

// Time.

// Our move ended since the last tick: say how.
static void tell_end(Ui *ui, const Scene *s)
{
    bool busy = move_in_flight(s) != NULL;
    bool ended = ui->was_busy && !busy && s->move != NULL && move_is_over(s->move);
    ui->was_busy = busy;
    if (!ended) {
        return;
    }
    const Move *m = s->move;
    char took[16];
    format_seconds(took, sizeof(took), m->ended_ms - m->started_ms);
    if (m->state == MOVE_DONE) {
        ui_note(ui, s, LEVEL_GOOD, "%s is in sync with %s after %s", m->spec.replica_addr,
                m->spec.target_addr, took);
    } else {
        ui_note(ui, s, LEVEL_CRITICAL, "%s: %s", m->state == MOVE_REFUSED ? "refused" : "failed",
                m->why);
    }
}

Request ui_tick(Ui *ui, const Scene *s)
{
    pick_check(ui, s);
    dialog_check(ui, s);
    why_check(ui, s);
    ui_settle(ui, s);
    tell_end(ui, s);
    return dialog_tick(ui, s);
}

bool ui_is_in_motion(const Ui *ui, const Scene *s)
{
    return ui->dialog.counting || s->move_busy;
}

int64_t ui_wake_ms(const Ui *ui, const Scene *s)
{
    enum { CLOCK_MS = 1000, COUNTDOWN_STEP_MS = 200 };
    if (ui->dialog.counting) {
        int64_t over = ui->dialog.opened_ms + COUNTDOWN_MS;
        int64_t next = s->now_ms + COUNTDOWN_STEP_MS;
        return next < over ? next : over > s->now_ms ? over : s->now_ms + 1;
    }
    if (s->health != NULL) {
        return s->now_ms + CLOCK_MS;
    }
    return ui->note[0] != '\0' && ui->note_until_ms > s->now_ms ? ui->note_until_ms : 0;
}
