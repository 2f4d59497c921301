#include "pick.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rehome/base/mem.h"
#include "view.h"
#include "words.h"

// Legal targets in the order of need, then of safety, then of slots.
static int need_of(const NodeHealth *nh)
{
    switch (nh->master) {
    case STATE_ORPHANED:
        return 0;
    case STATE_AT_RISK:
        return 1;
    case STATE_PROTECTED:
        return 2 + nh->working;
    case STATE_FAILED:
    case STATE_EMPTY:
        break;
    }
    return 1000;
}

static void say_legal(const Scene *s, PickTarget *t, int64_t host)
{
    const NodeHealth *nh = &s->health->of[t->node];
    static const char *const hosts[] = {"other host", "host unknown", "SAME HOST"};
    char need[40];
    if (nh->master == STATE_ORPHANED) {
        snprintf(need, sizeof(need), "orphaned");
    } else {
        snprintf(need, sizeof(need), "has %d working", nh->working);
    }
    snprintf(t->words, sizeof(t->words), "%s, %s", need, hosts[host == 2 ? 2 : host != 0]);
}

typedef struct {
    int need;
    int64_t host; // less is better
    PickTarget *target;
} Ranked;

static int ranked_cmp(const void *a, const void *b)
{
    const Ranked *x = a;
    const Ranked *y = b;
    if (x->need != y->need) {
        return x->need < y->need ? -1 : 1;
    }
    if (x->host != y->host) {
        return x->host < y->host ? -1 : 1;
    }
    return x->target < y->target ? -1 : 1; // slot order
}

static void rank(Ranked *ranked, int n)
{
    if (n > 0) {
        qsort(ranked, (size_t)n, sizeof(*ranked), ranked_cmp);
    }
    for (int i = 0; i < n; i++) {
        ranked[i].target->rank = i + 1;
    }
}

// Room for a target and a rank for each master of the present picture; the ranks are the caller's.
static Ranked *begin(Pick *pick, const Scene *s)
{
    const Snapshot *p = s->health->snapshot;
    pick->health = s->health;
    pick->round = p->round;
    pick->at = mem_grow(pick->at, &pick->cap, p->n_masters, sizeof(*pick->at));
    pick->n = (int)p->n_masters;
    return mem_array(p->n_masters, sizeof(Ranked));
}

static void compute(Pick *pick, const Scene *s, int replica)
{
    const Snapshot *p = s->health->snapshot;
    Ranked *ranked = begin(pick, s);
    int legal = 0;
    for (int i = 0; i < pick->n; i++) {
        PickTarget *t = &pick->at[i];
        *t = (PickTarget){.node = p->masters[i]};
        if (t->node == p->nodes[replica].master) {
            snprintf(t->words, sizeof(t->words), "its master now");
            continue;
        }
        PlanCandidate one = plan_pair(s->health, replica, t->node);
        t->legal = one.legal;
        if (!one.legal) {
            snprintf(t->words, sizeof(t->words), "%s", one.refused);
            continue;
        }
        int64_t host = one.value[PLAN_RULE_OTHER_HOST];
        say_legal(s, t, host);
        ranked[legal++] = (Ranked){need_of(&s->health->of[t->node]), host, t};
    }
    rank(ranked, legal);
    mem_free(ranked);
}

// For all marked replicas: how many of them may go there.
static void compute_many(Ui *ui, const Scene *s)
{
    Pick *pick = &ui->pick;
    const Snapshot *p = s->health->snapshot;
    Ranked *ranked = begin(pick, s);
    int legal = 0;
    for (int i = 0; i < pick->n; i++) {
        PickTarget *t = &pick->at[i];
        const NodeHealth *nh = &s->health->of[p->masters[i]];
        int may = 0;
        *t = (PickTarget){.node = p->masters[i], .words = "they are there already"};
        for (size_t k = 0; k < ui->marks.n; k++) {
            int replica = snapshot_find(p, ui->marks.at[k]);
            if (replica < 0 || p->nodes[replica].master == t->node) {
                continue;
            }
            PlanCandidate one = plan_pair(s->health, replica, t->node);
            may += one.legal;
            if (!one.legal) {
                snprintf(t->words, sizeof(t->words), "%s", one.refused);
            }
        }
        t->legal = may > 0;
        if (t->legal) {
            snprintf(t->words, sizeof(t->words), "%s, %d of %zu may come",
                     nh->master == STATE_ORPHANED ? "orphaned" : master_state_text(nh->master), may,
                     ui->marks.n);
            ranked[legal++] = (Ranked){need_of(nh), -may, t};
        }
    }
    rank(ranked, legal);
    mem_free(ranked);
}

bool pick_holds(const Ui *ui, NodeId replica)
{
    const Pick *pick = &ui->pick;
    return pick->active &&
           (pick->many ? node_set_has(&ui->marks, replica) : node_id_eq(pick->replica, replica));
}

const PickTarget *pick_target(const Pick *pick, int node)
{
    for (int i = 0; pick->active && i < pick->n; i++) {
        if (pick->at[i].node == node) {
            return &pick->at[i];
        }
    }
    return NULL;
}

static const PickTarget *best(const Pick *pick)
{
    for (int i = 0; i < pick->n; i++) {
        if (pick->at[i].rank == 1) {
            return &pick->at[i];
        }
    }
    return NULL;
}

