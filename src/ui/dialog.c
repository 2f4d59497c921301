#include "dialog.h"

#include <stdio.h>
#include <string.h>

#include "dialog_parts.h"
#include "view.h"
#include "words.h"

// A countdown that is noticed this late was not watched: the machine slept, or we were stopped.
enum { UNWATCHED_MS = 2000 };

static void close_dialog(Ui *ui)
{
    review_done(&ui->review);
    ui->dialog = (Dialog){.kind = DIALOG_NONE};
}

static void copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text != NULL ? text : "");
}

static bool is_renewed(Dialog *d, const Scene *s)
{
    if (d->health != NULL && d->health == s->health && d->round == s->health->snapshot->round) {
        return false;
    }
    d->health = s->health;
    d->round = s->health->snapshot->round;
    return true;
}

// The words of the dialog, from the present picture.
static void renew_move(Dialog *d, const Scene *s)
{
    const Snapshot *p = s->health->snapshot;
    int replica = snapshot_find(p, d->spec.replica);
    int target = snapshot_find(p, d->spec.target);
    PlanCandidate pair = plan_pair(s->health, replica, target);
    copy(d->reason, sizeof(d->reason), pair.why);
    copy(d->command, sizeof(d->command), plan_command(p, replica, target));
    const NodeSays *says = p->nodes[target].says;
    d->cost_bytes = says != NULL && says->has_info ? says->info.used_memory : -1;
}

static void renew_refusal(Ui *ui, const Scene *s)
{
    Dialog *d = &ui->dialog;
    const Snapshot *p = s->health->snapshot;
    int target = snapshot_find(p, d->spec.target);
    if (target < 0 || !s->health->of[target].is_master) {
        ui_note(ui, s, LEVEL_WARNING, "%s is gone", d->spec.target_addr);
        close_dialog(ui);
        return;
    }
    PlanTarget t = plan_target(s->health, target);
    if (t.chosen >= 0) {
        ui_note(ui, s, LEVEL_GOOD, "there is a spare for %s now", d->spec.target_addr);
        close_dialog(ui);
        return;
    }
    copy(d->reason, sizeof(d->reason), t.reason);
    d->n_refusals = 0;
    for (size_t i = 0; i < t.n; i++) {
        if (!t.candidates[i].legal && d->n_refusals++ < DIALOG_REFUSALS) {
            short_name(p, t.candidates[i].replica, d->refusal[d->n_refusals - 1].who,
                       sizeof(d->refusal[0].who));
            copy(d->refusal[d->n_refusals - 1].text, sizeof(d->refusal[0].text),
                 t.candidates[i].refused);
        }
    }
}

static Request open_move(Ui *ui, const Scene *s, MoveSpec spec)
{
    if (ui->confirm == CONFIRM_NONE) {
        return (Request){.kind = REQUEST_MOVE, .move = spec};
    }
    ui->dialog = (Dialog){
        .kind = DIALOG_MOVE,
        .spec = spec,
        .counting = ui->confirm == CONFIRM_COUNTDOWN,
        .opened_ms = s->now_ms,
    };
    ui->note[0] = '\0';
    is_renewed(&ui->dialog, s);
    renew_move(&ui->dialog, s);
    return (Request){0};
}

// Of what a list holds; the caller keeps it while the dialog is open.
static Request queue_request(const Ui *ui)
{
    return (Request){
        .kind = REQUEST_QUEUE,
        .moves = ui->bulk.at,
        .n_moves = (size_t)ui->bulk.n,
        .queue_kind = ui->bulk.kind,
    };
}

Request dialog_queue(Ui *ui, const Scene *s, DialogKind kind)
{
    if (ui->confirm == CONFIRM_NONE) {
        return queue_request(ui);
    }
    ui->dialog = (Dialog){
        .kind = kind,
        .counting = ui->confirm == CONFIRM_COUNTDOWN,
        .opened_ms = s->now_ms,
        .health = s->health,
        .round = s->health->snapshot->round,
    };
    ui->note[0] = '\0';
    return (Request){0};
}

