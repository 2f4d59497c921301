// What a key asks for, wherever it is pressed.
#include "rehome/base/text.h"
#include "view.h"
#include "words.h"

static Request move_selected(Ui *ui, const Scene *s)
{
    int node = ui_selected(ui, s);
    if (ui_refuses_writes(ui, s) || node < 0) {
        return (Request){0};
    }
    if (bulk_marks_orphans(ui, s)) {
        return bulk_one_each(ui, s);
    }
    if (ui->marks.n > 0) {
        ui->details = false;
        pick_start_marked(ui, s);
        return (Request){0};
    }
    if (s->health->of[node].is_master) {
        return dialog_best(ui, s, node);
    }
    ui->details = false;
    pick_start(ui, s, node);
    return (Request){0};
}

static Request demo_request(const Ui *ui, const Scene *s, RequestKind kind)
{
    int node = ui_selected(ui, s);
    if (!s->demo || node < 0) {
        return (Request){0};
    }
    return (Request){.kind = kind, .node = ui->cursor};
}

static Request stop_move(Ui *ui, const Scene *s)
{
    if (!s->move_busy) {
        ui_note(ui, s, LEVEL_INFO, "no move is under way");
        return (Request){0};
    }
    size_t waiting = s->queue != NULL ? queue_count(s->queue, QUEUED_WAITS) : 0;
    if (waiting > 0) {
        ui_note(ui, s, LEVEL_INFO,
                "stopping: %zu move%s will not be made; what was sent is followed to its end",
                waiting, plural(waiting));
    } else if (s->asking == NULL) {
        ui_note(ui, s, LEVEL_INFO, "stopping: what was sent already is followed to its end");
    }
    return (Request){.kind = REQUEST_STOP_MOVE};
}

static Request release_brake(Ui *ui, const Scene *s)
{
    if (s->automatic == NULL || !s->automatic->brake) {
        ui_note(ui, s, LEVEL_INFO, "the brake is not on");
        return (Request){0};
    }
    if (s->read_only) {
        ui_note(ui, s, LEVEL_WARNING, "read-only: nothing can be held or released");
        return (Request){0};
    }
    return (Request){
        .kind = REQUEST_END_HOLD,
        .subject = {.kind = HOLD_BRAKE, .scope = HOLD_ON_ALL},
    };
}

// As a shell can take it, whatever a server calls itself.
static Request copy_of_node(Ui *ui, const Scene *s, Action action)
{
    const Snapshot *p = s->health->snapshot;
    int node = ui_selected(ui, s);
    if (node < 0) {
        return (Request){0};
    }
    return ui_copy(ui, action == ACT_COPY_ID ? p->nodes[node].id.hex : plan_address(p, node));
}

static bool open_view(Ui *ui, Action action)
{
    for (size_t i = 0; i < views_n; i++) {
        if (views[i]->opens == action) {
            ui->view = views[i];
            ui->help = false;
            ui->details = false;
            why_close(ui);
            pick_stop(ui);
            return true;
        }
    }
    return false;
}

static Request act_on_cluster(Ui *ui, const Scene *s, Action action)
{
    if (action == ACT_MOVE) {
        return move_selected(ui, s);
    }
    if (action == ACT_MOVE_URGENT || action == ACT_UNDO || action == ACT_HEAL) {
        if (ui_refuses_writes(ui, s)) {
            return (Request){0};
        }
        return action == ACT_UNDO   ? dialog_undo(ui, s)
               : action == ACT_HEAL ? review_open(ui, s)
                                    : dialog_urgent(ui, s);
    }
    if (action == ACT_AUTO) {
        return dialog_auto(ui, s);
    }
    if (action == ACT_EXPLAIN && ui_selected(ui, s) >= 0) {
        why_open(ui, (WhyAsk){.kind = WHY_NODE, .node = ui->cursor});
    }
    if (action == ACT_OPINION) {
        why_open(ui, (WhyAsk){.kind = WHY_VIEWS});
    }
    if (action == ACT_WHATIF && ui_selected(ui, s) >= 0) {
        why_open(ui, (WhyAsk){.kind = WHY_LOSS, .node = ui->cursor});
    }
    if (action == ACT_STOP_MOVE) {
        return stop_move(ui, s);
    }
    if (action == ACT_RELEASE_BRAKE) {
        return release_brake(ui, s);
    }
    if (action == ACT_PAUSE) {
        return dialog_hold(ui, s, -1);
    }
    if (action == ACT_DOWNTIME && ui_selected(ui, s) >= 0) {
        return dialog_hold(ui, s, ui_selected(ui, s));
    }
    if (action == ACT_DEMO_KILL || action == ACT_DEMO_RESTART) {
        return demo_request(ui, s,
                            action == ACT_DEMO_KILL ? REQUEST_DEMO_KILL : REQUEST_DEMO_RESTART);
    }
    return (Request){0};
}

// Keys that mean the same everywhere but in dialogs; false: not one of them.
static bool act_anywhere(Ui *ui, const Scene *s, Action action, Request *out)
{
    if (action == ACT_QUIT) {
        *out = dialog_quit(ui, s);
    } else if (action == ACT_REFRESH) {
        out->kind = REQUEST_REFRESH;
    } else if (action == ACT_REDRAW) {
        out->kind = REQUEST_REDRAW;
    } else if (action == ACT_SUSPEND) {
        out->kind = REQUEST_SUSPEND;
    } else if (action == ACT_THEME) {
        out->kind = REQUEST_THEME;
    } else if (action == ACT_MOUSE) {
        out->kind = REQUEST_MOUSE;
    } else if (action == ACT_FREEZE) {
        freeze_start(ui, s);
    } else if (action == ACT_COMMAND) {
        command_line_open(ui);
    } else if (action == ACT_HELP) {
        ui->help = !ui->help;
        ui->help_page = (Scroll){0};
    } else {
        return open_view(ui, action);
    }
    return true;
}