void pick_start(Ui *ui, const Scene *s, int replica)
{
    const Snapshot *p = s->health->snapshot;
    char name[NAME_MAX_BYTES];
    short_name(p, replica, name, sizeof(name));
    if (p->nodes[replica].master < 0) {
        ui_note(ui, s, LEVEL_WARNING, "%s cannot be moved: its master is unknown", name);
        return;
    }
    compute(&ui->pick, s, replica);
    const PickTarget *first = best(&ui->pick);
    if (first == NULL) {
        const char *why = "there is no other master";
        for (int i = 0; i < ui->pick.n; i++) {
            why = ui->pick.at[i].node == p->nodes[replica].master ? why : ui->pick.at[i].words;
        }
        ui_note(ui, s, LEVEL_WARNING, "%s cannot be moved: %s", name, why);
        return;
    }
    ui->pick.active = true;
    ui->pick.many = false;
    ui->pick.replica = p->nodes[replica].id;
    ui->pick.donor = p->nodes[p->nodes[replica].master].id;
    ui_select(ui, p->nodes[first->node].id);
    ui_settle(ui, s);
}

void pick_start_marked(Ui *ui, const Scene *s)
{
    const Snapshot *p = s->health->snapshot;
    compute_many(ui, s);
    const PickTarget *first = best(&ui->pick);
    if (first == NULL) {
        ui_note(ui, s, LEVEL_WARNING, "none of the marked replicas can be moved: %s",
                ui->pick.n > 0 ? ui->pick.at[0].words : "there is no master");
        return;
    }
    ui->pick.active = ui->pick.many = true;
    ui->pick.replica = ui->cursor;
    ui_select(ui, p->nodes[first->node].id);
    ui_settle(ui, s);
}

void pick_stop(Ui *ui)
{
    if (ui->pick.active) {
        ui->pick.active = false;
        ui_select(ui, ui->pick.replica);
    }
}

void pick_look(Pick *pick, const Scene *s, int replica)
{
    NodeId id = s->health->snapshot->nodes[replica].id;
    if (pick->health != s->health || pick->round != s->health->snapshot->round ||
        !node_id_eq(pick->replica, id)) {
        pick->replica = id;
        compute(pick, s, replica);
    }
}

void pick_done(Pick *pick)
{
    mem_free(pick->at);
    *pick = (Pick){0};
}

static void check_many(Ui *ui, const Scene *s)
{
    ui_settle(ui, s); // marks of what is gone go with it
    if (s->health == NULL || s->read_only || s->move_busy || ui->marks.n == 0) {
        pick_stop(ui);
        ui_note(ui, s, LEVEL_WARNING, "put back: %s",
                ui->marks.n == 0 ? "the marked replicas are gone" : "nothing can be moved now");
        return;
    }
    compute_many(ui, s);
}

void pick_check(Ui *ui, const Scene *s)
{
    Pick *pick = &ui->pick;
    if (!pick->active || (s->health != NULL && s->health == pick->health &&
                          s->health->snapshot->round == pick->round)) {
        return;
    }
    const Snapshot *p = s->health != NULL ? s->health->snapshot : NULL;
    if (pick->many) {
        check_many(ui, s);
        return;
    }
    int replica = p != NULL ? snapshot_find(p, pick->replica) : -1;
    bool follows = replica >= 0 && p->nodes[replica].master >= 0 &&
                   node_id_eq(p->nodes[p->nodes[replica].master].id, pick->donor);
    if (!follows || s->read_only || s->move_busy) {
        pick_stop(ui);
        ui_note(ui, s, LEVEL_WARNING, "put back: %s",
                replica < 0 ? "the replica is gone"
                : !follows  ? "it follows another master now"
                            : "nothing can be moved now");
        return;
    }
    compute(pick, s, replica);
}

// The next master's row in this direction.
static void step(Ui *ui, const Scene *s, int direction)
{
    for (int i = ui->cursor_row + direction; i >= 0 && i < ui->rows.n; i += direction) {
        if (ui->rows.at[i].kind == ROW_MASTER) {
            ui->cursor_row = i;
            ui_select(ui, s->health->snapshot->nodes[ui->rows.at[i].node].id);
            return;
        }
    }
}

static Request choose(Ui *ui, const Scene *s)
{
    const Snapshot *p = s->health->snapshot;
    int target = ui_selected(ui, s);
    int replica = snapshot_find(p, ui->pick.replica);
    const PickTarget *t = target >= 0 ? pick_target(&ui->pick, target) : NULL;
    if (t == NULL || !t->legal || (replica < 0 && !ui->pick.many)) {
        char name[NAME_MAX_BYTES] = "this";
        if (target >= 0) {
            short_name(p, target, name, sizeof(name));
        }
        ui_note(ui, s, LEVEL_WARNING, "not to %s: %s", name,
                t != NULL ? t->words : "it is not a master");
        return (Request){0};
    }
    ui->pick.active = false;
    if (ui->pick.many) {
        return bulk_to(ui, s, target);
    }
    return dialog_pair(ui, s, replica, target, ORIGIN_MANUAL);
}

bool pick_act(Ui *ui, const Scene *s, Action action, Request *out)
{
    if (action == ACT_ROW_DOWN || action == ACT_ROW_UP) {
        step(ui, s, action == ACT_ROW_DOWN ? 1 : -1);
    } else if (action == ACT_PAGE_DOWN || action == ACT_PAGE_UP) {
        for (int i = 0; i < 5; i++) {
            step(ui, s, action == ACT_PAGE_DOWN ? 1 : -1);
        }
    } else if (action == ACT_FIRST || action == ACT_LAST) {
        for (int i = 0; i < ui->rows.n; i++) {
            step(ui, s, action == ACT_LAST ? 1 : -1);
        }
    } else if (action == ACT_CHOOSE) {
        *out = choose(ui, s);
    } else if (action == ACT_ONE_EACH && ui->pick.many) {
        pick_stop(ui);
        *out = bulk_one_each(ui, s);
    } else if (action == ACT_CANCEL) {
        pick_stop(ui);
        ui_settle(ui, s);
    } else {
        return false;
    }
    return true;
}