static Request open_refusal(Ui *ui, const Scene *s, int target)
{
    ui->dialog = (Dialog){.kind = DIALOG_REFUSED, .opened_ms = s->now_ms};
    ui->dialog.spec.target = s->health->snapshot->nodes[target].id;
    copy(ui->dialog.spec.target_addr, sizeof(ui->dialog.spec.target_addr),
         s->health->snapshot->nodes[target].addr);
    is_renewed(&ui->dialog, s);
    renew_refusal(ui, s);
    return (Request){0};
}

Request dialog_pair(Ui *ui, const Scene *s, int replica, int target, MoveOrigin origin)
{
    PlanCandidate pair = plan_pair(s->health, replica, target);
    if (!pair.legal) {
        char name[NAME_MAX_BYTES];
        short_name(s->health->snapshot, replica, name, sizeof(name));
        ui_note(ui, s, LEVEL_WARNING, "%s may not go: %s", name, pair.refused);
        return (Request){0};
    }
    return open_move(ui, s, dialog_spec(s, replica, target, origin));
}

Request dialog_best(Ui *ui, const Scene *s, int target)
{
    PlanTarget best = plan_target(s->health, target);
    if (best.chosen < 0) {
        return open_refusal(ui, s, target);
    }
    return open_move(ui, s,
                     dialog_spec(s, best.candidates[best.chosen].replica, target, ORIGIN_MANUAL));
}

Request dialog_urgent(Ui *ui, const Scene *s)
{
    const Plan *plan = s->plan;
    for (size_t i = 0; i < plan->n_orphans; i++) {
        if (plan->at[i].chosen >= 0) {
            int replica = plan->at[i].candidates[plan->at[i].chosen].replica;
            return open_move(ui, s, dialog_spec(s, replica, plan->at[i].target, ORIGIN_MANUAL));
        }
    }
    if (plan->n_orphans > 0) { // a person may help one that is in downtime
        return dialog_best(ui, s, plan->at[0].target);
    }
    ui_note(ui, s, LEVEL_GOOD, "no master is orphaned");
    return (Request){0};
}

Request dialog_undo(Ui *ui, const Scene *s)
{
    const MoveSpec *undo = &ui->undo;
    const Snapshot *p = s->health->snapshot;
    if (!ui->has_undo || !s->can_undo) {
        ui_note(ui, s, LEVEL_INFO, "no move of ours to undo");
        return (Request){0};
    }
    int replica = snapshot_find(p, undo->replica);
    int target = snapshot_find(p, undo->target);
    int donor = replica >= 0 ? p->nodes[replica].master : -1;
    if (target < 0 || donor < 0 || !node_id_eq(p->nodes[donor].id, undo->donor)) {
        ui_note(ui, s, LEVEL_WARNING, "cannot undo: %s is not where we moved it",
                undo->replica_addr);
        return (Request){0};
    }
    return dialog_pair(ui, s, replica, target, ORIGIN_UNDO);
}

Request dialog_quit(Ui *ui, const Scene *s)
{
    if (!s->move_busy || s->asking != NULL || s->replay != NULL) { // nothing was sent, by us
        return (Request){.kind = REQUEST_QUIT};
    }
    ui->dialog = (Dialog){.kind = DIALOG_QUIT, .opened_ms = s->now_ms};
    return (Request){0};
}

// The hold that the dialog is to end, in the present picture; NULL: it is over.
static const Hold *held(const Dialog *d, const Scene *s)
{
    for (size_t i = 0; s->health != NULL && i < s->health->n_holds; i++) {
        if (hold_subject_eq(&s->health->holds[i].on, &d->held)) {
            return &s->health->holds[i];
        }
    }
    return NULL;
}

static void renew_held(Dialog *d, const Scene *s)
{
    char what[HOLD_HOST_SIZE + 8];
    char words[320];
    hold_subject_text(what, sizeof(what), &d->held, s->health->snapshot);
    snprintf(d->reason, sizeof(d->reason), "%s is %s", what,
             hold_words(words, sizeof(words), held(d, s), s->wall_ms));
}

