// Who could come to a master, and where a replica could go.
#include <stdio.h>

#include "details_sheet.h"
#include "words.h"

enum {
    SHOWN = 6,
    SHOWN_BESIDE = 3,
    MASTERS_MAX = 100
}; // with more of them, asking about each takes too long

// Beside a list the node's own facts would have no room left.
static size_t most_shown(const Sheet *t)
{
    return t->ui->details ? SHOWN : SHOWN_BESIDE;
}

static void add_more(Sheet *t, size_t more)
{
    if (more > 0) {
        page_addf(&t->page, "", ROLE_DIM, "and %zu more", more);
    }
}

static void add_candidates(Sheet *t, const PlanTarget *target)
{
    page_blank(&t->page);
    page_title(&t->page, "Who could come");
    if (target->chosen < 0) {
        details_add_wide(t, ROLE_WARN, target->reason);
    }
    size_t shown = target->n < most_shown(t) ? target->n : most_shown(t);
    for (size_t k = 0; k < shown; k++) {
        const PlanCandidate *one = &target->candidates[k];
        char name[NAME_MAX_BYTES];
        char text[400];
        short_name(t->p, one->replica, name, sizeof(name));
        Role role = (int)k == target->chosen ? ROLE_OK : one->legal ? ROLE_TEXT : ROLE_DIM;
        short_text(t->p, one->legal ? one->why : one->refused, text, sizeof(text));
        first_clauses(text, 2 * (t->page.width - t->page.left_w));
        page_add(&t->page, role, name, role, text);
    }
    add_more(t, target->n + target->n_left_out - shown);
}

static const PlanTarget *planned(const Sheet *t)
{
    const Plan *plan = t->s->plan;
    for (size_t i = 0; plan != NULL && i < plan->n; i++) {
        if (plan->at[i].target == t->node) {
            return &plan->at[i];
        }
    }
    return NULL;
}

// Of a master that needs nobody it is worked out once for each picture.
static const PlanTarget *asked(const Sheet *t)
{
    Coming *coming = &t->ui->coming;
    if (coming->health != t->s->health || coming->round != t->p->round ||
        !node_id_eq(coming->node, t->n->id)) {
        *coming = (Coming){
            .health = t->s->health,
            .round = t->p->round,
            .node = t->n->id,
            .target = plan_target(t->s->health, t->node),
        };
    }
    return &coming->target;
}

static void add_target(Sheet *t, const PickTarget *target)
{
    char name[NAME_MAX_BYTES];
    char text[sizeof(target->words)];
    short_name(t->p, target->node, name, sizeof(name));
    short_text(t->p, target->words, text, sizeof(text));
    Role role = target->rank == 1 ? ROLE_OK : target->legal ? ROLE_TEXT : ROLE_DIM;
    page_add(&t->page, role, name, role, text);
}

static void add_targets(Sheet *t)
{
    Pick *where = &t->ui->where;
    size_t shown = 0;
    pick_look(where, t->s, t->node);
    page_blank(&t->page);
    page_title(&t->page, "Where it could go");
    for (int rank = 1; rank <= where->n && shown < most_shown(t); rank++) {
        for (int i = 0; i < where->n; i++) {
            if (where->at[i].rank == rank) {
                add_target(t, &where->at[i]);
                shown++;
            }
        }
    }
    for (int i = 0; i < where->n && shown < most_shown(t); i++) {
        if (!where->at[i].legal && where->at[i].node != t->n->master) {
            add_target(t, &where->at[i]);
            shown++;
        }
    }
    add_more(t, (size_t)(where->n - (t->n->master >= 0)) - shown);
}

void details_add_moves(Sheet *t)
{
    if (t->nh->is_master) {
        const PlanTarget *target = planned(t);
        bool wants = t->nh->master == STATE_PROTECTED || t->nh->master == STATE_AT_RISK;
        if (target == NULL && wants) {
            target = asked(t);
        }
        if (target != NULL) {
            add_candidates(t, target);
        }
    } else if (t->nh->replica == REPLICA_WORKING && t->p->n_masters <= MASTERS_MAX) {
        add_targets(t);
    }
}