static bool act_on_page(Ui *ui, Action action)
{
    if (ui->help) {
        if (action == ACT_CANCEL) {
            ui->help = false;
            return true;
        }
        return scroll_act(&ui->help_page, action);
    }
    if (ui_is_explaining(ui)) {
        if (action == ACT_OPINION && ui->why_ask.kind != WHY_VIEWS) {
            return false;
        }
        if (action == ACT_CANCEL || action == ACT_EXPLAIN || action == ACT_WHATIF ||
            action == ACT_OPINION) {
            why_close(ui);
            return true;
        }
        return scroll_act(&ui->why_page, action);
    }
    if (ui->details) {
        if (action == ACT_CANCEL || action == ACT_DETAILS) {
            ui->details = false;
            ui->details_page = (Scroll){0};
            return true;
        }
        return scroll_act(&ui->details_page, action);
    }
    return false;
}

bool ui_has_replay_keys(const Ui *ui, const Scene *s)
{
    enum { NOT_THERE = IN_TEXT | IN_CONFIRM | IN_PICK | IN_HELP };
    return s->replay != NULL && (ui_scope(ui) & NOT_THERE) == 0;
}

// What would change something, of a tape.
static bool act_on_tape(Ui *ui, const Scene *s, Action action, Request *out)
{
    if (action >= ACT_PLAY && action <= ACT_TAPE_END) {
        *out = (Request){.kind = REQUEST_REPLAY, .action = action};
        return true;
    }
    bool changes = action == ACT_AUTO || action == ACT_PAUSE || action == ACT_DOWNTIME ||
                   action == ACT_RELEASE_BRAKE || action == ACT_STOP_MOVE || action == ACT_REFRESH;
    return changes && ui_refuses_writes(ui, s);
}

static Action lookup(const Ui *ui, const Scene *s, uint32_t key)
{
    unsigned scope = ui_scope(ui);
    if (ui_has_replay_keys(ui, s)) {
        Action action = keys_lookup(ui->keys, key, IN_REPLAY);
        if (action != ACT_NONE) {
            return action;
        }
    }
    return keys_lookup(ui->keys, key, s->demo && scope == IN_TREE ? scope | IN_DEMO : scope);
}

// Who looked at an old picture decided on it: the key only brings the present one. It may scroll in
// the old one, which decides nothing, and leave, or go to the shell.
static Request thaw(Ui *ui, const Scene *s, uint32_t key)
{
    Request out = {0};
    Action action = lookup(ui, s, key);
    if (freeze_scroll(&ui->freeze, action)) {
        return out;
    }
    freeze_end(&ui->freeze);
    if (action == ACT_QUIT) {
        act_anywhere(ui, s, action, &out);
    } else {
        ui_note(ui, s, LEVEL_INFO, "live again");
    }
    return out;
}

Request ui_act(Ui *ui, const Scene *s, Action action)
{
    Request out = {0};
    if (action != ACT_NONE && s->replay != NULL && act_on_tape(ui, s, action, &out)) {
        return out;
    }
    if (action == ACT_NONE || act_anywhere(ui, s, action, &out) || act_on_page(ui, action) ||
        s->health == NULL) {
        return out;
    }
    if (ui->pick.active) {
        pick_act(ui, s, action, &out);
        return out;
    }
    if (!ui->details && ui->view->act(ui, s, action, &out)) {
        return out;
    }
    if (action == ACT_COPY_ADDRESS || action == ACT_COPY_ID) {
        return copy_of_node(ui, s, action);
    }
    return act_on_cluster(ui, s, action);
}

bool ui_is_current(Ui *ui, const Scene *s)
{
    unsigned meant_for = ui_scope(ui);
    pick_check(ui, s);
    dialog_check(ui, s);
    why_check(ui, s);
    ui_settle(ui, s);
    return ui_scope(ui) == meant_for;
}

// Keys about the terminal, which work whatever is open. Where text is typed they are the built-in
// ones: any other may be a letter.
static bool is_about_terminal(const Ui *ui, uint32_t key, Action *action)
{
    bool types = (ui_scope(ui) & IN_TEXT) != 0;
    *action = keys_lookup(types ? &keys_built_in : ui->keys, key, IN_ANY);
    return *action == ACT_REDRAW || *action == ACT_SUSPEND;
}

Request ui_key(Ui *ui, const Scene *s, uint32_t key)
{
    Request out = {0};
    Action action;
    if (!ui_is_current(ui, s)) {
        return out;
    }
    if (is_about_terminal(ui, key, &action)) {
        if (action == ACT_SUSPEND) {
            dialog_unwatched(ui, s);
        }
        act_anywhere(ui, s, action, &out);
        return out;
    }
    if (ui->freeze.since_ms != 0) {
        return thaw(ui, s, key);
    }
    if (ui->dialog.kind != DIALOG_NONE) {
        return dialog_key(ui, s, key);
    }
    if (ui->find.typing != FIND_NOTHING) {
        ui->note[0] = '\0';
        find_key(ui, s, key);
        return out;
    }
    ui->touched = ui->touched || s->health != NULL;
    ui->note[0] = '\0';
    if (ui->line.is_open) {
        return command_line_key(ui, s, key);
    }
    return ui_act(ui, s, lookup(ui, s, key));
}