Request dialog_hold(Ui *ui, const Scene *s, int node)
{
    const Hold *hold = node >= 0 ? s->health->of[node].downtime : s->health->pause;
    if (s->read_only) {
        ui_note(ui, s, LEVEL_WARNING, "read-only: nothing can be held or released");
        return (Request){0};
    }
    ui->note[0] = '\0';
    ui->dialog = (Dialog){.kind = hold != NULL ? DIALOG_END_HOLD : DIALOG_HOLD};
    ui->dialog.opened_ms = s->now_ms;
    if (hold != NULL) {
        ui->dialog.held = hold->on;
        renew_held(&ui->dialog, s);
    } else {
        hold_form_open(&ui->dialog.form, s, node);
    }
    return (Request){0};
}

static void cancel(Ui *ui, const Scene *s, Level level, const char *why)
{
    bool moving = ui->dialog.kind == DIALOG_MOVE || ui->dialog.kind == DIALOG_QUEUE ||
                  ui->dialog.kind == DIALOG_HEAL;
    char text[NOTE_MAX];
    snprintf(text, sizeof(text), "%s", why);
    close_dialog(ui);
    if (moving) {
        ui_note(ui, s, level, "stopped, nothing was sent: %s", text);
    }
}

static void check_move(Ui *ui, const Scene *s)
{
    char why[NOTE_MAX];
    if (s->health == NULL || (s->trouble != NULL && s->trouble[0] != '\0')) {
        cancel(ui, s, LEVEL_WARNING, "no contact with the cluster");
    } else if (s->read_only) {
        cancel(ui, s, LEVEL_WARNING, "read-only");
    } else if (s->move_busy) {
        cancel(ui, s, LEVEL_WARNING, "another move has begun");
    } else if (is_renewed(&ui->dialog, s)) {
        DialogKind kind = ui->dialog.kind;
        if (kind == DIALOG_MOVE   ? dialog_spec_has_changed(&ui->dialog.spec, s, why, sizeof(why))
            : kind == DIALOG_HEAL ? review_has_changed(ui, s, why, sizeof(why))
                                  : bulk_has_changed(&ui->bulk, s, why, sizeof(why))) {
            cancel(ui, s, LEVEL_WARNING, why);
        } else if (kind == DIALOG_MOVE) {
            renew_move(&ui->dialog, s);
        }
    }
}

void dialog_check(Ui *ui, const Scene *s)
{
    switch (ui->dialog.kind) {
    case DIALOG_MOVE:
    case DIALOG_QUEUE:
    case DIALOG_HEAL:
        check_move(ui, s);
        break;
    case DIALOG_REFUSED:
        if (s->health == NULL) {
            close_dialog(ui);
        } else if (is_renewed(&ui->dialog, s)) {
            renew_refusal(ui, s);
        }
        break;
    case DIALOG_AUTO:
        if (s->automatic == NULL || s->automatic->mode == AUTO_ACT || s->read_only) {
            close_dialog(ui);
        }
        break;
    case DIALOG_QUIT:
        if (!s->move_busy) {
            close_dialog(ui);
        }
        break;
    case DIALOG_HOLD:
        if (s->health == NULL || s->read_only) {
            close_dialog(ui);
        } else if (!ui->dialog.form.only_all &&
                   snapshot_find(s->health->snapshot, ui->dialog.form.node) < 0) {
            ui_note(ui, s, LEVEL_WARNING, "%s is gone", ui->dialog.form.name);
            close_dialog(ui);
        }
        break;
    case DIALOG_END_HOLD:
        if (held(&ui->dialog, s) == NULL) {
            close_dialog(ui);
        } else {
            renew_held(&ui->dialog, s);
        }
        break;
    case DIALOG_NONE:
        break;
    }
}

static Request confirmed(Ui *ui)
{
    Dialog d = ui->dialog;
    close_dialog(ui);
    switch (d.kind) {
    case DIALOG_MOVE:
        d.spec.accept_risk = true; // a person saw it
        return (Request){.kind = REQUEST_MOVE, .move = d.spec};
    case DIALOG_QUEUE:
        for (int i = 0; i < ui->bulk.n; i++) {
            ui->bulk.at[i].accept_risk = true;
        }
        node_set_clear(&ui->marks);
        return queue_request(ui);
    case DIALOG_HEAL: // by all its rules: what was shown is what they promise
        return queue_request(ui);
    case DIALOG_AUTO:
        return (Request){.kind = REQUEST_AUTO, .mode = AUTO_ACT};
    case DIALOG_QUIT:
        return (Request){.kind = REQUEST_QUIT};
    case DIALOG_END_HOLD:
        return (Request){.kind = REQUEST_END_HOLD, .subject = d.held};
    case DIALOG_HOLD:
    case DIALOG_REFUSED:
    case DIALOG_NONE:
        break;
    }
    return (Request){0};
}

static Request form_key(Ui *ui, uint32_t key)
{
    Request out = {0};
    PromptAnswer answer = hold_form_key(&ui->dialog.form, key, &out);
    if (answer == PROMPT_COMMIT || answer == PROMPT_CANCEL || key == KEY_IS_CTRL_C) {
        close_dialog(ui);
    }
    return out;
}

Request dialog_key(Ui *ui, const Scene *s, uint32_t key)
{
    if (ui->dialog.kind == DIALOG_HOLD) {
        return form_key(ui, key);
    }
    Action action = keys_lookup(ui->keys, key, IN_CONFIRM);
    if (ui->dialog.kind == DIALOG_REFUSED) {
        close_dialog(ui);
        return (Request){0};
    }
    if (action == ACT_CONFIRM) {
        return confirmed(ui);
    }
    // Whoever hits Ctrl-C wants it to stop, whatever else the key means elsewhere.
    if (key == KEY_IS_CTRL_C && ui->dialog.kind == DIALOG_QUIT) {
        return confirmed(ui);
    }
    if (action == ACT_CANCEL || action == ACT_DECLINE || key == KEY_IS_CTRL_C) {
        cancel(ui, s, LEVEL_INFO, "as you wished");
        return (Request){0};
    }
    if (action == ACT_GO_ON && ui->dialog.kind == DIALOG_QUEUE) {
        ui->bulk.kind = ui->bulk.kind == QUEUE_GOES_ON ? QUEUE_STOPS : QUEUE_GOES_ON;
        ui->dialog.opened_ms = s->now_ms; // it is another wish now
        return (Request){0};
    }
    if (action == ACT_COPY_COMMAND && ui->dialog.kind == DIALOG_MOVE) {
        ui->dialog.counting = false; // by hand, it may be
        return ui_copy(ui, ui->dialog.command);
    }
    if (ui->dialog.kind != DIALOG_HEAL || !review_key(ui, key)) {
        ui->dialog.wrong_key = true;
    }
    return (Request){0};
}

void dialog_click(Ui *ui, const Scene *s)
{
    if (ui->dialog.kind != DIALOG_HOLD) { // what was typed is not thrown away
        cancel(ui, s, LEVEL_INFO, "a click is never a yes");
    }
}

void dialog_unwatched(Ui *ui, const Scene *s)
{
    if (ui->dialog.counting) {
        cancel(ui, s, LEVEL_INFO, "you went to the shell");
    }
}

Request dialog_tick(Ui *ui, const Scene *s)
{
    const Dialog *d = &ui->dialog;
    int64_t late = s->now_ms - d->opened_ms - COUNTDOWN_MS;
    if (!d->counting || late < 0) {
        return (Request){0};
    }
    if (late > UNWATCHED_MS) {
        cancel(ui, s, LEVEL_WARNING, "the countdown was interrupted");
        return (Request){0};
    }
    return confirmed(ui);
}
